"""What goes back when goods are returned: what was paid, as it was paid, and what a bill had given."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import null, update
from sqlalchemy.ext.asyncio import AsyncSession

import models
from tests import factories
from tests.resolvers.purchase.shopping import PURCHASE, Shop, bill, item, open_shop, points_of
from tests.resolvers.running_operations import Operations

BACK = (
    "purchase { state returned { amount } refunded { amount } paidInMoney { amount } paidInPoints { amount }"
    " paidInVouchers { amount } withheld { amount } }"
    " refund { amount } withheld { amount } pointsBack pointsWithdrawn pointsOwed repeated userErrors { code field }"
)


async def send(crm: Operations, shop: Shop, *lines: Any, external_id: str = "bill-1", **more: Any) -> str:
    """The id of a bill that was closed."""
    given = {"bill": bill(*lines, external_id=external_id), "customer": shop.customer, **more}
    payload = await crm.do("purchaseSend", PURCHASE, **given)
    assert payload["userErrors"] == []
    key: str = payload["purchase"]["id"]
    return key


async def give_back(crm: Operations, sent: str, *items: Any, **more: Any) -> Any:
    named = [one if isinstance(one, dict) else {"billItemId": one} for one in items]
    return await crm.do("purchaseReturn", BACK, id=sent, items=named, **more)


async def test_a_bill_tells_what_was_paid_how_and_gives_it_back_so(crm: Operations, session: AsyncSession) -> None:
    shop = await open_shop(session, points=1000)
    sent = await send(crm, shop, item("50", "a"), item("50", "b"), spendPoints="1000")

    half = await give_back(crm, sent, "a")
    rest = await give_back(crm, sent, "b")

    assert (half["purchase"]["paidInMoney"], half["purchase"]["paidInPoints"]) == (
        {"amount": "90.00"},
        {"amount": "10.00"},
    )
    assert [(step["refund"]["amount"], step["pointsBack"]) for step in (half, rest)] == [("45.00", "500")] * 2
    assert (rest["purchase"]["returned"]["amount"], rest["purchase"]["refunded"]["amount"]) == ("100.00", "90.00")
    assert await points_of(session, shop.jana) == (1000, 1000)


async def test_no_refund_exceeds_the_money_paid(crm: Operations, session: AsyncSession) -> None:
    shop = await open_shop(session, points=1000)
    sent = await send(crm, shop, item("40", "a"), spendPoints="1000")

    back = await give_back(crm, sent, "a")

    assert (back["refund"]["amount"], back["pointsBack"]) == ("30.00", "1000")


async def test_what_vouchers_took_off_is_told(crm: Operations, session: AsyncSession) -> None:
    shop = await open_shop(session)
    reward = factories.reward(kind="AMOUNT", value=Decimal(15), currency_code="CZK")
    await factories.save(session, factories.voucher(customer=shop.jana, reward=reward, code="V15"))
    sent = await send(crm, shop, item("100", "a"), benefitCodes=["V15"])

    back = await give_back(crm, sent, "a")

    assert (back["purchase"]["paidInVouchers"]["amount"], back["refund"]["amount"]) == ("15.00", "85.00")


def third_free(**terms: Any) -> list[models.Base]:
    """Three of a product for the price of two, by itself."""
    goods = factories.product(code="G")
    reward = factories.reward(code="THIRD", kind="FREE_PRODUCT", value=Decimal(1), is_automated=True, **terms)
    rule = factories.reward_condition(reward=reward, count=Decimal(3))
    return [factories.reward_condition_target(condition=rule, product=goods)]


CODED = [{"code": "G"}]


async def test_a_free_piece_is_shared_by_its_goods_whether_on_one_line_or_on_several(
    crm: Operations, session: AsyncSession
) -> None:
    shop = await open_shop(session, *third_free())
    apart = [item("100", name, codes=CODED) for name in "abc"]
    lines = await send(crm, shop, *apart)
    pieces = await send(crm, shop, item("300", "a", "3", codes=CODED), external_id="bill-2")

    several = [await give_back(crm, lines, *names) for names in (("a", "b"), ("c",))]
    one = [await give_back(crm, pieces, {"billItemId": "a", "quantity": count}) for count in ("2", "1")]

    assert [step["refund"]["amount"] for step in several] == ["133.33", "66.67"]
    assert [step["refund"]["amount"] for step in one] == ["133.33", "66.67"]


async def test_what_is_kept_keeps_its_discount_or_not_as_the_reward_says(
    crm: Operations, session: AsyncSession
) -> None:
    terms: dict[str, Any] = {"value": Decimal(10), "minimum_purchase": Decimal(300), "currency_code": "CZK"}
    keep = factories.reward(code="KEEP", **terms)
    shop = await open_shop(session, keep, factories.reward(code="TAKE", on_return="WITHDRAW", **terms))
    lines = item("300", "a", "6")
    kept = await send(crm, shop, lines, benefitCodes=["KEEP"])
    taken = await send(crm, shop, lines, benefitCodes=["TAKE"], external_id="bill-2")

    found = [await give_back(crm, sent, {"billItemId": "a", "quantity": "5"}) for sent in (kept, taken)]
    rest = [await give_back(crm, sent, "a") for sent in (kept, taken)]

    assert [step["refund"]["amount"] for step in found] == ["225.00", "220.00"]
    assert [step["refund"]["amount"] for step in rest] == ["45.00", "50.00"]
    withdrawn = await crm.rows(models.PurchaseDiscount, "withdrawn_at")
    assert [moment is not None for (moment,) in withdrawn] == [False, True]


@pytest.mark.parametrize(
    ("was", "now", "refund"),
    [
        ({"on_return": "WITHDRAW"}, {"on_return": "KEEP"}, "220.00"),
        ({"on_return": "KEEP"}, {"on_return": "WITHDRAW"}, "225.00"),
        ({"on_return": "WITHDRAW"}, {"minimum_purchase": Decimal(50)}, "220.00"),
        ({"on_return": "WITHDRAW", "minimum_purchase": Decimal(50)}, {"minimum_purchase": Decimal(300)}, "225.00"),
    ],
)
async def test_a_return_is_judged_by_what_a_reward_asked_for_when_the_bill_was_paid(
    crm: Operations, session: AsyncSession, was: dict[str, Any], now: dict[str, Any], refund: str
) -> None:
    terms: dict[str, Any] = {"value": Decimal(10), "minimum_purchase": Decimal(300), "currency_code": "CZK"}
    reward = factories.reward(code="TEN", **terms | was)
    sent = await send(crm, await open_shop(session, reward), item("300", "a", "6"), benefitCodes=["TEN"])
    await session.execute(update(models.Reward).values(**now))
    await session.commit()

    back = await give_back(crm, sent, {"billItemId": "a", "quantity": "5"})

    assert back["refund"]["amount"] == refund


async def test_goods_that_a_reward_asked_for_when_the_bill_was_paid_are_what_counts(
    crm: Operations, session: AsyncSession
) -> None:
    milk, bread = factories.product(code="MILK"), factories.product(code="BREAD")
    reward = factories.reward(code="TEN", value=Decimal(10), on_return="WITHDRAW")
    condition = factories.reward_condition(reward=reward, count=Decimal(2), max_price=Decimal(80))
    target = factories.reward_condition_target(condition=condition, product=milk)
    shop = await open_shop(session, target, bread)
    lines = [item("100", "a", "2", codes=[{"code": "MILK"}]), item("100", "b", codes=[{"code": "BREAD"}])]
    sent = await send(crm, shop, *lines, benefitCodes=["TEN"])
    await session.execute(update(models.RewardConditionTarget).values(product_id=bread.id))
    await session.execute(update(models.RewardCondition).values(count=Decimal(1)))
    await session.commit()

    back = await give_back(crm, sent, {"billItemId": "a", "quantity": "1"})

    # Half of the milk at its full price: one piece is not what was asked for.
    assert back["refund"]["amount"] == "40.00"


async def test_a_bill_from_before_terms_were_kept_is_judged_by_those_of_now(
    crm: Operations, session: AsyncSession
) -> None:
    reward = factories.reward(code="TEN", value=Decimal(10), minimum_purchase=Decimal(300), currency_code="CZK")
    sent = await send(crm, await open_shop(session, reward), item("300", "a", "6"), benefitCodes=["TEN"])
    await session.execute(update(models.Purchase).values(reward_terms=null()))
    await session.execute(update(models.Reward).values(on_return="WITHDRAW"))
    await session.commit()

    back = await give_back(crm, sent, {"billItemId": "a", "quantity": "5"})

    assert back["refund"]["amount"] == "220.00"


async def test_a_voucher_that_was_earned_is_withdrawn_by_what_it_was_given_for(
    crm: Operations, session: AsyncSession
) -> None:
    thanks = factories.reward(
        code="T", kind="AMOUNT", value=Decimal(200), currency_code="CZK", group="CAMPAIGN", is_automated=True,
        minimum_purchase=Decimal(1000),
    )  # fmt: skip
    shop = await open_shop(session, thanks)
    sent = await send(crm, shop, item("990", "a"), item("10", "b"))
    nobody = await crm.do("purchaseSend", PURCHASE, bill=bill(item("990", "a"), item("10", "b"), external_id="bill-2"))
    later = nobody["purchase"]["id"]
    await crm.do("purchaseAssignCustomer", "userErrors { code }", id=later, customer=shop.customer)
    await session.execute(update(models.Reward).values(minimum_purchase=Decimal(1)))
    await session.commit()

    await give_back(crm, sent, "a")
    await give_back(crm, later, "a")

    assert await crm.rows(models.Voucher, "state") == [("CANCELLED",), ("CANCELLED",)]


async def test_a_voucher_that_was_earned_is_withdrawn_once_nothing_justifies_it(
    crm: Operations, session: AsyncSession
) -> None:
    thanks = factories.reward(
        code="T", kind="AMOUNT", value=Decimal(200), currency_code="CZK", group="CAMPAIGN", is_automated=True,
        minimum_purchase=Decimal(1000),
    )  # fmt: skip
    shop = await open_shop(session, thanks)
    sent = await send(crm, shop, item("990", "a"), item("10", "b"))
    kept = await send(crm, shop, item("1000", "a"), item("10", "b"), external_id="bill-2")

    await give_back(crm, sent, "a")
    await give_back(crm, kept, "b")

    assert await crm.rows(models.Voucher, "state", "owed") == [("CANCELLED", 0), ("ACTIVE", 0)]


async def earned_and_used(crm: Operations, session: AsyncSession) -> tuple[str, str]:
    """A bill that earned a voucher of 200, and the one that it was used on."""
    thanks = factories.reward(
        code="T", kind="AMOUNT", value=Decimal(200), currency_code="CZK", group="CAMPAIGN", is_automated=True,
        minimum_purchase=Decimal(1000), limit_per_customer=1,
    )  # fmt: skip
    shop = await open_shop(session, thanks)
    first = await send(crm, shop, item("910", "a"), item("90", "b"))
    second = await send(crm, shop, item("1500", "a"), external_id="bill-2", benefitCodes=["T"])
    return first, second


async def test_what_a_used_voucher_took_off_is_kept_back_from_the_refund(
    crm: Operations, session: AsyncSession
) -> None:
    first, second = await earned_and_used(crm, session)

    back = await give_back(crm, first, "a")
    rest = await give_back(crm, first, "b")
    await give_back(crm, second, "a")

    assert [(step["refund"]["amount"], step["withheld"]["amount"]) for step in (back, rest)] == [
        ("710.00", "200.00"),
        ("90.00", "0.00"),
    ]
    # It was paid for by what was kept back, and so comes back to be used.
    assert await crm.rows(models.Voucher, "state", "owed", "withheld") == [("ACTIVE", 0, 200)]


async def test_what_no_refund_covers_is_owed_until_one_does(crm: Operations, session: AsyncSession) -> None:
    first, second = await earned_and_used(crm, session)

    small = await give_back(crm, first, "b")
    owed = await crm.rows(models.Voucher, "state", "owed", "withheld")
    await give_back(crm, second, "a")

    assert (small["refund"]["amount"], owed) == ("90.00", [("APPLIED", 200, 0)])
    assert await crm.rows(models.Voucher, "state", "owed") == [("CANCELLED", 0)]


async def test_a_return_counts_once_under_its_id_at_the_till(crm: Operations, session: AsyncSession) -> None:
    shop = await open_shop(session, points=0)
    sent = await send(crm, shop, item("60", "a", "2"), item("40", "b"))
    one = {"billItemId": "a", "quantity": "1"}

    first = await give_back(crm, sent, one, externalId="return-1")
    again = await give_back(crm, sent, one, externalId="return-1")
    other = await give_back(crm, sent, "b", externalId="return-1")
    next_one = await give_back(crm, sent, "a", externalId="return-2")

    assert [each["repeated"] for each in (first, again, next_one)] == [False, True, False]
    assert again == {**first, "repeated": True}
    assert other["userErrors"] == [{"code": "ID_REUSED", "field": "externalId"}]
    assert await crm.rows(models.PurchaseReturn, "external_id", "refund") == [("return-1", 30), ("return-2", 30)]


async def test_a_bill_shows_its_returns(crm: Operations, session: AsyncSession) -> None:
    shop = await open_shop(session, points=0)
    sent = await send(crm, shop, item("60", "a", "2"), item("40", "b"))
    await give_back(crm, sent, {"billItemId": "a", "quantity": "1"}, externalId="return-1", reason="Broken")

    shown = await crm.answer(
        "query($id: ID!) { purchase(by: {id: $id}) { returns { nodes { externalId note refund { amount }"
        " pointsWithdrawn items { quantity item { externalId total { amount } } } } } } }",
        id=sent,
    )

    assert shown["purchase"]["returns"]["nodes"] == [
        {
            "externalId": "return-1",
            "note": "Broken",
            "refund": {"amount": "30.00"},
            "pointsWithdrawn": "30",
            "items": [{"quantity": "1", "item": {"externalId": "a", "total": {"amount": "60.00"}}}],
        }
    ]


async def test_what_was_earned_and_is_used_already_is_told_as_owed(crm: Operations, session: AsyncSession) -> None:
    shop = await open_shop(session, points=0)
    first = await send(crm, shop, item("1000", "a"))
    await send(crm, shop, item("10", "a"), external_id="bill-2", spendPoints="900")

    back = await give_back(crm, first, "a")

    assert (back["pointsWithdrawn"], back["pointsOwed"]) == ("101", "899")
