"""A plan: shapes of the answer's objects, what fills in each of their fields, and the levels of rows behind them.

What a kind of declaration needs beside these it adds itself: a plan is walked, written as code and run without asking
which kind a node is of.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from graphql import FieldNode, GraphQLField
from graphql.execution.values import VariableValues
from sqlalchemy.ext.asyncio import AsyncEngine

from resolvers.query.columns import Column
from resolvers.query.json_rows import MOST_VALUES
from resolvers.query.link import Link
from resolvers.query.paging import MOST_SORT_KEYS
from resolvers.storage.context import RequestContext
from schema.execution.plan.argument_readers import ReadArguments
from schema.execution.plan.connection_shape import ConnectionShape
from schema.execution.plan.level_request import LevelRequest

if TYPE_CHECKING:
    from schema.declaring.base import TypeDeclaration
    from schema.execution.plan.codegen import CodeWriter


ROOT_KEY = Column((), "id")
"""By which what stands at the root is found: there is one parent, which has no row."""


class Entry(ABC):
    """A field of an object of the answer."""

    __slots__ = ()

    @abstractmethod
    def code(self, writer: CodeWriter) -> str:
        """An expression for its value, over a row `r`."""

    @abstractmethod
    def describe(self) -> str:
        """How it is answered, for those who read a plan."""

    @property
    def inner(self) -> Shape | None:
        """The object that it is, where the same row answers that."""
        return None

    def columns(self) -> Sequence[Column]:
        """The columns of the row that it needs."""
        return ()

    def lists(self) -> Sequence[Level]:
        """The lists behind it that belong to the row itself, and can be read along with it."""
        return ()

    def fillers(self, _path: str) -> Iterator[tuple[str, Filler]]:
        """What is filled in by others than the row, by its path in the answer."""
        return iter(())

    def note(self, _writer: CodeWriter) -> str | None:
        """A statement that notes an object `o` as still to be filled in."""
        return None

    def at_root(self) -> str | None:
        """What stands in its place at the root before anything is filled in."""
        return None


@dataclass(eq=False, slots=True)
class Constant(Entry):
    """The name of a type."""

    text: str

    def describe(self) -> str:
        """Say so."""
        return "the name of the type"

    def code(self, _writer: CodeWriter) -> str:
        """Write the name."""
        return repr(self.text)

    def at_root(self) -> str:
        """The name."""
        return self.text


@dataclass(eq=False, slots=True)
class ComputedValue(Entry):
    """Columns given to a function, with arguments if it has some; a converter brings its answer into shape."""

    of: tuple[Column, ...]
    pythons: tuple[Callable[[object], object], ...]
    function: Callable[..., object]
    convert: Converter
    arguments: Arguments | None = None

    def describe(self) -> str:
        """Name the columns."""
        return f"worked out of {', '.join(map(str, self.of))}"

    def columns(self) -> Sequence[Column]:
        """The function's arguments."""
        return self.of

    def code(self, writer: CodeWriter) -> str:
        """The same columns are worked out once a request."""
        return writer.remembered(self, self.of)


@dataclass(eq=False, slots=True)
class Nested(Entry):
    """An object made from the same row; null where `when` is, unless it is required."""

    shape: Shape
    when: Column | None
    required: bool = False

    def describe(self) -> str:
        """Say when there is none."""
        return "of the same row" if self.when is None else f"of the same row, null where {self.when} is"

    @property
    def inner(self) -> Shape:
        """The object."""
        return self.shape

    def columns(self) -> Sequence[Column]:
        """Those of the object, and the one that says whether there is any."""
        return [*([self.when] if self.when else []), *self.shape.columns()]

    def lists(self) -> Sequence[Level]:
        """Those of the object."""
        return self.shape.lists()

    def fillers(self, path: str) -> Iterator[tuple[str, Filler]]:
        """Those of the object."""
        return self.shape.fillers(path)

    def code(self, writer: CodeWriter) -> str:
        """Write the object, in the same expression."""
        made = writer.object(self.shape)
        if self.when is None:
            return made
        return f"({writer.absent(required=self.required)} if {writer.at(self.when)} is None else {made})"


@dataclass(eq=False, slots=True)
class Child(Entry):
    """What others than the row itself fill in; `key` is the parent's column by which it is found."""

    filler: Filler
    key: Column

    def describe(self) -> str:
        """Say what fills it in, and by which key."""
        by = "" if self.key is ROOT_KEY else f", by {self.key}"
        return f"{self.filler.describe()}{by}"

    def columns(self) -> Sequence[Column]:
        """The key."""
        return (self.key,)

    def lists(self) -> Sequence[Level]:
        """The lists, unless another row is their parent: those are read once for all who refer to it."""
        levels = self.filler.levels
        return levels if not self.key.path and all(level.fits for level in levels) else ()

    def fillers(self, path: str) -> Iterator[tuple[str, Filler]]:
        """Give what fills it in."""
        yield path, self.filler

    def code(self, writer: CodeWriter) -> str:
        """The answer to lists that were read along with the row; else null, until it is filled in."""
        return writer.answered_along(self.filler) or writer.left_open(self.filler)

    def note(self, writer: CodeWriter) -> str | None:
        """Note the object with its key."""
        return writer.noted(self.filler, self.key)


@dataclass(eq=False, slots=True)
class Shape:
    """An object of the answer: its fields in the order asked for."""

    type_name: str
    entries: list[tuple[str, Entry]] = field(default_factory=list)
    _at_root: tuple[dict[str, object], Sequence[Filler]] | None = None

    def columns(self) -> list[Column]:
        """Every column the object needs, those of nested objects included."""
        return [column for _, entry in self.entries for column in entry.columns()]

    def lists(self) -> list[Level]:
        """The lists that belong to the row itself, and can be read along with it."""
        return [level for _, entry in self.entries for level in entry.lists()]

    def fillers(self, path: str = "") -> Iterator[tuple[str, Filler]]:
        """What is filled in by others than the row, by its path in the answer."""
        for key, entry in self.entries:
            yield from entry.fillers(f"{path}.{key}" if path else key)

    def at_root(self) -> tuple[dict[str, object], Sequence[Filler]]:
        """The whole answer before anything is filled in, and what fills it; found once."""
        if self._at_root is None:
            before: dict[str, object] = {key: entry.at_root() for key, entry in self.entries}
            self._at_root = before, [filler for _, filler in self.fillers()]
        return self._at_root


@dataclass(eq=False, slots=True)
class Arguments:
    """A field's arguments: constant, or read from the variables at each run."""

    definition: GraphQLField
    node: FieldNode
    read: ReadArguments
    constant: Mapping[str, object] | None = None


class _Filler(ABC):
    """What fills in a field that the row itself doesn't answer, for all its parents at once."""

    __slots__ = ()
    key: str
    """Under which its answer stands in the parent's object."""

    @property
    def levels(self) -> Sequence[Level]:
        """The levels whose rows answer it."""
        return ()

    @abstractmethod
    def describe(self) -> str:
        """How it is filled in, for those who read a plan."""


class ReadFiller(_Filler):
    """What the rows of levels answer."""

    __slots__ = ()

    @abstractmethod
    def answering(self, parts: Sequence[Any]) -> Any:
        """What makes the answers, of what makes those of its levels."""


class OwnFiller(_Filler):
    """What is worked out otherwise."""

    __slots__ = ()

    @abstractmethod
    async def fill(self, filling: AnswerState, slots: Sequence[tuple[Any, Any]]) -> None:
        """Put an answer into each slot: (container, key of the parent)."""


Filler = ReadFiller | OwnFiller


@dataclass(eq=False, slots=True)
class Level(ReadFiller):
    """Rows to read for a batch of parents: a connection, a list, or one row each."""

    key: str
    target: TypeDeclaration
    kind: str
    """`connection`, `list`, `one` (a row by its key) or `lookup`."""
    arguments: Arguments
    request: Request | None = None
    """What it asks for with given arguments; where there is none, rows by their keys."""
    link: Link | Callable[[Mapping[str, object]], Link] | None = None
    connection: ConnectionShape | None = None
    shape: Shape | None = None
    item: Column | None = None
    nullable: bool = True
    columns: tuple[Column, ...] = ()
    along: tuple[Level, ...] = ()
    """The lists of its rows that can be read along with them, where the database can."""
    is_fixed: bool = False
    """Whether no variable says what it and those lists ask for."""
    part_of: ReadFiller | None = None
    """What it is a part of, under the name that is its key; its columns end with what it is sorted by."""
    forms: dict[object, Any] = field(default_factory=dict)
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
        return self.connection.is_flat

    def shapes(self) -> Sequence[Shape]:
        """The shapes of its rows."""
        if self.connection is not None:
            return self.connection.shapes()
        return [self.shape] if self.shape is not None else []

    def link_for(self, args: Mapping[str, object]) -> Link | None:
        """How its rows belong to a parent; the arguments may say."""
        return self.link(args) if callable(self.link) else self.link

    def describe(self) -> str:
        """Name its kind and its type."""
        return f"{self.kind} of {self.target.name}"

    def answering(self, parts: Sequence[Any]) -> Any:
        """The only part."""
        return parts[0]


Request = Callable[[Level, Mapping[str, object]], LevelRequest]
"""What a level asks for with these arguments; what can't be used is a `BadInput`."""


@dataclass(eq=False, slots=True)
class Change:
    """A mutation, and what its payload is to show."""

    key: str
    run: Callable[[Change, RequestContext, AsyncEngine, VariableValues], Awaitable[object]]
    """Does it, and answers the payload."""
    arguments: Arguments
    convert: Converter


@dataclass(eq=False, slots=True)
class AnswerState:
    """An answer being filled in: whose reading it is, and what is still to come."""

    context: RequestContext
    variables: VariableValues
    pending: list[tuple[Level, object, object, int]] = field(default_factory=list)
    """Rows to put somewhere: (level, container, place in it, key)."""


Converter = Callable[[object, AnswerState], object]
"""Brings a Python value into the shape of the answer; rows that it names are noted as pending."""

Getter = Callable[[object, AnswerState], object]
"""Reads a field from an object that was worked out in Python."""
