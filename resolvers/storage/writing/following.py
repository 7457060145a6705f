"""Who changed since somebody last looked: what is worked out for all is worked out anew for them alone.

Events say who. Whoever writes past the outbox, as imports of files do, has all worked out anew.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from datetime import datetime
from functools import partial

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from resolvers.storage.transaction import Transaction, in_transaction
from resolvers.storage.writing import outbox
from resolvers.storage.writing.outbox import EVENT, ORDER, READER, SETTLED, Place

AT_ONCE = 5_000
"""How many events are looked at between two notes of how far that came."""


async def place_of(engine: AsyncEngine, name: str) -> Place | None:
    """How far one who follows has come; none where all is to be worked out."""
    async with engine.connect() as connection:
        await connection.execution_options(reading=True)
        kept = select(READER.transaction_id, READER.event_id).where(READER.name == name)
        return await outbox.place_of(connection, kept)


async def newest(engine: AsyncEngine) -> Place:
    """The end of what is settled: whoever works all out from now on has dealt with what is before it."""
    async with engine.connect() as connection:
        await connection.execution_options(reading=True)
        last = select(*ORDER).where(SETTLED).order_by(*(column.desc() for column in ORDER))
        return await outbox.place_of(connection, last) or outbox.BEGINNING


async def changed(engine: AsyncEngine, name: str, place: Place, now: datetime) -> AsyncIterator[Sequence[int]]:
    """The customers of whom there are events behind a place, some at a time; each time it is noted once dealt with."""
    until = await newest(engine)
    while place < until:
        async with engine.connect() as connection:
            await connection.execution_options(reading=True)
            behind = select(*ORDER, EVENT.customer_id).where(place.behind, SETTLED).order_by(*ORDER).limit(AT_ONCE)
            rows = (await connection.execute(behind)).all()
        if not rows:
            return
        yield sorted({row.customer_id for row in rows if row.customer_id is not None})
        place = Place(rows[-1][0], rows[-1][1])
        await note(engine, name, place, now)


async def note(engine: AsyncEngine, name: str, place: Place, now: datetime) -> None:
    """Note how far one who follows has come."""
    await in_transaction(engine, now, partial(_note, name=name, place=place))


async def _note(transaction: Transaction, *, name: str, place: Place) -> None:
    await outbox.advance(transaction, name, place)


async def others_changed(engine: AsyncEngine, place: Place, but: Collection[str]) -> bool:
    """Whether there are events behind a place that concern no customer, of other entities than these."""
    found = select(EVENT.id).where(place.behind, EVENT.customer_id.is_(None), EVENT.entity.not_in(but)).limit(1)
    async with engine.connect() as connection:
        await connection.execution_options(reading=True)
        return await connection.scalar(found) is not None


async def begin_anew(connection: AsyncConnection, names: Collection[str]) -> None:
    """Have all worked out anew by those who follow: rows were written of which there are no events."""
    await connection.execute(delete(READER).where(READER.name.in_(names)))
