"""Running a plan: level after level, each one statement for all its parents."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Coroutine, Iterable, Sequence
from itertools import islice
from typing import Any

from graphql.execution.values import VariableValues

from resolvers.query.level.rows import NO_KEY
from resolvers.storage.beside import beside
from resolvers.storage.context import RequestContext
from schema.execution.plan.codegen import raise_null_violation
from schema.execution.plan.plan_nodes import AnswerState, Filler, Level, OwnFiller, ReadFiller, Shape
from schema.execution.run.assembler import Answering, Noted, Slots, begin
from schema.execution.run.level_reader import fetch_all

SIDE_BY_SIDE = 2
"""Up to how many requests at once may read sibling levels side by side."""


async def run(root: Shape, context: RequestContext, variables: VariableValues) -> dict[str, object]:
    """The answer to a planned query."""
    before, fillers = root.at_root()
    data = before.copy()
    running = Running(context, variables)
    jobs = [running.fill(filler, [(data, NO_KEY)]) for filler in fillers]
    context.reader.requests += 1
    try:
        await running.together(jobs)
    finally:
        context.reader.requests -= 1
    return data


class Running:
    """A request being answered: level after level, each for all its parents."""

    def __init__(self, context: RequestContext, variables: VariableValues, *, alone: bool = False) -> None:
        self.context = context
        self.variables = variables
        self.alone = alone
        """Whether everything goes over one connection, and so one after another."""

    def together(self, jobs: Sequence[Coroutine[Any, Any, None]]) -> Awaitable[None]:
        """Sibling levels: side by side while few ask, which answers sooner; else one by one, which answers more."""
        if len(jobs) == 1:
            return jobs[0]
        if not self.alone and self.context.reader.requests <= SIDE_BY_SIDE:
            return _all_of(jobs)
        return self._one_by_one(jobs)

    @staticmethod
    async def _one_by_one(jobs: Sequence[Coroutine[Any, Any, None]]) -> None:
        waiting = deque(jobs)
        try:
            while waiting:
                await waiting.popleft()
        finally:
            for job in waiting:
                job.close()

    async def below(self, noted: Iterable[Noted], filling: AnswerState) -> None:
        """Fill what is below a level: its batches, and its levels with the rows that it named, in one statement."""
        levels: list[tuple[ReadFiller, Slots]] = []
        alone: list[tuple[OwnFiller, Slots]] = []
        for child, slots in noted:
            if isinstance(child, ReadFiller):
                levels.append((child, slots))
            else:
                alone.append((child, slots))
        jobs: list[Coroutine[Any, Any, None]] = [self._by_themselves(alone)] if alone else []
        named = _named(filling)
        levels += [(level, [(holder, key) for holder, _, _, key in its]) for level, its in named.items()]
        if levels:
            jobs.append(self._levels(levels))
        await self.together(jobs)
        for level, its in named.items():
            for holder, container, place, _ in its:
                if holder[level.key] is None:
                    raise_null_violation()
                container[place] = holder[level.key]

    def fill(self, filler: Filler, slots: Slots) -> Coroutine[None, None, None]:
        """Fill an answer into its places."""
        if isinstance(filler, ReadFiller):
            return self._levels([(filler, slots)])
        return self._by_themselves([(filler, slots)])

    async def _by_themselves(self, wanted: Sequence[tuple[OwnFiller, Slots]]) -> None:
        """What no level answers; the rows that any of it names are read in one statement."""
        filling = AnswerState(self.context, self.variables)
        await self.together([filler.fill(filling, slots) for filler, slots in wanted])
        await self.below([], filling)

    async def _levels(self, levels: Sequence[tuple[ReadFiller, Slots]]) -> None:
        filling = AnswerState(self.context, self.variables)
        answering, wanted = [], []
        for level, slots in levels:
            answering.append(await _begun(level, filling))
            keys = list({key for _, key in slots if key is not None})
            wanted += [(asked, keys) for asked in answering[-1].wanted]
        found = iter(await fetch_all(wanted, self.context))
        for each, (_, slots) in zip(answering, levels, strict=True):
            each.place(slots, *islice(found, len(each.wanted)))
        noted = [each for answered in answering for each in answered.noted()]
        if noted or filling.pending:
            await self.below(noted, filling)


async def _begun(below: ReadFiller, filling: AnswerState) -> Answering:
    """What answers levels; at their first time code is written for them, beside the event loop."""
    for level in below.levels:
        if not level.forms:
            return await beside(object(), begin, below, filling)
    return begin(below, filling)


async def _all_of(jobs: Sequence[Coroutine[Any, Any, None]]) -> None:
    """Do jobs side by side; where one fails, the others are stopped, since nobody waits for them any more."""
    tasks = [asyncio.ensure_future(job) for job in jobs]
    try:
        await asyncio.gather(*tasks)
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise


Holder = tuple[dict[str, object], Any, Any, int]
"""A row that a computation named: what its level fills, the container and the place in it, and its key."""


def _named(filling: AnswerState) -> dict[Level, list[Holder]]:
    by_level: dict[Level, list[Holder]] = {}
    for level, container, place, key in filling.pending:
        by_level.setdefault(level, []).append(({}, container, place, key))
    return by_level
