"""Where an object of the answer stands in a level's rows, and how its declared fields are read there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLList, GraphQLNonNull, GraphQLObjectType
from graphql.execution.collect_fields import FieldDetails

from models import Base
from resolvers.query.columns import Column, entity_at, source_type
from schema.declaring.base import Declaration
from schema.declaring.scalars import Value, value_of
from schema.declaring.types import DECLARATION


class NotPlannable(Exception):
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


def column_value(entity: type[Base], column: Column) -> Value:
    """The conversions of a column seen from a level's entity."""
    return value_of(source_type(entity_at(entity, column.path), column.source))


def inner_type(field_type: Any) -> object:
    """The named type within non-null and list wrappers."""
    while isinstance(field_type, GraphQLNonNull | GraphQLList):
        field_type = field_type.of_type
    return field_type


def field_name(details: list[FieldDetails]) -> str:
    """The name of the field that a response key stands for."""
    return details[0].node.name.value
