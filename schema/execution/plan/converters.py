"""From values worked out in Python to the shape of the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphql import GraphQLLeafType, GraphQLList, GraphQLNonNull, GraphQLObjectType, is_leaf_type
from graphql.execution.collect_fields import FieldDetails

from resolvers.query.link import Door
from resolvers.query.visibility import reachable
from resolvers.storage.context import RowRef
from schema.declaring.base import TYPES
from schema.execution.plan.bindings import NotPlannable, declaration_of, field_name
from schema.execution.plan.plan_nodes import AnswerState, Converter, Getter, Level

if TYPE_CHECKING:
    from schema.execution.plan.planner import Planner


def converter(planner: Planner, field_type: object, details: list[FieldDetails], door: Door = reachable) -> Converter:
    """What brings a Python value of a type into the shape of the answer; rows that it names have to pass the door."""
    if isinstance(field_type, GraphQLNonNull):
        inner = converter(planner, field_type.of_type, details, door)
        return lambda value, filling: _present(inner(value, filling))
    if isinstance(field_type, GraphQLList):
        return _list_converter(converter(planner, field_type.of_type, details, door))
    if is_leaf_type(field_type):
        return _leaf_converter(field_type)
    return _object_converter(planner, field_type, details, door)


def _object_converter(planner: Planner, field_type: object, details: list[FieldDetails], door: Door) -> Converter:
    levels: dict[str, Level] = {}
    plain = _plain_object(planner, field_type, details, door) if isinstance(field_type, GraphQLObjectType) else None

    def convert(value: object, filling: AnswerState) -> object:
        if value is None:
            return None
        if isinstance(value, RowRef):
            level = levels.get(value.type_name)
            if level is None:
                level = levels[value.type_name] = planner.row_level("", value.type_name, details, door)
            return level, value.key
        if plain is None:
            raise NotPlannable
        return plain(value, filling)

    return convert


def _plain_object(
    planner: Planner, object_type: GraphQLObjectType, details: list[FieldDetails], door: Door
) -> Converter:
    parts: list[tuple[str, Getter, Converter]] = []
    for key, below in planner.groups(object_type, details).items():
        name = field_name(below)
        if name == "__typename":
            parts.append((key, _constantly(object_type.name), _unchanged))
            continue
        declared = declaration_of(object_type, name)
        get = declared.getter(planner.selection(key, object_type, below)) if declared is not None else None
        if get is None:
            if object_type.name in TYPES and TYPES[object_type.name].entity is not None:
                return _only_rows
            raise NotPlannable
        parts.append((key, get, converter(planner, object_type.fields[name].type, below, door)))

    def convert(value: object, filling: AnswerState) -> object:
        made: dict[str, object] = {}
        for key, get, inner in parts:
            made[key] = place_value(made, key, inner(get(value, filling), filling), filling)
        return made

    return convert


def _only_rows(_value: object, _filling: AnswerState) -> object:
    raise NotPlannable


def place_value(container: object, place: object, value: object, filling: AnswerState) -> object:
    """Put a converted value in its place, or note the row that will be put there."""
    if type(value) is tuple:
        filling.pending.append((value[0], container, place, value[1]))
        return None
    return value


def _constantly(text: str) -> Getter:
    return lambda _value, _filling: text


def _unchanged(value: object, _filling: AnswerState) -> object:
    return value


def _present(value: object) -> object:
    if value is None:
        raise NotPlannable
    return value


def _list_converter(inner: Converter) -> Converter:
    def convert(value: Any, filling: AnswerState) -> object:
        if value is None:
            return None
        made: list[object] = []
        for index, item in enumerate(value):
            made.append(None)
            made[index] = place_value(made, index, inner(item, filling), filling)
        return made

    return convert


def _leaf_converter(leaf_type: GraphQLLeafType) -> Converter:
    serialize = leaf_type.serialize
    return lambda value, _filling: None if value is None else serialize(value)
