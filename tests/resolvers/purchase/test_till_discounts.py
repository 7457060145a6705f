"""Bills with discounts that the till gave by itself: told, shared, kept, earned on net and returned as paid."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

import models
from tests import factories
from tests.resolvers.purchase.shopping import PURCHASE, bill, item, open_shop
from tests.resolvers.running_operations import Operations

DISCOUNTED = """
purchase {
  total { amount }
  pointsEarned
  discounts { kind code description amount { amount } item { externalId } reward { code } }
  items { externalId total { amount } retailDiscount { amount } couponDiscount { amount } }
}
userErrors { code message field missing }
"""
PREVIEW = """
query ($bill: BillInput!, $customer: CustomerBy, $codes: [String!]) {
  purchasePreview(bill: $bill, customer: $customer, benefitCodes: $codes) {
    subtotal { amount } tillDiscount { amount } toPay { amount } pointsEarned
    items { billItemId subtotal { amount } tillDiscount { amount } total { amount } }
  }
}
"""


def taken(amount: str, kind: str = "PROMOTION", **more: Any) -> dict[str, Any]:
    return {"kind": kind, "amount": amount, **more}


def discounted(**more: Any) -> dict[str, Any]:
    """Two lines of 120 and 60 before the till took off 20 and 10 of the first, 10 of the second, and 15 of all."""
    first = {"billItemId": "a", "quantity": "2", "price": "60"}
    second = {"billItemId": "b", "quantity": "1", "price": "60", "paid": "50"}
    first["discounts"] = [
        taken("20", code="LEAFLET-7", description="Week of coffee"),
        taken("10", "COUPON", code="C-1"),
    ]
    second["discounts"] = [taken("10", "MANUAL", description="Dented")]
    return bill(first, second, discounts=[taken("14", "STAFF", code="STAFF10")], **more)


def told(one: dict[str, Any]) -> tuple[str | None, ...]:
    """A discount of a bill, as it is told, and the line that it came off."""
    assert one["reward"] is None
    return one["kind"], one["code"], one["description"], one["amount"]["amount"], (one["item"] or {}).get("externalId")


async def test_what_the_till_took_off_is_kept_with_its_reason_and_points_are_for_the_rest(
    crm: Operations, session: AsyncSession
) -> None:
    shop = await open_shop(session, points=0)

    sent = await crm.do("purchaseSend", DISCOUNTED, customer=shop.customer, bill=discounted(total="126"))

    assert sent["userErrors"] == []
    bought = sent["purchase"]
    assert (bought["total"], bought["pointsEarned"]) == ({"amount": "126.00"}, "126")
    assert [told(one) for one in bought["discounts"]] == [
        ("PROMOTION", "LEAFLET-7", "Week of coffee", "20.00", "a"),
        ("COUPON", "C-1", None, "10.00", "a"),
        ("MANUAL", None, "Dented", "10.00", "b"),
        ("STAFF", "STAFF10", None, "14.00", None),
    ]
    amounts = ("total", "retailDiscount", "couponDiscount")
    assert [[line[name]["amount"] for name in amounts] for line in bought["items"]] == [
        ["81.00", "29.00", "10.00"],
        ["45.00", "15.00", "0.00"],
    ]


async def test_the_preview_tells_what_the_till_took_off_and_agrees_with_the_bill(
    crm: Operations, session: AsyncSession
) -> None:
    shop = await open_shop(session, factories.reward(code="TENTH", value=Decimal(10)), points=0)

    told = (await crm.answer(PREVIEW, bill=discounted(), customer=shop.customer, codes=["TENTH"]))["purchasePreview"]
    sent = await crm.do(
        "purchaseSend", DISCOUNTED, bill=discounted(), customer=shop.customer, benefitCodes=["TENTH"], toPay="113.40"
    )

    assert told == {
        "subtotal": {"amount": "126.00"},
        "tillDiscount": {"amount": "54.00"},
        "toPay": {"amount": "113.40"},
        "pointsEarned": "113",
        "items": [
            {
                "billItemId": "a",
                "subtotal": {"amount": "81.00"},
                "tillDiscount": {"amount": "39.00"},
                "total": {"amount": "72.90"},
            },
            {
                "billItemId": "b",
                "subtotal": {"amount": "45.00"},
                "tillDiscount": {"amount": "15.00"},
                "total": {"amount": "40.50"},
            },
        ],
    }
    assert (sent["userErrors"], sent["purchase"]["total"], sent["purchase"]["pointsEarned"]) == (
        [],
        {"amount": "113.40"},
        "113",
    )


async def test_what_comes_back_is_refunded_as_it_was_paid_and_the_till_s_discounts_stay(
    crm: Operations, session: AsyncSession
) -> None:
    shop = await open_shop(session, points=0)
    reward = factories.reward(code="TENTH", value=Decimal(10), minimum_purchase=Decimal(100), currency_code="CZK")
    reward.on_return = "WITHDRAW"
    await factories.save(session, reward)
    sent = await crm.do("purchaseSend", PURCHASE, customer=shop.customer, bill=discounted(), benefitCodes=["TENTH"])
    again = await crm.do("purchaseSend", PURCHASE, customer=shop.customer, bill=discounted(), benefitCodes=["TENTH"])
    shows = "refund { amount } pointsWithdrawn userErrors { code }"

    back = [
        await crm.do("purchaseReturn", shows, id=sent["purchase"]["id"], items=[{"billItemId": each}]) for each in "ba"
    ]

    # The rest of 81.00 would have got no tenth off: it is paid for in full, and then gone back whole.
    assert back == [
        {"refund": {"amount": "32.40"}, "pointsWithdrawn": "32.29", "userErrors": []},
        {"refund": {"amount": "81.00"}, "pointsWithdrawn": "80.71", "userErrors": []},
    ]
    assert again["repeated"] is True
    kept = await crm.rows(models.PurchaseDiscount, "kind", "withdrawn_at")
    assert [(kind, at is not None) for kind, at in kept if kind is None] == [(None, True), (None, True)]
    assert [at for kind, at in kept if kind is not None] == [None] * 4


async def test_an_offline_bill_brings_its_discounts_along(crm: Operations, session: AsyncSession) -> None:
    shop = await open_shop(session, points=0)
    late = {"bill": discounted(paidAt="2024-05-14T12:00:00Z"), "customer": shop.customer}

    found = [await crm.do("purchasesImport", "imported refused { code }", bills=[late]) for _ in range(2)]

    assert found == [{"imported": 1, "refused": []}, {"imported": 0, "refused": []}]
    assert await crm.rows(models.Purchase, "total", "points_earned") == [(Decimal(126), Decimal(126))]
    assert [kind for (kind,) in await crm.rows(models.PurchaseDiscount, "kind")] == [
        "PROMOTION",
        "COUPON",
        "MANUAL",
        "STAFF",
    ]


async def test_a_campaign_s_price_and_the_till_s_discount_go_together(crm: Operations, session: AsyncSession) -> None:
    coffee = factories.product(code="COFFEE")
    offer = factories.campaign_product(product=coffee, value_kind="FINAL_PRICE", value=Decimal(80), currency_code="CZK")
    await open_shop(session, offer)
    line = {"billItemId": "a", "quantity": "2", "price": "100", "codes": [{"code": "COFFEE"}]}
    given = bill(line | {"discounts": [taken("15")]}, campaignPrices=True)

    told = (await crm.answer(PREVIEW, bill=given))["purchasePreview"]

    assert (told["subtotal"], told["tillDiscount"]) == ({"amount": "145.00"}, {"amount": "55.00"})


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"discounts": [taken("100.01")]}, ("OUT_OF_RANGE", "bill.discounts", "0.01 CZK")),
        ({"discounts": [taken("1.001")]}, ("TOO_PRECISE", "bill.discounts", None)),
        ({"discounts": [taken("0")]}, ("NEGATIVE_AMOUNT", "bill.discounts[0].amount", None)),
        ({"discounts": [taken("1")] * 21}, ("TOO_MANY", "bill.discounts", None)),
        ({"discounts": [taken("10")], "total": "100"}, ("TOTALS_DIFFER", "bill.items", "10.00 CZK")),
        ({"items": [item("5", discounts=[taken("0.001")])]}, ("TOO_PRECISE", "bill.items[0].discounts", None)),
        (
            {"items": [{"billItemId": "1", "quantity": "1", "price": "5", "discounts": [taken("6")]}]},
            ("NEGATIVE_AMOUNT", "bill.items", None),
        ),
    ],
)
async def test_discounts_that_make_no_sense_are_refused(
    crm: Operations, session: AsyncSession, more: dict[str, Any], reason: tuple[str, str, str | None]
) -> None:
    await open_shop(session)

    found = await crm.refused("purchaseSend", bill=bill() | more)

    assert found == [reason]
    assert await crm.rows(models.Purchase, "id") == []
