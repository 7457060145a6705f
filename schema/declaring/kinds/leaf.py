"""Leaves: values read from a column or an expression."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from models import Base
from resolvers.query.columns import Column, Source, entity_at, is_nullable, source_type
from resolvers.query.filters.where import ValueFilter
from resolvers.storage.context import RequestContext
from schema.declaring.base import Declaration, FieldFilter, TypeDeclaration
from schema.declaring.kinds.own import OwnField
from schema.declaring.scalars import Value, enum_value, graphql_enum, text_list, value_of
from schema.declaring.types import FieldSpec, column_doc, field_of, optional
from schema.execution.plan.bindings import column_value
from schema.execution.plan.codegen import CodeWriter
from schema.execution.plan.plan_nodes import Entry
from schema.execution.plan.selection import Selection
from schema.execution.run.loaders import Info, Resolver, reading_of
from schema.execution.run.records import Record


def leaf(source: Source | None = None, **options: Any) -> Declaration:
    """Show a column's value."""
    return Leaf(source=source, **options)


def texts(source: str | None = None, **options: Any) -> Declaration:
    """Show a JSON column that holds a list of text."""
    return Leaf(source=source, is_list=True, sortable=False, **options)


@dataclass(eq=False, kw_only=True)
class Leaf(OwnField):
    """A value read from a column or an expression."""

    source: Source | None = None
    annotation: object = None
    nullable: bool | None = None
    filterable: bool = True
    sortable: bool = True
    compared: Source | None = None
    """The source that filters compare with instead, such as the case-folded one."""
    sorted_by: Source | None = None
    normalise: Callable[[Any], Any] | None = None
    is_list: bool = False
    also: Sequence[FieldFilter] = ()
    """Filters of other kinds that go with it."""
    enum: type[StrEnum] | None = None
    """An enum wider than the column's own, where types that share an interface must agree."""

    @property
    def shows(self) -> Source:
        """What is shown."""
        return self.source or self.name

    def columns(self) -> Iterable[Column | Source]:
        """What is shown, and what filters and sort keys take instead."""
        return [each for each in (self.shows, self.compared, self.sorted_by) if each is not None]

    def spec(self, owner: TypeDeclaration) -> FieldSpec:
        """Type, nullability and description are the column's, unless they are declared."""
        description = column_doc(owner, self.shows)
        if owner.entity is None or self.annotation is not None:
            return field_of(self, optional(self.annotation, nullable=bool(self.nullable)), description)
        nullable = is_nullable(owner.entity, self.shows) if self.nullable is None else self.nullable
        if self.enum is not None:
            annotation = graphql_enum(self.enum)
        else:
            annotation = list[str] if self.is_list else value_of(source_type(owner.entity, self.shows)).annotation
        return field_of(self, optional(annotation, nullable=nullable), description)

    def filters(self, _owner: TypeDeclaration, entity: type[Base]) -> Iterable[FieldFilter]:
        """By its value."""
        if self.filterable:
            source = self.compared or self.shows
            kind = "List" if self.is_list else value_of(source_type(entity, source)).filter
            yield FieldFilter(self.name, ValueFilter(source, self.normalise), f"{kind}Filter")
        yield from self.also

    def sort_columns(self, entity: type[Base]) -> Iterable[tuple[str, Column]]:
        """By its value, where such values have an order."""
        source = self.sorted_by or self.shows
        if self.sortable and (self.sorted_by or value_of(source_type(entity, source)).sortable):
            yield self.name, Column((), source)

    def value(self, entity: type[Base], column: Column) -> Value:
        """The conversions of its column seen from a level's entity."""
        if self.is_list:
            return text_list()
        return column_value(entity, column) if self.enum is None else enum_value(self.enum)

    def entry(self, selection: Selection) -> Entry:
        """Read the column."""
        row = selection.row
        column = row.column(self.shows)
        nullable = is_nullable(entity_at(row.entity, column.path), column.source)
        return Scalar(column, _value(self, row.entity, column), selection.is_required, nullable)

    def of_record(self, record: Record, _info: Info) -> object:
        """The column's Python value."""
        column = record.place.column(self.shows)
        raw = record.raw(column)
        return None if raw is None else _value(self, record.place.entity, column).python(raw)

    def of_object(self, value: object, _context: RequestContext, _args: object) -> object:
        """The attribute of the column's name."""
        return getattr(value, self.source if isinstance(self.source, str) else self.name)

    def resolver(self) -> Resolver:
        """Read it: it names no rows and takes no arguments."""

        def resolve(source: object, info: Info) -> object:
            if isinstance(source, Record):
                return self.of_record(source, info)
            return self.of_object(source, reading_of(info), {})

        return resolve


@lru_cache(maxsize=4096)
def _value(declared: Leaf, entity: type[Base], column: Column) -> Value:
    return declared.value(entity, column)


@dataclass(eq=False, slots=True)
class Scalar(Entry):
    """A column's value; `required` where the graph promises one, `nullable` where the column may lack it."""

    column: Column
    value: Value
    required: bool
    nullable: bool

    def describe(self) -> str:
        """Name the column."""
        return f"column {self.column}"

    def columns(self) -> tuple[Column, ...]:
        """The column."""
        return (self.column,)

    def code(self, writer: CodeWriter) -> str:
        """Convert the driver's value where it needs it."""
        at, wire = writer.at(self.column), self.value.wire(writer.backend)
        made = at if wire is None else f"{writer.bind('f', wire)}({at})"
        if wire is not None and self.value.ready is not None:
            made = f"({at} if {self.value.ready.format(at)} else {made})"
        if self.nullable and (self.required or wire is not None):
            return f"({writer.absent(required=self.required)} if {at} is None else {made})"
        return made
