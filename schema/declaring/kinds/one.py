"""The row that a to-one relationship leads to."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass
from typing import Any

from models import Base, Customer
from resolvers.query.columns import Column, Source, relationship_of
from resolvers.query.filters.where import RelationFilter
from schema.declaring.base import TYPES, Declaration, FieldFilter, TypeDeclaration, check_relation, type_of_entity
from schema.declaring.filters import filters_of
from schema.declaring.kinds.own import OwnField
from schema.declaring.types import FieldSpec, field_of, optional
from schema.execution.plan.bindings import Place
from schema.execution.plan.plan_nodes import Entry
from schema.execution.plan.selection import Selection
from schema.execution.run.loaders import Info
from schema.execution.run.records import Record


def one(relation: str | None = None, **options: Any) -> Declaration:
    """Show the row that a to-one relationship leads to."""
    return One(relation=relation, **options)


@dataclass(eq=False, kw_only=True)
class One(OwnField):
    """The row that a to-one relation leads to."""

    relation: str | None = None
    nullable: bool | None = None
    sorts: Container[Source] = ()
    """The other row's columns that rows are sorted by, as if they were their own."""

    @property
    def follows(self) -> str:
        """The relationship's name."""
        return self.relation or self.name

    def check(self, owner: TypeDeclaration) -> None:
        """The relationship must be there, and a type that shows where it leads."""
        check_relation(owner.entity, self.follows)

    def spec(self, owner: TypeDeclaration) -> FieldSpec:
        """Null where the relationship's column may be; described as that is."""
        assert owner.entity is not None
        relation = relationship_of(owner.entity, self.follows)
        column = next(iter(relation.local_columns))
        nullable = column.nullable or relation.direction.name != "MANYTOONE"
        nullable = bool(nullable) if self.nullable is None else self.nullable
        # Customers are erased while their bills and entries stay; those then belong to nobody who can be shown.
        nullable = nullable or relation.mapper.class_ is Customer
        return field_of(self, optional(type_of_entity(relation.mapper.class_), nullable=nullable), column.doc or "")

    def filters(self, owner: TypeDeclaration, _entity: type[Base]) -> Iterable[FieldFilter]:
        """By what the row is like."""
        assert owner.entity is not None
        target = type_of_entity(relationship_of(owner.entity, self.follows).mapper.class_)
        relates = RelationFilter(self.follows, filters_of(target), many=False)
        yield FieldFilter(self.name, relates, f"{target}Where", relates=True)

    def sort_columns(self, entity: type[Base]) -> Iterable[tuple[str, Column]]:
        """By the other row's values, where that is declared."""
        if self.sorts:
            target = relationship_of(entity, self.follows).mapper.class_
            for each in TYPES[type_of_entity(target)].fields.values():
                for name, column in each.sort_columns(target):
                    if column.source in self.sorts:
                        yield name, column.below((self.follows,))

    def place(self, row: Place) -> Place:
        """The place of the row that it leads to."""
        return Place(row.entity, (*row.path, self.follows))

    def entry(self, selection: Selection) -> Entry:
        """Read the other row's columns along with the row's."""
        place = self.place(selection.row)
        return selection.nested(place, Column(place.path, "id"), required=selection.is_required)

    def getter(self, _selection: Selection) -> None:
        """Only a row has it."""

    def of_record(self, record: Record, _info: Info) -> Record | None:
        """The other row, whose columns were read along."""
        place = self.place(record.place)
        if record.raw(Column(place.path, "id")) is None:
            return None
        return record.seen_as(place, "")
