"""Score bands: where the fifths of all customers begin, by recency, frequency and turnover.

Whoever ever bought counts; what they bought within twelve months says how often and how much. Turnover is that of the
currency in which a customer bought most often.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import case, func, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

import models
from models import Customer, Purchase, PurchaseState, ScoreMetric, State
from models.rules.periods import add_months
from models.types import MONEY, Instant
from resolvers.customer.figures.insights import YEAR_IN_MONTHS, ZONE
from resolvers.storage.sql import AnySelect
from resolvers.storage.transaction import Transaction, in_transaction

BAND = models.ScoreBand
SCORES = 5
LOWEST = {ScoreMetric.RECENCY: -100_000, ScoreMetric.FREQUENCY: 0, ScoreMetric.MONETARY: 0}
"""The lowest score begins where nobody is below."""

Floors = dict[tuple[ScoreMetric, int], Decimal]
"""The lowest value of each metric's scores."""


async def refresh_score_bands(engine: AsyncEngine, now: datetime, _batch: int = 0) -> int:
    """Work the bands out anew, beside those who write; how many bands moved."""
    floors: Floors = {}
    async with engine.connect() as connection:
        # Nothing is written here: on SQLite this leaves the only lock there is to others.
        await connection.execution_options(reading=True)
        for metric, values in _metrics(now).items():
            firsts = await _firsts(connection, values)
            for score, value in enumerate(firsts, start=1):
                floor = LOWEST[metric] if score == 1 else -(now - value).days if isinstance(value, datetime) else value
                floors[metric, score] = Decimal(floor)
    return await in_transaction(engine, now, partial(_write, floors=floors))


def _metrics(now: datetime) -> dict[ScoreMetric, AnySelect]:
    """One value a customer, for each metric."""
    this_year = Purchase.paid_at >= literal(add_months(now, -YEAR_IN_MONTHS, ZONE), Instant())
    bills = func.sum(case((this_year, 1), else_=0))
    net = case((this_year, Purchase.total - Purchase.returned), else_=literal(Decimal(0), MONEY))
    sums = (
        select(
            Purchase.customer_id,
            func.max(Purchase.paid_at, type_=Instant()).label("last"),
            bills.label("bills"),
            func.sum(net, type_=MONEY).label("spent"),
            func.row_number()
            .over(partition_by=Purchase.customer_id, order_by=(bills.desc(), Purchase.currency_code))
            .label("place"),
        )
        .join(Customer, Customer.id == Purchase.customer_id)
        .where(
            Purchase.state != PurchaseState.CANCELLED,
            Purchase.paid_at <= literal(now, Instant()),
            Customer.state != State.DELETED,
        )
        .group_by(Purchase.customer_id, Purchase.currency_code)
        .subquery()
    )
    last, often = func.max(sums.c.last, type_=Instant()), func.sum(sums.c.bills)
    return {
        ScoreMetric.RECENCY: select(last.label("value")).group_by(sums.c.customer_id),
        ScoreMetric.FREQUENCY: select(often.label("value")).group_by(sums.c.customer_id),
        ScoreMetric.MONETARY: select(sums.c.spent.label("value")).where(sums.c.place == 1),
    }


async def _firsts(connection: AsyncConnection, values: AnySelect) -> list[Any]:
    """The first value of each fifth, the lowest fifth first; nothing where nobody bought."""
    each = values.subquery()
    count = await connection.scalar(select(func.count()).select_from(each)) or 0
    if not count:
        return []
    places = [count * score // SCORES for score in range(SCORES)]
    place = (func.row_number().over(order_by=each.c.value) - 1).label("place")
    ranked = select(each.c.value, place).subquery()
    rows = await connection.execute(select(ranked.c.place, ranked.c.value).where(ranked.c.place.in_(set(places))))
    by_place = {row.place: row.value for row in rows}
    return [by_place[wanted] for wanted in places]


async def _write(transaction: Transaction, *, floors: Floors) -> int:
    """Move the bands that are elsewhere now; while nobody has bought anything, they stay."""
    bands = await transaction.session.scalars(select(BAND).with_for_update())
    there = {(band.metric, band.score): band for band in bands}
    moved = 0
    for (metric, score), floor in floors.items():
        band = there.get((metric, score))
        if band is None:
            band = BAND(metric=metric, score=score, floor=floor, worked_out_at=transaction.now)
            transaction.session.add(band)
            moved += 1
        else:
            moved += band.floor != floor
            band.floor, band.worked_out_at = floor, transaction.now
    return moved
