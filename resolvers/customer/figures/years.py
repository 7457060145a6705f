"""Years that are kept of customers: worked out some customers at a time, and read by insights while they hold.

What is on most bills of a year can't be added to, as a year goes on by itself. So the job works it out after a change,
and again once the first bill of a year has left it. Insights never wait for it: see `CustomerYear`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import delete, func, insert, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncEngine

from models import CustomerStatistics, CustomerYear, Purchase, PurchaseState
from models.types import Instant
from models.year_triggers import ALONE
from resolvers.customer.figures.insight_rows import (
    KEPT_PARTS,
    YEAR_IN_MONTHS,
    InsightRow,
    statement_of,
    window_of,
)
from resolvers.query.json_rows import rows_of
from resolvers.storage.transaction import Transaction, in_transaction

Year = dict[str, Any]
"""What is kept of a customer's year, by the names of the columns."""

STATISTICS, YEAR = CustomerStatistics, CustomerYear
LISTS = {part: column.key for part, column in KEPT_PARTS.items()}
PARTS = tuple(LISTS)


async def keep_years(engine: AsyncEngine, now: datetime, batch: int) -> int:
    """Work out the years that don't hold, or never were; how many are kept anew."""
    kept, last = 0, 0
    while keys := await _due(engine, now, last, batch):
        kept += await in_transaction(engine, now, partial(_keep, keys=keys))
        last = keys[-1]
    return kept


async def _due(engine: AsyncEngine, now: datetime, after: int, batch: int) -> Sequence[int]:
    """The next customers who bought something within the year and of whom none is kept that holds."""
    since, until = (literal(moment, Instant()) for moment in (window_of(YEAR_IN_MONTHS, now).since, now))
    holds_not = or_(YEAR.id.is_(None), YEAR.revision != STATISTICS.revision, YEAR.since > since, YEAR.first_at < since)
    chosen = select(STATISTICS.id).outerjoin(YEAR, YEAR.id == STATISTICS.id).order_by(STATISTICS.id).limit(batch)
    within = STATISTICS.last_purchase_at.between(since, until)
    async with engine.connect() as connection:
        await connection.execution_options(reading=True)
        return (await connection.scalars(chosen.where(STATISTICS.id > after, within, holds_not))).all()


async def _keep(transaction: Transaction, *, keys: Sequence[int]) -> int:
    """Work out some customers' years; none while products get other brands or groups."""
    if not await is_alone(transaction):
        return 0
    session, now = transaction.session, literal(transaction.now, Instant())
    chosen = select(STATISTICS.id, STATISTICS.revision).where(
        STATISTICS.id.in_(keys), STATISTICS.last_purchase_at <= now
    )
    # Whoever changes a customer's bills or their lines waits here, or is waited for: nothing moves meanwhile.
    locked: Sequence[Any] = (await session.execute(chosen.order_by(STATISTICS.id).with_for_update())).all()
    revisions: dict[int, int] = dict(locked)
    years = await work_out(transaction, list(revisions))
    await session.execute(delete(YEAR).where(YEAR.id.in_(keys)))
    rows = [{"id": key, "revision": revisions[key], **year} for key, year in years.items()]
    if rows:
        await session.execute(insert(YEAR), rows)
    return len(rows)


async def is_alone(transaction: Transaction) -> bool:
    """Whether no transaction gives products other brands or groups, until this one's end."""
    if transaction.backend == "sqlite":
        return True
    mine = select(func.pg_try_advisory_xact_lock(func.hashtextextended(ALONE, 0)))
    return bool(await transaction.session.scalar(mine))


async def work_out(transaction: Transaction, keys: Sequence[int]) -> Mapping[int, Year]:
    """The years until now of those of the customers who bought anything within."""
    statement = statement_of(PARTS, YEAR_IN_MONTHS, transaction.backend, uses_kept=False)
    found = await transaction.context.fetch(statement, {"keys": keys})
    rows = [row for _, value in found for row in rows_of(value)]
    since = window_of(YEAR_IN_MONTHS, transaction.now).since
    years: dict[int, Year] = {
        key: {"since": since, "first_at": first_at, **{name: [] for name in LISTS.values()}}
        for key, first_at in (await _first(transaction, keys, since)).items()
    }
    sums: dict[tuple[int, str], list[int]] = defaultdict(lambda: [0, 0])
    for part, customer, what, label, _first_at, _last_at, n1, n2, *_ in sorted(rows, key=_place):
        if part == InsightRow.SUMS:
            spent = sums[customer, label]
            sums[customer, label] = [spent[0] + n1, spent[1] + n2]
        else:
            years[customer][LISTS[InsightRow(part)]].append([what, n1])
    for (customer, currency), spent in sorted(sums.items()):
        if spent[0]:
            years[customer]["turnover"].append([currency, *spent])
    return years


def _place(row: Sequence[Any]) -> tuple[int, int]:
    """The order of favourites; sums have none."""
    return row[0], 0 if row[0] == InsightRow.SUMS else row[7]


async def _first(transaction: Transaction, keys: Sequence[int], since: datetime) -> Mapping[int, datetime]:
    """When the first bill of each within the year was paid."""
    bill: Any = Purchase
    first = select(bill.customer_id, func.min(bill.paid_at, type_=Instant())).where(
        bill.customer_id.in_(keys), bill.state != PurchaseState.CANCELLED, bill.paid_at >= literal(since, Instant())
    )
    rows: Sequence[Any] = (await transaction.session.execute(first.group_by(bill.customer_id))).all()
    return dict(rows)
