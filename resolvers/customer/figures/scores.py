"""Scores of customers by recency, frequency and turnover: worked out every so often, and kept to be found by.

They are what insights say at the moment when the job works them out. Between two times that all are, only those are
of whom that may say something else: who bought something, and whom time brought over the edge of a band or of the year.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncEngine

from models import CustomerStatistics, JobRun, Purchase, ScoreBand, ScoreMetric
from models.types import Instant
from resolvers.customer.figures.insight_rows import window_of
from resolvers.customer.figures.insights import YEAR_IN_MONTHS, load_insights
from resolvers.customer.figures.score_bands import refresh_score_bands
from resolvers.storage.sql import AnySelect
from resolvers.storage.transaction import Transaction, in_transaction
from resolvers.storage.writing import following

KEPT = CustomerStatistics
MOST_DAYS = 36_500
"""Beyond that the lowest band reaches, over whose edge nobody gets."""
SCORES = {"recencyScore": "recency_score", "frequencyScore": "frequency_score", "monetaryScore": "monetary_score"}
"""The fields of insights, and the columns in which they are kept."""


JOB = "refresh-scores"
SCORED = or_(KEPT.purchase_count > 0, KEPT.recency_score.is_not(None))
ALL_EVERY = timedelta(days=1)
"""How often the bands are worked out, and with them the scores of all."""


async def refresh_scores(engine: AsyncEngine, now: datetime, batch: int) -> int:
    """Work the bands out anew, then the scores of all who ever bought; how many bands and customers moved."""
    place = await following.newest(engine)
    moved = await refresh_score_bands(engine, now)
    moved += await _score_each(engine, now, batch, select(KEPT.id).where(SCORED))
    await following.note(engine, JOB, place, now)
    return moved


async def refresh_changed_scores(engine: AsyncEngine, now: datetime, batch: int) -> int:
    """Work out the scores that may have changed since the last run, or all where that is long ago; how many moved."""
    place = await following.place_of(engine, JOB)
    before = await _last_run(engine, now)
    if place is None or before is None:
        return await refresh_scores(engine, now, batch)
    moved = await _score_each(engine, now, batch, await _aged(engine, before, now))
    async for customers in following.changed(engine, JOB, place, now):
        for first in range(0, len(customers), batch):
            moved += await in_transaction(engine, now, partial(_score, keys=customers[first : first + batch]))
    return moved


async def _last_run(engine: AsyncEngine, now: datetime) -> datetime | None:
    """When scores were last worked out, where the bands of then still hold."""
    async with engine.connect() as connection:
        await connection.execution_options(reading=True)
        bands = await connection.scalar(select(func.min(ScoreBand.worked_out_at, type_=Instant())))
        began = await connection.scalar(select(JobRun.started_at).where(JobRun.name == JOB))
    if bands is None or began is None or not now - ALL_EVERY < bands <= now or began > now:
        return None
    return began


async def _aged(engine: AsyncEngine, before: datetime, now: datetime) -> AnySelect:
    """Those whom time moved: their last bill got a day too old for a band, or one of a year ago left the year."""
    recency = select(ScoreBand.floor).where(ScoreBand.metric == ScoreMetric.RECENCY)
    async with engine.connect() as connection:
        await connection.execution_options(reading=True)
        floors = [int(floor) for floor in await connection.scalars(recency)]
    edges = [timedelta(days=1 - floor) for floor in floors if -floor < MOST_DAYS]
    last, paid = KEPT.last_purchase_at, Purchase.paid_at
    over = [and_(last > before - edge, last <= now - edge) for edge in edges]
    began, begins = window_of(YEAR_IN_MONTHS, before).since, window_of(YEAR_IN_MONTHS, now).since
    left_the_year = and_(paid >= began, paid < begins)
    came_true = and_(paid > before, paid <= now)
    bought = select(Purchase.customer_id).where(Purchase.customer_id.is_not(None), or_(left_the_year, came_true))
    return select(KEPT.id).where(SCORED, or_(*over, KEPT.id.in_(bought)))


async def _score_each(engine: AsyncEngine, now: datetime, batch: int, chosen: AnySelect) -> int:
    """Score the customers of a selection, some at a time in the order of their keys; how many moved."""
    moved, last = 0, 0
    while True:
        some = chosen.where(KEPT.id > last).order_by(KEPT.id).limit(batch)
        async with engine.connect() as connection:
            await connection.execution_options(reading=True)
            keys = list(await connection.scalars(some))
        if not keys:
            return moved
        moved += await in_transaction(engine, now, partial(_score, keys=keys))
        last = keys[-1]


async def _score(transaction: Transaction, *, keys: Sequence[int]) -> int:
    """Score some customers; how many moved."""
    chosen = select(KEPT).where(KEPT.id.in_(keys), SCORED).order_by(KEPT.id).with_for_update()
    rows = list(await transaction.session.scalars(chosen))
    keys = [row.id for row in rows]
    found = await load_insights(transaction.context, keys, {"months": YEAR_IN_MONTHS}, frozenset(SCORES))
    moved = 0
    for row in rows:
        scores = {column: getattr(found[row.id], column) for column in SCORES.values()}
        if any(getattr(row, column) != score for column, score in scores.items()):
            moved += 1
            for column, score in scores.items():
                setattr(row, column, score)
    return moved
