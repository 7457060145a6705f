"""Undone means undone: a status is what standing bills justify, and one set by hand holds until its end."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

import models
from resolvers.ids import opaque_id
from resolvers.status.validity import requalify_statuses
from tests import factories
from tests.factories import NOW
from tests.resolvers.purchase.shopping import Shop, bill, item, open_shop
from tests.resolvers.running_operations import Operations


async def open_club(session: AsyncSession, *, points: int = 0, programme: models.Programme | None = None) -> Shop:
    """Silver from 1,000 crowns in twelve months, gold from 5,000; both are held for a year."""
    base = factories.status(code="base", qualification="REGISTRATION")
    rest = {"qualification": "CONDITION", "qualification_months": 12, "validity": "P12M"}
    silver = factories.status(code="silver", previous=base, **rest)
    gold = factories.status(code="gold", previous=silver, **rest)
    shop = await open_shop(
        session,
        factories.status_turnover(status=silver, amount=Decimal(1000)),
        factories.status_turnover(status=gold, amount=Decimal(5000)),
        points=points,
        programme=programme,
    )
    await factories.save(session, factories.status_record(customer=shop.jana, status=base))
    return shop


async def send(crm: Operations, shop: Shop, number: str, paid: str, *, spends: str | None = None, **more: Any) -> str:
    given = {"customer": shop.customer, "bill": bill(item(paid), external_id=number, **more), "spendPoints": spends}
    answer = await crm.do("purchaseSend", "purchase { id } userErrors { code }", **given)
    return str(answer["purchase"]["id"])


async def held(crm: Operations, shop: Shop) -> tuple[str, str | None]:
    """The status that a customer holds, and until when."""
    who = opaque_id("Customer", shop.jana.id)
    shows = "status { validTo status { code } }"
    found = (await crm.answer(f'{{ customer(by: {{ id: "{who}" }}) {{ {shows} }} }}'))["customer"]["status"]
    return found["status"]["code"], found["validTo"]


YEAR_ON = "2025-05-15T12:00:00+00:00"


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("way", ["purchaseCancel", "purchaseReturn"])
async def test_bills_that_led_to_a_status_are_undone_in_any_order(
    crm: Operations, session: AsyncSession, order: tuple[int, int], way: str
) -> None:
    shop = await open_club(session)
    bills = [await send(crm, shop, "1", "1100"), await send(crm, shop, "2", "4000")]
    risen = await held(crm, shop)

    seen = []
    for place in order:
        rest = {"items": [{"billItemId": "1"}]} if way == "purchaseReturn" else {}
        assert (await crm.do(way, "userErrors { code }", id=bills[place], **rest))["userErrors"] == []
        seen.append(await held(crm, shop))

    assert risen == ("gold", YEAR_ON)
    assert seen == [("silver", YEAR_ON), ("base", None)]


async def test_what_other_bills_justify_stays(crm: Operations, session: AsyncSession) -> None:
    shop = await open_club(session)
    first = await send(crm, shop, "1", "1100")
    crm.now = NOW + timedelta(days=10)
    await send(crm, shop, "2", "1200")

    await crm.do("purchaseCancel", "userErrors { code }", id=first)

    # By the second bill alone it would have been reached ten days later.
    assert await held(crm, shop) == ("silver", "2025-05-25T12:00:00+00:00")


async def test_a_bill_that_comes_late_counts_as_if_it_had_come_in_time(crm: Operations, session: AsyncSession) -> None:
    shop = await open_club(session)
    crm.now = NOW + timedelta(days=2)
    await send(crm, shop, "2", "900")

    await send(crm, shop, "1", "200", paidAt=(NOW + timedelta(days=1)).isoformat())

    assert await held(crm, shop) == ("silver", "2025-05-17T12:00:00+00:00")


async def test_a_status_set_by_hand_holds_until_its_end(crm: Operations, session: AsyncSession) -> None:
    shop = await open_club(session)
    sent = await send(crm, shop, "1", "6000")
    base = opaque_id("Status", (await crm.rows(models.Status, "id"))[0][0])
    until = NOW + timedelta(days=30)
    by_hand = {"customer": opaque_id("Customer", shop.jana.id), "status": base, "note": "Fraud."}
    await crm.do("customerStatusSet", "userErrors { code }", **by_hand, validTo=until.isoformat())

    await send(crm, shop, "2", "1")
    after_a_bill = await held(crm, shop)
    another = await send(crm, shop, "3", "5000")
    await crm.do("purchaseCancel", "userErrors { code }", id=sent)
    after_cancelling = await held(crm, shop)
    await requalify_statuses(crm.engine, until + timedelta(days=1))

    assert after_a_bill == after_cancelling == ("base", "2024-06-14T12:00:00+00:00")
    crm.now = until + timedelta(days=1)
    assert another
    assert await held(crm, shop) == ("gold", "2025-06-14T12:00:00+00:00")


async def test_a_status_that_was_brought_along_outlives_bills_that_are_undone(
    crm: Operations, session: AsyncSession
) -> None:
    shop = await open_club(session)
    gold = (await crm.rows(models.Status, "id"))[2][0]
    petr = factories.customer()
    brought = factories.status_record(customer=petr, status_id=gold, change="RISEN", valid_to=NOW + timedelta(days=100))
    await factories.save(session, brought)
    other = Shop(shop.store, petr)
    sent = await send(crm, other, "1", "10")

    await crm.do("purchaseCancel", "userErrors { code }", id=sent)

    assert await held(crm, other) == ("gold", "2024-08-23T12:00:00+00:00")


@pytest.mark.parametrize(("basis", "status", "missing"), [("FULL", "silver", "4000.00"), ("MONEY", "base", "900.00")])
async def test_what_points_paid_counts_as_turnover_or_not_as_the_programme_says(
    crm: Operations, session: AsyncSession, basis: str, status: str, missing: str
) -> None:
    """A bill of 1,000, of it 900 paid with points, and silver is reached with 1,000."""
    shop = await open_club(session, points=90_000, programme=factories.usual_programme(turnover_basis=basis))

    await send(crm, shop, "1", "1000", spends="90000")

    assert (await held(crm, shop))[0] == status
    shows = "status { progress { risesWith { turnover { amount } } } }"
    who = opaque_id("Customer", shop.jana.id)
    found = (await crm.answer(f'{{ customer(by: {{ id: "{who}" }}) {{ {shows} }} }}'))["customer"]["status"]
    assert found["progress"]["risesWith"]["turnover"] == [{"amount": missing}]


async def test_money_alone_counts_however_a_bill_is_undone(crm: Operations, session: AsyncSession) -> None:
    programme = factories.usual_programme(turnover_basis="MONEY")
    shop = await open_club(session, points=90_000, programme=programme)
    first = await send(crm, shop, "1", "1000", spends="90000")
    await send(crm, shop, "2", "900")
    risen = (await held(crm, shop))[0]

    await crm.do("purchaseReturn", "userErrors { code }", id=first, items=[{"billItemId": "1"}])

    assert (risen, (await held(crm, shop))[0]) == ("silver", "base")
