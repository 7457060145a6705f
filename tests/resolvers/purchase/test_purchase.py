"""Closing bills and undoing them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

import models
from resolvers.ids import opaque_id
from tests import factories
from tests.factories import NOW
from tests.resolvers.purchase.shopping import PURCHASE, Shop, bill, item, open_shop
from tests.resolvers.running_operations import Operations

CLOSE_THE_BILL = """
mutation CloseTheBill($input: PurchaseSendInput!, $key: String) {
  purchaseSend(input: $input, idempotencyKey: $key) {
    purchase { id total { amount } pointsEarned vouchersApplied { code }
      customer { id pointAccount { active } status { status { name } } } }
    repeated
    userErrors { code message field }
  }
}
"""
UNDO_THE_BILL = """
mutation UndoTheBill($cancel: PurchaseCancelInput!, $return: PurchaseReturnInput!) {
  purchaseCancel(input: $cancel) { purchase { id state } userErrors { code message field } }
  purchaseReturn(input: $return) { purchase { id returned { amount } } userErrors { code message field } }
}
"""
TWO_LINES = (item("60", "a", "2"), item("40.50", "b"))


async def save_tiers(session: AsyncSession, shop: Shop) -> models.Status:
    """The customer is a member, and silver from 100 crowns."""
    member = factories.status(code="member", qualification="REGISTRATION", name="Member")
    silver = factories.status(previous=member, qualification="CONDITION", name="Silver", validity="P12M")
    await factories.save(
        session,
        factories.status_record(customer=shop.jana, status=member),
        factories.status_turnover(status=silver, amount=Decimal(100)),
    )
    return silver


async def send(crm: Operations, shop: Shop, *lines: dict[str, Any], **more: Any) -> str:
    """The id of a bill that was sent."""
    sent = await crm.do("purchaseSend", PURCHASE, bill=bill(*lines), customer=shop.customer, **more)
    assert sent["userErrors"] == []
    return str(sent["purchase"]["id"])


async def test_closing_a_bill_applies_vouchers_and_points_earns_and_lifts(
    crm: Operations, session: AsyncSession
) -> None:
    shop = await open_shop(session)
    await save_tiers(session, shop)
    thanks = factories.reward(code="THANKS", group="CAMPAIGN", is_automated=True)
    voucher = factories.voucher(customer=shop.jana, code="TEN")
    await factories.save(session, voucher, thanks)
    given = {"bill": bill(item("120")), "customer": shop.customer, "benefitCodes": ["ten"], "spendPoints": "50"}

    answer = await crm.answer(CLOSE_THE_BILL, input=given, key="one")

    assert answer["purchaseSend"] == {
        "purchase": {
            "id": opaque_id("Purchase", 1),
            "total": {"amount": "108.00"},
            "pointsEarned": "107",
            "vouchersApplied": [{"code": "TEN"}],
            "customer": {
                "id": shop.customer["id"],
                "pointAccount": {"active": "157"},
                "status": {"status": {"name": "Silver"}},
            },
        },
        "repeated": False,
        "userErrors": [],
    }
    assert await crm.rows(models.Event, "kind", "customer_id") == [
        (kind, shop.jana.id)
        for kind in (
            "VOUCHER_APPLIED",
            "POINTS_SPENT",
            "PURCHASE_CLOSED",
            "POINTS_EARNED",
            "STATUS_CHANGED",
            "VOUCHER_ISSUED",
        )
    ]
    assert await crm.rows(models.VoucherEvent, "voucher_id", "change") == [(voucher.id, "APPLIED"), (2, "ISSUED")]
    assert await crm.rows(models.PurchaseDiscount, "amount", "voucher_id") == [(Decimal(12), voucher.id)]


async def test_points_of_a_bill_last_twelve_months_to_the_end_of_the_day_on_the_calendar_of_the_programme(
    crm: Operations, session: AsyncSession
) -> None:
    shop = await open_shop(session, points=0, programme=factories.usual_programme(time_zone="Europe/Prague"))

    await send(crm, shop, item("99.99"))

    assert await crm.rows(models.PointLot, "amount", "active_from", "expires_at") == [
        (Decimal(99), NOW, datetime(2025, 5, 15, 22, tzinfo=UTC))
    ]


async def test_the_same_bill_sent_again_changes_nothing(crm: Operations, session: AsyncSession) -> None:
    shop = await open_shop(session, factories.voucher(code="OTHERS"))
    first = await crm.do("purchaseSend", PURCHASE, bill=bill(), customer=shop.customer, spendPoints="10")
    before = await crm.dump()

    again = await crm.do("purchaseSend", PURCHASE, bill=bill(), benefitCodes=["OTHERS", "none"])

    assert again == {**first, "repeated": True}
    assert await crm.dump() == before


async def test_a_retry_under_its_key_answers_the_same(crm: Operations, session: AsyncSession) -> None:
    shop = await open_shop(session)
    given = {"bill": bill(), "customer": shop.customer}

    first = await crm.do("purchaseSend", PURCHASE, key="k", **given)
    again = await crm.do("purchaseSend", PURCHASE, key="k", **given)

    assert (first["repeated"], again["repeated"]) == (False, True)
    assert again["purchase"] == first["purchase"]


@pytest.mark.parametrize("mutation", ["purchaseSend", "purchaseCancel", "purchaseReturn", "purchasesImport"])
async def test_a_dry_run_changes_nothing(crm: Operations, session: AsyncSession, mutation: str) -> None:
    shop = await open_shop(session, factories.voucher(reward=factories.reward(is_portable=True), code="V"))
    sent = await send(crm, shop, spendPoints="10")
    given: dict[str, Any] = {
        "purchaseSend": {"bill": bill(external_id="new"), "customer": shop.customer, "benefitCodes": ["V"]},
        "purchaseCancel": {"id": sent},
        "purchaseReturn": {"id": sent, "items": [{"billItemId": "1"}]},
        "purchasesImport": {"bills": [{"bill": bill(external_id="new"), "customer": shop.customer}]},
    }[mutation]
    before = await crm.dump()

    payload = await crm.do(mutation, "userErrors { code }", dry=True, **given)

    assert payload["userErrors"] == []
    assert await crm.dump() == before


async def test_a_bill_is_closed_for_nobody_in_particular_and_by_the_card_it_shows(
    crm: Operations, session: AsyncSession
) -> None:
    shop = await open_shop(session)
    await factories.save(session, factories.card(customer=shop.jana, number="990001"))

    nobody = await crm.do("purchaseSend", PURCHASE, bill=bill())
    card = await crm.do("purchaseSend", PURCHASE, bill=bill(external_id="2", cardNumber="990001"))

    assert (nobody["purchase"]["customer"], nobody["purchase"]["pointsEarned"]) == (None, "0")
    assert (card["purchase"]["customer"], card["purchase"]["pointsEarned"]) == ({"id": shop.customer["id"]}, "100")
    assert await crm.rows(models.Purchase, "card_number") == [(None,), ("990001",)]


async def test_a_bill_keeps_what_the_till_says_of_it(crm: Operations, session: AsyncSession) -> None:
    shop = await open_shop(session, factories.purchase_type(code="till"), factories.purchase_item_type(code="goods"))
    lines = item("18", "1", "2", price="10", name="Loose apples", vatRate="12", type="goods", loyaltyOff=True)

    await crm.do(
        "purchaseSend",
        PURCHASE,
        bill=bill(lines, number="2024/1", cashdesk="4", createdBy="Eva"),
        source="pos",
        type="till",
        paymentType="CARD",
        isFiscal=False,
        utm={"source": "leaflet"},
        customer=shop.customer,
    )

    kept = ("number", "cashdesk", "created_by", "source", "type_id", "payment_type", "is_fiscal", "utm_source")
    assert await crm.rows(models.Purchase, *kept) == [("2024/1", "4", "Eva", "pos", 1, "CARD", False, "leaflet")]
    kept = ("external_id", "product_name", "quantity", "price", "vat_rate", "type_id", "retail_discount", "loyalty_off")
    assert await crm.rows(models.PurchaseItem, *kept) == [
        ("1", "Loose apples", Decimal(2), Decimal(18), Decimal(12), 1, Decimal(2), True)
    ]


SEND_REFUSALS: list[tuple[dict[str, Any], list[tuple[str, str, str | None]]]] = [
    ({"benefitCodes": ["NONE"]}, [("UNKNOWN_CODE", "benefitCodes", None)]),
    ({"benefitCodes": ["COUPON"]}, [("VOUCHER_REQUIRED", "benefitCodes", None)]),
    ({"benefitCodes": ["USED"]}, [("ALREADY_APPLIED", "benefitCodes", None)]),
    ({"benefitCodes": ["BIG"]}, [("MINIMUM_NOT_MET", "benefitCodes", "400.00 CZK")]),
    ({"benefitCodes": ["COSTLY"]}, [("POINTS_SHORT", "benefitCodes", "900 points")]),
    ({"benefitCodes": ["MINE", "MINE"]}, [("DUPLICATE_CODE", "benefitCodes", None)]),
    ({"benefitCodes": ["X"] * 51}, [("TOO_MANY", "benefitCodes", None)]),
    (
        {"benefitCodes": ["HELD", "NONE"]},
        [("UNKNOWN_CODE", "benefitCodes", None), ("RESERVED_ELSEWHERE", "benefitCodes", None)],
    ),
    ({"spendPoints": "100.5"}, [("POINTS_SHORT", "spendPoints", "0.5 points")]),
    ({"spendPoints": "-1"}, [("NEGATIVE_AMOUNT", "spendPoints", None)]),
    ({"spendPoints": "0.001"}, [("TOO_PRECISE", "spendPoints", None)]),
    ({"toPay": "99"}, [("TO_PAY_DIFFERS", "toPay", "1.00 CZK")]),
    ({"type": "none"}, [("NOT_FOUND", "type", None)]),
    ({"customer": {"cardNumber": "1"}}, [("UNKNOWN_CARD", "customer.cardNumber", None)]),
    ({"source": "x" * 65}, [("TOO_LONG", "source", None)]),
]


async def test_a_bill_of_which_anything_can_not_be_had_is_not_closed(crm: Operations, session: AsyncSession) -> None:
    shop = await open_shop(
        session,
        factories.reward(code="COUPON", group="CAMPAIGN"),
        factories.reward(code="BIG", minimum_purchase=Decimal(500)),
        factories.reward(code="COSTLY", points_cost=Decimal(1000)),
    )
    held = {"reserved_for": "other", "reserved_until": NOW + timedelta(minutes=5)}
    await factories.save(
        session,
        factories.voucher(customer=shop.jana, code="USED", state="APPLIED"),
        factories.voucher(customer=shop.jana, code="MINE"),
        factories.voucher(customer=shop.jana, code="HELD", state="RESERVED", **held),
    )
    before = await crm.dump()
    given = {"bill": bill(), "customer": shop.customer}

    found = [await crm.refused("purchaseSend", **{**given, **wrong}) for wrong, _ in SEND_REFUSALS]

    assert found == [reasons for _, reasons in SEND_REFUSALS]
    assert await crm.dump() == before


async def test_the_contract_s_mutations_undo_a_bill(crm: Operations, session: AsyncSession) -> None:
    shop = await open_shop(session)
    first = await send(crm, shop)
    second = (await crm.do("purchaseSend", PURCHASE, bill=bill(*TWO_LINES, external_id="2")))["purchase"]["id"]
    items = [{"billItemId": "a", "quantity": "1"}]

    answer = await crm.answer(UNDO_THE_BILL, cancel={"id": first}, **{"return": {"id": second, "items": items}})

    assert answer == {
        "purchaseCancel": {"purchase": {"id": first, "state": "CANCELLED"}, "userErrors": []},
        "purchaseReturn": {"purchase": {"id": second, "returned": {"amount": "30.00"}}, "userErrors": []},
    }


async def test_a_cancelled_bill_gives_back_points_voucher_and_status(crm: Operations, session: AsyncSession) -> None:
    shop = await open_shop(session)
    await save_tiers(session, shop)
    await factories.save(session, factories.voucher(customer=shop.jana, code="TEN"))
    sent = await send(crm, shop, item("120"), benefitCodes=["TEN"], spendPoints="50")

    await crm.do("purchaseCancel", PURCHASE, id=sent, reason="Wrong customer")
    again = await crm.do("purchaseCancel", PURCHASE, id=sent)

    assert again["repeated"]
    customer = await crm.answer(
        "query($by: CustomerBy!) { customer(by: $by) { pointAccount { active ledger } status { status { name } }"
        " vouchers { nodes { state redeemedAt purchase { id } } } insights { turnover { amount } } } }",
        by=shop.customer,
    )
    assert customer["customer"] == {
        "pointAccount": {"active": "100", "ledger": "100"},
        "status": {"status": {"name": "Member"}},
        "vouchers": {"nodes": [{"state": "ACTIVE", "redeemedAt": None, "purchase": None}]},
        "insights": {"turnover": []},
    }
    assert await crm.rows(models.StatusRecord, "change", "valid_to") == [
        ("REGISTERED", None),
        ("RISEN", NOW.replace(year=2025)),
        ("FALLEN", None),
    ]


async def test_a_status_that_other_bills_reach_as_well_is_kept(crm: Operations, session: AsyncSession) -> None:
    shop = await open_shop(session)
    silver = await save_tiers(session, shop)
    first = await send(crm, shop, item("120"))
    await crm.do("purchaseSend", PURCHASE, bill=bill(item("130"), external_id="2"), customer=shop.customer)

    await crm.do("purchaseCancel", PURCHASE, id=first)

    records = await crm.rows(models.StatusRecord, "status_id", "ended_at")
    assert records[-1] == (silver.id, None)


async def test_points_that_were_spent_since_are_taken_from_others_or_owed(
    crm: Operations, session: AsyncSession
) -> None:
    mug = factories.reward(code="MUG", points_cost=Decimal(90))
    shop = await open_shop(session, mug, points=0)
    sent = await send(crm, shop)
    await crm.do("voucherIssue", "voucher { id }", customer=shop.customer["id"], reward=opaque_id("Reward", mug.id))
    await crm.do("purchaseSend", PURCHASE, bill=bill(item("30"), external_id="2"), customer=shop.customer)

    await crm.do("purchaseCancel", PURCHASE, id=sent)

    assert await crm.rows(models.PointLot, "amount", "remaining") == [(Decimal(100), 0), (Decimal(30), 0)]
    assert (await crm.rows(models.PointEntry, "kind", "amount", "owed"))[-1] == ("REVERSE", -40, 60)


async def test_returns_bit_by_bit_come_to_the_whole(crm: Operations, session: AsyncSession) -> None:
    shop = await open_shop(session)
    await factories.save(session, factories.voucher(customer=shop.jana, code="TEN"))
    sent = await send(crm, shop, *TWO_LINES, benefitCodes=["TEN"], spendPoints="100")
    shows = PURCHASE + " refund { amount currency { code } } pointsBack pointsWithdrawn"

    steps = [
        await crm.do("purchaseReturn", shows, id=sent, items=items)
        for items in ([{"billItemId": "a", "quantity": "1"}], [{"billItemId": "b"}], [{"billItemId": "a"}])
    ]

    assert [
        (
            step["purchase"]["state"],
            step["purchase"]["returned"]["amount"],
            step["refund"]["amount"],
            step["pointsBack"],
            step["pointsWithdrawn"],
            len(step["purchase"]["vouchersApplied"]),
        )
        for step in steps
    ] == [
        ("PARTLY_RETURNED", "27.00", "26.71", "29.85", "26.57", 1),
        ("PARTLY_RETURNED", "63.45", "36.04", "40.29", "35.87", 1),
        ("RETURNED", "90.45", "26.70", "29.86", "26.56", 0),
    ]
    assert await crm.rows(models.Voucher, "state", "purchase_id") == [("ACTIVE", None)]
    assert sum(left for (left,) in await crm.rows(models.PointLot, "remaining")) == 100


async def test_a_reward_applied_directly_goes_back_with_the_lines_it_was_given_on(
    crm: Operations, session: AsyncSession
) -> None:
    goods = factories.product(code="G")
    reward = factories.reward(code="HALF", value=Decimal(50), points_cost=Decimal(20), limit_per_customer=1)
    rule = factories.reward_condition(reward=reward)
    shop = await open_shop(session, factories.reward_condition_target(condition=rule, product=goods))
    lines = (item("10", "a", codes=[{"code": "G"}]), item("10", "b"))
    sent = await send(crm, shop, *lines, benefitCodes=["HALF"])
    given = {"bill": bill(*lines, external_id="2"), "customer": shop.customer, "benefitCodes": ["HALF"]}
    assert await crm.refused("purchaseSend", **given) == [("LIMIT_REACHED", "benefitCodes", None)]

    await crm.do("purchaseReturn", PURCHASE, id=sent, items=[{"billItemId": "b"}])
    assert await crm.refused("purchaseSend", **given) == [("LIMIT_REACHED", "benefitCodes", None)]
    await crm.do("purchaseReturn", PURCHASE, id=sent, items=[{"billItemId": "a"}])

    assert sum(left for (left,) in await crm.rows(models.PointLot, "remaining")) == 100
    assert (await crm.do("purchaseSend", PURCHASE, **given))["userErrors"] == []


async def test_what_can_not_be_returned_is_refused(crm: Operations, session: AsyncSession) -> None:
    shop = await open_shop(session)
    sent = await send(crm, shop, *TWO_LINES)
    await crm.do("purchaseReturn", PURCHASE, id=sent, items=[{"billItemId": "b"}])
    refusals: list[tuple[Any, tuple[str, str | None, str | None]]] = [
        ([], ("REQUIRED", "items", None)),
        ([{}], ("REQUIRED", "items[0]", None)),
        ([{"billItemId": "c"}], ("ITEM_NOT_FOUND", "items[0]", None)),
        ([{"id": opaque_id("PurchaseItem", 99)}], ("ITEM_NOT_FOUND", "items[0]", None)),
        ([{"billItemId": "a"}, {"id": opaque_id("PurchaseItem", 1)}], ("DUPLICATE_ITEM", "items[1]", None)),
        ([{"billItemId": "a", "quantity": "3"}], ("LIMIT_REACHED", "items[0].quantity", "1 more")),
        ([{"billItemId": "a", "quantity": "0"}], ("NEGATIVE_AMOUNT", "items[0].quantity", None)),
        ([{"billItemId": "a", "quantity": "0.0001"}], ("TOO_PRECISE", "items[0].quantity", None)),
        ([{"billItemId": "b"}], ("LIMIT_REACHED", "items[0]", None)),
    ]

    found = [await crm.refused("purchaseReturn", id=sent, items=items) for items, _ in refusals]

    assert found == [[reason] for _, reason in refusals]
    gone = opaque_id("Purchase", 99)
    assert await crm.refused("purchaseReturn", id=gone, items=[{"billItemId": "a"}]) == [("NOT_FOUND", "id", None)]


async def test_what_is_over_can_not_be_undone(crm: Operations, session: AsyncSession) -> None:
    shop = await open_shop(session)
    cancelled = await send(crm, shop)
    returned = (await crm.do("purchaseSend", PURCHASE, bill=bill(external_id="2")))["purchase"]["id"]
    await crm.do("purchaseCancel", PURCHASE, id=cancelled)
    await crm.do("purchaseReturn", PURCHASE, id=returned, items=[{"billItemId": "1"}])

    found = [
        await crm.refused("purchaseReturn", id=cancelled, items=[{"billItemId": "1"}]),
        await crm.refused("purchaseReturn", id=returned, items=[{"billItemId": "1"}]),
        await crm.refused("purchaseCancel", id=returned),
    ]

    assert found == [[("WRONG_STATE", "id", None)]] * 3
