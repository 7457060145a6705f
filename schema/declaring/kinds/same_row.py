"""The same row seen as another type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from schema.declaring.base import Declaration, TypeDeclaration, type_named
from schema.declaring.kinds.own import OwnField
from schema.declaring.types import FieldSpec, field_of
from schema.execution.plan.bindings import Place
from schema.execution.plan.plan_nodes import Entry
from schema.execution.plan.selection import Selection
from schema.execution.run.loaders import Info
from schema.execution.run.records import Record


def same(type_name: str, **options: Any) -> Declaration:
    """Show the same row as another type."""
    return SameRow(type_name=type_name, **options)


@dataclass(eq=False, kw_only=True)
class SameRow(OwnField):
    """The same row seen as another type."""

    type_name: str

    def check(self, _owner: TypeDeclaration) -> None:
        """The type must be there."""
        type_named(self.type_name)

    def spec(self, _owner: TypeDeclaration) -> FieldSpec:
        """There is always such a row."""
        return field_of(self, self.type_name)

    def entry(self, selection: Selection) -> Entry:
        """Make it from the same row."""
        row = selection.row
        return selection.nested(Place(row.entity, row.path))

    def getter(self, _selection: Selection) -> None:
        """Only a row has it."""

    def of_record(self, record: Record, _info: Info) -> Record:
        """The same row."""
        return record.seen_as(Place(record.place.entity, record.place.path), self.type_name)
