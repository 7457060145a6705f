"""Turns: first come, first served, so many at once, and nobody waits for ever.

SQLite has one writer at a time, and makes the others ask again after a while: whoever asks at the right moment is next,
and in a crowd somebody may wait for ever. PostgreSQL queues those who want the same rows by itself, but has room for so
many connections only. A turn there is handed on after some seconds, so that writers who hang don't stop the others.
"""

from __future__ import annotations

import asyncio
from collections import deque

from sqlalchemy.ext.asyncio import AsyncEngine

from resolvers.errors import Unavailable
from resolvers.storage.patience.outage import BUSY

TURN, WRITERS = "turn", "writers"
"""The options of an engine that hold its turns; `make_engine` gives the one to an engine of SQLite's, and the other to
one of PostgreSQL's."""

AT_ONCE = 15
"""How many write to PostgreSQL at once, from a process."""

HANDED_ON = 5.0
"""The seconds after which a writer counts as one who hangs."""

PATIENCE = 2.0
"""The seconds that a request waits for its turn."""


class Turns:
    """So many at once. Whoever is done hands their turn to whoever waits longest."""

    __slots__ = ("_free", "_waiting", "handed_on")

    def __init__(self, count: int, *, handed_on: float | None = None) -> None:
        self._free = count
        self._waiting: deque[asyncio.Future[None]] = deque()
        self.handed_on = handed_on

    async def take(self, patience: float | None = PATIENCE) -> None:
        """Wait for a turn; `Unavailable` where that takes too long."""
        if self._free:
            self._free -= 1
            return
        try:
            async with asyncio.timeout(patience):
                await self._wait()
        except TimeoutError:
            raise Unavailable(BUSY) from None

    async def _wait(self) -> None:
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():
                # It was just handed to who is gone.
                self.give()
            raise

    def give(self) -> None:
        """Let the next one."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1


class WritersTurn:
    """One writer's turn."""

    def __init__(self, turns: Turns, patience: float | None) -> None:
        self._turns, self._patience = turns, patience
        self._timer: asyncio.TimerHandle | None = None
        self._has_it = False

    async def __aenter__(self) -> None:
        await self._turns.take(self._patience)
        self._has_it = True
        if self._turns.handed_on is not None:
            self._timer = asyncio.get_running_loop().call_later(self._turns.handed_on, self._give)

    async def __aexit__(self, *_: object) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._give()

    def _give(self) -> None:
        if self._has_it:
            self._has_it = False
            self._turns.give()


def turn_options(backend: str) -> dict[str, Turns]:
    """What gives an engine turns."""
    if backend == "postgresql":
        return {WRITERS: Turns(AT_ONCE, handed_on=HANDED_ON)}
    return {TURN: Turns(1)}


def turn(engine: AsyncEngine, patience: float | None = None) -> WritersTurn:
    """A turn to write, within so many seconds where a request waits for it."""
    options = engine.get_execution_options()
    turns: Turns = options[TURN] if TURN in options else options[WRITERS]
    return WritersTurn(turns, patience)
