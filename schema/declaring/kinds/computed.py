"""Values worked out in Python from columns of the row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from resolvers.query.columns import Column, Source
from schema.declaring.base import Argument, TypeDeclaration
from schema.declaring.kinds.own import OwnField
from schema.declaring.types import FieldSpec, field_of
from schema.execution.plan.bindings import column_value
from schema.execution.plan.plan_nodes import ComputedValue, Entry
from schema.execution.plan.selection import Selection
from schema.execution.run.loaders import Info, Resolver, reading_of
from schema.execution.run.records import Record


def computed(
    annotation: object, *columns: Column | Source, description: str, arguments: Sequence[Argument] = ()
) -> Callable[[Callable[..., Any]], Any]:
    """Work a value out from columns of the row, and from arguments where there are any."""

    def decorate(function: Callable[..., Any]) -> object:
        return Computed(
            annotation=annotation, takes=columns, function=function, description=description, arguments=arguments
        )

    return decorate


@dataclass(eq=False, kw_only=True)
class Computed(OwnField):
    """A value worked out in Python from columns of the row."""

    annotation: object
    takes: Sequence[Column | Source]
    function: Callable[..., Any]
    """Called with the columns' Python values, the arguments where it has some, and the request's context."""
    arguments: Sequence[Argument] = ()

    def columns(self) -> Iterable[Column | Source]:
        """What the function takes."""
        return self.takes

    def spec(self, _owner: TypeDeclaration) -> FieldSpec:
        """As it is declared."""
        return field_of(self, self.annotation, arguments=self.arguments)

    def entry(self, selection: Selection) -> Entry:
        """Call the function once a request for the same values."""
        row = selection.row
        columns = tuple(row.column(source) for source in self.takes)
        pythons = tuple(column_value(row.entity, column).python for column in columns)
        arguments = selection.arguments() if self.arguments else None
        return ComputedValue(columns, pythons, self.function, selection.converter(), arguments)

    def of_record(self, record: Record, info: Info) -> object:
        """What the function makes of the row."""
        return self._made(record, info, ())

    def _made(self, record: Record, info: Info, given: Sequence[object]) -> object:
        values = [record.python(record.place.column(source)) for source in self.takes]
        return self.function(*values, *given, reading_of(info))

    def resolver(self) -> Resolver:
        """Hand on the arguments, where it has some."""
        if not self.arguments:
            return super().resolver()

        def resolve(source: Record, info: Info, **args: object) -> object:
            return self._made(source, info, (args,))

        return resolve
