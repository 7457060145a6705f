"""A connection as a document asks for it: its rows, their cursors, the page and the count."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from graphql import GraphQLObjectType
from graphql.execution.collect_fields import FieldDetails

from schema.execution.plan.bindings import field_name

if TYPE_CHECKING:
    from schema.execution.plan.plan_nodes import Shape
    from schema.execution.plan.planner import Planner

RowShape = Callable[[list[FieldDetails]], "Shape"]
"""The shape of the rows, as selected in a place."""


@dataclass(eq=False, slots=True)
class ConnectionShape:
    """A connection as asked for: each field with what it shows.

    Kinds: `nodes` (a shape), `edges` (cursors, nodes, constants), `page_info` and `constant`, `total_count`.
    """

    entries: list[tuple[str, str, Any]] = field(default_factory=list)

    def shapes(self) -> list[Shape]:
        """The shapes of its rows."""
        found: list[Shape] = []
        for _, kind, what in self.entries:
            if kind == "nodes":
                found.append(what)
            elif kind == "edges":
                found.extend(shape for _, part, shape in what if part == "node")
        return found

    @property
    def paged(self) -> bool:
        """Whether anything is asked of its rows."""
        return any(kind in ("nodes", "edges", "page_info") for _, kind, _ in self.entries)

    @property
    def counted(self) -> bool:
        """Whether the whole list is counted."""
        return any(kind == "total_count" for _, kind, _ in self.entries)

    @property
    def probed(self) -> bool:
        """Whether it matters if more rows follow."""
        return any(kind == "page_info" for _, kind, _ in self.entries)

    @property
    def has_cursors(self) -> bool:
        """Whether cursors are shown."""
        return any(
            kind == "page_info" or (kind == "edges" and any(part == "cursor" for _, part, _ in what))
            for _, kind, what in self.entries
        )

    @property
    def is_flat(self) -> bool:
        """Whether nothing but `nodes` is asked for."""
        return len(self.entries) == 1 and self.entries[0][1] == "nodes"


def connection_shape(
    planner: Planner, connection: GraphQLObjectType, details: list[FieldDetails], rows: RowShape
) -> ConnectionShape:
    """What a document selects of a connection."""
    made = ConnectionShape()
    for key, parts in planner.groups(connection, details).items():
        name = field_name(parts)
        if name == "__typename":
            made.entries.append((key, "constant", connection.name))
        elif name == "nodes":
            made.entries.append((key, "nodes", rows(parts)))
        elif name == "edges":
            made.entries.append((key, "edges", _edges(planner, connection.fields[name].type, parts, rows)))
        elif name == "pageInfo":
            info = planner.object_type(connection.fields[name].type)
            names = [(k, field_name(d)) for k, d in planner.groups(info, parts).items()]
            made.entries.append((key, "page_info", names))
        else:
            made.entries.append((key, "total_count", None))
    return made


def _edges(planner: Planner, field_type: Any, details: list[FieldDetails], rows: RowShape) -> list[object]:
    edge = planner.object_type(field_type)
    made: list[object] = []
    for key, parts in planner.groups(edge, details).items():
        name = field_name(parts)
        if name == "__typename":
            made.append((key, "constant", edge.name))
        elif name == "cursor":
            made.append((key, "cursor", None))
        else:
            made.append((key, "node", rows(parts)))
    return made
