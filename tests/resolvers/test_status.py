from datetime import timedelta
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

import models
from resolvers import status
from tests import factories
from tests.factories import NOW
from tests.resolvers.doing import Doing


async def save_tiers(session: AsyncSession) -> tuple[models.Status, models.Status, models.Status]:
    """Member on registration; silver from 1,000 crowns or 50 points, gold from 5,000 crowns in a year."""
    member = factories.status(code="member", qualification="REGISTRATION")
    silver = factories.status(
        code="silver", previous=member, qualification="CONDITION", qualification_months=12,
        qualification_points=Decimal(50), validity="P12M",
    )
    gold = factories.status(
        code="gold", previous=silver, qualification="CONDITION", qualification_months=12, validity="P12M"
    )
    await factories.save(
        session,
        member,
        factories.status_turnover(status=silver, amount=Decimal(1000)),
        factories.status_turnover(status=gold, amount=Decimal(5000)),
    )
    return member, silver, gold


async def test_a_customer_without_a_status_is_registered(crm: Doing, session: AsyncSession) -> None:
    member, *_ = await save_tiers(session)
    jana = factories.customer()
    await factories.save(session, jana)

    record = await crm.inside(lambda writing: status.requalify(writing, jana.id))

    assert (record.status_id, record.change, record.valid_to) == (member.id, "REGISTERED", None)
    assert await crm.rows(models.Event, "kind", "customer_id", "data") == [
        ("STATUS_CHANGED", jana.id, {"change": "REGISTERED"})
    ]


async def test_turnover_lifts_a_customer_through_all_tiers_it_reaches(crm: Doing, session: AsyncSession) -> None:
    member, _, gold = await save_tiers(session)
    jana = factories.customer()
    await factories.save(
        session,
        factories.status_record(customer=jana, status=member, valid_from=NOW - timedelta(days=9)),
        factories.purchase(customer=jana, total=Decimal(5000)),
    )

    await crm.inside(lambda writing: status.requalify(writing, jana.id))
    again = await crm.inside(lambda writing: status.requalify(writing, jana.id))

    assert again is None
    assert await crm.rows(models.StatusRecord, "status_id", "change", "valid_to", "ended_at") == [
        (member.id, "SET", None, NOW),
        (gold.id, "RISEN", NOW.replace(year=2025), None),
    ]
