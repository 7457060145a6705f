"""Where an object of the answer stands in a level's rows, and how its declared fields are read there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLList, GraphQLNonNull, GraphQLObjectType
from graphql.execution.collect_fields import FieldDetails

from models import Base
from resolvers.code.iso import Code
from resolvers.query.columns import Column, entity_at, source_type
from resolvers.storage.context import RequestContext
from schema.declaring.declarations import Attribute, Coded, Declaration, Embedded, Leaf
from schema.declaring.filters import bound
from schema.declaring.scalars import Value, enum_value, text_list, value_of
from schema.declaring.types import DECLARATION


class NotPlannable(Exception):  # noqa: N818
    """The document, or its data, is for the ordinary way."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a level's rows an object stands: an entity, the path to it, and the names bound to columns."""

    entity: type[Base]
    path: tuple[str, ...] = ()
    binding: Mapping[str, Column] | None = None

    def column(self, source: Any) -> Column:
        """The column that a declared source means here."""
        if isinstance(source, Column):
            return source.below(self.path)
        if self.binding is not None and source in self.binding:
            return self.binding[source]
        return Column(self.path, source)


def declaration_of(parent: GraphQLObjectType, name: str) -> Declaration | None:
    """The declaration behind a field, if it was declared."""
    definition = parent.fields[name].extensions.get("strawberry-definition")
    found: Declaration | None = (definition.metadata or {}).get(DECLARATION) if definition is not None else None
    return found


def column_value(entity: type[Base], column: Column, declared: Leaf | None = None) -> Value:
    """The conversions of a column seen from a level's entity."""
    if declared is not None and declared.is_list:
        return text_list()
    if declared is not None and declared.enum is not None:
        return enum_value(declared.enum)
    return value_of(source_type(entity_at(entity, column.path), column.source))


def bind_part(declared: Embedded, place: Place) -> Place:
    """The place of a structure within a row."""
    if not declared.binding:
        return Place(place.entity, place.path, place.binding)
    return Place(place.entity, place.path, {name: bound(of, place.path) for name, of in declared.binding.items()})


def plain_value(declared: Declaration, value: Any, context: RequestContext) -> Any:
    """A declared field's value on an object that was worked out in Python."""
    if isinstance(declared, Coded):
        return find_code(declared.type_name, getattr(value, declared.source), context)
    if isinstance(declared, Attribute):
        return getattr(value, declared.attribute or declared.name)
    if isinstance(declared, Leaf) and isinstance(declared.source, str):
        return getattr(value, declared.source)
    return getattr(value, declared.name)


def find_code(type_name: str, code: str | None, context: RequestContext) -> Code | None:
    """A country, currency or language in the reader's language."""
    return None if code is None else Code(type_name, code, context.locale)


def inner_type(field_type: Any) -> Any:
    """The named type within non-null and list wrappers."""
    while isinstance(field_type, GraphQLNonNull | GraphQLList):
        field_type = field_type.of_type
    return field_type


def field_name(details: list[FieldDetails]) -> str:
    """The name of the field that a response key stands for."""
    return details[0].node.name.value
