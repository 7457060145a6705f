"""Proving the kept figures: what triggers keep is compared with the rows that it sums, and mended where it differs.

Customers are looked at some at a time, in the order of their keys, each time in a transaction of its own. Whoever
changes bills or points holds the customer's statistics locked, and so does the proof: nothing moves meanwhile.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import Date, delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from models import (
    Customer,
    CustomerMonth,
    CustomerStatistics,
    CustomerYear,
    PointEntry,
    PointLot,
    Purchase,
    PurchaseState,
)
from models.rules.figures import Month, total_of
from models.types import MONEY, POINTS, Instant
from resolvers.customer.figures.insight_rows import YEAR_IN_MONTHS, window_of
from resolvers.customer.figures.years import LISTS, Year, is_alone, work_out
from resolvers.storage.transaction import Transaction, in_transaction

AT_ONCE = 500
YEARS_AT_ONCE = 20
"""Working a year out takes longer, and who changes something of the customer's waits."""
SHOWN = 20
"""How many differences are told one by one."""
NOTHING = Decimal(0)


class month_of(FunctionElement[date]):  # noqa: N801
    """The first day of the month in which a moment lies, as UTC has months."""

    type = Date()
    inherit_cache = True
    name = "month_of"


@compiles(month_of, "postgresql")
def _on_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    (moment,) = (compiler.process(clause, **options) for clause in element.clauses)
    return f"CAST(date_trunc('month', {moment} AT TIME ZONE 'UTC') AS date)"


@compiles(month_of, "sqlite")
def _on_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    (moment,) = (compiler.process(clause, **options) for clause in element.clauses)
    return f"(substr({moment}, 1, 7) || '-01')"


@dataclass(frozen=True, slots=True)
class Difference:
    """Something of a customer's that is not what the rows come to."""

    customer: int
    figure: str
    kept: str
    right: str


@dataclass(slots=True)
class Proof:
    """What was found: how many customers were looked at, what of theirs differed, and of how many it was mended."""

    customers: int = 0
    differences: list[Difference] = field(default_factory=list)
    """The first ones."""
    count: int = 0
    mended: int = 0
    left: int = 0
    """How many differences stay."""

    @property
    def holds(self) -> bool:
        """Whether all is right now."""
        return not self.left

    def add(self, found: Sequence[Difference]) -> None:
        """Count differences, and keep the first ones."""
        self.count += len(found)
        self.differences += found[: SHOWN - len(self.differences)]


@dataclass(frozen=True, slots=True)
class Right:
    """What one customer's rows come to."""

    months: Sequence[Month]
    first: datetime | None
    last: datetime | None
    points: Decimal
    in_lots: Decimal

    def statistics(self) -> dict[str, Any]:
        """What there is to be kept of it, beside the months."""
        total = total_of(self.months)
        return {
            "purchase_count": total.purchase_count,
            "currency_code": total.currency,
            "turnover": total.turnover,
            "average_basket": total.average_basket,
            "first_purchase_at": self.first,
            "last_purchase_at": self.last,
            "points": self.points,
        }


async def prove_figures(engine: AsyncEngine, now: datetime, *, mend: bool = False, at_once: int = AT_ONCE) -> Proof:
    """Compare all kept figures with the rows that they sum, and balances with lots; mend the figures where asked to."""
    proof = await _prove_sums(engine, now, mend=mend, at_once=at_once)
    last = 0
    while True:
        keys, differences = await in_transaction(engine, now, partial(_prove_years, after=last, mend=mend))
        if not keys:
            return proof
        proof.add(differences)
        proof.mended += mend and len({each.customer for each in differences})
        proof.left += 0 if mend else len(differences)
        last = keys[-1]


async def _prove_sums(engine: AsyncEngine, now: datetime, *, mend: bool, at_once: int) -> Proof:
    proof, last = Proof(), 0
    while True:
        keys, differences, mended = await in_transaction(
            engine, now, partial(_prove, after=last, at_once=at_once, mend=mend)
        )
        if not keys:
            return proof
        proof.customers += len(keys)
        proof.add(differences)
        proof.mended += mended
        proof.left += sum(not mend or each.figure == LOTS for each in differences)
        last = keys[-1]


async def _prove(
    transaction: Transaction, *, after: int, at_once: int, mend: bool
) -> tuple[list[int], list[Difference], int]:
    session = transaction.session
    chosen = select(Customer.id).where(Customer.id > after).order_by(Customer.id).limit(at_once)
    keys = list(await session.scalars(chosen))
    if not keys:
        return [], [], 0
    locked = select(CustomerStatistics).where(CustomerStatistics.id.in_(keys)).order_by(CustomerStatistics.id)
    kept = {row.id: row for row in await session.scalars(locked.with_for_update())}
    months = await _kept_months(transaction, keys)
    right = await _right(transaction, keys)
    differences, mended = [], 0
    for key in keys:
        found = _differences(key, kept.get(key), months.get(key, []), right[key])
        differences += found
        if mend and any(each.figure != LOTS for each in found):
            await _mend(transaction, key, kept.get(key), right[key])
            mended += 1
    return keys, differences, mended


async def _prove_years(transaction: Transaction, *, after: int, mend: bool) -> tuple[list[int], list[Difference]]:
    """Compare years that hold with the bills; one that is wrong goes, and is worked out again by its job."""
    session = transaction.session
    chosen = select(CustomerYear.id).where(CustomerYear.id > after).order_by(CustomerYear.id).limit(YEARS_AT_ONCE)
    keys = list(await session.scalars(chosen))
    if not keys or not await is_alone(transaction):
        return keys, []
    locked = select(CustomerStatistics).where(CustomerStatistics.id.in_(keys)).order_by(CustomerStatistics.id)
    statistics = {row.id: row for row in await session.scalars(locked.with_for_update())}
    kept = await session.scalars(select(CustomerYear).where(CustomerYear.id.in_(keys)).order_by(CustomerYear.id))
    right = await work_out(transaction, keys)
    since = window_of(YEAR_IN_MONTHS, transaction.now).since
    differences = []
    for year in kept:
        its = statistics.get(year.id)
        holds = its is not None and year.revision == its.revision and year.since <= since <= year.first_at
        found = _wrong_in(year, right.get(year.id, {})) if holds else []
        differences += found
        if found and mend:
            await session.delete(year)
    return keys, differences


def _wrong_in(year: CustomerYear, right: Year) -> list[Difference]:
    return [
        Difference(year.id, f"{name} of the year", str(getattr(year, name)), str(right.get(name)))
        for name in ("first_at", *LISTS.values())
        if getattr(year, name) != right.get(name)
    ]


LOTS = "points in lots"


def _differences(key: int, kept: CustomerStatistics | None, months: Sequence[Month], right: Right) -> list[Difference]:
    found = []
    if kept is None:
        found.append(Difference(key, "statistics", "none", "a row"))
    else:
        for name, value in right.statistics().items():
            if getattr(kept, name) != value:
                found.append(Difference(key, name, str(getattr(kept, name)), str(value)))
    there, wanted = set(months), set(right.months)
    found += [Difference(key, _named(each), _told(each), "nothing") for each in sorted(there - wanted, key=_named)]
    found += [Difference(key, _named(each), "nothing", _told(each)) for each in sorted(wanted - there, key=_named)]
    if right.points != right.in_lots:
        found.append(Difference(key, LOTS, str(right.in_lots), str(right.points)))
    return found


def _named(month: Month) -> str:
    return f"{month.month:%Y-%m} {month.currency}"


def _told(month: Month) -> str:
    return f"{month.purchase_count} bills, {month.turnover}"


async def _mend(transaction: Transaction, key: int, kept: CustomerStatistics | None, right: Right) -> None:
    session = transaction.session
    if kept is None:
        kept = CustomerStatistics(id=key)
        session.add(kept)
    for name, value in right.statistics().items():
        setattr(kept, name, value)
    await session.execute(delete(CustomerMonth).where(CustomerMonth.customer_id == key))
    rows = [
        {
            "customer_id": key,
            "currency_code": each.currency,
            "month": each.month,
            "purchase_count": each.purchase_count,
            "turnover": each.turnover,
        }
        for each in right.months
    ]
    if rows:
        await session.execute(insert(CustomerMonth), rows)
    await session.flush()


async def _kept_months(transaction: Transaction, keys: Sequence[int]) -> Mapping[int, list[Month]]:
    month = CustomerMonth
    columns = month.customer_id, month.currency_code, month.month, month.purchase_count, month.turnover
    rows = await transaction.session.execute(select(*columns).where(month.customer_id.in_(keys)))
    return _by_customer(rows.all())


def _by_customer(rows: Sequence[Any]) -> Mapping[int, list[Month]]:
    found: dict[int, list[Month]] = defaultdict(list)
    for customer, *month in rows:
        found[customer].append(Month(*month))
    return found


async def _right(transaction: Transaction, keys: Sequence[int]) -> dict[int, Right]:
    """What the customers' rows come to, summed by the database."""
    bill, session = Purchase, transaction.session
    counts = bill.customer_id.in_(keys), bill.state != PurchaseState.CANCELLED
    month = month_of(bill.paid_at)
    net = func.sum(bill.total - bill.returned, type_=MONEY)
    grouped = select(bill.customer_id, bill.currency_code, month, func.count(), net).where(*counts)
    months = _by_customer((await session.execute(grouped.group_by(bill.customer_id, bill.currency_code, month))).all())
    times = select(bill.customer_id, func.min(bill.paid_at, type_=Instant()), func.max(bill.paid_at, type_=Instant()))
    ended = await session.execute(times.where(*counts).group_by(bill.customer_id))
    ends: dict[int | None, tuple[Any, Any]] = {key: (first, last) for key, first, last in ended}
    points = await _sums(transaction, PointEntry.customer_id, PointEntry.amount, keys)
    lots = await _sums(transaction, PointLot.customer_id, PointLot.remaining, keys)
    found = {}
    for key in keys:
        first, last = ends.get(key, (None, None))
        found[key] = Right(months.get(key, []), first, last, points.get(key, NOTHING), lots.get(key, NOTHING))
    return found


async def _sums(transaction: Transaction, customer: Any, amount: Any, keys: Sequence[int]) -> dict[int, Decimal]:
    summed = select(customer, func.sum(amount, type_=POINTS)).where(customer.in_(keys)).group_by(customer)
    rows: Sequence[Any] = (await transaction.session.execute(summed)).all()
    return dict(rows)
