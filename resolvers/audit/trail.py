"""Noting who was shown which customer's personal data, before they are.

An answer waits until what it shows is noted and committed. Answers that come meanwhile are noted together, in one
statement: the more there are, the less each costs. Those that show nothing personal, and customers who see what is
their own, have nothing to do with it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import orjson
from sqlalchemy.ext.asyncio import AsyncEngine

from resolvers.storage.context import Viewer
from resolvers.storage.patience.turns import turn

LONGEST_NAME = 64

WRITE = {
    # Whatever each answer shows is one row of JSON: its customers are taken apart in the database.
    "postgresql": """
        INSERT INTO audit_entry (action, customer_id, what, request, viewer_kind, token_id, at, transaction_id)
        SELECT 'READ', CAST(customer.value AS bigint), shown.what, shown.request, shown.viewer_kind, shown.token_id,
            shown.at, CAST(CAST(pg_current_xact_id() AS text) AS bigint)
        FROM json_to_recordset($1) AS shown(
                customers json, what text, request text, viewer_kind text, token_id bigint, at timestamptz
            ), json_array_elements_text(shown.customers) AS customer
        """,
    "sqlite": """
        INSERT INTO audit_entry (action, customer_id, what, request, viewer_kind, token_id, at, transaction_id)
        SELECT 'READ', customer.value, json_extract(shown.value, '$.what'), json_extract(shown.value, '$.request'),
            json_extract(shown.value, '$.viewer_kind'), json_extract(shown.value, '$.token_id'),
            json_extract(shown.value, '$.at'), 0
        FROM json_each(?) AS shown, json_each(shown.value, '$.customers') AS customer
        """,
}
"""Noting what answers show: a statement of its own, which a unit of work would make many times as dear."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What one answer shows to whom."""

    viewer: Viewer
    customers: Collection[int]
    what: str
    at: datetime

    def row(self) -> dict[str, object]:
        """What is noted, one entry a customer."""
        return {
            "customers": sorted(self.customers),
            "what": self.what[:LONGEST_NAME],
            "request": uuid4().hex,
            "viewer_kind": self.viewer.kind,
            "token_id": self.viewer.token_id,
            "at": self.at.astimezone(UTC).isoformat(),
        }


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
        rows = orjson.dumps([shown.row() for shown, _ in waiting]).decode()
        trouble: Exception | None = None
        try:
            await self._insert(rows)
        except Exception as error:
            trouble = error
        for _, done in waiting:
            # Whoever waited may be gone; what was to be shown them is noted all the same.
            if not done.done():
                done.set_result(None) if trouble is None else done.set_exception(trouble)

    async def _insert(self, rows: str) -> None:
        """One statement, which commits by itself."""
        async with turn(self._engine), self._engine.connect() as connection:
            driver: Any = (await connection.get_raw_connection()).driver_connection
            if self._engine.dialect.name == "postgresql":
                await driver.execute(WRITE["postgresql"], rows)
            else:
                await driver.execute_fetchall(WRITE["sqlite"], (rows,))
