"""What time does to statuses: at the end of its validity one is kept, or the customer falls."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

import models
from resolvers.status.requalifying import requalify
from resolvers.storage.transaction import Transaction, in_transaction

RECORD = models.StatusRecord
BATCH = 200


async def requalify_statuses(engine: AsyncEngine, now: datetime, batch: int = BATCH) -> int:
    """Decide on every status whose validity is over by a moment, at most `batch` a transaction; how many ended."""
    ended, last = 0, 0
    while True:
        count, last = await in_transaction(engine, now, partial(_some, after=last, batch=batch))
        ended += count
        if not last:
            return ended


async def _some(transaction: Transaction, *, after: int, batch: int) -> tuple[int, int]:
    """Decide on the next few by key; how many ended, and the last key looked at, 0 at the end."""
    over = select(RECORD.id, RECORD.customer_id).where(
        RECORD.id > after, RECORD.ended_at.is_(None), RECORD.valid_to <= transaction.now
    )
    found = (await transaction.session.execute(over.order_by(RECORD.id).limit(batch))).all()
    # Customers are locked in the order of their keys, as everybody does who locks several.
    for customer_id in sorted(row.customer_id for row in found):
        await requalify(transaction, customer_id, rises=False)
    await transaction.session.flush()
    gone = await transaction.session.scalars(
        select(RECORD.id).where(RECORD.id.in_([row.id for row in found]), RECORD.ended_at.is_not(None))
    )
    return len(list(gone)), found[-1].id if len(found) == batch else 0
