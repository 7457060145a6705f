"""Events that need no longer be kept: the oldest go, once all readers inside the gateway have dealt with them."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.ext.asyncio import AsyncEngine

from resolvers.storage.transaction import Transaction, in_transaction
from resolvers.storage.writing.outbox import BEGINNING, EVENT, ORDER, READER, SETTLED, Place


async def prune_events(engine: AsyncEngine, before: datetime, batch: int) -> int:
    """Delete the events of before a moment, some a transaction, from the first on; how many that were."""
    pruned, place = 0, BEGINNING
    while True:
        count, last = await in_transaction(engine, before, partial(_prune, after=place, batch=batch))
        pruned += count
        if not count or last is None:
            return pruned
        place = last


async def _prune(transaction: Transaction, *, after: Place, batch: int) -> tuple[int, Place | None]:
    """Delete the old ones of a stretch; how many, and its end. Where none is old, none behind it is to be looked at."""
    session = transaction.session
    chosen = select(*ORDER, EVENT.at).where(after.behind, *await _passed(transaction)).order_by(*ORDER).limit(batch)
    rows = (await session.execute(chosen)).all()
    # New ones get larger numbers than all before, as long as the last one is there.
    newest = await session.scalar(select(EVENT.id).order_by(EVENT.id.desc()).limit(1))
    keys = [key for _, key, at in rows if at <= transaction.now and key != newest]
    await session.execute(delete(EVENT).where(EVENT.id.in_(keys)))
    return len(keys), (Place(*rows[-1][:2]) if rows else None)


async def _passed(transaction: Transaction) -> list[ColumnElement[bool]]:
    """What holds for events that all readers have dealt with."""
    readers = await transaction.session.execute(select(READER.transaction_id, READER.event_id))
    first = min((Place(*row) for row in readers), default=None)
    return [SETTLED] if first is None else [SETTLED, first.ahead]
