"""Whose lists are to be made anew: customers of whom the outbox tells something that changes what they may want."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

import models
from models.event import IsSettled
from models.event_kinds import EventKind
from resolvers.storage.transaction import Transaction

READER = "recommendations"
KINDS = (
    EventKind.PURCHASE_CLOSED,
    EventKind.PURCHASE_CANCELLED,
    EventKind.PURCHASE_RETURNED,
    EventKind.PURCHASE_ASSIGNED,
    EventKind.CUSTOMER_CREATED,
    EventKind.CUSTOMER_REACTIVATED,
    EventKind.CUSTOMER_MERGED,
    EventKind.RECOMMENDATION_DISMISSED,
    EventKind.RECOMMENDATION_RESTORED,
)
EVENT = models.Event


@dataclass(frozen=True, slots=True)
class ChangedCustomers:
    """Customers, and the last event that was looked at for them."""

    customers: Sequence[int]
    event_id: int


async def newest_event(connection: AsyncConnection) -> int:
    """The last event before which nothing can come any more; 0 where there is none."""
    return await connection.scalar(select(func.max(EVENT.id)).where(IsSettled(EVENT.transaction_id))) or 0


async def changed_customers(connection: AsyncConnection, most: int) -> ChangedCustomers:
    """The customers of the next events, so many events at most."""
    place = await connection.scalar(select(models.EventReader.event_id).where(models.EventReader.name == READER)) or 0
    kinds = [kind.value for kind in KINDS]
    events = (
        select(EVENT.id, EVENT.customer_id)
        .where(EVENT.id > place, EVENT.kind.in_(kinds), IsSettled(EVENT.transaction_id))
        .order_by(EVENT.id)
        .limit(most)
    )
    rows = (await connection.execute(events)).all()
    customers = sorted({row.customer_id for row in rows if row.customer_id is not None})
    return ChangedCustomers(customers, rows[-1].id if rows else place)


async def is_waiting(engine: AsyncEngine) -> bool:
    """Whether something changed since lists were made, where they ever were."""
    async with engine.connect() as connection:
        await connection.execution_options(reading=True)
        if await connection.scalar(select(models.RecommendationModel.id).limit(1)) is None:
            return False
        return bool((await changed_customers(connection, 1)).customers)


async def advance(transaction: Transaction, event_id: int) -> None:
    """Note that all events up to one are dealt with."""
    reader = models.EventReader
    found = await transaction.session.scalar(select(reader).where(reader.name == READER).with_for_update())
    if found is None:
        transaction.session.add(reader(name=READER, event_id=event_id))
    elif found.event_id < event_id:
        found.event_id = event_id
