"""Readers of the outbox pass no event over, whichever transaction ends first, on whichever server the database is."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

import models
from models import outbox
from resolvers.recommendation.outbox import changed_customers
from resolvers.storage.transaction import Transaction, in_transaction
from resolvers.storage.writing.outbox import ORDER, SETTLED, Place, advance, place_of, reached
from tests import factories
from tests.factories import NOW

POSTGRESQL = pytest.mark.parametrize("database_kind", ["postgresql"])
KIND = "PURCHASE_CLOSED"


async def shown(engine: AsyncEngine, count: int) -> list[int | None]:
    """The customers of settled events in their order: others' transactions on the same server may hold them back."""
    for _ in range(200):
        async with engine.connect() as connection:
            found = await connection.scalars(select(models.Event.customer_id).where(SETTLED).order_by(*ORDER))
            if len(seen := list(found)) >= count:
                return seen
        await asyncio.sleep(0.05)
    raise AssertionError("events are not shown")


# On SQLite writers follow one another: the second could not even begin.
@POSTGRESQL
async def test_an_event_with_a_smaller_id_that_comes_later_is_not_passed_over(
    engine: AsyncEngine, database_kind: str
) -> None:
    async with AsyncSession(engine) as first, AsyncSession(engine) as second:
        await first.execute(text("SELECT pg_current_xact_id()::text"))
        second.add(factories.event(kind=KIND, customer_id=2))
        await second.flush()
        first.add(factories.event(kind=KIND, customer_id=1))
        await first.commit()
        before = await shown(engine, 1)
        async with engine.connect() as connection:
            some = await changed_customers(connection, NOW, 10)
        await in_transaction(engine, NOW, lambda transaction: advance(transaction, "recommendations", some.place))
        await second.commit()
    after = await shown(engine, 2)
    async with engine.connect() as connection:
        rest = await changed_customers(connection, NOW, 10)
        by_id = list(await connection.scalars(select(models.Event.customer_id).order_by(models.Event.id)))

    assert (before, after) == ([1], [1, 2])
    assert (some.customers, rest.customers) == ([1], [2])
    # Whoever goes by ids alone has passed the second one.
    assert by_id == [2, 1]


@POSTGRESQL
async def test_after_a_database_was_restored_on_another_server_events_go_on(
    engine: AsyncEngine, session: AsyncSession, database_kind: str
) -> None:
    await factories.save(session, factories.event(customer_id=1), factories.event(customer_id=2))
    # A server that has seen many more transactions.
    await session.execute(update(models.Event).values(transaction_id=models.Event.transaction_id + 1_000_000_000))
    await session.commit()
    lost = list(await session.scalars(select(models.Event.id).where(SETTLED)))
    await session.commit()

    for _ in range(2):
        async with engine.begin() as connection:
            await connection.run_sync(outbox.go_on)
    await factories.save(session, factories.event(customer_id=3))

    assert lost == []
    assert await shown(engine, 3) == [1, 2, 3]
    assert len(list(await session.scalars(select(models.OutboxEpoch)))) == 1


async def test_a_reader_goes_on_where_it_stopped_and_never_back(engine: AsyncEngine) -> None:
    async def go(transaction: Transaction) -> None:
        for place in (Place(3, 7), Place(3, 5), Place(2, 9)):
            await advance(transaction, "reader", place)

    await in_transaction(engine, NOW + timedelta(1), go)

    async with engine.connect() as connection:
        assert await reached(connection, "reader") == Place(3, 7)
        assert await reached(connection, "another") == Place()
        assert await place_of(connection, select(*ORDER)) is None
