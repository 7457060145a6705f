"""The ordinary way: a resolver for each declared field, with aiodataloader behind every relation.

graphql-core runs these one field at a time. It is the reference that the planned way must equal, and the way for
whatever can't be planned: mutations, subscriptions, and answers with errors in them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, TypeVar, cast

from aiodataloader import DataLoader
from graphql import GraphQLResolveInfo
from graphql.execution.collect_fields import FieldDetails, FragmentDetails
from graphql.execution.values import VariableValues

from models import Base
from resolvers.errors import BadInput
from resolvers.ids import opaque_id
from resolvers.query.columns import Column
from resolvers.query.level_select import NO_KEY
from resolvers.query.merged import merged_cursor
from resolvers.storage.context import RequestContext, RowRef
from schema.declaring.declarations import (
    Attribute,
    BatchLoaded,
    Coded,
    Computed,
    Declaration,
    Embedded,
    Leaf,
    Lookup,
    Many,
    Merged,
    Mutation,
    NodeId,
    One,
    SameRow,
)
from schema.execution.plan.bindings import Place, bind_part, column_value, find_code, plain_value
from schema.execution.plan.plan_nodes import Level, Merge
from schema.execution.plan.planner import Planner
from schema.execution.run.connection_answer import WriteCursor
from schema.execution.run.level_reader import Group, LevelRequest, ask_with, cursor_of, fetch, positions
from schema.execution.run.merged_answer import merged_page


@dataclass(slots=True, eq=False)
class Record:
    """A row, or a part of it, as resolvers see it."""

    row: Sequence[Any]
    index: Mapping[Column, int]
    place: Place
    type_name: str

    def raw(self, column: Column) -> Any:
        """A column as the driver gave it."""
        return self.row[self.index[column]]

    def python(self, column: Column, declared: Leaf | None = None) -> Any:
        """A column's Python value."""
        raw = self.raw(column)
        return None if raw is None else _value(self.place.entity, column, declared).python(raw)

    def seen_as(self, place: Place, type_name: str) -> Record:
        """The same row at another place."""
        return Record(self.row, self.index, place, type_name)


@lru_cache(maxsize=4096)
def _value(entity: type[Base], column: Column, declared: Leaf | None) -> Any:
    return column_value(entity, column, declared)


@dataclass(slots=True, eq=False)
class ConnectionRecord:
    """A page of rows as resolvers see it."""

    group: Group
    records: Sequence[Record]
    write: WriteCursor

    @property
    def nodes(self) -> Sequence[Record]:
        """The rows of the page."""
        return self.records

    @property
    def edges(self) -> Sequence[EdgeRecord]:
        """The rows with their cursors."""
        return [EdgeRecord(self, index) for index in range(len(self.records))]

    @property
    def page_info(self) -> ConnectionRecord:
        """What is known of the page."""
        return self

    @property
    def total_count(self) -> int:
        """How many rows the whole list has."""
        return self.group.count

    @property
    def has_next_page(self) -> bool:
        """Whether more follows."""
        return self.group.more_after

    @property
    def has_previous_page(self) -> bool:
        """Whether more comes before."""
        return self.group.more_before

    @property
    def start_cursor(self) -> str | None:
        """The first row's cursor."""
        return self.cursor(0)

    @property
    def end_cursor(self) -> str | None:
        """The last row's cursor."""
        return self.cursor(-1)

    def cursor(self, index: int) -> str | None:
        """The cursor of one of the rows; none on an empty page."""
        return self.write(self.group.rows[index]) if self.group.rows else None


@dataclass(slots=True, eq=False)
class EdgeRecord:
    """A row with its cursor."""

    connection: ConnectionRecord
    position: int

    @property
    def cursor(self) -> str | None:
        """Where the row lies."""
        return self.connection.cursor(self.position)

    @property
    def node(self) -> Record:
        """The row."""
        return self.connection.records[self.position]


Info = GraphQLResolveInfo[Any]


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
        memo[key] = Planner(
            info.schema, info.operation, fragments, VariableValues({}, cast("dict[str, Any]", info.variable_values))
        )
    planner: Planner = memo[key]
    return planner


Plan = TypeVar("Plan", Level, Merge)


def _details(info: Info) -> list[FieldDetails]:
    return [FieldDetails(node, None, None) for node in info.field_nodes]


def _level(info: Info, make: Callable[[Planner], Plan], *more: Any) -> Plan:
    """The level behind a field, or what is merged of several, planned once a request."""
    memo = reading_of(info).memo
    key = ("level", tuple(id(node) for node in info.field_nodes), info.parent_type.name, *more)
    if key not in memo:
        memo[key] = make(planner_of(info))
    level: Plan = memo[key]
    return level


class LevelLoader(DataLoader[int, Group]):
    """Reads a level for all the parents that ask for it in one turn of the event loop, in one statement."""

    def __init__(self, level: Level, asked: LevelRequest, reading: RequestContext) -> None:
        super().__init__(max_batch_size=None)
        self.level, self.asked, self.reading = level, asked, reading

    async def batch_load_fn(self, keys: list[int]) -> list[Group]:
        """The group of each key; a key without rows has an empty one."""
        groups = await self.reading.apart(fetch(self.level, self.asked, self.reading, keys))
        return [groups.get(key) or Group([]) for key in keys]


async def _load(loader: DataLoader[Any, Any], key: Any) -> Any:
    """Wait for a loader without passing a cancellation on to those who wait for the same row."""
    return await asyncio.shield(loader.load(key))


def _loader(info: Info, level: Level, args: Mapping[str, Any]) -> LevelLoader:
    memo = reading_of(info).memo
    key = ("loader", level)
    if key not in memo:
        memo[key] = LevelLoader(level, ask_with(level, args), reading_of(info))
    loader: LevelLoader = memo[key]
    return loader


def _records(level: Level, group: Group, type_name: str) -> list[Record]:
    counted = level.connection is not None and level.connection.counted
    index = positions(level, 1 + counted)
    assert level.target.entity is not None
    place = Place(level.target.entity)
    return [Record(row, index, place, type_name) for row in group.rows]


def _rows_resolver(declared: Many | Lookup) -> Callable[..., Any]:
    async def resolve(source: Any, info: Info, **args: Any) -> Any:
        level = _level(
            info,
            lambda planner: planner.level(str(info.path.key), info.parent_type, declared, _details(info)),
        )
        loader = _loader(info, level, args)
        key = _key(source, level) if isinstance(source, Record) else NO_KEY
        group = Group([]) if key is None else await _load(loader, key)
        if level.item is not None:
            return [row[1] for row in group.rows]
        records = _records(level, group, level.target.name)
        if level.connection is not None:
            return ConnectionRecord(group, records, partial(cursor_of, loader.asked))
        return records if level.kind == "list" else next(iter(records), None)

    return resolve


def _key(source: Record, level: Level) -> Any:
    """The key by which a level finds the rows of a parent."""
    return source.raw(source.place.column(level.parent_key))


def _merged_resolver(declared: Merged) -> Callable[..., Any]:
    async def resolve(source: Record, info: Info, **args: Any) -> ConnectionRecord:
        merge = _level(
            info,
            lambda planner: planner.merge(str(info.path.key), info.parent_type, declared, _details(info)),
        )
        loaders = [_loader(info, level, args) for level in merge.levels]
        key = _key(source, merge.levels[0])
        groups = await asyncio.gather(*(_load(loader, key) for loader in loaders))
        page = merged_page([loader.asked for loader in loaders], groups)
        rows = [(merge.levels[-place], row) for _, place, _, row in page.rows]
        records = [record for level, row in rows for record in _records(level, Group([row]), level.target.name)]
        return ConnectionRecord(page, records, partial(merged_cursor, declared.sign))

    return resolve


def _batched_resolver(declared: BatchLoaded) -> Callable[..., Any]:
    async def resolve(source: Any, info: Info, **args: Any) -> Any:
        memo = reading_of(info).memo
        key = ("batch", tuple(id(node) for node in info.field_nodes), info.parent_type.name)
        if key not in memo:
            memo[key] = _batch_loader(declared, info, args)
        own = source.raw(source.place.column(declared.key)) if isinstance(source, Record) else NO_KEY
        return await _rows_named(await _load(memo[key], own), info)

    return resolve


def _batch_loader(declared: BatchLoaded, info: Info, args: Mapping[str, Any]) -> DataLoader[int, Any]:
    reading = reading_of(info)
    names = planner_of(info).names(info.return_type, _details(info))

    async def load(keys: list[int]) -> list[Any]:
        found = await reading.apart(declared.load(reading, keys, args, names))
        return [found.get(key) for key in keys]

    return DataLoader(load)


async def _rows_named(value: Any, info: Info) -> Any:
    """The value, with the rows that it names in their place."""
    if isinstance(value, RowRef):
        level = _level(info, lambda planner: planner.row_level("", value.type_name, _details(info)), value.type_name)
        group = await _load(_loader(info, level, {}), value.key)
        return next(iter(_records(level, group, value.type_name)), None)
    if isinstance(value, list | tuple) and any(isinstance(item, RowRef) for item in value):
        return await asyncio.gather(*(_rows_named(item, info) for item in value))
    return value


def _leaf_resolver(declared: Leaf) -> Callable[..., Any]:
    source_name = declared.source or declared.name

    def resolve(source: Any, info: Info) -> Any:
        if isinstance(source, Record):
            return source.python(source.place.column(source_name), declared)
        return plain_value(declared, source, reading_of(info))

    return resolve


def _own_resolver(declared: Declaration) -> Callable[..., Any]:
    """The resolver of a field that the row itself answers."""
    pick = declared.pick if isinstance(declared, Attribute) else None

    def resolve(source: Any, info: Info, **args: Any) -> Any:
        if isinstance(source, Record):
            return _of_record(declared, source, info)
        value = plain_value(declared, source, reading_of(info))
        if pick is not None:
            value = pick(value, args)
        return _rows_named(value, info) if _names_rows(value) else value

    return resolve


def _names_rows(value: Any) -> bool:
    return isinstance(value, RowRef) or (
        isinstance(value, list | tuple) and any(isinstance(item, RowRef) for item in value)
    )


def _of_record(declared: Declaration, record: Record, info: Info) -> Any:
    place = record.place
    type_name = getattr(declared, "type_name", "")
    if isinstance(declared, NodeId):
        return opaque_id(info.parent_type.name, record.raw(place.column("id")))
    if isinstance(declared, Coded):
        return find_code(type_name, record.raw(place.column(declared.source)), reading_of(info))
    if isinstance(declared, Computed):
        values = [record.python(place.column(source)) for source in declared.columns]
        return declared.function(*values, reading_of(info))
    if isinstance(declared, Embedded):
        if declared.when is not None and record.raw(place.column(declared.when)) is None:
            return None
        return record.seen_as(bind_part(declared, place), type_name)
    if isinstance(declared, SameRow):
        return record.seen_as(Place(place.entity, place.path), type_name)
    if isinstance(declared, One):
        path = (*place.path, declared.relation or declared.name)
        if record.raw(Column(path, "id")) is None:
            return None
        return record.seen_as(Place(place.entity, path), type_name)
    raise TypeError(f"{declared} can't be read from a row.")


def _refuse_mutation(_source: Any, _info: Info, **_args: Any) -> Any:
    """A mutation answers from within its transaction, which only a plan can do."""
    raise BadInput("Mutations can't be run with @defer, @stream or fragment variables.")


def resolver(declared: Declaration) -> Callable[..., Any]:
    """The resolver of a declared field."""
    if isinstance(declared, Many | Lookup):
        return _rows_resolver(declared)
    if isinstance(declared, Merged):
        return _merged_resolver(declared)
    if isinstance(declared, BatchLoaded):
        return _batched_resolver(declared)
    if isinstance(declared, Mutation):
        return _refuse_mutation
    if isinstance(declared, Leaf):
        return _leaf_resolver(declared)
    return _own_resolver(declared)
