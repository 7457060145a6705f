"""What log-in leaves behind: guesses that don't count any more, and codes that can't be used any more."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.ext.asyncio import AsyncEngine

from models import Base, CodeMessage, Guess, OneTimeCode
from models.rules.login import WINDOW
from resolvers.storage.transaction import Transaction, in_transaction

CODES_KEPT = timedelta(days=1)
"""How long it can be seen that a code was made and used."""


async def purge_logins(engine: AsyncEngine, now: datetime, batch: int) -> int:
    """Delete what is of no use any more; how many rows that were."""
    over: list[tuple[Any, ColumnElement[bool]]] = [
        (Guess, Guess.at <= now - WINDOW),
        (OneTimeCode, OneTimeCode.expires_at <= now - CODES_KEPT),
        (CodeMessage, CodeMessage.expires_at <= now),
    ]
    purged = 0
    for entity, condition in over:
        while count := await in_transaction(
            engine, now, partial(_purge, entity=entity, condition=condition, batch=batch)
        ):
            purged += count
    return purged


async def _purge(transaction: Transaction, *, entity: type[Base], condition: ColumnElement[bool], batch: int) -> int:
    chosen = select(entity.id).where(condition).order_by(entity.id).limit(batch).with_for_update(skip_locked=True)
    keys = list(await transaction.session.scalars(chosen))
    await transaction.session.execute(delete(entity).where(entity.id.in_(keys)))
    return len(keys)
