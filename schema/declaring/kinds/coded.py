"""Countries, currencies and languages, known by the code in a column."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from models import Base
from resolvers.code.iso import Code
from resolvers.query.columns import Column, Source, is_nullable
from resolvers.query.filters.where import ValueFilter
from resolvers.storage.context import RequestContext
from schema.declaring.base import Declaration, FieldFilter, TypeDeclaration
from schema.declaring.kinds.own import OwnField
from schema.declaring.types import FieldSpec, column_doc, field_of, optional
from schema.execution.plan.plan_nodes import ComputedValue, Entry
from schema.execution.plan.selection import Selection
from schema.execution.run.loaders import Info, reading_of
from schema.execution.run.records import Record


def country(source: str = "country_code", **options: Any) -> Declaration:
    """Show the country whose code a column holds."""
    return Coded(type_name="Country", source=source, **options)


def currency(source: str = "currency_code", **options: Any) -> Declaration:
    """Show the currency whose code a column holds."""
    return Coded(type_name="Currency", source=source, **options)


def language(source: str = "language_code", **options: Any) -> Declaration:
    """Show the language whose code a column holds."""
    return Coded(type_name="Language", source=source, **options)


@dataclass(eq=False, kw_only=True)
class Coded(OwnField):
    """A country, currency or language, known by the code in a column."""

    type_name: str
    source: str
    nullable: bool = False

    def columns(self) -> Iterable[Column | Source]:
        """The code."""
        return (self.source,)

    def spec(self, owner: TypeDeclaration) -> FieldSpec:
        """Null where the column may be."""
        nullable = self.nullable or (owner.entity is not None and is_nullable(owner.entity, self.source))
        return field_of(self, optional(self.type_name, nullable=nullable), column_doc(owner, self.source))

    def filters(self, _owner: TypeDeclaration, _entity: type[Base]) -> Iterable[FieldFilter]:
        """By the code."""
        yield FieldFilter(self.name, ValueFilter(self.source), "StringFilter")

    def sort_columns(self, _entity: type[Base]) -> Iterable[tuple[str, Column]]:
        """By the code."""
        yield self.name, Column((), self.source)

    def entry(self, selection: Selection) -> Entry:
        """Find what the code stands for in the reader's language."""
        column = selection.row.column(self.source)
        find = partial(_find, self.type_name)
        return ComputedValue((column,), (_same,), find, selection.converter())

    def of_record(self, record: Record, info: Info) -> Code | None:
        """What the column's code stands for."""
        return _find(self.type_name, record.raw(record.place.column(self.source)), reading_of(info))

    def of_object(self, value: object, context: RequestContext, _args: object) -> Code | None:
        """What the code in the attribute of the column's name stands for."""
        return _find(self.type_name, getattr(value, self.source), context)


def _find(type_name: str, code: str | None, context: RequestContext) -> Code | None:
    return None if code is None else Code(type_name, code, context.locale)


def _same(value: object) -> object:
    return value
