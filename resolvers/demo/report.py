"""What an import tells at its end, and later."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.pool import NullPool

import models
from resolvers.storage.engine import make_engine

RUN = "complete-journey"
BEGIN, FINISH = "begin", "finish"


class JourneyError(Exception):
    """The import can't begin, or go on; the message says why and what to do."""


@dataclass(frozen=True)
class StepReport:
    """A step: how long it took, how many rows it loaded into which table, what was merged, dropped or made up."""

    name: str
    seconds: float
    rows: dict[str, int]
    notes: list[str]


@dataclass(frozen=True)
class NotableCustomer:
    """A customer worth looking at."""

    id: int
    name: str
    why: str


@dataclass(frozen=True)
class Report:
    """The whole import, whichever runs its steps were done in."""

    weeks: int
    today: date
    households: int | None
    steps: list[StepReport]
    customers: list[NotableCustomer]

    @property
    def rows(self) -> dict[str, int]:
        """How many rows were loaded into each table; what happens to customers who are made up isn't loaded."""
        totals: dict[str, int] = {}
        for step in self.steps:
            for table, rows in step.rows.items():
                totals[table] = totals.get(table, 0) + rows
        return totals

    @property
    def notes(self) -> list[str]:
        """What was merged, dropped or made up, and why."""
        return [note for step in self.steps for note in step.notes]

    @property
    def seconds(self) -> float:
        """How long all steps took."""
        return sum(step.seconds for step in self.steps)


async def is_imported(url: str) -> bool:
    """Whether an import into this database has come to its end."""
    return FINISH in await _finished(url)


async def notable_customers(url: str) -> list[NotableCustomer]:
    """Customers worth looking at, as the import found them and by the names they have now."""
    return await _customers(url, await _finished(url))


async def read_report(url: str) -> Report:
    """The report of an import, out of what its steps have left."""
    finished = await _finished(url)
    begun = finished[BEGIN]
    steps = [
        StepReport(name, done["seconds"], done["rows"], done["notes"])
        for name, done in finished.items()
        if name != BEGIN
    ]
    today = date.fromisoformat(begun["today"])
    customers = await _customers(url, finished)
    return Report(begun["weeks"], today, begun["households"], steps, customers)


async def _finished(url: str) -> dict[str, dict[str, Any]]:
    """The reports of the steps that are done, in their order."""
    step = models.ImportStep
    async with _connected(url) as connection:
        query = select(step.step, step.report).where(step.run == RUN).order_by(step.id)
        return {name: report or {} for name, report in await connection.execute(query)}


async def _customers(url: str, finished: dict[str, dict[str, Any]]) -> list[NotableCustomer]:
    # Those of the source come first; those who are made up after them.
    chosen = dict(finished.get(FINISH, {}).get("customers", []))
    chosen |= {key: why for done in finished.values() for key, why in done.get("customers", []) if key not in chosen}
    customer = models.Customer
    async with _connected(url) as connection:
        query = select(customer.id, customer.full_name).where(customer.id.in_(chosen))
        names = {row.id: row.full_name for row in await connection.execute(query)}
    return [NotableCustomer(key, names[key] or "", why) for key, why in chosen.items() if key in names]


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[AsyncConnection]:
    engine = make_engine(url, poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            yield connection
    finally:
        await engine.dispose()
