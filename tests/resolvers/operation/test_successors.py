"""What took the place of a deprecated name does the same, and the old name still does."""

from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

import models
from resolvers.ids import opaque_id
from tests import factories
from tests.resolvers.purchase.shopping import bill, open_shop
from tests.resolvers.running_operations import Operations


def id_of(row: models.Base) -> str:
    """A row's id in the graph."""
    return opaque_id(type(row).__name__, row.id)


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


async def test_records_are_named_by_any_of_their_keys(crm: Operations, session: AsyncSession) -> None:
    reward, gold = factories.reward(code="TENTH"), factories.status(code="gold")
    shop = await open_shop(session, reward, gold, factories.partner(code="bank"), points=100)
    await factories.save(session, factories.card(customer=shop.jana, number="990001"))
    eva = factories.customer(email="eva@example.com")
    await factories.save(session, eva)
    jana, hers = {"cardNumber": "99 0001"}, {"email": "Eva@Example.com"}

    done = [
        await crm.refused("pointsSpend", customerBy=jana, amount="10", storeBy={"code": "shop"}),
        await crm.refused("pointsTransfer", fromBy=jana, toBy=hers, amount="5", partnerBy={"code": "bank"}),
        await crm.refused("voucherIssue", customerBy=hers, rewardBy={"code": "tenth"}),
        await crm.refused("customerStatusSet", customerBy={"id": id_of(eva)}, statusBy={"code": "gold"}),
    ]

    assert done == [[], [], [], []]
    assert await crm.rows(models.PointEntry, "customer_id", "amount", "store_id", "partner_id") == [
        (shop.jana.id, 100, None, None),
        (shop.jana.id, -10, shop.store.id, None),
        (shop.jana.id, -5, None, 1),
        (eva.id, 5, None, 1),
    ]
    assert await crm.rows(models.Voucher, "customer_id", "reward_id") == [(eva.id, reward.id)]
    assert await crm.rows(models.StatusRecord, "customer_id", "status_id") == [(eva.id, gold.id)]


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({}, ("REQUIRED", "customerBy", None)),
        (
            {"customer": opaque_id("Customer", 1), "customerBy": {"email": "e@example.com"}},
            ("REQUIRED", "customerBy", None),
        ),
        ({"customerBy": {"email": "e@example.com"}}, ("NOT_FOUND", "customerBy.email", None)),
        ({"customerBy": {"cardNumber": "1"}}, ("UNKNOWN_CARD", "customerBy.cardNumber", None)),
        ({"customerBy": {"phone": "1"}}, ("BAD_PHONE", "customerBy.phone", None)),
        ({"customer": opaque_id("Customer", 1), "storeBy": {"code": "x"}}, ("NOT_FOUND", "storeBy", None)),
    ],
)
async def test_a_record_is_named_once_and_must_be_there(
    crm: Operations, session: AsyncSession, given: dict[str, Any], reason: tuple[str, str, None]
) -> None:
    await factories.save(session, factories.customer())

    assert await crm.refused("pointsSpend", amount="1", **given) == [reason]


async def test_a_retry_under_its_key_is_known_by_the_keys_that_named_it(crm: Operations, session: AsyncSession) -> None:
    shop = await open_shop(session, points=100)
    await factories.save(session, factories.card(customer=shop.jana, number="990001"))
    given = {"customerBy": {"cardNumber": "990001"}, "amount": "10"}

    first, again = [await crm.do("pointsSpend", "repeated userErrors { code }", key="k", **given) for _ in range(2)]

    assert (first, again) == ({"repeated": False, "userErrors": []}, {"repeated": True, "userErrors": []})
    assert await crm.rows(models.PointEntry, "amount") == [(100,), (-10,)]
