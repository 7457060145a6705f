"""Asking once for all who want to know at about the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

Told = TypeVar("Told")


class Shared(Generic[Told]):
    """A question that is asked again and again, one at a time; who comes while it is asked shares the next answer.

    An answer under way is of no use to them: it may be from before what they want to know of.
    """

    def __init__(self, ask: Callable[[], Awaitable[Told]], seconds: float) -> None:
        self._ask, self._seconds = ask, seconds
        self._running: asyncio.Task[Told] | None = None
        self._next: asyncio.Task[Told] | None = None

    async def answer(self) -> Told:
        """What is answered to a question that is asked from now on; `TimeoutError` where that takes too long."""
        if self._next is None:
            self._next = asyncio.create_task(self._run(self._running))
            self._next.add_done_callback(_heard)
        # Whoever stops waiting leaves it to the others.
        return await asyncio.shield(self._next)

    async def _run(self, before: asyncio.Task[Told] | None) -> Told:
        if before is not None:
            await asyncio.wait({before})
        self._running, self._next = self._next, None
        async with asyncio.timeout(self._seconds):
            return await self._ask()

    async def stop(self) -> None:
        """Ask no more."""
        for task in filter(None, (self._running, self._next)):
            task.cancel()
            await asyncio.wait({task})


def _heard(task: asyncio.Task[Told]) -> None:
    # Where nobody waits any more, nobody has to hear of an error.
    if not task.cancelled():
        task.exception()
