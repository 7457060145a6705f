"""Scores of customers by recency, frequency and turnover: worked out every so often, and kept to be found by.

They are what insights say at the moment when the job works them out.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncEngine

from models import CustomerStatistics
from resolvers.customer.figures.insights import YEAR_IN_MONTHS, load_insights
from resolvers.customer.figures.score_bands import refresh_score_bands
from resolvers.storage.transaction import Transaction, in_transaction

KEPT = CustomerStatistics
SCORES = {"recencyScore": "recency_score", "frequencyScore": "frequency_score", "monetaryScore": "monetary_score"}
"""The fields of insights, and the columns in which they are kept."""


async def refresh_scores(engine: AsyncEngine, now: datetime, batch: int) -> int:
    """Work the bands out anew, then the scores of all who ever bought; how many bands and customers moved."""
    moved = await refresh_score_bands(engine, now)
    last: int | None = 0
    while last is not None:
        some, last = await in_transaction(engine, now, partial(_score, after=last, batch=batch))
        moved += some
    return moved


async def _score(transaction: Transaction, *, after: int, batch: int) -> tuple[int, int | None]:
    """Score some customers in the order of their keys: how many moved, and the last one; none when all are done."""
    scored = or_(KEPT.purchase_count > 0, KEPT.recency_score.is_not(None))
    chosen = select(KEPT).where(KEPT.id > after, scored).order_by(KEPT.id).limit(batch).with_for_update()
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
    return moved, keys[-1] if len(keys) == batch else None
