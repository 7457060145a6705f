"""Recommended products that a campaign offers move up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any, cast

from sqlalchemy import BigInteger, ColumnElement, Table, case, literal_column, or_, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

import models
from resolvers.query.recommended import is_on_offer
from resolvers.storage.transaction import Transaction, in_transaction

NORMAL, MOVED_UP = 5, 4
"""The priority of a product worked out, and of one that is on offer."""
WHOSE: ColumnElement[int] = literal_column("recommendation.customer_id", BigInteger())
"""As text, so that no subquery within a subquery takes the table for one of its own."""
JOB = "move-up-offers"
TABLE = cast("Table", models.Recommendation.__table__)


async def move_up(
    transaction: Transaction, *, customers: Sequence[int] | None = None, products: Sequence[int] | None = None
) -> int:
    """Give worked-out recommendations the priority by this moment's offers, of some customers or products."""
    customer, row = models.Customer, TABLE.c
    store = select(customer.store_id).where(customer.id == WHOSE).scalar_subquery()
    right = case((is_on_offer(row.product_id, WHOSE, store), MOVED_UP), else_=NORMAL)
    which = [row.basis.is_not(None), row.priority != right]
    if customers is not None:
        which.append(row.customer_id.in_(customers))
    if products is not None:
        which.append(row.product_id.in_(products))
    moved = update(TABLE).where(*which).values(priority=right, updated_at=transaction.now)
    connection = await transaction.session.connection()
    return int((await connection.execute(moved, {"now": transaction.now})).rowcount)


async def move_up_offers(engine: AsyncEngine, now: datetime, batch: int) -> int:
    """Look again at the products of offers that began, ended or were changed since this was last done."""
    async with engine.connect() as connection:
        await connection.execution_options(reading=True)
        run = models.JobRun
        since = await connection.scalar(select(run.started_at).where(run.name == JOB))
        products = list(await connection.scalars(_touched(since, now)))
    moved = 0
    for first in range(0, len(products), batch):
        some = products[first : first + batch]
        moved += await in_transaction(engine, now, partial(move_up, products=some))
    return moved


def _touched(since: datetime | None, now: datetime) -> Any:
    """The products of such offers; at first of all that are on now."""
    offer, campaign = models.CampaignProduct, models.Campaign
    products = select(offer.product_id).join(campaign, campaign.id == offer.campaign_id).distinct()
    if since is None:
        return products.where(offer.valid_from <= now, offer.valid_to > now).order_by(offer.product_id)
    passed = [moment.between(since, now) for each in (offer, campaign) for moment in (each.valid_from, each.valid_to)]
    changed = [each.updated_at >= since for each in (offer, campaign)]
    return products.where(or_(*passed, *changed)).order_by(offer.product_id)
