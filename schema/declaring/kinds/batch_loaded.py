"""Structures worked out for a batch of rows at once, in a fixed number of statements."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiodataloader import DataLoader

from models.scope import Scope
from resolvers.query.columns import Column, Expression, Source
from resolvers.query.json_rows import rows_of
from resolvers.query.level.rows import NO_KEY
from schema.declaring.base import Argument, Declaration, Own, TypeDeclaration
from schema.declaring.types import FieldSpec, field_of
from schema.execution.plan.codegen import CodeWriter
from schema.execution.plan.converters import place_value
from schema.execution.plan.plan_nodes import AnswerState, Arguments, Child, Converter, Entry, OwnFiller
from schema.execution.plan.selection import Selection
from schema.execution.run.loaders import Info, Resolver, deferred, load, reading_of, rows_named, selection_of
from schema.execution.run.records import Record


@dataclass(frozen=True, slots=True)
class ReadAlong:
    """What a structure is made of, as one value of the row itself: so it takes no statement of its own."""

    source: Callable[[Mapping[str, Any], frozenset[str]], Expression | None]
    """A list of rows, for these arguments and the names of the fields asked for; none where it has to be loaded."""
    make: Callable[[Mapping[int, Sequence[Any]], Any], Mapping[int, object]]
    """The structures by the keys of their rows, of the lists of all of them."""


Load = Callable[[Any, Sequence[int], Mapping[str, object], frozenset[str]], Awaitable[Mapping[int, Any]]]


def batched(
    annotation: object,
    load: Load,
    description: str,
    *,
    key: Column | Source = "id",
    arguments: Sequence[Argument] = (),
    along: ReadAlong | None = None,
    scope: Scope | None = None,
    own: Own | None = None,
    reads: bool = True,
) -> Declaration:
    """Show what a function works out for a batch of rows; one that `reads` nothing costs next to nothing."""
    return BatchLoaded(
        annotation=annotation,
        load=load,
        key=key,
        arguments=arguments,
        along=along,
        description=description,
        scope=scope,
        own=own,
        reads=reads,
    )


@dataclass(eq=False, kw_only=True)
class BatchLoaded(Declaration):
    """A structure worked out for a batch of rows at once.

    `load` is given the reading, the keys, the arguments, and the names of the fields asked for.
    """

    annotation: object
    load: Load
    key: Column | Source = "id"
    arguments: Sequence[Argument] = ()
    along: ReadAlong | None = None
    """Where what it is made of can be read along with the row."""
    reads: bool = True

    @property
    def lists(self) -> int:
        """One, for all parents at once."""
        return int(self.reads)

    def columns(self) -> Iterable[Column | Source]:
        """The key."""
        return (self.key,)

    def spec(self, _owner: TypeDeclaration) -> FieldSpec:
        """As it is declared."""
        return field_of(self, self.annotation, arguments=self.arguments)

    def entry(self, selection: Selection) -> Entry:
        """Leave it open until the function has answered."""
        arguments, names, key = selection.arguments(), selection.names(), selection.parent_key(self.key)
        convert = selection.converter()
        if self.along is not None and selection.place is not None and arguments.constant is not None:
            source = self.along.source(arguments.constant, names)
            if source is not None:
                made = MadeAlong(selection.key, self.along, convert)
                return ChildAlong(made, key, selection.parent_key(source))
        return Child(LevelBatch(selection.key, self.load, arguments, names, convert), key)

    def resolver(self) -> Resolver:
        """Load it for all rows that ask for it in one turn of the event loop."""

        @deferred
        async def resolve(source: object, info: Info, **args: object) -> object:
            memo = reading_of(info).memo
            key = ("batch", tuple(id(node) for node in info.field_nodes), info.parent_type.name)
            if key not in memo:
                memo[key] = self._loader(info, args)
            own = source.raw(source.place.column(self.key)) if isinstance(source, Record) else NO_KEY
            return await rows_named(await load(memo[key], own), info)

        return resolve

    def _loader(self, info: Info, args: Mapping[str, object]) -> DataLoader[int, Any]:
        reading, names = reading_of(info), selection_of(info).names()

        async def load_all(keys: list[int]) -> list[object]:
            found = await reading.apart(self.load(reading, keys, args, names))
            return [found.get(key) for key in keys]

        return DataLoader(load_all)


@dataclass(eq=False, slots=True)
class LevelBatch(OwnFiller):
    """Something worked out for a batch of parents by a function."""

    key: str
    load: Load
    arguments: Arguments
    names: frozenset[str]
    convert: Converter

    def describe(self) -> str:
        """Name the function."""
        name = getattr(self.load, "__qualname__", self.load)
        return f"worked out by {name}, for all its parents at once"

    async def fill(self, filling: AnswerState, slots: Sequence[tuple[Any, Any]]) -> None:
        """Ask for all parents, and put into each slot what the answer for its parent comes to."""
        keys = list({key for _, key in slots})
        found = await self.load(filling.context, keys, self.arguments.read(filling.variables), self.names)
        for container, key in slots:
            value = self.convert(found.get(key), filling)
            container[self.key] = place_value(container, self.key, value, filling)


@dataclass(eq=False, slots=True)
class ChildAlong(Child):
    """What a function makes of a list that is one of the row's own values."""

    source: Column

    def describe(self) -> str:
        """Say so."""
        return self.filler.describe()

    def columns(self) -> Sequence[Column]:
        """The key, and the list."""
        return (self.key, self.source)

    def note(self, writer: CodeWriter) -> str:
        """Note the object with its key and its list."""
        return writer.noted_with(self.filler, (self.key, self.source))


@dataclass(eq=False, slots=True)
class MadeAlong(OwnFiller):
    """Something made, for a batch of parents, of what was read along with each."""

    key: str
    along: ReadAlong
    convert: Converter

    def describe(self) -> str:
        """Name the function."""
        name = getattr(self.along.make, "__qualname__", self.along.make)
        return f"made by {name} of rows that are read along, for all its parents at once"

    async def fill(self, filling: AnswerState, slots: Sequence[tuple[Any, Any]]) -> None:
        """Put into each slot what the answer for its parent comes to."""
        found = self.along.make({key: rows_of(value) for _, (key, value) in slots}, filling.context)
        for container, (key, _) in slots:
            value = self.convert(found.get(key), filling)
            container[self.key] = place_value(container, self.key, value, filling)
