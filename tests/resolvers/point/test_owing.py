"""What is taken back after it was used is owed, and comes first out of whatever flows back or is earned."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

import models
from resolvers.ids import opaque_id
from resolvers.point.expiry import expire_points
from tests import factories
from tests.factories import NOW
from tests.resolvers.purchase.shopping import Shop, bill, item, open_shop
from tests.resolvers.running_operations import Operations

BILL = "purchase { id pointsEarned } userErrors { code field message }"
ACCOUNT = "pointAccount { active pending reserved owed ledger }"


async def send(crm: Operations, shop: Shop, external_id: str, paid: str, **more: Any) -> str:
    """Close a bill; its id."""
    its = bill(item(paid), external_id=external_id)
    answer = await crm.do("purchaseSend", BILL, customer=shop.customer, bill=its, **more)
    assert answer["userErrors"] == []
    return str(answer["purchase"]["id"])


async def cancel(crm: Operations, purchase: str) -> None:
    assert (await crm.do("purchaseCancel", "userErrors { code }", id=purchase))["userErrors"] == []


async def account(crm: Operations, customer: models.Customer) -> dict[str, str]:
    """What the API shows of a customer's points."""
    found = await crm.answer(f'{{ customer(by: {{ id: "{opaque_id("Customer", customer.id)}" }}) {{ {ACCOUNT} }} }}')
    return dict(found["customer"]["pointAccount"])


def shown(active: int = 0, owed: int = 0, *, pending: int = 0, reserved: int = 0, ledger: int | None = None) -> Any:
    whole = active + pending + reserved if ledger is None else ledger
    return {
        "active": str(active),
        "pending": str(pending),
        "reserved": str(reserved),
        "owed": str(owed),
        "ledger": str(whole),
    }


async def test_earning_spending_and_cancelling_makes_no_points(crm: Operations, session: AsyncSession) -> None:
    shop = await open_shop(session, points=0)

    seen = []
    for turn in range(4):
        first = await send(crm, shop, f"A{turn}", "1000")
        second = await send(crm, shop, f"B{turn}", "10", spendPoints="1000")
        await cancel(crm, first)
        seen.append(await account(crm, shop.jana))
        await cancel(crm, second)
        seen.append(await account(crm, shop.jana))

    assert seen == [shown(0, 1000), shown(0, 0)] * 4


async def test_points_turned_into_a_voucher_are_owed_until_it_is_called_off(
    crm: Operations, session: AsyncSession
) -> None:
    reward = factories.reward(points_cost=Decimal(500))
    shop = await open_shop(session, reward, points=0)
    earned = await send(crm, shop, "A", "500")
    issued = await crm.do(
        "voucherIssue",
        "voucher { id } userErrors { code }",
        customer=opaque_id("Customer", shop.jana.id),
        reward=opaque_id("Reward", reward.id),
    )

    await cancel(crm, earned)
    owing = await account(crm, shop.jana)
    await crm.do("voucherCancel", "userErrors { code }", id=issued["voucher"]["id"])

    assert (owing, await account(crm, shop.jana)) == (shown(0, 500), shown())


async def test_points_handed_on_are_owed_by_who_had_earned_them(crm: Operations, session: AsyncSession) -> None:
    petr = factories.customer()
    shop = await open_shop(session, petr, points=0)
    earned = await send(crm, shop, "A", "1000")
    who = {"from": opaque_id("Customer", shop.jana.id), "to": opaque_id("Customer", petr.id)}
    await crm.do("pointsTransfer", "userErrors { code }", amount="1000", **who)

    await cancel(crm, earned)

    assert (await account(crm, shop.jana), await account(crm, petr)) == (shown(0, 1000), shown(1000))


async def test_what_is_owed_comes_first_out_of_what_is_earned_or_given(crm: Operations, session: AsyncSession) -> None:
    shop = await open_shop(session, points=0)
    earned = await send(crm, shop, "A", "100")
    who = opaque_id("Customer", shop.jana.id)
    await crm.do("pointsSpend", "userErrors { code }", customer=who, amount="100")
    await cancel(crm, earned)

    await send(crm, shop, "B", "30")
    after_earning = await account(crm, shop.jana)
    given = await crm.do("pointsAssign", "entry { id } account { active owed }", customer=who, amount="90")

    assert after_earning == shown(0, 70)
    assert given["account"] == {"active": "20", "owed": "0"}
    kinds = await crm.rows(models.PointEntry, "kind", "amount", "owed")
    assert [(kind, int(amount), int(owed)) for kind, amount, owed in kinds] == [
        ("EARN", 100, 0),
        ("SPEND", -100, 0),
        ("REVERSE", 0, 100),
        ("EARN", 30, 0),
        ("REPAY", -30, -30),
        ("ASSIGN", 90, 0),
        ("REPAY", -70, -70),
    ]
    assert ("POINTS_REPAID", {"amount": "-70.00", "owed": "-70.00"}) in await crm.rows(models.Event, "kind", "data")


async def test_an_assignment_that_paid_what_was_owed_can_be_taken_back(crm: Operations, session: AsyncSession) -> None:
    shop = await open_shop(session, points=0)
    earned = await send(crm, shop, "A", "100")
    who = opaque_id("Customer", shop.jana.id)
    await crm.do("pointsSpend", "userErrors { code }", customer=who, amount="100")
    await cancel(crm, earned)
    given = await crm.do("pointsAssign", "entry { id }", customer=who, amount="120")

    taken = await crm.do(
        "pointsReverse", "entry { amount owed } account { active owed } userErrors { code }", entry=given["entry"]["id"]
    )

    assert taken == {
        "entry": {"amount": "-20", "owed": "100"},
        "account": {"active": "0", "owed": "100"},
        "userErrors": [],
    }
    assert await crm.refused("pointsReverse", entry=given["entry"]["id"]) == [("ALREADY_REVERSED", "entry", None)]


async def test_points_that_expired_unspent_are_not_owed(crm: Operations, session: AsyncSession) -> None:
    terms = factories.usual_programme(points_last="P1D", points_end="MOMENT")
    shop = await open_shop(session, points=0, programme=terms)
    earned = await send(crm, shop, "A", "100")
    await crm.do("pointsSpend", "userErrors { code }", customer=opaque_id("Customer", shop.jana.id), amount="30")
    await expire_points(crm.engine, NOW + timedelta(days=1))

    await cancel(crm, earned)

    assert await account(crm, shop.jana) == shown(0, 30)


async def test_reservations_never_show_a_balance_below_zero(crm: Operations, session: AsyncSession) -> None:
    shop = await open_shop(session, points=0)
    earned = await send(crm, shop, "A", "100")
    who = opaque_id("Customer", shop.jana.id)
    await crm.do("pointsReserve", "userErrors { code }", customer=who, amount="100")
    before = await account(crm, shop.jana)

    await cancel(crm, earned)

    assert (before, await account(crm, shop.jana)) == (shown(0, reserved=100), shown())


async def test_points_that_expire_are_reserved_no_longer(crm: Operations, session: AsyncSession) -> None:
    shop = await open_shop(session, points=0)
    lot = factories.points(customer=shop.jana, amount=Decimal(100), expires_at=NOW + timedelta(minutes=5))
    more = factories.points(customer=shop.jana, amount=Decimal(10))
    await factories.save(session, lot, more)
    who = opaque_id("Customer", shop.jana.id)
    until = (NOW + timedelta(minutes=15)).isoformat()
    await crm.do("pointsReserve", "userErrors { code }", customer=who, amount="60", expiresAt=until)

    crm.now = NOW + timedelta(minutes=6)

    assert await account(crm, shop.jana) == shown(0, reserved=10, ledger=110)


async def test_the_points_of_a_cancelled_bill_count_for_no_status(crm: Operations, session: AsyncSession) -> None:
    member = factories.status(qualification="REGISTRATION")
    silver = factories.status(previous=member, qualification="CONDITION", qualification_points=Decimal(100))
    shop = await open_shop(session, silver, points=0)
    await factories.save(session, factories.status_record(customer=shop.jana, status=member))
    earned = await send(crm, shop, "A", "100")
    await crm.do("pointsSpend", "userErrors { code }", customer=opaque_id("Customer", shop.jana.id), amount="100")
    held = await crm.rows(models.StatusRecord, "status_id", "ended_at")

    await cancel(crm, earned)

    assert held == [(member.id, NOW), (silver.id, None)]
    assert (await crm.rows(models.StatusRecord, "status_id", "change", "ended_at"))[-1] == (member.id, "FALLEN", None)


async def test_assigned_points_lift_a_customer_at_once_and_taken_back_they_do_not(
    crm: Operations, session: AsyncSession
) -> None:
    member = factories.status(qualification="REGISTRATION")
    silver = factories.status(previous=member, qualification="CONDITION", qualification_points=Decimal(100))
    shop = await open_shop(session, silver, points=0)
    await factories.save(session, factories.status_record(customer=shop.jana, status=member))
    who = opaque_id("Customer", shop.jana.id)

    given = await crm.do("pointsAssign", "entry { id } userErrors { code }", customer=who, amount="100")
    risen = await crm.rows(models.StatusRecord, "status_id", "change", "ended_at")
    await crm.do("pointsReverse", "userErrors { code }", entry=given["entry"]["id"])

    assert risen[-1] == (silver.id, "RISEN", None)
    assert (await crm.rows(models.StatusRecord, "status_id", "change", "ended_at"))[-1] == (member.id, "FALLEN", None)


async def test_points_lift_nobody_where_statuses_do_not_count_them(crm: Operations, session: AsyncSession) -> None:
    member = factories.status(qualification="REGISTRATION")
    silver = factories.status(previous=member, qualification="CONDITION")
    shop = await open_shop(session, factories.status_turnover(status=silver, amount=Decimal(1)), points=0)
    await factories.save(session, factories.status_record(customer=shop.jana, status=member))

    await crm.do("pointsAssign", "userErrors { code }", customer=opaque_id("Customer", shop.jana.id), amount="100")

    assert await crm.rows(models.StatusRecord, "status_id", "ended_at") == [(member.id, None)]


async def test_the_preview_takes_what_is_owed_off_the_points_that_are_left(
    crm: Operations, session: AsyncSession
) -> None:
    shop = await open_shop(session, points=0)
    earned = await send(crm, shop, "A", "60")
    await crm.do("pointsSpend", "userErrors { code }", customer=opaque_id("Customer", shop.jana.id), amount="60")
    await cancel(crm, earned)
    document = (
        "query($c: CustomerBy, $b: BillInput!) { purchasePreview(customer: $c, bill: $b) { pointsEarned pointsAfter } }"
    )

    shown_before = (await crm.answer(document, c=shop.customer, b=bill(item("100"), external_id="B")))[
        "purchasePreview"
    ]
    await send(crm, shop, "B", "100")

    assert shown_before == {"pointsEarned": "100", "pointsAfter": "40"}
    assert await account(crm, shop.jana) == shown(40)
