"""Filters: from the `where` that a caller gives to SQL, in two steps.

Reading a filter, here, splits it into its structure, from which a statement is compiled once (conditions.py), and its
values, which each run binds. Anything that is not understood is refused: a filter never silently lets more rows
through.

`ne`, `nin` and `not` keep rows whose value is missing: they are the exact opposites of `eq`, `in` and the filter.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from math import isfinite
from typing import Any, TypeVar, overload

from sqlalchemy import ColumnElement

from models import Base
from models.rules.letters import small
from models.types import ExactDecimal
from resolvers.errors import BadFilter
from resolvers.ids import key_of
from resolvers.normalise import composed
from resolvers.query.columns import Source, source_type
from resolvers.query.filters.relative import bounds
from resolvers.storage.sql import SqlType

IGNORING_CASE = {"eqIgnoreCase": "eq", "startsWithIgnoreCase": "startsWith", "containsIgnoreCase": "contains"}
"""Comparisons of text in small letters, with those that they are otherwise."""
RELATIVE = ("last", "next")
"""Comparisons of moments and days with a time until now, or from now on."""
COMPARISONS = (
    *("eq", "ne", "in", "nin", "lt", "lte", "gt", "gte", "isNull", "startsWith", "contains", "has"),
    *IGNORING_CASE,
    *RELATIVE,
)
WHOLE = frozenset({"eq", "ne", "in", "nin"})
"""Comparisons with a whole value; the others may be given a part of one."""
LAST_CHARACTER = "\U0010ffff"
DEEPEST = 12
MOST_CONDITIONS = 100
MOST_VALUES = 1000
LONGEST_TEXT = 512


T = TypeVar("T")
Normalise = Callable[[Any], Any]
"""Brings a value to the form in which it is compared."""


@dataclass(frozen=True, eq=False)
class ValueFilter:
    """A filter on a value. `normalise` brings what a caller writes to the form in which it is compared."""

    source: Source
    normalise: Normalise | None = None


@dataclass(frozen=True, eq=False)
class IdFilter:
    """A filter on the row's own opaque id."""

    type_name: str
    source: Source = "id"


@dataclass(frozen=True, eq=False)
class RelationFilter:
    """A filter on the row or rows that a relation leads to."""

    relation: str | Callable[[Any, Any], ColumnElement[bool]]
    target: Callable[[], FilterSet]
    many: bool


class SpecialFilter(ABC):
    """A filter that reads what a caller wrote in a way of its own."""

    @abstractmethod
    def read(self, reader: FilterReader, value: Mapping[str, Any], path: str) -> Structure:
        """What a caller wrote as a structure."""

    def restored(self, value: object) -> object:
        """What a caller wrote, as it was before it became JSON; `ValueError` where it can't be read."""
        return value


class ConditionFilter(SpecialFilter):
    """A filter that reads structures of the kind `special`, which it writes in SQL itself."""

    @abstractmethod
    def sql(self, alias: Any, structure: Structure, backend: str) -> ColumnElement[bool]:
        """A structure of its own as SQL over an alias."""


Filter = ValueFilter | IdFilter | RelationFilter | SpecialFilter


@dataclass(eq=False)
class FilterSet:
    """What an entity can be filtered by, under the names of the API."""

    entity: type[Base]
    filters: dict[str, Filter] = field(default_factory=dict)


FILTERS: dict[str, FilterSet] = {}
"""What each type of the graph can be filtered by, by its name; the graph fills it when it is built."""


# A structure: ("and" | "or", parts) · ("not", part) · ("value", source, operator, parameter) ·
# ("one", filter, part) · ("some" | "none" | "every" | "keyed", filter, part) · ("absent", filter, wanted) · ("all",) ·
# and ("special", filter, details, parameters, part), where a filter has conditions of its own. What is looked for by
# related rows first is put in by seeking.py, on SQLite: ("sought", part, name)
Structure = tuple[Any, ...]
ALL: Structure = ("all",)


@dataclass(frozen=True, slots=True)
class Slot:
    """Stands in a filter for a value that is given later: the whole of what is given, or a field of it."""

    path: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> Slot:
        return Slot((*self.path, name))


@dataclass(frozen=True, slots=True)
class Template:
    """A filter that was read once, with slots for the values."""

    structure: Structure
    slots: Sequence[tuple[str, Slot, Normalise]]

    def values(self, given: Any) -> dict[str, object]:
        """What the structure binds for a given value; `BadFilter` says what is wrong with it."""
        values = {}
        for name, slot, bind in self.slots:
            operand = given
            for field_name in slot.path:
                operand = operand[field_name]
            values[name] = bind(operand)
        return values


class FilterReader:
    """Reads one filter; counts what it meets, so that a hostile filter is refused and not compiled."""

    def __init__(self) -> None:
        self.values: dict[str, object] = {}
        self.slots: list[tuple[str, Slot, Normalise]] = []
        self.conditions = 0

    def read(self, filters: FilterSet, where: object, path: str, depth: int) -> Structure:
        """What a caller wrote as a structure."""
        if not isinstance(where, Mapping):
            raise BadFilter(f"`{path}` must be an object.")
        if depth > DEEPEST:
            raise BadFilter(f"`{path}` is nested too deeply; {DEEPEST} levels are allowed.")
        if not where:
            # Nothing is a condition too, where there may be a thousand of them.
            self._count(1)
        parts = [self._part(filters, name, value, f"{path}.{name}", depth) for name, value in where.items()]
        return parts[0] if len(parts) == 1 else ("and", tuple(parts)) if parts else ALL

    def _count(self, more: int) -> None:
        self.conditions += more
        if self.conditions > MOST_CONDITIONS:
            raise BadFilter(f"The filter has more than {MOST_CONDITIONS} conditions.")

    def _part(self, filters: FilterSet, name: str, value: Any, path: str, depth: int) -> Structure:
        self._count(1)
        if value is None:
            raise BadFilter(f"`{path}` is null; leave it out, or use `isNull` to find missing values.")
        if name in ("and", "or"):
            return name, tuple(self.read(filters, item, path, depth + 1) for item in value)
        if name == "not":
            return "not", self.read(filters, value, path, depth + 1)
        if name == "isNull":
            raise BadFilter(f"`{path}` stands alone, right below a relation to one row.")
        known = filters.filters.get(name)
        if known is None:
            raise BadFilter(f"`{path}` is not a filter; known are {', '.join(sorted(filters.filters))}.")
        if isinstance(known, RelationFilter):
            return self._relation(known, value, path, depth)
        if isinstance(known, SpecialFilter):
            if not isinstance(value, Mapping):
                raise BadFilter(f"`{path}` must be an object.")
            return known.read(self, value, path)
        return self.value(filters.entity, known, value, path)

    def _relation(self, known: RelationFilter, value: Mapping[str, object], path: str, depth: int) -> Structure:
        if not known.many:
            rest = {name: part for name, part in value.items() if name != "isNull"}
            parts: list[Structure] = []
            if rest or not value:
                parts.append(("one", known, self.read(known.target(), rest, path, depth + 1)))
            if "isNull" in value:
                if value["isNull"] is None:
                    raise BadFilter(f"`{path}.isNull` is null; give true or false.")
                parts.append(("absent", known, bool(value["isNull"])))
            return parts[0] if len(parts) == 1 else ("and", tuple(parts))
        if not value:
            raise BadFilter(f"`{path}` asks for nothing: give `some`, `none` or `every`, or leave it out.")
        parts = []
        for mode, inner in value.items():
            if mode not in ("some", "none", "every") or inner is None:
                raise BadFilter(f"`{path}` takes `some`, `none` and `every`, each with a filter.")
            parts.append((mode, known, self.read(known.target(), inner, f"{path}.{mode}", depth + 1)))
        return parts[0] if len(parts) == 1 else ("and", tuple(parts))

    def value(self, entity: type[Base], known: ValueFilter | IdFilter, comparisons: object, path: str) -> Structure:
        """Comparisons with a value."""
        if not isinstance(comparisons, Mapping):
            raise BadFilter(f"`{path}` must be an object of comparisons.")
        if not comparisons:
            raise BadFilter(f"`{path}` compares with nothing: give a comparison, or leave it out.")
        parts: list[Structure] = []
        for operator, operand in comparisons.items():
            if operator not in COMPARISONS:
                raise BadFilter(f"`{path}.{operator}` is not a comparison.")
            if operand is None:
                raise BadFilter(f"`{path}.{operator}` is null; use `isNull` to find missing values.")
            parts.append(self._comparison(entity, known, operator, operand, path))
        return parts[0] if len(parts) == 1 else ("and", tuple(parts))

    def _comparison(
        self, entity: type[Base], known: ValueFilter | IdFilter, operator: str, operand: Any, path: str
    ) -> Structure:
        source = known.source
        if operator == "isNull":
            return "value", source, "isNull" if operand else "isSet", ()
        if operator in RELATIVE:
            return self._relative(entity, source, operator, operand, path)
        each = _normaliser(entity, known, whole=operator in WHOLE)
        if operator in IGNORING_CASE:
            each = partial(_small, each)
        if isinstance(operand, Slot):
            self.slots.append((name := self.bind(None), operand, _refusing(each, f"{path}.{operator}")))
            return "value", source, operator, (name,)
        try:
            if operator in ("in", "nin"):
                if len(operand) > MOST_VALUES:
                    raise BadFilter(f"`{path}.{operator}` has more than {MOST_VALUES} values.")
                if None in operand:
                    raise BadFilter(f"`{path}.{operator}` has a null; use `isNull` to find missing values.")
                return "value", source, operator, (self.bind([each(item) for item in operand]),)
            bound = each(operand)
        except ValueError as error:
            raise BadFilter(f"`{path}.{operator}`: {error}") from error
        if operator == "startsWith":
            return "value", source, operator, (self.bind(bound), self.bind(bound + LAST_CHARACTER))
        return "value", source, operator, (self.bind(bound),)

    def _relative(self, entity: type[Base], source: Source, operator: str, operand: object, path: str) -> Structure:
        """A duration until now or from now on: judged at each run."""
        try:
            parts = bounds(operator, operand, source_type(entity, source))
        except ValueError as error:
            raise BadFilter(f"`{path}.{operator}`: {error}") from error
        return "and", tuple(("value", source, comparison, (self.bind(at),)) for comparison, at in parts)

    def bind(self, value: object) -> str:
        """The name of the parameter that a value is bound to."""
        name = f"w{len(self.values)}"
        self.values[name] = value
        return name


def _small(each: Normalise, operand: object) -> str:
    return small(str(each(operand)))


def _refusing(each: Normalise, path: str) -> Normalise:
    def bind(operand: object) -> object:
        try:
            return each(operand)
        except ValueError as error:
            raise BadFilter(f"`{path}`: {error}") from error

    return bind


def _normaliser(entity: type[Base], known: ValueFilter | IdFilter, *, whole: bool) -> Normalise:
    """What brings an operand to the form in which it is compared; a part of a value may have no such form."""
    if isinstance(known, IdFilter):
        return lambda opaque: key_of(opaque, known.type_name)
    normalise, kind = known.normalise, source_type(entity, known.source)
    if normalise is None:
        return lambda value: checked(value, kind)

    def normalised(value: object) -> object:
        if isinstance(value, str) and len(value) > LONGEST_TEXT:
            # Folding a text takes long, and makes some characters eighteen.
            raise ValueError(f"more than {LONGEST_TEXT} characters are not compared.")
        try:
            return normalise(checked(value))
        except ValueError:
            if whole:
                raise
            return checked(value)

    return normalised


@overload
def checked(value: str, kind: SqlType | None = None) -> str: ...
@overload
def checked(value: T, kind: SqlType | None = None) -> T: ...
def checked(value: object, kind: SqlType | None = None) -> object:
    """A value as both databases hold it: composed text without U+0000, instants with an offset, decimals that fit."""
    if isinstance(value, str):
        if "\x00" in value:
            raise ValueError("text can't hold the character U+0000.")
        if not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value):
            raise ValueError("text can't hold half of a surrogate pair.")
        return composed(value)
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("the time needs an offset, such as Z or +01:00.")
        try:
            value.astimezone(UTC)
        except OverflowError as error:
            raise ValueError("the time is out of range.") from error
    elif isinstance(kind, ExactDecimal) and isinstance(value, Decimal | int):
        kind.scaled(value)
    elif isinstance(value, Mapping | list | float):
        _check_json(value)
    return value


def _check_json(value: object) -> None:
    if isinstance(value, Mapping):
        for name, each in value.items():
            checked(name)
            _check_json(each)
    elif isinstance(value, list):
        for each in value:
            _check_json(each)
    elif isinstance(value, float):
        if not isfinite(value):
            raise ValueError("JSON knows only finite numbers.")
    else:
        checked(value)


def read_filter(filters: FilterSet, where: Mapping[str, object]) -> tuple[Structure, dict[str, object]]:
    """A filter's structure and the values it binds; `BadFilter` says what is wrong."""
    reader = FilterReader()
    return reader.read(filters, where, "where", 0), reader.values


def template(filters: FilterSet, where: Mapping[str, object]) -> Template:
    """A filter whose operands are slots."""
    reader = FilterReader()
    return Template(reader.read(filters, where, "where", 0), reader.slots)


def keyed(structure: Structure) -> Structure:
    """A structure by which one row is found, through a key of related rows: those are looked for first.

    SQLite would go through all rows for some that are related to it; for what isn't a key that is the better way.
    """
    kind = structure[0]
    if kind == "and":
        return kind, tuple(keyed(part) for part in structure[1])
    return ("keyed", structure[1], keyed(structure[2])) if kind in ("some", "one") else structure


def goes_over_relations(structure: Structure) -> bool:
    """Whether a structure has conditions on related rows, other than keys by which they are found."""
    kind = structure[0]
    if kind in ("and", "or"):
        return any(goes_over_relations(part) for part in structure[1])
    return kind in ("one", "some", "none", "every") or (kind == "not" and goes_over_relations(structure[1]))
