"""Following the outbox inside the gateway: a reader deals with events in their order, and keeps how far it has come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, Tuple, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

import models
from models.event import IsSettled
from models.types import BigKey
from resolvers.storage.transaction import Transaction

EVENT = models.Event
READER = models.EventReader
ORDER = (EVENT.transaction_id, EVENT.id)
"""The order of events: nothing is ever added before one that is settled."""

SETTLED = IsSettled(EVENT.transaction_id)


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A place in the outbox: behind the event of this number and id."""

    transaction_id: int = 0
    event_id: int = 0

    def _values(self) -> Tuple:
        return tuple_(literal(self.transaction_id, BigKey), literal(self.event_id, BigKey))

    @property
    def behind(self) -> ColumnElement[bool]:
        """Whether an event comes behind this place."""
        return tuple_(*ORDER) > self._values()

    @property
    def ahead(self) -> ColumnElement[bool]:
        """Whether an event comes before the one of this place."""
        return tuple_(*ORDER) < self._values()


BEGINNING = Place()


async def place_of(connection: AsyncConnection, found: Select[int, int]) -> Place | None:
    """The place of the first event that is found, if one is."""
    row = (await connection.execute(found.limit(1))).first()
    return None if row is None else Place(row[0], row[1])


async def reached(connection: AsyncConnection, name: str) -> Place:
    """How far a reader has come."""
    kept = select(READER.transaction_id, READER.event_id).where(READER.name == name)
    return await place_of(connection, kept) or BEGINNING


async def advance(transaction: Transaction, name: str, place: Place) -> None:
    """Note that a reader has dealt with all events up to a place."""
    found = await transaction.session.scalar(select(READER).where(READER.name == name).with_for_update())
    if found is None:
        found = READER(name=name, transaction_id=0, event_id=0)
        transaction.session.add(found)
    if Place(found.transaction_id, found.event_id) < place:
        found.transaction_id, found.event_id = place.transaction_id, place.event_id


async def lags(engine: AsyncEngine, now: datetime) -> dict[str, float]:
    """By reader: the age in seconds of the oldest event that it hasn't dealt with; 0 where there is none."""
    found: dict[str, float] = {}
    async with engine.connect() as connection:
        readers = await connection.execute(select(READER.name, READER.transaction_id, READER.event_id))
        for name, *place in readers.all():
            oldest = select(EVENT.at).where(Place(*place).behind, SETTLED).order_by(*ORDER).limit(1)
            at = await connection.scalar(oldest)
            found[name] = 0.0 if at is None else max(0.0, (now - at).total_seconds())
    return found
