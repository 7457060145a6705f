"""Bills that come late: judged by what held when they were paid, and never lost."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

import models
from resolvers.ids import opaque_id
from tests import factories
from tests.factories import NOW
from tests.resolvers.purchase.shopping import PURCHASE, Shop, bill, item, open_shop, points_of
from tests.resolvers.running_operations import Operations

IMPORT = "imported repeated refused { index code } leftOut { index benefitCode code } userErrors { code }"
SENT = "purchase { id total { amount } } repeated leftOut { benefitCode code } userErrors { code field }"
HOUR = timedelta(hours=1)


def paid(at: datetime, *lines: Any, **more: Any) -> dict[str, Any]:
    return bill(*lines, paidAt=at.isoformat(), **more)


async def bring_in(crm: Operations, shop: Shop, **given: Any) -> Any:
    return await crm.do("purchasesImport", IMPORT, bills=[{"customer": shop.customer, **given}])


async def test_a_voucher_that_has_expired_since_was_used_in_time(crm: Operations, session: AsyncSession) -> None:
    shop = await open_shop(session, points=0)
    voucher = factories.voucher(customer=shop.jana, code="NOON", valid_from=NOW - 2 * HOUR, valid_to=NOW)
    voucher.state = models.VoucherState.EXPIRED
    await factories.save(session, voucher)
    crm.now = NOW + HOUR / 2

    found = await bring_in(crm, shop, bill=paid(NOW - HOUR), voucherCodes=["NOON"])

    assert (found["imported"], found["leftOut"]) == (1, [])
    assert await crm.rows(models.Voucher, "state") == [("APPLIED",)]


async def test_what_became_of_a_customer_and_a_card_since_does_not_matter(
    crm: Operations, session: AsyncSession
) -> None:
    shop = await open_shop(session, points=0)
    card = factories.card(customer=shop.jana, number="990001", state="BLOCKED")
    blocked = factories.card_event(card=card, change="BLOCKED", at=NOW)
    await factories.save(session, card, blocked)
    await session.execute(
        update(models.Customer).values(state="INACTIVE", updated_at=NOW).where(models.Customer.id == shop.jana.id)
    )
    await session.commit()
    crm.now = NOW + HOUR
    before, after = (
        {"bill": paid(NOW + step * HOUR / 2, external_id=str(step), cardNumber="990001")} for step in (-1, 1)
    )

    found = await crm.do("purchasesImport", IMPORT, bills=[before, after])

    assert (found["imported"], found["refused"]) == (1, [{"index": 1, "code": "CARD_BLOCKED"}])
    assert await crm.rows(models.Purchase, "customer_id") == [(shop.jana.id,)]


async def test_a_bill_counts_without_a_voucher_that_was_used_meanwhile(crm: Operations, session: AsyncSession) -> None:
    shop = await open_shop(session, points=0)
    await factories.save(session, factories.voucher(customer=shop.jana, code="ONCE"))
    await crm.do("purchaseSend", PURCHASE, bill=bill(external_id="now"), customer=shop.customer, benefitCodes=["ONCE"])
    late = paid(NOW - HOUR, external_id="then")

    imported = await bring_in(crm, shop, bill=late, voucherCodes=["ONCE"])
    sent = await crm.do(
        "purchaseSend", SENT, bill=paid(NOW - HOUR, external_id="sent"), customer=shop.customer, benefitCodes=["ONCE"]
    )

    assert imported["leftOut"] == [{"index": 0, "benefitCode": "ONCE", "code": "ALREADY_APPLIED"}]
    assert (sent["leftOut"], sent["userErrors"]) == ([{"benefitCode": "ONCE", "code": "ALREADY_APPLIED"}], [])
    assert sent["purchase"]["total"]["amount"] == "100.00"
    assert len(await crm.rows(models.Purchase, "id")) == 3


async def test_a_bill_that_is_being_paid_is_refused_rather_than_taken_without(
    crm: Operations, session: AsyncSession
) -> None:
    shop = await open_shop(session)
    await factories.save(session, factories.voucher(customer=shop.jana, code="USED", state="APPLIED"))
    given = {"bill": paid(NOW - timedelta(minutes=4)), "customer": shop.customer, "benefitCodes": ["USED"]}

    assert await crm.refused("purchaseSend", **given) == [("ALREADY_APPLIED", "benefitCodes", None)]
    assert await crm.rows(models.Purchase, "id") == []


async def test_history_is_imported_without_effects_when_asked(crm: Operations, session: AsyncSession) -> None:
    thanks = factories.reward(code="T", group="CAMPAIGN", is_automated=True)
    shop = await open_shop(session, thanks, points=0)
    await factories.save(session, factories.voucher(customer=shop.jana, code="MINE"))
    old = {"bill": paid(NOW - timedelta(days=500), item("5000")), "customer": shop.customer, "voucherCodes": ["MINE"]}

    found = await crm.do("purchasesImport", IMPORT, bills=[old], withoutEffects=True)

    assert (found["imported"], [each["benefitCode"] for each in found["leftOut"]]) == (1, ["MINE"])
    assert await points_of(session, shop.jana) == (0, 0)
    assert await crm.rows(models.Voucher, "code", "state") == [("MINE", "ACTIVE")]
    assert await crm.rows(models.Purchase, "total", "points_earned") == [(5000, 0)]


@pytest.mark.parametrize(
    "changes",
    [
        {"paidAt": (NOW - 30 * HOUR).isoformat()},
        {"cashdesk": "2"},
        {"currency": "EUR"},
        {"items": [item("99")]},
        {"items": [item("100", "other")]},
    ],
)
async def test_another_bill_under_a_known_id_is_refused_and_not_swallowed(
    crm: Operations, session: AsyncSession, changes: dict[str, Any]
) -> None:
    shop = await open_shop(session)
    first = paid(NOW, cashdesk="1")
    await crm.do("purchaseSend", PURCHASE, bill=first, customer=shop.customer)
    before = await crm.dump()

    sent = await crm.refused("purchaseSend", bill=first | changes, customer=shop.customer)
    imported = await crm.do("purchasesImport", IMPORT, bills=[{"bill": first | changes}])

    assert sent == [("ID_REUSED", "bill.externalId", None)]
    assert imported["refused"] == [{"index": 0, "code": "ID_REUSED"}]
    assert await crm.dump() == before


async def test_another_customer_s_bill_under_a_known_id_is_refused(crm: Operations, session: AsyncSession) -> None:
    shop, petr = await open_shop(session), factories.customer()
    await factories.save(session, petr)
    await crm.do("purchaseSend", PURCHASE, bill=bill(), customer=shop.customer)

    found = await crm.refused("purchaseSend", bill=bill(), customer={"id": opaque_id("Customer", petr.id)})

    assert found == [("ID_REUSED", "bill.externalId", None)]


async def test_a_bill_comes_again_as_it_was_priced_or_as_it_was_paid(crm: Operations, session: AsyncSession) -> None:
    shop = await open_shop(session, factories.reward(code="TENTH", value=Decimal(10)))
    await crm.do("purchaseSend", PURCHASE, bill=bill(), customer=shop.customer, benefitCodes=["TENTH"])

    priced = await bring_in(crm, shop, bill=bill())
    as_paid = await bring_in(crm, shop, bill=bill(item("90")))

    assert (priced["repeated"], as_paid["repeated"]) == (1, 1)


@pytest.mark.parametrize("minutes", [-4, 4])
async def test_a_till_s_clock_may_be_a_little_wrong(crm: Operations, session: AsyncSession, minutes: int) -> None:
    shop = await open_shop(session)
    voucher = factories.voucher(customer=shop.jana, code="NEW", valid_from=NOW, valid_to=NOW + HOUR)
    await factories.save(session, voucher)
    given = {"bill": paid(NOW + timedelta(minutes=minutes)), "customer": shop.customer, "benefitCodes": ["NEW"]}

    sent = await crm.do("purchaseSend", SENT, **given)

    assert (sent["userErrors"], sent["leftOut"], sent["purchase"]["total"]["amount"]) == ([], [], "90.00")


async def test_a_bill_of_long_ago_takes_no_reward_that_has_ended(crm: Operations, session: AsyncSession) -> None:
    ended = factories.reward(code="OVER", valid_to=NOW - timedelta(days=30))
    shop = await open_shop(session, ended, factories.reward(code="AUTO", is_automated=True))
    old = paid(NOW - timedelta(days=180))

    sent = await crm.do("purchaseSend", SENT, bill=old, customer=shop.customer, benefitCodes=["OVER"], toPay="100")

    assert sent["leftOut"] == [{"benefitCode": "OVER", "code": "VOUCHER_REQUIRED"}]
    assert sent["purchase"]["total"]["amount"] == "100.00"


async def test_a_card_of_another_or_a_blocked_one_is_refused_on_a_customer_s_bill(
    crm: Operations, session: AsyncSession
) -> None:
    shop = await open_shop(session)
    await factories.save(
        session,
        factories.card(customer=shop.jana, number="MINE"),
        factories.card(customer=factories.customer(), number="THEIRS"),
        factories.card(customer=shop.jana, number="BLOCKED", state="BLOCKED"),
    )

    found = [
        await crm.refused("purchaseSend", bill=bill(cardNumber=number, external_id=number), customer=shop.customer)
        for number in ("MINE", "THEIRS", "BLOCKED", "UNKNOWN")
    ]

    assert found == [
        [],
        [("WRONG_CUSTOMER", "bill.cardNumber", None)],
        [("CARD_BLOCKED", "bill.cardNumber", None)],
        [],
    ]
