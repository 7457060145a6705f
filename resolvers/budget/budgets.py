"""Budgets as requests meet them: a process takes a share of one, and spends it without asking the database again.

A share is what the process is likely to need within the next second or so; what isn't spent of it is given back when
nobody has asked for ten seconds. So a budget is kept by all processes together, at a statement for many requests.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from models.rules.budget import SECOND, Allowance, next_lease
from resolvers.budget.bucket import give_back, own_engine, take
from resolvers.storage.writing.by_itself import WriterByItself

IDLE = 10 * SECOND
"""How long a share is kept that nobody asks for."""
TRIED_AGAIN = SECOND
"""After how long the database is asked again for what it didn't have: another process may have given some back."""
log = logging.getLogger("crm360")


class OverBudget(Exception):
    """There aren't enough points; `wait` is after how long there will be, in nanoseconds."""

    def __init__(self, wait: int, remaining: int, full_at: int) -> None:
        super().__init__()
        self.wait, self.remaining, self.full_at = wait, remaining, full_at


@dataclass(slots=True, eq=False)
class Share:
    """What this process holds of one budget."""

    allowance: Allowance
    points: int = 0
    """What may be spent; below nothing where an answer came to more than it was taken to cost."""
    lease: int = 0
    """What was taken last."""
    full_at: int = 0
    taken_at: int = 0
    used_at: int = 0
    refused: int = 0
    """What the database didn't have when it was last asked, and until when that is taken for granted."""
    refused_until: int = 0
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def remaining(self, now: int) -> int:
        """What is left of the budget, as far as this process knows."""
        left = self.allowance.limit - self.allowance.used(self.full_at, now) + self.points
        return max(0, min(self.allowance.limit, left))


class Budgets:
    """The budgets of whoever asks this process. `clock` tells the time in nanoseconds."""

    def __init__(self, engine: AsyncEngine, clock: Callable[[], int] = time.time_ns, every: float = 5.0) -> None:
        self.engine = own_engine(engine)
        self._writer = WriterByItself(self.engine)
        self.clock = clock
        self.every = every
        self._shares: dict[str, Share] = {}
        self._running: asyncio.Task[None] | None = None
        self._taking: set[asyncio.Task[tuple[int, int]]] = set()
        self._told_at = 0

    async def charge(self, subject: str, allowance: Allowance, points: int) -> Share:
        """Spend points of a budget; `OverBudget` where there aren't enough. It holds as many, or more, when full."""
        share = self._share(subject, allowance)
        share.used_at = self.clock()
        if share.points < points:
            async with share.turn:
                if share.points < points:
                    await self._take(subject, share, points)
        share.points -= points
        return share

    def settle(self, subject: str, allowance: Allowance, points: int) -> None:
        """Give back what a document cost less than was taken for it, or spend what it cost more."""
        self._share(subject, allowance).points += points

    def _share(self, subject: str, allowance: Allowance) -> Share:
        share = self._shares.get(subject)
        if share is None:
            share = self._shares[subject] = Share(allowance, used_at=self.clock())
        # A token may have been given another budget.
        share.allowance = allowance
        return share

    async def _take(self, subject: str, share: Share, points: int) -> None:
        now, allowance = self.clock(), share.allowance
        needed = min(points - share.points, allowance.limit)
        if now < share.refused_until and needed >= share.refused:
            raise self._over(share, needed, now)
        share.lease = next_lease(share.lease, allowance, now - share.taken_at)
        wanted = min(max(needed, share.lease), allowance.limit)
        try:
            granted, share.full_at = await self._to_its_end(take(self._writer, subject, allowance, wanted, needed, now))
        except Exception as error:
            # Without the database there is hardly anything to ask for; a budget is not what keeps anybody out.
            self._tell(error, now)
            share.points = max(share.points, points)
            return
        share.taken_at = now
        if granted == 0:
            share.refused, share.refused_until = needed, now + TRIED_AGAIN
            raise self._over(share, needed, now)
        share.points += granted

    async def _to_its_end(self, taking: Coroutine[Any, Any, tuple[int, int]]) -> tuple[int, int]:
        """A statement isn't stopped half way by who leaves meanwhile."""
        task = asyncio.ensure_future(taking)
        self._taking.add(task)
        task.add_done_callback(self._taken)
        return await asyncio.shield(task)

    def _taken(self, task: asyncio.Task[tuple[int, int]]) -> None:
        self._taking.discard(task)
        if not task.cancelled():
            # Whoever waited for it tells; nobody does where they left.
            task.exception()

    @staticmethod
    def _over(share: Share, needed: int, now: int) -> OverBudget:
        return OverBudget(share.allowance.wait(needed, share.full_at, now), share.remaining(now), share.full_at)

    def _tell(self, error: Exception, now: int) -> None:
        if now - self._told_at > 60 * SECOND:
            self._told_at = now
            log.warning("Budgets can't be kept: %s", type(error).__name__)

    async def return_idle(self, idle: int = IDLE) -> None:
        """Give back what nobody has asked for so long; what can't be given back flows back in time."""
        now = self.clock()
        over = {
            subject: share
            for subject, share in self._shares.items()
            if now - share.used_at >= idle and not share.turn.locked()
        }
        for subject in over:
            del self._shares[subject]
        left = {subject: (share.allowance, share.points) for subject, share in over.items() if share.points}
        if left:
            try:
                await give_back(self.engine, left)
            except Exception as error:
                self._tell(error, now)

    def start(self) -> None:
        """Begin; must be called from a running event loop."""
        if self._running is None:
            self._running = asyncio.create_task(self._go_on(), name="budgets")

    async def stop(self) -> None:
        """Give back what is left, and end."""
        running, self._running = self._running, None
        if running is not None:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running
        if self._taking:
            await asyncio.wait(self._taking)
        await self.return_idle(0)
        await self._writer.close()
        await self.engine.dispose()

    async def _go_on(self) -> None:
        while True:
            await asyncio.sleep(self.every)
            await self.return_idle()
