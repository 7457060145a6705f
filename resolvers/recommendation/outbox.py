"""Whose lists are to be made anew: customers of whom the outbox tells something that changes what they may want."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

import models
from models.event_kinds import EventKind
from resolvers.storage.transaction import Transaction
from resolvers.storage.writing import outbox
from resolvers.storage.writing.outbox import EVENT, ORDER, SETTLED, Place

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


@dataclass(frozen=True, slots=True)
class ChangedCustomers:
    """Customers, and the last event that was looked at for them."""

    customers: Sequence[int]
    place: Place


async def newest_place(connection: AsyncConnection, now: datetime) -> Place:
    """The place of the last event to be looked at as of a moment."""
    place = await outbox.reached(connection, READER)
    events = select(*ORDER).where(*await _next(connection, place, now))
    newest = await outbox.place_of(connection, events.order_by(*(column.desc() for column in ORDER)))
    return newest or place


async def changed_customers(connection: AsyncConnection, now: datetime, most: int) -> ChangedCustomers:
    """The customers of the next events as of a moment, so many events at most."""
    place = await outbox.reached(connection, READER)
    kinds = [kind.value for kind in KINDS]
    events = (
        select(*ORDER, EVENT.customer_id)
        .where(*await _next(connection, place, now), EVENT.kind.in_(kinds))
        .order_by(*ORDER)
        .limit(most)
    )
    rows = (await connection.execute(events)).all()
    customers = sorted({row.customer_id for row in rows if row.customer_id is not None})
    return ChangedCustomers(customers, Place(rows[-1].transaction_id, rows[-1].id) if rows else place)


async def _next(connection: AsyncConnection, place: Place, now: datetime) -> list[ColumnElement[bool]]:
    """The settled events behind a place, up to the first that can't be looked at yet.

    What happened after the moment is no part of the bills that are read as of it: its customers' turn comes later.
    """
    too_new = select(*ORDER).where(place.behind, SETTLED, EVENT.at > now).order_by(*ORDER)
    end = await outbox.place_of(connection, too_new)
    return [place.behind, SETTLED] if end is None else [place.behind, SETTLED, end.ahead]


async def changed_since(session: AsyncSession, place: Place, customers: Collection[int]) -> set[int]:
    """Those of some customers of whom there are events behind a place: what was worked out by then is out of date."""
    kinds = [kind.value for kind in KINDS]
    found = select(EVENT.customer_id).where(place.behind, EVENT.kind.in_(kinds), EVENT.customer_id.in_(customers))
    return {key for key in await session.scalars(found) if key is not None}


async def is_waiting(engine: AsyncEngine, now: datetime) -> bool:
    """Whether something changed since lists were made, where they ever were."""
    async with engine.connect() as connection:
        await connection.execution_options(reading=True)
        if await connection.scalar(select(models.RecommendationModel.id).limit(1)) is None:
            return False
        return bool((await changed_customers(connection, now, 1)).customers)


async def advance(transaction: Transaction, place: Place) -> None:
    """Note that all events up to a place are dealt with."""
    await outbox.advance(transaction, READER, place)
