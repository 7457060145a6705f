"""Filters: from the `where` that a caller gives to SQL, in two steps.

Reading a filter splits it into its structure, from which a statement is compiled once, and its values, which each run
binds. Anything that is not understood is refused: a filter never silently lets more rows through.

`ne`, `nin` and `not` keep rows whose value is missing: they are the exact opposites of `eq`, `in` and the filter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import isfinite
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, func, not_, or_, select, true
from sqlalchemy.orm import aliased
from sqlalchemy.types import TypeEngine

from models import Base
from models.columns import ExactDecimal, Json
from resolvers.columns import Source, read, relationship_of, source_type
from resolvers.errors import BadFilter
from resolvers.ids import key_of
from resolvers.statement import Many, parameter
from resolvers.visibility import listed, reachable

COMPARISONS = ("eq", "ne", "in", "nin", "lt", "lte", "gt", "gte", "isNull", "startsWith", "contains", "has")
WHOLE = frozenset({"eq", "ne", "in", "nin"})
"""Comparisons with a whole value; the others may be given a part of one."""
LAST_CHARACTER = "\U0010ffff"
DEEPEST = 12
MOST_CONDITIONS = 100
MOST_VALUES = 1000


@dataclass(frozen=True, eq=False)
class ValueFilter:
    """A filter on a value. `normalise` brings what a caller writes to the form in which it is compared."""

    source: Source
    normalise: Callable[[Any], Any] | None = None


@dataclass(frozen=True, eq=False)
class IdFilter:
    """A filter on the row's own opaque id."""

    type_name: str


@dataclass(frozen=True, eq=False)
class RelationFilter:
    """A filter on the row or rows that a relation leads to."""

    relation: str | Callable[[Any, Any], ColumnElement[bool]]
    target: Callable[[], FilterSet]
    many: bool


Filter = ValueFilter | IdFilter | RelationFilter


@dataclass(eq=False)
class FilterSet:
    """What an entity can be filtered by, under the names of the API."""

    entity: type[Base]
    filters: dict[str, Filter] = field(default_factory=dict)


FILTERS: dict[str, FilterSet] = {}
"""What each type of the graph can be filtered by, by its name; the graph fills it when it is built."""


# A structure: ("and" | "or", parts) · ("not", part) · ("value", source, operator, parameter) ·
# ("one", filter, part) · ("some" | "none" | "every" | "keyed", filter, part) · ("absent", filter, wanted) · ("all",)
Structure = tuple[Any, ...]
ALL: Structure = ("all",)


class _Reader:
    """Reads one filter; counts what it meets, so that a hostile filter is refused and not compiled."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.conditions = 0

    def read(self, filters: FilterSet, where: Any, path: str, depth: int) -> Structure:
        if not isinstance(where, Mapping):
            raise BadFilter(f"`{path}` must be an object.")
        if depth > DEEPEST:
            raise BadFilter(f"`{path}` is nested too deeply; {DEEPEST} levels are allowed.")
        parts = [self._part(filters, name, value, f"{path}.{name}", depth) for name, value in where.items()]
        return parts[0] if len(parts) == 1 else ("and", tuple(parts)) if parts else ALL

    def _part(self, filters: FilterSet, name: str, value: Any, path: str, depth: int) -> Structure:
        self.conditions += 1
        if self.conditions > MOST_CONDITIONS:
            raise BadFilter(f"The filter has more than {MOST_CONDITIONS} conditions.")
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
        return self._value(filters.entity, known, value, path)

    def _relation(self, known: RelationFilter, value: Mapping[str, Any], path: str, depth: int) -> Structure:
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
        parts = []
        for mode, inner in value.items():
            if mode not in ("some", "none", "every") or inner is None:
                raise BadFilter(f"`{path}` takes `some`, `none` and `every`, each with a filter.")
            parts.append((mode, known, self.read(known.target(), inner, f"{path}.{mode}", depth + 1)))
        return parts[0] if len(parts) == 1 else ("and", tuple(parts))

    def _value(self, entity: type[Base], known: ValueFilter | IdFilter, comparisons: Any, path: str) -> Structure:
        if not isinstance(comparisons, Mapping):
            raise BadFilter(f"`{path}` must be an object of comparisons.")
        parts: list[Structure] = []
        for operator, operand in comparisons.items():
            if operator not in COMPARISONS:
                raise BadFilter(f"`{path}.{operator}` is not a comparison.")
            if operand is None:
                raise BadFilter(f"`{path}.{operator}` is null; use `isNull` to find missing values.")
            parts.append(self._comparison(entity, known, operator, operand, path))
        return parts[0] if len(parts) == 1 else ("and", tuple(parts)) if parts else ALL

    def _comparison(
        self, entity: type[Base], known: ValueFilter | IdFilter, operator: str, operand: Any, path: str
    ) -> Structure:
        source = "id" if isinstance(known, IdFilter) else known.source
        if operator == "isNull":
            return "value", source, "isNull" if operand else "isSet", ()
        each = _normaliser(entity, known, whole=operator in WHOLE)
        try:
            if operator in ("in", "nin"):
                if len(operand) > MOST_VALUES:
                    raise BadFilter(f"`{path}.{operator}` has more than {MOST_VALUES} values.")
                if None in operand:
                    raise BadFilter(f"`{path}.{operator}` has a null; use `isNull` to find missing values.")
                return "value", source, operator, (self._bind([each(item) for item in operand]),)
            bound = each(operand)
        except ValueError as error:
            raise BadFilter(f"`{path}.{operator}`: {error}") from error
        if operator == "startsWith":
            return "value", source, operator, (self._bind(bound), self._bind(bound + LAST_CHARACTER))
        return "value", source, operator, (self._bind(bound),)

    def _bind(self, value: Any) -> str:
        name = f"w{len(self.values)}"
        self.values[name] = value
        return name


def _normaliser(entity: type[Base], known: ValueFilter | IdFilter, *, whole: bool) -> Callable[[Any], Any]:
    """What brings an operand to the form in which it is compared; a part of a value may have no such form."""
    if isinstance(known, IdFilter):
        return lambda opaque: key_of(opaque, known.type_name)
    normalise, kind = known.normalise, source_type(entity, known.source)
    if normalise is None:
        return lambda value: checked(value, kind)

    def normalised(value: Any) -> Any:
        try:
            return normalise(checked(value))
        except ValueError:
            if whole:
                raise
            return checked(value)

    return normalised


def checked(value: Any, kind: TypeEngine[Any] | None = None) -> Any:
    """A value that both databases can hold: whole text without U+0000, instants with an offset, decimals that fit."""
    if isinstance(value, str):
        if "\x00" in value:
            raise ValueError("text can't hold the character U+0000.")
        if not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value):
            raise ValueError("text can't hold half of a surrogate pair.")
    elif isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("the time needs an offset, such as Z or +01:00.")
        try:
            value.astimezone(UTC)
        except OverflowError as error:
            raise ValueError("the time is out of range.") from error
    elif isinstance(kind, ExactDecimal):
        kind.scaled(value)
    elif isinstance(value, Mapping | list | float):
        _check_json(value)
    return value


def _check_json(value: Any) -> None:
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


def read_filter(filters: FilterSet, where: Mapping[str, Any]) -> tuple[Structure, dict[str, Any]]:
    """A filter's structure and the values it binds; `BadFilter` says what is wrong."""
    reader = _Reader()
    return reader.read(filters, where, "where", 0), reader.values


def renamed(structure: Structure, prefix: str) -> Structure:
    """A structure with a prefix to the names of its parameters."""
    kind = structure[0]
    if kind in ("all", "absent"):
        return structure
    if kind in ("and", "or"):
        return kind, tuple(renamed(part, prefix) for part in structure[1])
    if kind == "value":
        return *structure[:3], tuple(prefix + name for name in structure[3])
    return *structure[:-1], renamed(structure[-1], prefix)


def keyed(structure: Structure) -> Structure:
    """A structure by which one row is found, through a key of related rows: those are looked for first.

    SQLite would go through all rows for some that are related to it; for what isn't a key that is the better way.
    """
    kind = structure[0]
    if kind == "and":
        return kind, tuple(keyed(part) for part in structure[1])
    return ("keyed", structure[1], keyed(structure[2])) if kind in ("some", "one") else structure


def condition(entity: type[Base], alias: Any, structure: Structure, backend: str) -> ColumnElement[bool]:
    """A structure as SQL over an alias."""
    kind = structure[0]
    if kind == "all":
        return true()
    if kind == "and":
        return and_(true(), *(condition(entity, alias, part, backend) for part in structure[1]))
    if kind == "or":
        return or_(false(), *(condition(entity, alias, part, backend) for part in structure[1]))
    if kind == "not":
        return condition(entity, alias, structure[1], backend).is_not(true())
    if kind == "value":
        return _compare(entity, alias, structure, backend)
    if kind == "absent":
        return _absent(entity, alias, structure)
    return _related(entity, alias, structure, backend)


def _absent(entity: type[Base], alias: Any, structure: Structure) -> ColumnElement[bool]:
    _, relation, wanted = structure
    found = _exists(entity, alias, relation, None, "")
    return not_(found) if wanted else found


def _related(entity: type[Base], alias: Any, structure: Structure, backend: str) -> ColumnElement[bool]:
    kind, relation, part = structure
    if kind == "keyed":
        return _keyed(entity, alias, relation, part, backend)
    if kind == "every":
        return not_(_exists(entity, alias, relation, ("not", part), backend))
    found = _exists(entity, alias, relation, part, backend)
    return not_(found) if kind == "none" else found


def _keyed(
    entity: type[Base], alias: Any, relation: RelationFilter, part: Structure, backend: str
) -> ColumnElement[bool]:
    assert isinstance(relation.relation, str)
    target_entity = relation.target().entity
    target = aliased(target_entity)
    conditions = [*_door(relation)(target_entity, target), condition(target_entity, target, part, backend)]
    ((mine, theirs),) = relationship_of(entity, relation.relation).local_remote_pairs or ()
    found: ColumnElement[bool] = getattr(alias, str(mine.key)).in_(
        select(getattr(target, str(theirs.key))).where(*conditions)
    )
    return found


def _door(relation: RelationFilter) -> Callable[[type[Base], Any], list[ColumnElement[bool]]]:
    return listed if relation.many else reachable


def _exists(
    entity: type[Base], alias: Any, relation: RelationFilter, part: Structure | None, backend: str
) -> ColumnElement[bool]:
    target_entity = relation.target().entity
    target = aliased(target_entity)
    conditions = list(_door(relation)(target_entity, target))
    if part is not None:
        conditions.append(condition(target_entity, target, part, backend))
    if callable(relation.relation):
        return exists(select(target.id).where(relation.relation(target, alias.id), *conditions))
    relationship_of(entity, relation.relation)
    attribute = getattr(alias, relation.relation).of_type(target)
    found: ColumnElement[bool] = (
        attribute.any(and_(true(), *conditions)) if relation.many else attribute.has(and_(true(), *conditions))
    )
    return found


def _compare(entity: type[Base], alias: Any, structure: Structure, backend: str) -> ColumnElement[bool]:
    _, source, operator, names = structure
    column, kind = read(alias, source), source_type(entity, source)
    if operator == "isNull":
        return column.is_(None)
    if operator == "isSet":
        return column.is_not(None)
    if operator in ("in", "nin"):
        items = parameter(names[0], Many(kind))
        if backend == "postgresql":
            found: ColumnElement[bool] = column == func.any(items)
        else:
            found = column.in_(select(func.json_each(items).table_valued("value").c.value))
        return found if operator == "in" else found.is_not(true())
    value = parameter(names[0], kind)
    if operator == "has":
        return _has(column, parameter(names[0], source_type(entity, "id") if kind is not Json else Json), backend)
    if operator == "startsWith":
        return and_(column >= value, column <= parameter(names[1], kind))
    if operator == "contains":
        return (func.strpos if backend == "postgresql" else func.instr)(column, value) > 0
    return {
        "eq": column.__eq__,
        "ne": column.is_distinct_from,
        "lt": column.__lt__,
        "lte": column.__le__,
        "gt": column.__gt__,
        "gte": column.__ge__,
    }[operator](value)


def _has(column: ColumnElement[Any], value: ColumnElement[Any], backend: str) -> ColumnElement[bool]:
    """Whether a JSON list holds an item."""
    if backend == "postgresql":
        return column.op("@>")(value)
    items = func.json_each(column).table_valued("value")
    return exists(select(items.c.value).where(items.c.value == func.json_extract(value, "$")))
