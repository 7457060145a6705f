"""A declared field as a document selects it: what a declaration makes its step of the plan from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphql import GraphQLNonNull, GraphQLObjectType
from graphql.execution.collect_fields import FieldDetails

from resolvers.query.columns import Column
from resolvers.query.link import Door
from resolvers.query.visibility import reachable
from schema.execution.plan.bindings import NotPlannable, Place, field_name
from schema.execution.plan.converters import converter
from schema.execution.plan.plan_nodes import ROOT_KEY, Arguments, Converter, Level, Nested

if TYPE_CHECKING:
    from schema.execution.plan.planner import Planner


@dataclass(frozen=True, slots=True)
class Selection:
    """A field under its key in the answer, with the type it belongs to and the place of its row; the root has none."""

    planner: Planner
    key: str
    parent: GraphQLObjectType
    details: list[FieldDetails]
    place: Place | None = None

    @property
    def name(self) -> str:
        """The field's name in the graph."""
        return field_name(self.details)

    @property
    def type(self) -> object:
        """The field's type in the graph."""
        return self.parent.fields[self.name].type

    @property
    def is_required(self) -> bool:
        """Whether the graph promises a value."""
        return isinstance(self.type, GraphQLNonNull)

    @property
    def row(self) -> Place:
        """The place of the row; where there is none, the field is for the ordinary way."""
        if self.place is None:
            raise NotPlannable
        return self.place

    def parent_key(self, column: Any) -> Column:
        """The column of the row by which what is below it is found."""
        return ROOT_KEY if self.place is None else self.place.column(column)

    def arguments(self) -> Arguments:
        """The field's arguments."""
        return self.planner.arguments(self.parent, self.name, self.details[0].node)

    def converter(self, door: Door = reachable) -> Converter:
        """What brings a Python value into the shape of what is selected; rows that it names have to pass the door."""
        return converter(self.planner, self.type, self.details, door)

    def row_level(self, type_name: str) -> Level:
        """What reads rows of a type by their keys, with what is selected of them."""
        return self.planner.row_level("", type_name, self.details)

    def names(self) -> frozenset[str]:
        """The names of the fields selected of an object; those of what it holds are written with a dot."""
        return self.planner.names(self.type, self.details)

    def nested(self, place: Place, when: Column | None = None, *, required: bool = False) -> Nested:
        """An object made from the same row, seen from a place; null where `when` is."""
        target = self.planner.object_type(self.type)
        return Nested(self.planner.shape(target, self.planner.groups(target, self.details), place), when, required)
