"""Bad input of every kind at the till: each has a code of its own and changes nothing."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from tests import factories
from tests.factories import NOW
from tests.resolvers.purchase.shopping import bill, item, open_shop
from tests.resolvers.running_operations import Operations

LONG = [item("1", str(place)) for place in range(1001)]
BAD: dict[str, tuple[dict[str, Any], tuple[str, str, str | None]]] = {
    "no such currency": ({"bill": bill(currency="XXY")}, ("UNKNOWN_CURRENCY", "bill.currency", None)),
    "a voucher of another currency": ({"benefitCodes": ["EUROS"]}, ("WRONG_CURRENCY", "benefitCodes", None)),
    "a negative quantity": ({"bill": bill(item("1", quantity="-1"))}, ("NEGATIVE_AMOUNT", "bill.items", None)),
    "nothing of something": ({"bill": bill(item("1", quantity="0"))}, ("NEGATIVE_AMOUNT", "bill.items", None)),
    "a negative price": ({"bill": bill(item("-1"))}, ("NEGATIVE_AMOUNT", "bill.items", None)),
    "a total that does not add up": ({"bill": bill(total="99.99")}, ("TOTALS_DIFFER", "bill.items", "-0.01 CZK")),
    "a line twice": ({"bill": bill(item("1"), item("2"))}, ("DUPLICATE_ITEM", "bill.items", None)),
    "1,001 lines": ({"bill": bill(*LONG)}, ("TOO_MANY_ITEMS", "bill.items", None)),
    "an unknown card": ({"customer": {"cardNumber": "1"}}, ("UNKNOWN_CARD", "customer.cardNumber", None)),
    "an unknown card on the bill": (
        {"customer": None, "bill": bill(cardNumber="1")},
        ("UNKNOWN_CARD", "bill.cardNumber", None),
    ),
    "a blocked card": ({"customer": {"cardNumber": "BLOCKED"}}, ("CARD_BLOCKED", "customer.cardNumber", None)),
    "an expired voucher": ({"benefitCodes": ["LATE"]}, ("EXPIRED", "benefitCodes", None)),
    "a voucher that was used": ({"benefitCodes": ["USED"]}, ("ALREADY_APPLIED", "benefitCodes", None)),
    "another customer's voucher": ({"benefitCodes": ["THEIRS"]}, ("WRONG_CUSTOMER", "benefitCodes", None)),
    "a reward out of hours": ({"benefitCodes": ["EARLY"]}, ("WRONG_TIME", "benefitCodes", "from 06:00 to 07:00")),
    "a reward of another day": ({"benefitCodes": ["SUNDAY"]}, ("WRONG_DAY", "benefitCodes", None)),
    "more points than there are": ({"spendPoints": "101"}, ("POINTS_SHORT", "spendPoints", "1 point")),
}


@pytest.fixture
async def till(crm: Operations, session: AsyncSession) -> dict[str, Any]:
    """What a till sends for a customer who has vouchers that are of no use."""
    shop = await open_shop(
        session,
        factories.reward(code="EARLY", time_from="06:00", time_to="07:00"),
        factories.reward(code="SUNDAY", weekdays=64),
    )
    euros = factories.reward(kind="AMOUNT", value=Decimal(5), currency_code="EUR")
    await factories.save(
        session,
        factories.card(number="BLOCKED", customer=shop.jana, state="BLOCKED"),
        factories.voucher(customer=shop.jana, code="EUROS", reward=euros),
        factories.voucher(customer=shop.jana, code="LATE", valid_to=NOW - timedelta(seconds=1)),
        factories.voucher(customer=shop.jana, code="USED", state="APPLIED"),
        factories.voucher(code="THEIRS"),
    )
    return {"customer": shop.customer, "bill": bill()}


@pytest.mark.parametrize("what", BAD)
async def test_bad_input_has_a_code_of_its_own_and_changes_nothing(crm: Operations, till: Any, what: str) -> None:
    wrong, reason = BAD[what]
    before = await crm.dump()

    refused = await crm.refused("purchaseSend", key="a-till", **(till | wrong))

    assert refused == [reason]
    assert await crm.dump() == before


async def test_the_same_bill_in_order_is_closed(crm: Operations, till: Any) -> None:
    """The control: nothing but what is wrong keeps the bills above from being closed."""
    assert await crm.refused("purchaseSend", key="a-till", **till) == []
