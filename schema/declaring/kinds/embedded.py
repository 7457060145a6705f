"""Structures made of the row's own columns, money among them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from models import Base
from resolvers.query.columns import Column, Source, source_type
from resolvers.query.filters.where import ValueFilter
from schema.declaring.base import Declaration, FieldFilter, TypeDeclaration, type_named
from schema.declaring.kinds.own import OwnField
from schema.declaring.scalars import value_of
from schema.declaring.types import FieldSpec, column_doc, field_of, optional
from schema.execution.plan.bindings import Place
from schema.execution.plan.plan_nodes import Entry
from schema.execution.plan.selection import Selection
from schema.execution.run.loaders import Info
from schema.execution.run.records import Record


def embedded(type_name: str, **options: Any) -> Declaration:
    """Show some of the row's columns as a structure."""
    return Embedded(type_name=type_name, **options)


def money(
    amount: Source, unit: Column | Source = "currency_code", *, when: Source | None = None, **options: Any
) -> Declaration:
    """Show an amount with its currency; null where `when` is."""
    binding = {"amount": amount, "currency_code": unit}
    return Embedded(type_name="Money", binding=binding, when=when, filtered="amount", **options)


@dataclass(eq=False, kw_only=True)
class Embedded(OwnField):
    """A structure made of the row's own columns. With `when`, the structure is null where that column is."""

    type_name: str
    binding: Mapping[str, Column | Source] = field(default_factory=dict)
    when: Source | None = None
    flat: bool = False
    """Whether filters and sort keys name its fields as if they were the type's own."""
    filtered: str | None = None
    """The bound column by which the whole is filtered and sorted, as money is by its amount."""

    @property
    def is_structure(self) -> bool:
        """It is."""
        return True

    @property
    def _whole(self) -> Source | None:
        """What the whole is filtered and sorted by, if that is the row's own."""
        source = self.binding[self.filtered] if self.filtered else None
        return None if isinstance(source, Column) else source

    def columns(self) -> Iterable[Column | Source]:
        """What is bound, what its fields read beside that, and what says whether there is any."""
        own = [column for each in type_named(self.type_name).fields.values() for column in each.columns()]
        bound = [self.binding.get(column, column) if isinstance(column, str) else column for column in own]
        return [*self.binding.values(), *bound, *([self.when] if self.when is not None else [])]

    def spec(self, owner: TypeDeclaration) -> FieldSpec:
        """Its description may be that of the column it is filtered by."""
        description = column_doc(owner, self.binding.get(self.filtered or ""))
        return field_of(self, optional(self.type_name, nullable=self.when is not None), description)

    def filters(self, owner: TypeDeclaration, entity: type[Base]) -> Iterable[FieldFilter]:
        """As a whole, or by each of its fields."""
        if self.filtered:
            if self._whole is not None:
                kind = value_of(source_type(entity, self._whole)).filter
                yield FieldFilter(self.name, ValueFilter(self._whole), f"{kind}Filter")
        elif self.flat:
            for each in type_named(self.type_name).fields.values():
                yield from (found for found in each.filters(owner, entity) if not found.relates)

    def sort_columns(self, entity: type[Base]) -> Iterable[tuple[str, Column]]:
        """As a whole, or by each of its fields."""
        if self.filtered:
            if self._whole is not None:
                yield self.name, Column((), self._whole)
        elif self.flat:
            for each in type_named(self.type_name).fields.values():
                yield from each.sort_columns(entity)

    def place(self, row: Place) -> Place:
        """The place of the structure within a row."""
        if not self.binding:
            return Place(row.entity, row.path, row.binding)
        return Place(row.entity, row.path, {name: _below(of, row.path) for name, of in self.binding.items()})

    def entry(self, selection: Selection) -> Entry:
        """Make it from the same row."""
        row = selection.row
        when = row.column(self.when) if self.when is not None else None
        return selection.nested(self.place(row), when)

    def of_record(self, record: Record, _info: Info) -> Record | None:
        """The same row, seen as the structure."""
        if self.when is not None and record.raw(record.place.column(self.when)) is None:
            return None
        return record.seen_as(self.place(record.place), self.type_name)


def _below(column: Column | Source, path: tuple[str, ...]) -> Column:
    return column.below(path) if isinstance(column, Column) else Column(path, column)
