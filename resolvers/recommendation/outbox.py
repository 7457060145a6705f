"""Whose lists are to be made anew: customers of whom the outbox tells something that changes what they may want."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

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


async def newest_event(connection: AsyncConnection, now: datetime) -> int:
    """The last event to be looked at as of a moment, before which nothing can come any more; 0 where there is none."""
    place = await _place(connection)
    newest = await connection.scalar(select(func.max(EVENT.id)).where(*await _next(connection, place, now)))
    return max(place, newest or 0)


async def changed_customers(connection: AsyncConnection, now: datetime, most: int) -> ChangedCustomers:
    """The customers of the next events as of a moment, so many events at most."""
    place = await _place(connection)
    kinds = [kind.value for kind in KINDS]
    events = (
        select(EVENT.id, EVENT.customer_id)
        .where(*await _next(connection, place, now), EVENT.kind.in_(kinds))
        .order_by(EVENT.id)
        .limit(most)
    )
    rows = (await connection.execute(events)).all()
    customers = sorted({row.customer_id for row in rows if row.customer_id is not None})
    return ChangedCustomers(customers, rows[-1].id if rows else place)


async def _place(connection: AsyncConnection) -> int:
    return await connection.scalar(select(models.EventReader.event_id).where(models.EventReader.name == READER)) or 0


async def _next(connection: AsyncConnection, place: int, now: datetime) -> list[ColumnElement[bool]]:
    """The events after a place, up to the first that can't be looked at yet.

    What happened after the moment is no part of the bills that are read as of it: its customers' turn comes later.
    """
    too_new = or_(EVENT.at > now, not_(IsSettled(EVENT.transaction_id)))
    end = await connection.scalar(select(func.min(EVENT.id)).where(EVENT.id > place, too_new))
    return [EVENT.id > place] if end is None else [EVENT.id > place, EVENT.id < end]


async def changed_since(session: AsyncSession, event_id: int, customers: Collection[int]) -> set[int]:
    """Those of some customers of whom there are events after one: what was worked out before them is out of date."""
    kinds = [kind.value for kind in KINDS]
    found = select(EVENT.customer_id).where(
        EVENT.id > event_id, EVENT.kind.in_(kinds), EVENT.customer_id.in_(customers)
    )
    return {key for key in await session.scalars(found) if key is not None}


async def is_waiting(engine: AsyncEngine, now: datetime) -> bool:
    """Whether something changed since lists were made, where they ever were."""
    async with engine.connect() as connection:
        await connection.execution_options(reading=True)
        if await connection.scalar(select(models.RecommendationModel.id).limit(1)) is None:
            return False
        return bool((await changed_customers(connection, now, 1)).customers)


async def advance(transaction: Transaction, event_id: int) -> None:
    """Note that all events up to one are dealt with."""
    reader = models.EventReader
    found = await transaction.session.scalar(select(reader).where(reader.name == READER).with_for_update())
    if found is None:
        transaction.session.add(reader(name=READER, event_id=event_id))
    elif found.event_id < event_id:
        found.event_id = event_id
