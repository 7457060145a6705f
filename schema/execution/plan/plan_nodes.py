"""What a document asks for, as the planner understands it: shapes of answers, and the levels that fill them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import FieldNode, GraphQLField
from graphql.execution.values import VariableValues

from resolvers.query.columns import Column
from resolvers.query.json_rows import MOST_VALUES
from resolvers.query.link import Link
from resolvers.storage.context import RequestContext
from schema.declaring.arguments import MOST_SORT_KEYS
from schema.declaring.declarations import BatchLoaded, Lookup, Many, Merged, Mutation, TypeDeclaration
from schema.declaring.scalars import Value
from schema.execution.plan.argument_readers import ReadArguments


@dataclass(eq=False, slots=True)
class Scalar:
    """A column's value; `required` where the API promises one, `nullable` where the column may lack it."""

    column: Column
    value: Value
    required: bool
    nullable: bool


@dataclass(eq=False, slots=True)
class GlobalId:
    """The row's id."""

    column: Column
    type_name: str


@dataclass(eq=False, slots=True)
class Constant:
    """The name of a type."""

    text: str


@dataclass(eq=False, slots=True)
class ComputedValue:
    """Columns given to a function, whose answer a converter brings into shape."""

    columns: tuple[Column, ...]
    pythons: tuple[Callable[[Any], Any], ...]
    function: Callable[..., Any]
    convert: Converter


@dataclass(eq=False, slots=True)
class Nested:
    """An object made from the same row; null where `when` is, unless it is required."""

    shape: Shape
    when: Column | None
    required: bool = False


@dataclass(eq=False, slots=True)
class Child:
    """What others than the row itself fill in; `key` is the parent's column by which it is found."""

    level: Filler
    key: Column


Entry = Scalar | GlobalId | Constant | ComputedValue | Nested | Child


@dataclass(eq=False, slots=True)
class Shape:
    """An object of the answer: its fields in the order asked for."""

    type_name: str
    entries: list[tuple[str, Entry]] = field(default_factory=list)

    def columns(self) -> list[Column]:
        """Every column the object needs, those of nested objects included."""
        needed: list[Column] = []
        for _, entry in self.entries:
            if isinstance(entry, Scalar | GlobalId):
                needed.append(entry.column)
            elif isinstance(entry, ComputedValue):
                needed.extend(entry.columns)
            elif isinstance(entry, Child):
                needed.append(entry.key)
            elif isinstance(entry, Nested):
                needed.extend([entry.when] if entry.when else [])
                needed.extend(entry.shape.columns())
        return needed

    def lists(self) -> list[Level]:
        """The lists that belong to the row itself, and can be read along with it."""
        found: list[Level] = []
        for _, entry in self.entries:
            if isinstance(entry, Nested):
                found.extend(entry.shape.lists())
            elif isinstance(entry, Child) and not isinstance(entry.level, LevelBatch) and not entry.key.path:
                # The lists of what other rows refer to are read once for all of those.
                levels = entry.level.levels
                found += levels if all(level.fits for level in levels) else ()
        return found


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


@dataclass(eq=False, slots=True)
class Arguments:
    """A field's arguments: constant, or read from the variables at each run."""

    definition: GraphQLField
    node: FieldNode
    read: ReadArguments
    constant: Mapping[str, Any] | None = None


@dataclass(eq=False, slots=True)
class Level:
    """Rows to read for a batch of parents: a connection, a list, or one row each."""

    key: str
    target: TypeDeclaration
    kind: str
    """`connection`, `list`, `one` (a row by its key) or `lookup`."""
    arguments: Arguments
    declared: Many | Lookup | None = None
    link: Link | Callable[[Mapping[str, Any]], Link] | None = None
    connection: ConnectionShape | None = None
    shape: Shape | None = None
    item: Column | None = None
    nullable: bool = True
    columns: tuple[Column, ...] = ()
    along: tuple[Level, ...] = ()
    """The lists of its rows that can be read along with them, where the database can."""
    is_fixed: bool = False
    """Whether no variable says what it and those lists ask for."""
    merge: Merge | None = None
    """What it is a part of, under the name that is its key; its columns end with what it is sorted by."""
    forms: dict[Any, Any] = field(default_factory=dict)
    asked: dict[str, Any] = field(default_factory=dict)

    @property
    def levels(self) -> Sequence[Level]:
        """What is read to answer it: itself."""
        return (self,)

    @property
    def parent_key(self) -> str:
        """The parent's column by whose value the rows are found."""
        return "id" if self.link is None or callable(self.link) else self.link.key

    @property
    def fits(self) -> bool:
        """Whether its rows, with the keys that they are sorted by, can be put into other rows."""
        return len(self.columns) + len(self.along) + 2 * MOST_SORT_KEYS <= MOST_VALUES

    @property
    def is_flat(self) -> bool:
        """Whether the answer is nothing but the rows: a list, or a connection of which only `nodes` is asked for."""
        if self.connection is None:
            return self.kind == "list" and self.item is None
        return len(self.connection.entries) == 1 and self.connection.entries[0][1] == "nodes"

    def shapes(self) -> Sequence[Shape]:
        """The shapes of its rows."""
        if self.connection is not None:
            return self.connection.shapes()
        return [self.shape] if self.shape is not None else []


@dataclass(eq=False, slots=True)
class Merge:
    """Lists of several types to be answered as one: a level each, and what is asked of all of them."""

    key: str
    declared: Merged
    levels: list[Level] = field(default_factory=list)


@dataclass(eq=False, slots=True)
class LevelBatch:
    """Something worked out for a batch of parents by a function."""

    key: str
    field: BatchLoaded
    arguments: Arguments
    names: frozenset[str]
    convert: Converter


Filler = Level | Merge | LevelBatch
"""What fills in a field that the row itself doesn't answer."""


@dataclass(eq=False, slots=True)
class Change:
    """A mutation, and what its payload is to show."""

    key: str
    field: Mutation
    arguments: Arguments
    convert: Converter


@dataclass(eq=False, slots=True)
class AnswerState:
    """An answer being filled in: whose reading it is, and what is still to come."""

    context: RequestContext
    variables: VariableValues
    pending: list[tuple[Level, Any, Any, int]] = field(default_factory=list)
    """Rows to put somewhere: (level, container, place in it, key)."""


Converter = Callable[[Any, AnswerState], Any]
"""Brings a Python value into the shape of the answer; rows that it names are noted as pending."""
