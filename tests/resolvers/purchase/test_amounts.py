"""What a bill comes to on the till and in the books: to the smallest unit, and no piece counted twice."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

import models
from tests import factories
from tests.resolvers.purchase.shopping import PURCHASE, bill, item, open_shop
from tests.resolvers.running_operations import Operations

PREVIEW = """
query($customer: CustomerBy, $bill: BillInput!, $codes: [String!]) {
  purchasePreview(customer: $customer, bill: $bill, benefitCodes: $codes) { toPay { amount } refused { code } }
}
"""


async def both(crm: Operations, shop: Any, codes: list[str], *lines: Any, **more: Any) -> tuple[str, str]:
    """What a bill is previewed to come to, and what it is closed with."""
    its = bill(*lines, **more)
    told = (await crm.answer(PREVIEW, customer=shop.customer, bill=its, codes=codes))["purchasePreview"]
    sent = await crm.do("purchaseSend", PURCHASE, customer=shop.customer, bill=its, benefitCodes=codes)
    assert (told["refused"], sent["userErrors"]) == ([], [])
    return told["toPay"]["amount"], sent["purchase"]["total"]["amount"]


@pytest.mark.parametrize(
    ("currency", "paid", "to_pay"), [("JPY", "99", "96.00"), ("CZK", "99", "96.03"), ("BHD", "9.999", "9.699")]
)
async def test_a_discount_is_rounded_to_the_smallest_unit_of_its_currency(
    crm: Operations, session: AsyncSession, currency: str, paid: str, to_pay: str
) -> None:
    shop = await open_shop(session, factories.reward(code="THREE", value=Decimal(3)))

    assert await both(crm, shop, ["THREE"], item(paid), currency=currency) == (to_pay, to_pay)


async def test_a_share_of_many_small_lines_is_rounded_once_for_the_bill(crm: Operations, session: AsyncSession) -> None:
    shop = await open_shop(session, factories.reward(code="TEN", value=Decimal(10)))
    lines = [item("0.05", str(place)) for place in range(100)]

    assert await both(crm, shop, ["TEN"], *lines) == ("4.50", "4.50")
    assert sum(amount for (amount,) in await crm.rows(models.PurchaseDiscount, "amount")) == Decimal("0.50")


@pytest.mark.parametrize(("pieces", "to_pay"), [("1", "100.00"), ("2", "100.00"), ("3", "200.00")])
async def test_a_piece_that_meets_the_condition_is_not_the_one_that_is_free(
    crm: Operations, session: AsyncSession, pieces: str, to_pay: str
) -> None:
    product = factories.product(code="P")
    free = factories.reward(code="FREE", kind="FREE_PRODUCT", value=Decimal(1), is_automated=True)
    rules = [factories.reward_condition(reward=free, role=role, count=Decimal(1)) for role in models.ConditionRole]
    shop = await open_shop(
        session, *(factories.reward_condition_target(condition=one, product=product) for one in rules)
    )
    line = item(f"{int(pieces) * 100}", quantity=pieces, codes=[{"code": "P"}])

    assert await both(crm, shop, [], line) == (to_pay, to_pay)


async def test_of_a_bill_that_came_by_file_no_points_are_told_to_be_taken_back(
    crm: Operations, session: AsyncSession
) -> None:
    """Nothing in the ledger says that it earned any."""
    shop = await open_shop(session)
    sent = await crm.do("purchaseSend", PURCHASE, bill=bill(item("100", "a")))
    row = await session.get_one(models.Purchase, 1)
    row.customer_id, row.points_earned = shop.jana.id, Decimal(100)
    await session.commit()

    shows = "pointsWithdrawn pointsOwed refund { amount } userErrors { code }"
    back = await crm.do("purchaseReturn", shows, id=sent["purchase"]["id"], items=[{"billItemId": "a"}])

    assert back == {"pointsWithdrawn": "0", "pointsOwed": "0", "refund": {"amount": "100.00"}, "userErrors": []}
