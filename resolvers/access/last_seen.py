"""When a token was last in use: noted to the minute, now and then, away from the requests."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from models import Token
from models.base import utc_now
from resolvers.access.lookup import KnownToken
from resolvers.storage.transaction import Transaction, in_transaction

GRAIN = timedelta(minutes=1)
BATCH = 500
log = logging.getLogger("crm360")


class LastSeen:
    """Notes which tokens are in use, and writes that down every so many seconds."""

    def __init__(self, engine: AsyncEngine, every: float = 15.0) -> None:
        self.engine = engine
        self.every = every
        self._seen: dict[int, datetime] = {}
        self._written: dict[int, datetime] = {}
        """What was written down within the last minute, which tokens that are remembered don't tell of."""
        self._running: asyncio.Task[None] | None = None

    def note(self, token: KnownToken, now: datetime) -> None:
        """A token is in use; it is written down again after a minute."""
        key = token.viewer.token_id
        if key is None:
            return
        last = self._written.get(key, token.last_seen_at)
        if last is None or now - last >= GRAIN:
            self._seen[key] = now

    def start(self) -> None:
        """Begin; must be called from a running event loop."""
        self._running = asyncio.create_task(self._go_on(), name="last seen")

    async def stop(self) -> None:
        """Write down what is left, and end."""
        running, self._running = self._running, None
        if running is not None:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running
        await self.write()

    async def write(self) -> None:
        """Write down what was noted. What can't be written now is of no use later, and is dropped."""
        seen, self._seen = self._seen, {}
        self._written = {key: at for key, at in {**self._written, **seen}.items() if utc_now() - at < GRAIN}
        keys = sorted(seen)
        try:
            for start in range(0, len(keys), BATCH):
                await _write(self.engine, keys[start : start + BATCH], max(seen.values()))
        except Exception as error:
            log.warning("When tokens were last seen wasn't written down: %s", type(error).__name__)

    async def _go_on(self) -> None:
        while True:
            await asyncio.sleep(self.every)
            await self.write()


async def _write(engine: AsyncEngine, keys: Sequence[int], at: datetime) -> None:
    async def work(transaction: Transaction) -> None:
        seen = update(Token).where(Token.id.in_(keys)).values(last_seen_at=at, updated_at=Token.updated_at)
        await transaction.session.execute(seen.execution_options(synchronize_session=False))

    await in_transaction(engine, utc_now(), work)
