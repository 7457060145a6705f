"""Filters as SQL: a filter's structure over an alias of the entity, with parameters for its values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, func, not_, or_, select, true
from sqlalchemy.orm import aliased

from models import Base
from models.types import Json
from resolvers.query.columns import is_always_there, read, relationship_of, source_type
from resolvers.query.visibility import listed, reachable
from resolvers.query.where import RelationFilter, SpecialFilter, Structure
from resolvers.storage.statement import ListParameter, parameter


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
    if kind == "special":
        special: SpecialFilter = structure[1]
        return special.sql(alias, structure, backend)
    return _related(entity, alias, structure, backend)


def _absent(entity: type[Base], alias: Any, structure: Structure) -> ColumnElement[bool]:
    _, relation, wanted = structure
    found = _exists(entity, alias, relation, None, "")
    return not_(found) if wanted else found


def _related(entity: type[Base], alias: Any, structure: Structure, backend: str) -> ColumnElement[bool]:
    kind, relation, part = structure
    if kind == "keyed" or (kind == "one" and is_always_there(entity, relation.relation)):
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
        items = parameter(names[0], ListParameter(kind))
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
