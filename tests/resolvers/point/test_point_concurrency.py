"""Many tills at once: not a point is spent twice or lost. The naive way beside it loses points on both databases."""

import asyncio
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

import models
from resolvers import point
from resolvers.ids import opaque_id
from resolvers.operation.perform import Payload, perform
from resolvers.point.expiry import expire_points
from resolvers.storage.context import RequestContext
from tests import factories
from tests.factories import NOW
from tests.resolvers.calling import call_of
from tests.resolvers.running_operations import Operations

CLIENTS = 200


async def code_of(crm: Operations, operation: Any, **given: Any) -> str:
    """What one client is told: the code of a refusal, or that it is done."""

    async def shown(payload: Payload, _context: RequestContext) -> Payload:
        return payload

    context = RequestContext(crm.reader, now=crm.now)
    payload = await perform(crm.engine, context, call_of(operation, given), shown)
    return payload.user_errors[0].code if payload.user_errors else "DONE"


async def remaining(engine: AsyncEngine) -> Decimal:
    async with AsyncSession(engine) as session:
        return sum(await session.scalars(select(models.PointLot.remaining)), Decimal(0))


async def ledger(engine: AsyncEngine) -> Decimal:
    async with AsyncSession(engine) as session:
        return sum(await session.scalars(select(models.PointEntry.amount)), Decimal(0))


async def test_of_200_who_spend_at_once_only_as_many_succeed_as_there_are_points(
    crm: Operations, session: AsyncSession
) -> None:
    jana = factories.customer()
    lots = [factories.points(customer=jana, amount=Decimal(50), expires_at=NOW + timedelta(day)) for day in (1, 2, 3)]
    await factories.save(session, *lots)
    given = {"customer": opaque_id("Customer", jana.id), "amount": Decimal(1)}

    codes = await asyncio.gather(*(code_of(crm, point.spend, **given) for _ in range(CLIENTS)))

    assert Counter(codes) == {"DONE": 150, "POINTS_SHORT": 50}
    assert await remaining(crm.engine) == await ledger(crm.engine) == 0


async def test_the_naive_way_loses_points(engine: AsyncEngine, session: AsyncSession) -> None:
    lot = factories.points(amount=Decimal(CLIENTS))
    await factories.save(session, lot)
    table = models.PointLot

    async def spend_naively() -> None:
        async with engine.connect() as connection:
            left = await connection.scalar(select(table.remaining).where(table.id == lot.id))
            await connection.rollback()
            await asyncio.sleep(0.001)
            await connection.execute(update(table).where(table.id == lot.id).values(remaining=left - 1))
            await connection.commit()

    await asyncio.gather(*(spend_naively() for _ in range(CLIENTS)))

    assert await remaining(engine) > 0


async def test_points_handed_round_at_once_are_all_still_there(crm: Operations, session: AsyncSession) -> None:
    people = [factories.customer() for _ in range(4)]
    await factories.save(session, *(factories.points(customer=person, amount=Decimal(40)) for person in people))
    ids = [opaque_id("Customer", person.id) for person in people]

    rounds = [
        code_of(crm, point.transfer, **{"from": ids[i % 4], "to": ids[(i + 1 + i // 4 % 3) % 4], "amount": Decimal(7)})
        for i in range(60)
    ]
    codes = await asyncio.gather(*rounds)

    assert set(codes) <= {"DONE", "POINTS_SHORT"}
    assert codes.count("DONE") > 20
    assert await remaining(crm.engine) == await ledger(crm.engine) == 160


async def test_expiry_and_spending_at_once_take_each_point_once(crm: Operations, session: AsyncSession) -> None:
    people = [factories.customer() for _ in range(5)]
    ended = {"active_from": NOW - timedelta(9), "expires_at": NOW - timedelta(1)}
    due = [factories.points(customer=person, amount=Decimal(10), **ended) for person in people]
    await factories.save(session, *due, *(factories.points(customer=person, amount=Decimal(10)) for person in people))
    spends = [
        code_of(crm, point.spend, customer=opaque_id("Customer", person.id), amount=Decimal(4))
        for person in people
        for _ in range(4)
    ]

    *codes, first, second = await asyncio.gather(
        *spends, expire_points(crm.engine, NOW, 2), expire_points(crm.engine, NOW, 3)
    )

    assert Counter(codes) == {"DONE": 10, "POINTS_SHORT": 10}
    assert first.points + second.points == 50
    assert await remaining(crm.engine) == await ledger(crm.engine) == 10
