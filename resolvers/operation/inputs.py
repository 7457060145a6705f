"""What an operation is given: a frozen class whose fields say what they take, read and checked once, at the door.

    class CardBlock(Input):
        id: Annotated[int, key(models.Card), "The card."]
        reason: Annotated[str, text(1000), "Why; kept in the card's history."]
        store: Annotated[int | None, key(models.Store), "Where it happened."] = None

The input in the graph is made from it. A field's metadata is its description and, where the type doesn't say enough, a
check. A field that has a default may be left out; `UNSET` as a default tells what was left out from null, as an upsert
needs it. `read` makes the class from what a caller gave, or refuses with all that is wrong, each with its field.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from functools import lru_cache, partial
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    ClassVar,
    Self,
    TypeVar,
    Union,
    dataclass_transform,
    get_args,
    get_origin,
    get_type_hints,
)

from msgspec import UNSET, UnsetType
from msgspec.structs import fields, replace

from models import Base
from models.rules.error_codes import ErrorCode
from resolvers.errors import Refused, UserError, below
from resolvers.operation import checks
from resolvers.operation.checks import MOST_ITEMS, AtMost, Check
from resolvers.operation.structs import BY_ANOTHER_KEY, Deprecated, FrozenMeta, NamedBy, camel
from resolvers.operation.validation import Read

T = TypeVar("T")
AnInput = TypeVar("AnInput", bound="Input")


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Input(metaclass=FrozenMeta):
    """What an operation, or a part of its input, is given."""

    AS_NAMED: ClassVar[frozenset[str]] = frozenset()
    """Fields that name just this customer, even one who was merged into another."""

    def check(self) -> None:
        """Refuse what the values don't allow together."""

    def replaced(self, **values: object) -> Self:
        """The same with other values."""
        struct: Any = self
        made: Self = replace(struct, **values)
        return made

    def given(self) -> dict[str, Any]:
        """The values that were given, by the names of their fields; those of a part by paths, such as `address.city`.

        Null for a part is null for all of it.
        """
        found: dict[str, object] = {}
        for each in fields_of(type(self)):
            value = getattr(self, each.name)
            if each.is_part and value is not UNSET:
                part = dict.fromkeys(below.name for below in fields_of(each.kind)) if value is None else value.given()
                found |= {f"{each.name}.{name}": one for name, one in part.items()}
            elif value is not UNSET:
                found[each.name] = value
        return found


@dataclass(frozen=True, slots=True)
class InputField:
    """A field of an input, as the graph and the door need to know it."""

    name: str
    kind: object
    """Its type without null: of a list, that of each item."""
    description: str
    read: Read
    shown: str | None
    """Its type in the graph, where Python's type doesn't say it."""
    is_list: bool
    takes_null: bool
    """Whether null is a value of its own; else it stands for the default."""
    is_required: bool
    names: type[Base] | None
    """The entity whose rows its values name."""
    deprecated: str | None
    """What is to be given instead, where it is not to be given any more."""
    successor: str | None = None
    """The field that names the same record by any of its keys."""

    @property
    def is_part(self) -> bool:
        """Whether it is an input by itself."""
        return not self.is_list and isinstance(self.kind, type) and issubclass(self.kind, Input)

    @property
    def graph_name(self) -> str:
        """Its name in the graph, where `from` needs no underscore."""
        return camel(self.name.removesuffix("_"))


@lru_cache(maxsize=1024)
def fields_of(cls: type[Input]) -> tuple[InputField, ...]:
    """The fields of an input, in the order in which they were written."""
    hints = get_type_hints(cls, include_extras=True)
    structs: Any = cls
    return tuple(_field(each.name, hints[each.name], is_required=each.required) for each in fields(structs))


def _field(name: str, hint: object, *, is_required: bool) -> InputField:
    annotated, *metadata = get_args(hint) if get_origin(hint) is Annotated else (hint,)
    kinds = get_args(annotated) if get_origin(annotated) in (Union, UnionType) else (annotated,)
    (kind,) = [each for each in kinds if each not in (NoneType, UnsetType)]
    is_list = get_origin(kind) in (tuple, list, Sequence)
    kind = get_args(kind)[0] if is_list else kind
    check = _first(metadata, Check)
    read = _reader(kind) if check is None else check.read
    if is_list and not (check and check.takes_list):
        most = _first(metadata, AtMost)
        read = partial(_read_list, read, AtMost(MOST_ITEMS) if most is None else most)
    if NoneType in kinds and not (check and check.takes_null):
        read = partial(_read_optional_text if kind is str and not is_list else _read_optional, read)
    takes_null = NoneType in kinds or bool(check and check.takes_null)
    description = _first(metadata, str)
    if description is None:
        raise TypeError(f"The field {name} of an input has no description.")
    shown = check.shown if check else None
    names = check.names if check else None
    former = _first(metadata, Deprecated)
    deprecated = former.reason if former else None
    successor = former.successor if isinstance(former, NamedBy) else None
    return InputField(
        name, kind, description, read, shown, is_list, takes_null, is_required, names, deprecated, successor
    )


def _first(metadata: Sequence[object], kind: type[T]) -> T | None:
    return next((each for each in metadata if isinstance(each, kind)), None)


def _read_optional(read: Read, value: object, field: str) -> object:
    return None if value is None else read(value, field)


def _read_optional_text(read: Read, value: str | None, field: str) -> object:
    """A text that may be missing: a blank one is."""
    return None if value is None or not value.strip() else read(value, field)


def _read_list(read: Read, most: AtMost, values: Sequence[object], field: str) -> tuple[object, ...]:
    if len(values) > most.items:
        raise Refused(most.code, f"This takes {most.items} items at most.", field)
    items: list[object] = []
    errors: list[UserError] = []
    for place, value in enumerate(values):
        try:
            items.append(read(value, ""))
        except Refused as refused:
            errors += below(f"{field}[{place}]", refused.errors)
    if errors:
        raise Refused.because_of(errors)
    return tuple(items)


def _reader(kind: object) -> Read:
    """How a value is read of which nothing is said but its type."""
    if not isinstance(kind, type):
        return _as_it_is
    if issubclass(kind, Input):
        return partial(_read_part, kind)
    if issubclass(kind, Enum):
        return partial(_read_enum, kind)
    return READERS.get(kind, _as_it_is)


def _as_it_is(value: T, _field: str) -> T:
    return value


def _read_enum(kind: type[Enum], value: object, _field: str) -> Enum:
    return kind(value.value if isinstance(value, Enum) else value)


def _read_part(kind: type[Input], value: Mapping[str, object], field: str) -> Input:
    try:
        return read(kind, value)
    except Refused as refused:
        raise (Refused.because_of(below(field, refused.errors)) if field else refused) from None


READERS: dict[type, Read] = {
    str: checks.text().read,
    int: checks.whole().read,
    Decimal: checks.number,
    datetime: checks.moment,
}


@lru_cache(maxsize=1024)
def _by_graph_name(cls: type[Input]) -> dict[str, InputField]:
    return {field.graph_name: field for field in fields_of(cls)}


@lru_cache(maxsize=1024)
def named_twice_over(cls: type[Input]) -> tuple[tuple[InputField, str], ...]:
    """The ids of an input beside which the record can be named by other keys, with the fields that do so."""
    return tuple((field, field.successor) for field in fields_of(cls) if field.successor is not None)


def check_names(given: Input) -> None:
    """Each record is named once: by its id, or by another key."""
    for field, successor in named_twice_over(type(given)):
        key, other = getattr(given, field.name), getattr(given, successor)
        if key == BY_ANOTHER_KEY and other is None:
            raise Refused(ErrorCode.REQUIRED, "Name it by one of its keys.", camel(successor))
        if key and other is not None:
            raise Refused(ErrorCode.REQUIRED, f"Name it once: by this, or by `{field.graph_name}`.", camel(successor))


def read(cls: type[AnInput], given: Mapping[str, object]) -> AnInput:
    """An input of a class, from what a caller gave by the graph's names; all that is wrong is refused at once."""
    known = _by_graph_name(cls)
    values: dict[str, object] = {}
    errors: list[UserError] = []
    for name, value in given.items():
        field = known[name]
        if value is None and not field.takes_null:
            continue
        try:
            values[field.name] = field.read(value, name)
        except Refused as refused:
            errors += refused.errors
    if errors:
        raise Refused.because_of(errors)
    made = cls(**values)
    made.check()
    return made
