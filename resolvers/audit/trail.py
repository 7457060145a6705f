"""Noting who was shown which customer's personal data, before they are.

An answer waits until what it shows is noted and committed. Answers that come meanwhile are noted together, in one
statement: the more there are, the less each costs. Those that show nothing personal, and customers who see what is
their own, have nothing to do with it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

import orjson
from sqlalchemy.ext.asyncio import AsyncEngine

from resolvers.storage.context import Viewer
from resolvers.storage.writing.by_itself import WriterByItself

LONGEST_NAME = 64

WRITE = {
    # What each answer shows is one place of the arrays, and each customer names the place of their answer.
    "postgresql": """
        INSERT INTO audit_entry (action, customer_id, what, request, viewer_kind, token_id, at, transaction_id)
        SELECT 'READ', customer.key, ($3::text[])[answer], ($4::text[])[answer], ($5::text[])[answer],
            ($6::bigint[])[answer], ($7::timestamptz[])[answer], writing.id
        FROM (SELECT CAST(CAST(pg_current_xact_id() AS text) AS bigint) OFFSET 0) AS writing(id),
            unnest($1::text::bigint[], $2::text::int[]) AS customer(key, answer)
        """,
    "sqlite": """
        INSERT INTO audit_entry (action, customer_id, what, request, viewer_kind, token_id, at, transaction_id)
        SELECT 'READ', customer.value, json_extract(shown.value, '$.what'), json_extract(shown.value, '$.request'),
            json_extract(shown.value, '$.viewer_kind'), json_extract(shown.value, '$.token_id'),
            json_extract(shown.value, '$.at'), 0
        FROM json_each(?) AS shown, json_each(shown.value, '$.customers') AS customer
        """,
}
"""Noting what answers show."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What one answer shows to whom."""

    viewer: Viewer
    customers: Collection[int]
    what: str
    at: datetime


class Trail:
    """Writes down what answers show."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._writer = WriterByItself(engine)
        self._waiting: list[tuple[Shown, asyncio.Future[None]]] = []
        self._running: asyncio.Task[None] | None = None

    async def note(self, shown: Shown) -> None:
        """Write down what an answer shows; it may be sent when this comes back."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((shown, done))
        if self._running is None:
            self._running = asyncio.create_task(self._run(), name="audit")
        await done

    async def close(self) -> None:
        """Write down what is left, and close the connection."""
        if self._running is not None:
            await self._running
        await self._writer.close()

    async def _run(self) -> None:
        try:
            while self._waiting:
                waiting, self._waiting = self._waiting, []
                await self._write(waiting)
        finally:
            self._running = None

    async def _write(self, waiting: list[tuple[Shown, asyncio.Future[None]]]) -> None:
        trouble: Exception | None = None
        try:
            await self._insert([shown for shown, _ in waiting])
        except Exception as error:
            trouble = error
        for _, done in waiting:
            # Whoever waited may be gone; what was to be shown them is noted all the same.
            if not done.done():
                done.set_result(None) if trouble is None else done.set_exception(trouble)

    async def _insert(self, answers: Sequence[Shown]) -> None:
        """One statement, which commits by itself."""
        of = {"postgresql": _columns, "sqlite": _rows}[self._writer.backend]
        await self._writer.write(WRITE[self._writer.backend], of(answers))


def _columns(answers: Sequence[Shown]) -> Sequence[object]:
    """What PostgreSQL is given: the customers with the places of their answers, and the answers.

    Of customers there may be many, and the driver looks at each item of an array: these are given as text.
    """
    customers = [(key, place) for place, shown in enumerate(answers, start=1) for key in sorted(shown.customers)]
    return (
        f"{{{','.join([str(key) for key, _ in customers])}}}",
        f"{{{','.join([str(place) for _, place in customers])}}}",
        [shown.what[:LONGEST_NAME] for shown in answers],
        [uuid4().hex for _ in answers],
        [shown.viewer.kind.value for shown in answers],
        [shown.viewer.token_id for shown in answers],
        [shown.at for shown in answers],
    )


def _rows(answers: Sequence[Shown]) -> Sequence[object]:
    """What SQLite is given: the answers, each with its customers."""
    return (orjson.dumps([_row(shown) for shown in answers]).decode(),)


def _row(shown: Shown) -> dict[str, object]:
    """An answer, to make an entry a customer of."""
    return {
        "customers": sorted(shown.customers),
        "what": shown.what[:LONGEST_NAME],
        "request": uuid4().hex,
        "viewer_kind": shown.viewer.kind,
        "token_id": shown.viewer.token_id,
        "at": shown.at.astimezone(UTC).isoformat(),
    }
