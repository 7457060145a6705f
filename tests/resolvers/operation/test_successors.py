"""What took the place of a deprecated name does the same, and the old name still does."""

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

import models
from resolvers.ids import opaque_id
from tests import factories
from tests.resolvers.purchase.shopping import bill, open_shop
from tests.resolvers.running_operations import Operations


@pytest.mark.parametrize("name", ["benefitCodes", "voucherCodes"])
async def test_vouchers_of_imported_bills_are_named_by_either(
    crm: Operations, session: AsyncSession, name: str
) -> None:
    shop = await open_shop(session)
    await factories.save(session, factories.voucher(customer=shop.jana, code="VOUCHER1"))

    one = {"bill": bill(), "customer": shop.customer, name: ["VOUCHER1"]}
    made = await crm.do("purchasesImport", "imported alreadyImported repeated refused { code }", bills=[one])
    again = await crm.do("purchasesImport", "imported alreadyImported repeated refused { code }", bills=[one])

    assert made == {"imported": 1, "alreadyImported": 0, "repeated": 0, "refused": []}
    assert again == {"imported": 0, "alreadyImported": 1, "repeated": 1, "refused": []}
    assert await crm.rows(models.Voucher, "state") == [("APPLIED",)]


@pytest.mark.parametrize("name", ["reason", "note"])
async def test_why_is_told_by_a_reason_or_as_it_was_by_a_note(
    crm: Operations, session: AsyncSession, name: str
) -> None:
    jana, gold, product = factories.customer(), factories.status(code="gold"), factories.product()
    await factories.save(session, jana, gold, product)
    given = {"customer": opaque_id("Customer", jana.id), "status": opaque_id("Status", gold.id)}

    assert await crm.refused("customerStatusSet", **given, **{name: "A friend"}) == []
    assert (
        await crm.refused("recommendationBlock", product={"id": opaque_id("Product", product.id)}, **{name: "Sold out"})
        == []
    )

    assert await crm.rows(models.StatusRecord, "note") == [("A friend",)]
    assert await crm.rows(models.RecommendationBlock, "note") == [("Sold out",)]
