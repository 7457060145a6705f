"""Running a plan: level after level, each one statement for all its parents."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Coroutine, Sequence
from typing import Any

from graphql.execution.values import VariableValues
from sqlalchemy.ext.asyncio import AsyncEngine

from resolvers.reading import Reading
from resolvers.rows import NO_KEY
from resolvers.writing import Call, Payload, perform
from schema.execution.answers import Answering, Slots
from schema.execution.fetch import Group, ask, fetch, fetch_rows
from schema.execution.generate import absent
from schema.execution.shapes import Batch, Below, Change, Constant, Filling, Level, Shape
from schema.mutations import snake

SIDE_BY_SIDE = 2
"""Up to how many requests at once may read sibling levels side by side."""


async def run(root: Shape, reading: Reading, variables: VariableValues) -> dict[str, Any]:
    """The answer to a planned query."""
    data: dict[str, Any] = {}
    jobs: list[Coroutine[Any, Any, None]] = []
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

    async def together(self, jobs: Sequence[Coroutine[Any, Any, None]]) -> None:
        """Sibling levels: side by side while few ask, which answers sooner; else one by one, which answers more."""
        if len(jobs) > 1 and not self.alone and self.reading.reader.requests <= SIDE_BY_SIDE:
            await asyncio.gather(*jobs)
            return
        waiting = deque(jobs)
        try:
            while waiting:
                await waiting.popleft()
        finally:
            for job in waiting:
                job.close()

    async def pending(self, filling: Filling) -> None:
        """Read the rows that a computation named."""
        await self.together(self._rows_of(filling))

    def fill(self, level: Level | Batch, slots: Slots) -> Coroutine[Any, Any, None]:
        """Fill what a level or a batch answers into its places."""
        return self._batch(level, slots) if isinstance(level, Batch) else self._level(level, slots)

    async def _level(self, level: Level, slots: Slots) -> None:
        keys = list({key for _, key in slots if key is not None})
        asked = ask(level, self.variables, nested=self.reading.reader.nests)
        filling = Filling(self.reading, self.variables)
        answering = Answering(level, asked, filling)
        if level.is_flat:
            answering.place_flat(slots, await fetch_rows(asked, self.reading, keys))
        else:
            groups = await fetch(level, asked, self.reading, keys)
            answers = {key: answering.of(group) for key, group in groups.items()}
            for container, key in slots:
                container[level.key] = answers[key] if key in answers else answering.of(Group([]))
        children = [self.fill(child, noted) for child, noted in answering.noted()]
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

    def _rows_of(self, filling: Filling) -> list[Coroutine[Any, Any, None]]:
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
