"""Noting who was shown which customer's personal data, before they are.

An answer waits until what it shows is noted and committed. Answers that come meanwhile are noted together, in one
transaction: the more there are, the less each costs. Those that show nothing personal, and customers who see what is
their own, have nothing to do with it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from models import AuditAction, AuditEntry
from models.base import utc_now
from resolvers.storage.context import Viewer
from resolvers.storage.transaction import Transaction, in_transaction

LONGEST_NAME = 64


@dataclass(frozen=True, slots=True)
class Shown:
    """What one answer shows to whom."""

    viewer: Viewer
    customers: Collection[int]
    what: str
    at: datetime

    def rows(self) -> list[dict[str, object]]:
        """The entries, one a customer."""
        request = uuid4().hex
        return [
            {
                "action": AuditAction.READ,
                "customer_id": key,
                "what": self.what[:LONGEST_NAME],
                "request": request,
                "viewer_kind": self.viewer.kind,
                "token_id": self.viewer.token_id,
                "at": self.at,
            }
            for key in sorted(self.customers)
        ]


class Trail:
    """Writes down what answers show."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._waiting: list[tuple[Shown, asyncio.Future[None]]] = []
        self._running: asyncio.Task[None] | None = None

    async def note(self, shown: Shown) -> None:
        """Write down what an answer shows; it may be sent when this comes back."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((shown, done))
        if self._running is None:
            self._running = asyncio.create_task(self._run(), name="audit")
        await done

    async def _run(self) -> None:
        try:
            while self._waiting:
                waiting, self._waiting = self._waiting, []
                await self._write(waiting)
        finally:
            self._running = None

    async def _write(self, waiting: list[tuple[Shown, asyncio.Future[None]]]) -> None:
        rows = [row for shown, _ in waiting for row in shown.rows()]

        async def work(transaction: Transaction) -> None:
            await transaction.session.execute(insert(AuditEntry), rows)

        trouble: Exception | None = None
        try:
            await in_transaction(self._engine, utc_now(), work)
        except Exception as error:
            trouble = error
        for _, done in waiting:
            # Whoever waited may be gone; what was to be shown them is noted all the same.
            if not done.done():
                done.set_result(None) if trouble is None else done.set_exception(trouble)
