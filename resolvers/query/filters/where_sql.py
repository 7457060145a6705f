"""Filters as SQL: a filter's structure over an alias of the entity, with parameters for its values."""

from __future__ import annotations

from functools import partial

from sqlalchemy import ColumnElement, String, and_, exists, false, func, literal_column, not_, or_, select, true
from sqlalchemy.orm import aliased

from models import Base
from models.rules.letters import CAPITALS, SMALL
from models.types import Json
from resolvers.query.columns import (
    Expression,
    is_always_there,
    read,
    refuse_masked,
    relationship_of,
    source_type,
)
from resolvers.query.filters.seeking import MOST_COUNTED, Seeker
from resolvers.query.filters.where import IGNORING_CASE, ConditionFilter, RelationFilter, Structure
from resolvers.query.link import Door
from resolvers.query.visibility import listed, reachable
from resolvers.storage.sql import SqlColumn, SqlValue, column_of
from resolvers.storage.statement import ListParameter, parameter


def condition(entity: type[Base], alias: type[Base], structure: Structure, backend: str) -> ColumnElement[bool]:
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
    if kind == "special":
        special: ConditionFilter = structure[1]
        return special.sql(alias, structure, backend)
    if kind == "sought":
        return _sought(entity, alias, structure, backend)
    return _related(entity, alias, structure, backend)


def _absent(entity: type[Base], alias: type[Base], structure: Structure) -> ColumnElement[bool]:
    _, relation, wanted = structure
    found = _exists(entity, alias, relation, None, "")
    return not_(found) if wanted else found


def _sought(entity: type[Base], alias: type[Base], structure: Structure, backend: str) -> ColumnElement[bool]:
    """Whether a row is among those found by their relatives, or whether it has one, where those are too many."""
    _, part, name = structure
    few = Seeker(partial(condition_on, backend), door_of, MOST_COUNTED, name).few(entity, part)
    return few.otherwise(column_of(alias, "id").in_(few.keys), _related(entity, alias, part, backend)).is_(true())


def _related(entity: type[Base], alias: type[Base], structure: Structure, backend: str) -> ColumnElement[bool]:
    kind, relation, part = structure
    if kind == "keyed" or (kind == "one" and is_always_there(entity, relation.relation)):
        return _keyed(entity, alias, relation, part, backend)
    if kind == "every":
        return not_(_exists(entity, alias, relation, ("not", part), backend))
    found = _exists(entity, alias, relation, part, backend)
    return not_(found) if kind == "none" else found


def _keyed(
    entity: type[Base], alias: type[Base], relation: RelationFilter, part: Structure, backend: str
) -> ColumnElement[bool]:
    assert isinstance(relation.relation, str)
    target_entity = relation.target().entity
    target = aliased(target_entity)
    conditions = [*door_of(relation)(target_entity, target), condition(target_entity, target, part, backend)]
    ((mine, theirs),) = relationship_of(entity, relation.relation).local_remote_pairs or ()
    found: ColumnElement[bool] = getattr(alias, str(mine.key)).in_(
        select(getattr(target, str(theirs.key))).where(*conditions)
    )
    return found


def condition_on(backend: str, entity: type[Base], alias: type[Base], structure: Structure) -> ColumnElement[bool]:
    """The same, for one database."""
    return condition(entity, alias, structure, backend)


def door_of(relation: RelationFilter) -> Door:
    """Which of the rows that a relation leads to are seen."""
    return listed if relation.many else reachable


def _exists(
    entity: type[Base], alias: type[Base], relation: RelationFilter, part: Structure | None, backend: str
) -> ColumnElement[bool]:
    target_entity = relation.target().entity
    target = aliased(target_entity)
    conditions = list(door_of(relation)(target_entity, target))
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


def _compare(entity: type[Base], alias: type[Base], structure: Structure, backend: str) -> ColumnElement[bool]:
    _, source, operator, names = structure
    refuse_masked(entity, source)
    column, kind = read(alias, source), source_type(entity, source)
    if operator == "isNull":
        return column.is_(None)
    if operator == "isSet":
        return column.is_not(None)
    if operator in ("in", "nin"):
        items = parameter(names[0], ListParameter(kind))
        if backend == "postgresql":
            found: ColumnElement[bool] = column == func.any(items)
        else:
            found = column.in_(select(func.json_each(items).table_valued("value").c.value))
        return found if operator == "in" else found.is_not(true())
    value = parameter(names[0], kind)
    if operator in IGNORING_CASE:
        return _ignoring_case(column, IGNORING_CASE[operator], value, backend)
    if operator == "eq" and isinstance(source, Expression) and source.equal is not None:
        same: ColumnElement[bool] = source.equal(alias, value)
        return same
    if operator == "has":
        return _has(column, parameter(names[0], source_type(entity, "id") if kind is not Json else Json), backend)
    if operator == "startsWith":
        return and_(column >= value, column <= parameter(names[1], kind))
    if operator == "contains":
        return _place(column, value, backend) > 0
    return {
        "eq": column.__eq__,
        "ne": column.is_distinct_from,
        "lt": column.__lt__,
        "lte": column.__le__,
        "gt": column.__gt__,
        "gte": column.__ge__,
    }[operator](value)


def _ignoring_case(column: SqlColumn, operator: str, value: SqlValue, backend: str) -> ColumnElement[bool]:
    """A comparison of small letters, with a value in small letters."""
    # What a locale takes for a capital letter differs from one database to the next: the letters are given.
    letters = [literal_column(f"'{letters}'", String()) for letters in (CAPITALS, SMALL)]
    lower: ColumnElement[str] = func.translate(column, *letters) if backend == "postgresql" else func.small(column)
    if operator == "eq":
        return lower == value
    place = _place(lower, value, backend)
    return place == literal_column("1") if operator == "startsWith" else place > literal_column("0")


def _place(column: SqlColumn, value: SqlValue, backend: str) -> ColumnElement[int]:
    """Where a text holds another, from 1; 0 where it doesn't."""
    return (func.strpos if backend == "postgresql" else func.instr)(column, value)


def _has(column: SqlColumn, value: SqlValue, backend: str) -> ColumnElement[bool]:
    """Whether a JSON list holds an item."""
    if backend == "postgresql":
        return column.op("@>")(value)
    items = func.json_each(column).table_valued("value")
    return exists(select(items.c.value).where(items.c.value == func.json_extract(value, "$")))
