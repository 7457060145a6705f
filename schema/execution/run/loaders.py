"""The ordinary way: graphql-core resolves one field at a time, with aiodataloader behind every relation.

It is the reference that the planned way must equal, and the way for whatever can't be planned, answers with errors in
them among it. Each kind of declaration says how it is resolved; here is what they share. Levels are planned as the
planned way plans them, each by itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Generator, Mapping
from functools import partial
from typing import Any, TypeVar

from aiodataloader import DataLoader
from graphql import GraphQLResolveInfo
from graphql.execution.collect_fields import FieldDetails, FragmentDetails

from resolvers.query.level.rows import NO_KEY
from resolvers.storage.context import RequestContext, RowRef
from schema.execution.plan.bindings import Place
from schema.execution.plan.level_request import LevelRequest
from schema.execution.plan.plan_nodes import Filler, Level
from schema.execution.plan.planner import Planner
from schema.execution.plan.selection import Selection
from schema.execution.run.level_reader import ParentRows, ask_with, cursor_of, fetch, positions
from schema.execution.run.records import ConnectionRecord, Record

Info = GraphQLResolveInfo[Any]
Resolver = Callable[..., Any]
Planned = TypeVar("Planned", bound=Filler)


class Deferred:
    """What a resolver waits for, begun when it is waited for.

    Where something beside it failed, graphql-core drops what it had not come to: a coroutine would complain of that.
    """

    __slots__ = ("_begin",)

    def __init__(self, begin: Callable[[], Coroutine[Any, Any, object]]) -> None:
        self._begin = begin

    def __await__(self) -> Generator[Any, Any, object]:
        """Begin, and go on to the end."""
        return self._begin().__await__()


def deferred(resolve: Callable[..., Coroutine[Any, Any, object]]) -> Resolver:
    """A resolver whose work begins when it is waited for."""

    def defer(source: object, info: Info, **args: object) -> Deferred:
        return Deferred(partial(resolve, source, info, **args))

    return defer


def reading_of(info: Info) -> RequestContext:
    """The reading in a request's context."""
    reading: RequestContext = info.context.reading
    return reading


def planner_of(info: Info) -> Planner:
    """One planner for an operation's resolvers."""
    memo = reading_of(info).memo
    key = ("planner", id(info.operation))
    if key not in memo:
        fragments = {name: FragmentDetails(definition, None) for name, definition in info.fragments.items()}
        memo[key] = Planner(info.schema, info.operation, fragments, info.variable_values)
    planner: Planner = memo[key]
    return planner


def selection_of(info: Info) -> Selection:
    """The field that is being resolved, as the planned way knows it."""
    details = [FieldDetails(node, None, None) for node in info.field_nodes]
    return planner_of(info).selection(str(info.path.key), info.parent_type, details)


def planned_once(info: Info, make: Callable[[Selection], Planned], *more: Any) -> Planned:
    """What fills a field in, planned once a request."""
    memo = reading_of(info).memo
    key = ("planned", tuple(id(node) for node in info.field_nodes), info.parent_type.name, *more)
    if key not in memo:
        memo[key] = make(selection_of(info))
    planned: Planned = memo[key]
    return planned


class LevelLoader(DataLoader[int, ParentRows]):
    """Reads a level for all the parents that ask for it in one turn of the event loop, in one statement."""

    def __init__(self, level: Level, asked: LevelRequest, reading: RequestContext) -> None:
        super().__init__(max_batch_size=None)
        self.level, self.asked, self.reading = level, asked, reading

    async def batch_load_fn(self, keys: list[int]) -> list[ParentRows]:
        """The group of each key; a key without rows has an empty one."""
        groups = await self.reading.apart(fetch(self.level, self.asked, self.reading, keys))
        return [groups.get(key) or ParentRows([]) for key in keys]


async def load(loader: DataLoader[Any, Any], key: Any) -> Any:
    """Wait for a loader without passing a cancellation on to those who wait for the same row."""
    loading = loader.load(key)
    # Whoever waits for it tells what went wrong; where all of them were cancelled, nobody does.
    loading.add_done_callback(_looked_at)
    return await asyncio.shield(loading)


def _looked_at(loading: asyncio.Future[Any]) -> None:
    if not loading.cancelled():
        loading.exception()


def loader_of(info: Info, level: Level, args: Mapping[str, object]) -> LevelLoader:
    """A level's loader, one a request."""
    memo = reading_of(info).memo
    key = ("loader", level)
    if key not in memo:
        memo[key] = LevelLoader(level, ask_with(level, args), reading_of(info))
    loader: LevelLoader = memo[key]
    return loader


def records_of(level: Level, group: ParentRows, type_name: str) -> list[Record]:
    """The rows of a group as resolvers see them."""
    counted = level.connection is not None and level.connection.counted
    index = positions(level, 1 + counted)
    assert level.target.entity is not None
    place = Place(level.target.entity)
    return [Record(row, index, place, type_name) for row in group.rows]


def parent_key(source: object, level: Level) -> object:
    """The key by which a level finds the rows of a parent."""
    return source.raw(source.place.column(level.parent_key)) if isinstance(source, Record) else NO_KEY


def rows_resolver(make: Callable[[Selection], Level]) -> Resolver:
    """The resolver of a field that leads to the rows of a level."""

    @deferred
    async def resolve(source: object, info: Info, **args: object) -> object:
        level = planned_once(info, make)
        loader = loader_of(info, level, args)
        key = parent_key(source, level)
        group = ParentRows([]) if key is None else await load(loader, key)
        if level.item is not None:
            return [row[1] for row in group.rows]
        records = records_of(level, group, level.target.name)
        if level.connection is not None:
            return ConnectionRecord(group, records, partial(cursor_of, loader.asked))
        return records if level.kind == "list" else next(iter(records), None)

    return resolve


async def rows_named(value: object, info: Info) -> object:
    """The value, with the rows that it names in their place."""
    if isinstance(value, RowRef):
        level = planned_once(info, lambda selection: selection.row_level(value.type_name), value.type_name)
        group = await load(loader_of(info, level, {}), value.key)
        return next(iter(records_of(level, group, value.type_name)), None)
    if isinstance(value, list | tuple) and any(isinstance(item, RowRef) for item in value):
        return await asyncio.gather(*(rows_named(item, info) for item in value))
    return value


def names_rows(value: object) -> bool:
    """Whether a value is a row's name, or a list with some."""
    return isinstance(value, RowRef) or (
        isinstance(value, list | tuple) and any(isinstance(item, RowRef) for item in value)
    )
