"""Values worked out in Python from columns of the row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from resolvers.query.columns import Column, Source
from schema.declaring.base import TypeDeclaration
from schema.declaring.kinds.own import OwnField
from schema.declaring.types import FieldSpec, field_of
from schema.execution.plan.bindings import column_value
from schema.execution.plan.plan_nodes import ComputedValue, Entry
from schema.execution.plan.selection import Selection
from schema.execution.run.loaders import Info, reading_of
from schema.execution.run.records import Record


def computed(annotation: object, *columns: Column | Source, description: str) -> Callable[[Callable[..., Any]], Any]:
    """Work a value out from columns of the row."""

    def decorate(function: Callable[..., Any]) -> object:
        return Computed(annotation=annotation, takes=columns, function=function, description=description)

    return decorate


@dataclass(eq=False, kw_only=True)
class Computed(OwnField):
    """A value worked out in Python from columns of the row."""

    annotation: object
    takes: Sequence[Column | Source]
    function: Callable[..., Any]
    """Called with the columns' Python values and the request's context."""

    def columns(self) -> Iterable[Column | Source]:
        """What the function takes."""
        return self.takes

    def spec(self, _owner: TypeDeclaration) -> FieldSpec:
        """As it is declared."""
        return field_of(self, self.annotation)

    def entry(self, selection: Selection) -> Entry:
        """Call the function once a request for the same values."""
        row = selection.row
        columns = tuple(row.column(source) for source in self.takes)
        pythons = tuple(column_value(row.entity, column).python for column in columns)
        return ComputedValue(columns, pythons, self.function, selection.converter())

    def of_record(self, record: Record, info: Info) -> object:
        """What the function makes of the row."""
        values = [record.python(record.place.column(source)) for source in self.takes]
        return self.function(*values, reading_of(info))
