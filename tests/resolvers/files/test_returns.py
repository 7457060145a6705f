"""Returns from files: each once under its id, added to those that are there, and told by their bills."""

from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

import models
from tests import factories
from tests.resolvers.files.conftest import Bring, Take, reasons
from tests.resolvers.running_operations import Operations

BILL = {"store": "shop", "externalId": "b-1"}
SOLD = BILL | {
    "paidAt": "2024-05-01T12:00:00Z",
    "currencyCode": "CZK",
    "items": [{"externalId": "a", "quantity": 2, "price": 100}, {"externalId": "b", "quantity": 1, "price": 30}],
}
FIRST = {
    "externalId": "r-1",
    "at": "2024-05-02T09:00:00Z",
    "refund": "40.00",
    "paidWithPoints": "10.00",
    "items": [{"line": 1, "quantity": 1}],
}
SECOND = {
    "externalId": "r-2",
    "at": "2024-05-03T09:00:00Z",
    "refund": "80.00",
    "items": [{"line": 1, "quantity": 1}, {"line": 2, "quantity": 1}],
}


async def bills(crm: Operations) -> list[tuple[Any, ...]]:
    return await crm.rows(models.Purchase, "state", "returned", "returned_with_points", "withheld")


async def lines(crm: Operations) -> list[tuple[Any, ...]]:
    return await crm.rows(models.PurchaseItem, "external_id", "returned_quantity")


async def test_returns_are_added_once_and_their_bills_tell_of_them(
    crm: Operations, session: AsyncSession, bring: Bring, take: Take
) -> None:
    await factories.save(session, factories.store(code="shop"))
    one, two = ({"purchaseReturns.jsonl": [BILL | {"returns": [each]}]} for each in (FIRST, SECOND))

    await bring({"purchases.jsonl": [SOLD], **one})
    after_one = await bills(crm), await lines(crm)
    again = await bring(one)
    await bring(two)

    assert after_one == (
        [("PARTLY_RETURNED", Decimal(50), Decimal(10), Decimal(0))],
        [("a", Decimal(1)), ("b", Decimal(0))],
    )
    assert again.errors == []
    assert await bills(crm) == [("RETURNED", Decimal(130), Decimal(10), Decimal(0))]
    assert await lines(crm) == [("a", Decimal(2)), ("b", Decimal(1))]
    (shown,) = await take("purchaseReturns")
    assert [(each["externalId"], each["refund"], each["pointsOwed"]) for each in shown["returns"]] == [
        ("r-1", "40", "0"),
        ("r-2", "80", "0"),
    ]


async def test_a_return_that_came_by_file_counts_at_the_till_too(
    crm: Operations, session: AsyncSession, bring: Bring
) -> None:
    await factories.save(session, factories.store(code="shop"))
    await bring({"purchases.jsonl": [SOLD], "purchaseReturns.jsonl": [BILL | {"returns": [FIRST]}]})
    (found,) = (await crm.answer("{ purchases { nodes { id returns { nodes { externalId } } } } }"))["purchases"][
        "nodes"
    ]
    shows = "repeated refund { amount } userErrors { code }"
    back = {"id": found["id"], "externalId": "r-1", "items": [{"billItemId": "a", "quantity": "1"}]}

    same = await crm.do("purchaseReturn", shows, **back)
    rest = await crm.do("purchaseReturn", shows, **back | {"externalId": "r-2"})
    more = await crm.refused("purchaseReturn", **back | {"externalId": "r-3"})

    assert found["returns"]["nodes"] == [{"externalId": "r-1"}]
    assert same == {"repeated": True, "refund": {"amount": "40.00"}, "userErrors": []}
    assert (rest["repeated"], rest["userErrors"]) == (False, [])
    assert more == [("LIMIT_REACHED", "items[0].quantity", "1 more")]


async def test_no_more_comes_back_than_was_bought(session: AsyncSession, crm: Operations, bring: Bring) -> None:
    await factories.save(session, factories.store(code="shop"))
    await bring({"purchases.jsonl": [SOLD], "purchaseReturns.jsonl": [BILL | {"returns": [FIRST]}]})
    twice = SECOND | {"items": [{"line": 1, "quantity": 2}]}
    nowhere = SECOND | {"items": [{"line": 9, "quantity": 1}]}

    found = [
        await bring({"purchaseReturns.jsonl": [BILL | {"returns": [each]}]}, dry_run=True) for each in (twice, nowhere)
    ]

    assert [reasons(each) for each in found] == [
        ["purchaseReturns.jsonl, line 1: returns[0].items returns more of a line than was bought"],
        ["purchaseReturns.jsonl, line 1: returns[0].items[0].line is not on the bill"],
    ]
