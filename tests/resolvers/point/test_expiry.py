import asyncio
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

import models
from resolvers.point import expiry
from resolvers.point.expiry import Swept, expire_points
from tests import factories
from tests.factories import NOW
from tests.resolvers.running_operations import Operations

DAY = timedelta(days=1)


async def save_lots(session: AsyncSession, customers: int) -> list[models.Customer]:
    """Customers with 10 points that expired yesterday, 5 that expire now, and 3 that expire tomorrow."""
    people = [factories.customer() for _ in range(customers)]
    for person in people:
        ends = ((10, -1), (5, 0), (3, 1))
        session.add_all(
            factories.points(customer=person, amount=Decimal(n), active_from=NOW - 9 * DAY, expires_at=NOW + end * DAY)
            for n, end in ends
        )
    await factories.save(session)
    return people


async def test_what_expired_is_taken_in_one_entry_a_customer(crm: Operations, session: AsyncSession) -> None:
    jana, eva = await save_lots(session, 2)

    swept = await expire_points(crm.engine, NOW, 100)

    assert swept == Swept(points=Decimal(30), customers=2)
    rows = await crm.rows(models.PointEntry, "customer_id", "kind", "amount", "at")
    assert rows[6:] == [(jana.id, "EXPIRE", Decimal(-15), NOW), (eva.id, "EXPIRE", Decimal(-15), NOW)]
    assert await crm.rows(models.PointLot, "remaining") == [(0,), (0,), (3,)] * 2
    assert await crm.rows(models.Event, "kind", "customer_id") == [
        ("POINTS_EXPIRED", jana.id),
        ("POINTS_EXPIRED", eva.id),
    ]


async def test_a_second_run_finds_nothing(crm: Operations, session: AsyncSession) -> None:
    await save_lots(session, 1)
    await expire_points(crm.engine, NOW)
    before = await crm.dump()

    swept = await expire_points(crm.engine, NOW)

    assert swept == Swept()
    assert await crm.dump() == before


async def test_reservations_that_ran_out_are_closed(crm: Operations, session: AsyncSession) -> None:
    over, lasting = factories.point_reservation(expires_at=NOW), factories.point_reservation(expires_at=NOW + DAY)
    await factories.save(session, over, lasting)

    swept = await expire_points(crm.engine, NOW, 1)

    assert swept == Swept(reservations=1)
    assert await crm.rows(models.PointReservation, "state") == [("EXPIRED",), ("ACTIVE",)]
    assert await crm.rows(models.Event, "kind") == [("POINTS_RESERVATION_EXPIRED",)]


async def test_points_of_an_erased_customer_expire_as_well(crm: Operations, session: AsyncSession) -> None:
    gone = factories.customer(state="DELETED")
    await factories.save(session, factories.points(customer=gone, expires_at=NOW))

    swept = await expire_points(crm.engine, NOW)

    assert swept.points == 100


async def test_a_run_that_is_killed_leaves_whole_batches_and_the_next_one_goes_on(
    crm: Operations, session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    await save_lots(session, 3)
    taken, take = [], expiry.debit

    async def killed_at_the_third(*args: Any, **about: Any) -> Any:
        taken.append(args)
        if len(taken) == 3:
            raise asyncio.CancelledError
        return await take(*args, **about)

    monkeypatch.setattr(expiry, "debit", killed_at_the_third)
    with pytest.raises(asyncio.CancelledError):
        await expire_points(crm.engine, NOW, 2)
    monkeypatch.undo()
    left = [row for row in await crm.rows(models.PointEntry, "kind", "amount") if row[0] == "EXPIRE"]
    swept = await expire_points(crm.engine, NOW, 2)

    assert left == [("EXPIRE", Decimal(-15))] * 2
    assert swept == Swept(points=Decimal(15), customers=1)
