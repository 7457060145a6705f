"""What a bill would come to, worked out for a till: which rewards apply together, and at which prices."""

from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from tests import factories
from tests.resolvers.purchase.shopping import bill, item, open_shop
from tests.schema.both_ways import Graph

TOLD = """
query Told($customer: CustomerBy, $bill: BillInput!, $codes: [String!]) {
  purchasePreview(customer: $customer, bill: $bill, benefitCodes: $codes) {
    subtotal { amount } toPay { amount } automaticChoice best { toPay { amount } codes }
    discounts { amount { amount } reward { code } } earnedBy { rule points }
    items { billItemId subtotal { amount } total { amount } } refused { code benefitCode }
  }
}
"""


def codes_of(preview: dict[str, Any]) -> list[str]:
    """The rewards that take something off."""
    return [one["reward"]["code"] for one in preview["discounts"] if one["reward"]]


async def test_a_preview_needs_no_customer_and_agrees_with_the_bill(graph: Graph, session: AsyncSession) -> None:
    await open_shop(session, factories.reward(code="FIFTH", value=Decimal(20), is_automated=True))

    told = (await graph.data(TOLD, bill=bill()))["purchasePreview"]

    assert (told["subtotal"]["amount"], told["toPay"]["amount"], told["earnedBy"]) == ("100.00", "80.00", [])
    assert codes_of(told) == ["FIFTH"]


async def test_automatic_rewards_apply_in_the_combination_that_is_best(graph: Graph, session: AsyncSession) -> None:
    small = factories.reward(code="SMALL", value=Decimal(5), priority=1, is_exclusive=True, is_automated=True)
    large = factories.reward(code="LARGE", value=Decimal(20), priority=5, is_exclusive=True, is_automated=True)
    shop = await open_shop(session, small, large)

    told = (await graph.data(TOLD, customer=shop.customer, bill=bill(item("1000"))))["purchasePreview"]

    assert (told["toPay"]["amount"], codes_of(told), told["automaticChoice"]) == (
        "800.00",
        ["LARGE"],
        "BEST_COMBINATION",
    )


async def test_what_would_take_more_off_than_the_codes_that_were_asked_for_is_told(
    graph: Graph, session: AsyncSession
) -> None:
    weak = factories.reward(code="WEAK", value=Decimal(5), is_exclusive=True)
    shop = await open_shop(session, weak, factories.reward(code="AUTO", value=Decimal(20), is_automated=True))

    told = (await graph.data(TOLD, customer=shop.customer, bill=bill(), codes=["WEAK"]))["purchasePreview"]

    assert (told["toPay"]["amount"], codes_of(told)) == ("95.00", ["WEAK"])
    assert told["best"] == {"toPay": {"amount": "80.00"}, "codes": ["AUTO"]}


async def test_a_benefit_never_makes_the_bill_dearer_than_leaving_it(graph: Graph, session: AsyncSession) -> None:
    ten = factories.reward(code="TEN", kind="AMOUNT", value=Decimal(10), currency_code="CZK")
    shop = await open_shop(session, ten, factories.reward(code="FIVE", value=Decimal(5)))
    await factories.save(
        session, factories.status_record(customer=shop.jana, status=factories.status(discount=Decimal(10)))
    )
    lines = bill(item("1000"))

    found = [
        (await graph.data(TOLD, customer=shop.customer, bill=lines, codes=[code]))["purchasePreview"]
        for code in ("TEN", "FIVE")
    ]

    assert [told["toPay"]["amount"] for told in found] == ["900.00", "900.00"]
    assert [[one["code"] for one in told["refused"]] for told in found] == [["NO_GAIN"], ["NO_GAIN"]]


async def test_criteria_of_a_segment_are_read_for_the_customer_at_hand(graph: Graph, session: AsyncSession) -> None:
    # Nobody has worked its members out yet.
    new = factories.segment(name="Active", kind="CRITERIA", criteria={"state": {"eq": "ACTIVE"}})
    reward = factories.reward(code="JANAS", value=Decimal(10))
    reward.segments.append(new)
    shop = await open_shop(session, reward)

    told = (await graph.data(TOLD, customer=shop.customer, bill=bill(), codes=["JANAS"]))["purchasePreview"]

    assert (told["toPay"]["amount"], told["refused"]) == ("90.00", [])


async def test_the_price_of_a_campaign_reaches_the_bill_when_asked(graph: Graph, session: AsyncSession) -> None:
    coffee, tea = factories.product(code="COFFEE"), factories.product(code="TEA")
    final = factories.campaign_product(
        product=coffee, value_kind="FINAL_PRICE", value=Decimal("7.50"), currency_code="CZK"
    )
    elsewhere = factories.campaign_product(product=tea, value=Decimal(50))
    elsewhere.stores.append(factories.store())
    shop = await open_shop(
        session,
        final,
        elsewhere,
        factories.product_price(product=coffee, amount=Decimal(10), currency_code="CZK"),
        factories.product_price(product=tea, amount=Decimal(20), currency_code="CZK"),
    )
    lines = [
        {"billItemId": "priced", "quantity": "2", "price": "10", "codes": [{"code": "COFFEE"}]},
        {"billItemId": "listed", "quantity": "1", "codes": [{"code": "TEA"}]},
        item("3", "paid", codes=[{"code": "COFFEE"}]),
    ]

    told = await graph.data(TOLD, customer=shop.customer, bill=bill(*lines, campaignPrices=True))
    plain = await graph.data(TOLD, customer=shop.customer, bill=bill(lines[0]))

    assert [(one["billItemId"], one["subtotal"]["amount"]) for one in told["purchasePreview"]["items"]] == [
        ("priced", "15.00"),
        ("listed", "20.00"),
        ("paid", "3.00"),
    ]
    assert plain["purchasePreview"]["subtotal"]["amount"] == "20.00"
