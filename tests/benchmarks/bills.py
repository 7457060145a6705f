"""A shop with bills to be closed in it: five lines, a voucher and points each."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from resolvers.ids import opaque_id
from resolvers.storage.engine import make_engine
from tests import factories

LINES = 5
PRODUCTS = 200
CLOSE_THE_BILL = """
mutation CloseTheBill($input: PurchaseSendInput!) {
  purchaseSend(input: $input) {
    purchase { id total { amount } pointsEarned vouchersApplied { code }
      customer { id pointAccount { active } status { status { name } } } }
    repeated
    userErrors { code message field }
  }
}
"""

Till = list[dict[str, Any]]
"""The inputs of the bills that one till closes, all of them of one customer."""


async def fill(url: str, tills: int, bills: int) -> list[Till]:
    """Put products and tiers into an empty database, and a customer for each till; the bills that they will bring."""
    factories.restart()
    engine = make_engine(url)
    async with AsyncSession(engine, expire_on_commit=False) as session:
        member = factories.status(code="member", qualification="REGISTRATION")
        silver = factories.status(previous=member, qualification="CONDITION", qualification_months=12, validity="P12M")
        group = factories.product_group(parent=factories.product_group())
        products = [factories.product(group=group, brand=factories.product_brand()) for _ in range(PRODUCTS)]
        codes = [factories.product_code(product=each, code=f"{place}") for place, each in enumerate(products)]
        reward = factories.reward(code="TEN", minimum_purchase=Decimal(10), currency_code="CZK")
        turnover = factories.status_turnover(status=silver, amount=Decimal(10**9))
        store, programme = factories.store(code="shop"), factories.usual_programme()
        await factories.save(session, store, programme, turnover, reward, group, *codes)
        found = []
        for till in range(tills):
            person = factories.customer()
            vouchers = [factories.voucher(customer=person, reward=reward, code=f"V{till}X{n}") for n in range(bills)]
            record = factories.status_record(customer=person, status=member)
            purse = factories.points(customer=person, amount=Decimal(10**7))
            await factories.save(session, record, purse, *vouchers)
            found.append([_bill(person.id, till, place) for place in range(bills)])
    await engine.dispose()
    return found


def _bill(customer: int, till: int, place: int) -> dict[str, Any]:
    items = [
        {
            "billItemId": str(line),
            "quantity": "2",
            "paid": "59.90",
            "codes": [{"list": "EAN", "code": str((till * 7 + place * LINES + line) % PRODUCTS)}],
        }
        for line in range(LINES)
    ]
    return {
        "customer": {"id": opaque_id("Customer", customer)},
        "bill": {"store": {"code": "shop"}, "externalId": f"{till}-{place}", "currency": "CZK", "items": items},
        "benefitCodes": [f"V{till}X{place}"],
        "spendPoints": "100",
    }
