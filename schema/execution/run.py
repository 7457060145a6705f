"""Running a plan: level after level, each one statement for all its parents."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from typing import Any

from graphql.execution.values import VariableValues
from sqlalchemy.ext.asyncio import AsyncEngine

from resolvers.reading import Reading
from resolvers.rows import NO_KEY
from resolvers.writing import Call, Payload, perform
from schema.execution.fetch import Asked, Group, ask, cursor_of, fetch, fetch_rows, positions
from schema.execution.generate import Generated, absent
from schema.execution.shapes import Batch, Below, Change, Constant, Filling, Level, Shape
from schema.mutations import snake

SIDE_BY_SIDE = 2
"""Up to how many requests at once may read sibling levels side by side."""

Slots = Sequence[tuple[Any, Any]]
"""Where a level's answer goes: (container, key of the parent)."""


async def run(root: Shape, reading: Reading, variables: VariableValues) -> dict[str, Any]:
    """The answer to a planned query."""
    data: dict[str, Any] = {}
    jobs: list[Awaitable[None]] = []
    running = _Running(reading, variables)
    for key, entry in root.entries:
        data[key] = entry.text if isinstance(entry, Constant) else None
        if isinstance(entry, Below):
            jobs.append(running.fill(entry.level, [(data, NO_KEY)]))
    reading.reader.requests += 1
    try:
        await running.together(jobs)
    finally:
        reading.reader.requests -= 1
    return data


async def change(wanted: Change, reading: Reading, engine: AsyncEngine, variables: VariableValues) -> Any:
    """Do a mutation and answer its payload, read in the same transaction."""
    args = wanted.arguments.read(variables)
    field = wanted.field
    given = snake(args["input"], wanted.arguments.definition.args["input"].type)
    call = Call(field.name, field.operation, given, args.get("idempotencyKey"), args["dryRun"])

    async def show(payload: Payload, inside: Reading) -> Any:
        filling = Filling(inside, variables)
        answer = wanted.convert(payload, filling)
        await _Running(inside, variables, alone=True).pending(filling)
        return answer

    return await perform(engine, reading, call, show)


class _Running:
    def __init__(self, reading: Reading, variables: VariableValues, *, alone: bool = False) -> None:
        self.reading = reading
        self.variables = variables
        self.alone = alone
        """Whether everything goes over one connection, and so one after another."""

    async def together(self, jobs: Sequence[Awaitable[None]]) -> None:
        """Sibling levels: side by side while few ask, which answers sooner; else one by one, which answers more."""
        if len(jobs) == 1 or self.alone or self.reading.reader.requests > SIDE_BY_SIDE:
            for job in jobs:
                await job
        elif jobs:
            await asyncio.gather(*jobs)

    async def pending(self, filling: Filling) -> None:
        """Read the rows that a computation named."""
        await self.together(self._rows_of(filling))

    def fill(self, level: Level | Batch, slots: Slots) -> Awaitable[None]:
        """Fill what a level or a batch answers into its places."""
        return self._batch(level, slots) if isinstance(level, Batch) else self._level(level, slots)

    async def _level(self, level: Level, slots: Slots) -> None:
        keys = list({key for _, key in slots if key is not None})
        asked = ask(level, self.variables)
        filling = Filling(self.reading, self.variables)
        generated = _generated(level, self.reading.backend)
        lists: list[list[list[Any]]] = [[[] for _ in made.children] for made in generated]
        if level.is_flat:
            rows = await fetch_rows(asked, self.reading, keys)
            _place_flat(level, slots, rows, generated[0].build(rows, filling, lists[0]))
        else:
            groups = await fetch(level, asked, self.reading, keys)
            answers = {key: _answer(level, asked, group, generated, lists, filling) for key, group in groups.items()}
            for container, key in slots:
                container[level.key] = answers[key] if key in answers else _nothing(level, asked, generated, filling)
        children = [
            self.fill(child, noted)
            for made, its in zip(generated, lists, strict=True)
            for child, noted in zip(made.children, its, strict=True)
            if noted
        ]
        await self.together([*children, *self._rows_of(filling)])

    async def _batch(self, batch: Batch, slots: Slots) -> None:
        keys = list({key for _, key in slots})
        args = batch.arguments.read(self.variables)
        found = await batch.field.load(self.reading, keys, args, batch.names)
        filling = Filling(self.reading, self.variables)
        for container, key in slots:
            value = batch.convert(found.get(key), filling)
            if type(value) is tuple:
                filling.pending.append((value[0], container, batch.key, value[1]))
            else:
                container[batch.key] = value
        await self.together(self._rows_of(filling))

    def _rows_of(self, filling: Filling) -> list[Awaitable[None]]:
        by_level: dict[Level, list[tuple[Any, Any, int]]] = {}
        for level, container, place, key in filling.pending:
            by_level.setdefault(level, []).append((container, place, key))
        return [self._rows(level, wanted) for level, wanted in by_level.items()]

    async def _rows(self, level: Level, wanted: Sequence[tuple[Any, Any, int]]) -> None:
        """Put rows that a computation named where it named them."""
        holders: list[tuple[dict[str, Any], int]] = [({}, key) for _, _, key in wanted]
        await self._level(level, holders)
        for (container, place, _), (holder, _) in zip(wanted, holders, strict=True):
            if holder[level.key] is None:
                absent()
            container[place] = holder[level.key]


def _generated(level: Level, backend: str) -> list[Generated]:
    if backend not in level.generated:
        counted = level.connection is not None and level.connection.counted
        where = positions(level, counted=counted)
        level.generated[backend] = [Generated(shape, where, backend) for shape in level.shapes()]
    made: list[Generated] = level.generated[backend]
    return made


def _place_flat(level: Level, slots: Slots, rows: Sequence[Any], objects: list[Any]) -> None:
    """Give each parent its rows, where nothing more is to be said of them."""
    key = level.connection.entries[0][0] if level.connection is not None else None
    if level.link is None:
        groups: dict[Any, list[Any]] = {NO_KEY: objects}
    else:
        groups = {}
        for row, made in zip(rows, objects, strict=True):
            if row[0] in groups:
                groups[row[0]].append(made)
            else:
                groups[row[0]] = [made]
    for container, parent in slots:
        own = groups.get(parent, [])
        container[level.key] = own if key is None else {key: own}


def _answer(
    level: Level,
    asked: Asked,
    group: Group,
    generated: Sequence[Generated],
    lists: Sequence[Sequence[list[Any]]],
    filling: Filling,
) -> Any:
    if level.item is not None:
        return [row[1] for row in group.rows]
    objects = [made.build(group.rows, filling, its) for made, its in zip(generated, lists, strict=True)]
    if level.kind == "list":
        return objects[0]
    if level.connection is None:
        if objects[0]:
            return objects[0][0]
        return None if level.nullable else absent()
    return _connection(level, asked, group, objects)


def _nothing(level: Level, asked: Asked, generated: Sequence[Generated], filling: Filling) -> Any:
    lists: list[list[list[Any]]] = [[[] for _ in made.children] for made in generated]
    return _answer(level, asked, Group([]), generated, lists, filling)


def _connection(level: Level, asked: Asked, group: Group, objects: Sequence[list[Any]]) -> dict[str, Any]:
    assert level.connection is not None
    remaining = iter(objects)
    answer: dict[str, Any] = {}
    for key, kind, what in level.connection.entries:
        if kind == "nodes":
            answer[key] = next(remaining)
        elif kind == "edges":
            answer[key] = _edges(asked, group, what, remaining)
        elif kind == "page_info":
            answer[key] = _page_info(asked, group, what)
        else:
            answer[key] = group.count if kind == "total_count" else what
    return answer


def _edges(asked: Asked, group: Group, parts: Any, remaining: Any) -> list[dict[str, Any]]:
    columns: list[tuple[str, list[Any]]] = []
    for key, kind, what in parts:
        if kind == "node":
            columns.append((key, next(remaining)))
        elif kind == "cursor":
            columns.append((key, [cursor_of(asked, row) for row in group.rows]))
        else:
            columns.append((key, [what] * len(group.rows)))
    names = [key for key, _ in columns]
    return [dict(zip(names, values, strict=True)) for values in zip(*(column for _, column in columns), strict=True)]


def _page_info(asked: Asked, group: Group, names: Sequence[tuple[str, str]]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, name in names:
        if name == "hasNextPage":
            made[key] = group.more_after
        elif name == "hasPreviousPage":
            made[key] = group.more_before
        elif name == "__typename":
            made[key] = "PageInfo"
        else:
            row = (group.rows[0] if name == "startCursor" else group.rows[-1]) if group.rows else None
            made[key] = None if row is None else cursor_of(asked, row)
    return made
