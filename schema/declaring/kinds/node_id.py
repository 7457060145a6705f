"""The opaque ids of rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache, partial

from resolvers.ids import ID_NAMES, id_source, opaque_id
from resolvers.query.columns import Column, Source
from schema.declaring.base import TypeDeclaration
from schema.declaring.kinds.own import OwnField
from schema.declaring.types import FieldSpec, field_of
from schema.execution.plan.codegen import CodeWriter
from schema.execution.plan.plan_nodes import Entry
from schema.execution.plan.selection import Selection
from schema.execution.run.loaders import Info
from schema.execution.run.records import Record

KEPT_IDS = 16384
"""How many ids of a type are remembered: brands, groups and stores come again and again."""


def node_id(description: str = "Opaque id, unique among all nodes.") -> NodeId:
    """Show the opaque id of a row."""
    return NodeId(name="id", description=description)


@dataclass(eq=False, kw_only=True)
class NodeId(OwnField):
    """The opaque id of a row."""

    def columns(self) -> Iterable[Column | Source]:
        """The key."""
        return ("id",)

    def spec(self, _owner: TypeDeclaration) -> FieldSpec:
        """There is always one."""
        return field_of(self, "ID")

    def entry(self, selection: Selection) -> Entry:
        """Make it of the key."""
        return GlobalId(selection.row.column("id"), selection.parent.name)

    def of_record(self, record: Record, info: Info) -> str:
        """The id, as one of the type that the row is seen as."""
        return opaque_id(info.parent_type.name, record.raw(record.place.column("id")))


@dataclass(eq=False, slots=True)
class GlobalId(Entry):
    """The id of a row, or of one that it refers to."""

    column: Column
    type_name: str

    def describe(self) -> str:
        """Name the key."""
        return f"id made of {self.column}"

    def columns(self) -> tuple[Column, ...]:
        """The key."""
        return (self.column,)

    def code(self, writer: CodeWriter) -> str:
        """Other rows refer to the same few again and again; a row's own id is new each time."""
        at = writer.at(self.column)
        if self.column.path:
            return f"{writer.bind('f', _maker(self.type_name))}({at})"
        writer.names.update(ID_NAMES)
        return id_source(self.type_name, at)


@lru_cache(maxsize=1024)
def _maker(type_name: str) -> Callable[[int], str]:
    return lru_cache(maxsize=KEPT_IDS)(partial(opaque_id, type_name))
