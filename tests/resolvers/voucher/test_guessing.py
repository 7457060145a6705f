"""Guessing codes is slowed: by token or address, and by the customer, whatever way they are tried."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

import models
from models.scope import Scope, ViewerKind
from resolvers.ids import opaque_id
from resolvers.storage.context import RequestContext, Viewer
from schema.execution.run.planned_schema import Context
from tests import factories
from tests.resolvers.purchase.shopping import PURCHASE, Shop, bill, open_shop
from tests.resolvers.running_operations import Operations
from tests.schema.both_ways import schema

PREVIEW = """
query($bill: BillInput!, $customer: CustomerBy, $codes: [String!]) {
  purchasePreview(bill: $bill, customer: $customer, benefitCodes: $codes) {
    toPay { amount } refused { code benefitCode }
  }
}
"""
TILL = Viewer(
    None, ViewerKind.ENTERPRISE, frozenset({Scope.PURCHASES_WRITE, Scope.VOUCHERS_WRITE, Scope.CUSTOMERS_READ}), 7
)
WINDOW = timedelta(minutes=15)


def guesses(count: int, first: int = 0) -> list[str]:
    return [f"GUESS{number}" for number in range(first, first + count)]


async def preview(crm: Operations, customer: Any, codes: list[str], **given: Any) -> Any:
    found = await crm.answer(PREVIEW, bill=bill(), customer=customer, codes=codes, **given)
    return found["purchasePreview"]


def told(shown: Any) -> list[str]:
    return [each["code"] for each in shown["refused"]]


async def stand(session: AsyncSession) -> Shop:
    """A shop with a reward, a voucher of its customer's, and one that anyone may use."""
    shop = await open_shop(session, factories.reward(code="SPRING"), points=0)
    gift = factories.voucher(code="GIFT-1", reward=factories.reward(is_portable=True))
    await factories.save(session, factories.voucher(customer=shop.jana, code="HERS-1"), gift)
    return shop


async def test_codes_guessed_for_a_customer_are_not_looked_at_any_more(crm: Operations, session: AsyncSession) -> None:
    shop = await stand(session)
    crm.viewer = TILL

    first = await preview(crm, shop.customer, guesses(20))
    further = await preview(crm, shop.customer, ["GUESS99", "GIFT-1"])
    anyone = await preview(crm, None, ["GIFT-1"])
    crm.now += WINDOW
    later = await preview(crm, shop.customer, ["GIFT-1"])

    assert told(first) == ["UNKNOWN_CODE"] * 20
    assert told(further) == ["TOO_MANY_ATTEMPTS"] * 2
    assert (anyone["toPay"]["amount"], later["toPay"]["amount"]) == ("90.00", "90.00")


async def test_what_is_no_guess_goes_on(crm: Operations, session: AsyncSession) -> None:
    shop = await stand(session)
    crm.viewer = TILL
    await preview(crm, shop.customer, guesses(20))

    hers = await preview(crm, shop.customer, ["hers1"])
    reward = await preview(crm, shop.customer, ["spring"])
    sent = await crm.do("purchaseSend", PURCHASE, bill=bill(), customer=shop.customer, benefitCodes=["HERS-1"])

    assert [each["toPay"]["amount"] for each in (hers, reward)] == ["90.00", "90.00"]
    assert sent["userErrors"] == []


async def test_a_token_guesses_two_hundred_codes_whoever_they_are_for(crm: Operations, session: AsyncSession) -> None:
    await stand(session)
    crm.viewer = TILL

    shown = [told(await preview(crm, None, guesses(50, first))) for first in range(0, 250, 50)]
    gift = await preview(crm, None, ["GIFT-1"])
    crm.viewer = replace(TILL, token_id=8)
    other = await preview(crm, None, ["GIFT-1"])

    assert shown == [["UNKNOWN_CODE"] * 50] * 4 + [["TOO_MANY_ATTEMPTS"] * 50]
    assert (told(gift), told(other)) == (["TOO_MANY_ATTEMPTS"], [])


async def test_without_a_token_the_address_is_counted(crm: Operations, session: AsyncSession) -> None:
    await stand(session)

    async def asked(address: str, codes: list[str]) -> list[str]:
        context = Context(RequestContext(crm.reader, now=crm.now, address=address), crm.engine)
        result = await schema().execute(PREVIEW, {"bill": bill(), "codes": codes}, context_value=context)
        assert result.errors is None
        return told(result.data["purchasePreview"])

    for first in range(0, 200, 50):
        await asked("192.0.2.1", guesses(50, first))

    assert await asked("192.0.2.1", ["GIFT-1"]) == ["TOO_MANY_ATTEMPTS"]
    assert await asked("192.0.2.2", ["GIFT-1"]) == []


async def test_at_once_no_more_are_looked_at_than_one_after_another(crm: Operations, session: AsyncSession) -> None:
    shop = await stand(session)
    crm.viewer = TILL

    shown = await asyncio.gather(*(preview(crm, shop.customer, guesses(5, 5 * first)) for first in range(12)))

    assert sorted(told(each)[0] for each in shown) == ["TOO_MANY_ATTEMPTS"] * 8 + ["UNKNOWN_CODE"] * 4


@pytest.mark.parametrize("mutation", ["voucherRedeem", "voucherReserve", "voucherRelease", "voucherCancel"])
async def test_operations_on_vouchers_count_as_well(crm: Operations, session: AsyncSession, mutation: str) -> None:
    await stand(session)
    crm.viewer = TILL
    more = {"bill": "b"} if mutation == "voucherReserve" else {}
    for first in range(0, 199, 50):
        await preview(crm, None, guesses(min(50, 199 - first), first))

    before = await crm.refused(mutation, code="GUESS999", **more)
    after = await crm.refused(mutation, code="GIFT-1", **more)

    assert (before, after) == ([("NOT_FOUND", "code", None)], [("TOO_MANY_ATTEMPTS", "code", None)])
    assert await crm.rows(models.Voucher, "state") == [("ACTIVE",), ("ACTIVE",)]


async def test_bills_count_as_well_and_late_ones_are_taken_without(crm: Operations, session: AsyncSession) -> None:
    shop = await stand(session)
    crm.viewer = TILL
    asked = {"customer": shop.customer}
    late = {"paidAt": (crm.now - timedelta(hours=2)).isoformat()}

    refused = await crm.refused("purchaseSend", bill=bill(), benefitCodes=guesses(10), **asked)
    bills = [asked | {"bill": bill(external_id="late", **late), "voucherCodes": guesses(10, 10)}]
    await crm.do("purchasesImport", "imported", bills=bills)
    shows = "purchase { id } leftOut { code benefitCode } userErrors { code }"
    sent = await crm.do("purchaseSend", shows, bill=bill(external_id="sent", **late), benefitCodes=["GIFT-1"], **asked)
    bills = [asked | {"bill": bill(external_id="last", **late), "voucherCodes": ["GIFT-1"]}]
    imported = await crm.do("purchasesImport", "imported leftOut { code } userErrors { code }", bills=bills)

    assert [code for code, _, _ in refused] == ["UNKNOWN_CODE"] * 10
    assert sent["leftOut"] == [{"code": "TOO_MANY_ATTEMPTS", "benefitCode": "GIFT-1"}]
    assert sent["purchase"]["id"] == opaque_id("Purchase", 2)
    assert imported == {"imported": 1, "leftOut": [{"code": "TOO_MANY_ATTEMPTS"}], "userErrors": []}
