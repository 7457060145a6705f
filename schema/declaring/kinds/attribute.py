"""Attributes of objects that were worked out in Python."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from resolvers.storage.context import RequestContext
from schema.declaring.base import Argument, Declaration, TypeDeclaration
from schema.declaring.kinds.own import OwnField
from schema.declaring.types import FieldSpec, field_of
from schema.execution.plan.bindings import NotPlannable
from schema.execution.plan.plan_nodes import Entry, Getter
from schema.execution.plan.selection import Selection
from schema.execution.run.loaders import Info
from schema.execution.run.records import Record


def shown(annotation: object, description: str, **options: Any) -> Declaration:
    """Show an attribute of an object that was worked out in Python."""
    return Attribute(annotation=annotation, description=description, **options)


@dataclass(eq=False, kw_only=True)
class Attribute(OwnField):
    """An attribute of an object that was worked out in Python; a `RowRef` in it is shown as the row it names."""

    annotation: object
    attribute: str | None = None
    pick: Callable[[Any, Mapping[str, object]], Any] | None = None
    """What the arguments make of the attribute."""
    arguments: Sequence[Argument] = ()

    def spec(self, _owner: TypeDeclaration) -> FieldSpec:
        """As it is declared."""
        return field_of(self, self.annotation, arguments=self.arguments)

    def entry(self, _selection: Selection) -> Entry:
        """No row has it."""
        raise NotPlannable

    def of_record(self, _record: Record, _info: Info) -> object:
        """No row has it."""
        raise TypeError(f"{self.name} can't be read from a row.")

    def of_object(self, value: object, _context: RequestContext, args: Mapping[str, object]) -> object:
        """The attribute, or what the arguments make of it."""
        found = getattr(value, self.attribute or self.name)
        return found if self.pick is None else self.pick(found, args)

    def getter(self, selection: Selection) -> Getter:
        """Read it, with the arguments where something is made of them."""
        if self.pick is None:
            return lambda value, filling: self.of_object(value, filling.context, {})
        arguments = selection.arguments()
        return lambda value, filling: self.of_object(value, filling.context, arguments.read(filling.variables))
