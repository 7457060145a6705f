"""What time does to points, swept up by a job: lots that expired are emptied, reservations that ran out are closed.

Balances never wait for it: by the rules an expired lot holds nothing from its very moment. Each batch is a
transaction of its own, so that the job can be killed at any time and goes on where it was.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

import models
from models import PointEntryKind, PointReservationState
from models.event_kinds import EventKind
from models.rules import ledger
from models.rules.money import ZERO
from resolvers.point.account import account
from resolvers.point.booking import debit
from resolvers.storage.transaction import Transaction, in_transaction

BATCH = 200


@dataclass(slots=True)
class Swept:
    """What a run of the job did."""

    points: Decimal = ZERO
    customers: int = 0
    reservations: int = 0


async def expire_points(engine: AsyncEngine, now: datetime, batch: int = BATCH) -> Swept:
    """Sweep up everything that has expired by a moment, at most `batch` lots or reservations a transaction."""
    swept = Swept()
    for sweep in (_lots, _reservations):
        while await _in_transaction(engine, now, batch, swept, sweep):
            pass
    return swept


Sweep = Callable[[Transaction, int, Swept], Awaitable[bool]]


async def _in_transaction(engine: AsyncEngine, now: datetime, batch: int, swept: Swept, sweep: Sweep) -> bool:
    async def work(transaction: Transaction) -> tuple[bool, Swept]:
        done = Swept()
        return await sweep(transaction, batch, done), done

    more, done = await in_transaction(engine, now, work)
    swept.points += done.points
    swept.customers += done.customers
    swept.reservations += done.reservations
    return more


async def _lots(transaction: Transaction, batch: int, swept: Swept) -> bool:
    """Empty some expired lots, one entry a customer; whether there may be more."""
    lot = models.PointLot
    due = select(lot.customer_id).where(lot.expires_at <= transaction.now, lot.remaining > ZERO)
    found = list(await transaction.session.scalars(due.order_by(lot.expires_at).limit(batch)))
    for customer_id in await _locked(transaction, set(found)):
        has = await account(transaction, customer_id)
        takens = ledger.expire(has.lots, transaction.now)
        entry = await debit(transaction, customer_id, takens, PointEntryKind.EXPIRE)
        # Somebody else may have been here between looking and locking.
        if entry is not None:
            swept.points -= entry.amount
            swept.customers += 1
    return len(found) == batch


async def _reservations(transaction: Transaction, batch: int, swept: Swept) -> bool:
    """Close some reservations that ran out; whether there may be more."""
    kept = models.PointReservation
    due = select(kept.id, kept.customer_id).where(
        kept.state == PointReservationState.ACTIVE, kept.expires_at <= transaction.now
    )
    found = (await transaction.session.execute(due.order_by(kept.expires_at).limit(batch))).all()
    await _locked(transaction, {row.customer_id for row in found})
    for row in found:
        reservation = await transaction.lock(kept, row.id)
        if reservation.state is PointReservationState.ACTIVE:
            reservation.state = PointReservationState.EXPIRED
            transaction.emit(EventKind.POINTS_RESERVATION_EXPIRED, reservation, customer_id=row.customer_id)
            swept.reservations += 1
    return len(found) == batch


async def _locked(transaction: Transaction, customers: set[int]) -> list[int]:
    """Lock customers in the order of their keys; points of those who were erased expire as well."""
    customer = models.Customer
    rows = select(customer.id).where(customer.id.in_(customers)).order_by(customer.id)
    return list(await transaction.session.scalars(rows.with_for_update(key_share=True)))
