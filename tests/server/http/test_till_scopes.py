"""A till with the scopes that the documentation gives it runs all that it was promised, and reads what that selects."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from graphql import OperationDefinitionNode, parse
from sqlalchemy.ext.asyncio import AsyncSession

from models.scope import Scope
from resolvers.ids import opaque_id
from tests import factories
from tests.resolvers.purchase.shopping import bill, item, open_shop
from tests.schema.contract_operations import CONTRACT
from tests.server.access import run, save_token
from tests.server.gateway import opened

ACCESS = Path(__file__).parents[3] / "docs" / "access.md"
TILL = {"cardNumber": "99123456"}


def documented() -> list[Scope]:
    """The scopes of the till that the documentation makes a token for."""
    [line] = [line for line in ACCESS.read_text(encoding="utf-8").splitlines() if '--name "Till 7"' in line]
    return [Scope(found) for found in re.findall(r"--scope (\S+)", line)]


async def open_till(session: AsyncSession, scopes: list[Scope]) -> str:
    """A token with these scopes, in a shop whose customer has a card, a status and a voucher."""
    shop = await open_shop(session)
    await factories.save(
        session,
        factories.card(number="99123456", customer=shop.jana),
        factories.status_record(customer=shop.jana, status=factories.status(name="Silver")),
        factories.voucher(
            code="WELCOME", customer=shop.jana, reward=factories.reward(code="ten", kind="PERCENT", value=10)
        ),
    )
    return await save_token(session, *scopes)


async def checkout(url: str, token: str) -> dict[str, Any]:
    """What the operations of the contract for tills answer, in their order."""
    sold, first = bill(item("60", "1"), item("40", "2")), opaque_id("Purchase", 1)
    given = {
        "AtTheTill": {"customer": TILL, "bill": sold},
        "CloseTheBill": {"input": {"customer": TILL, "bill": sold, "benefitCodes": ["WELCOME"]}},
        "OfflineBills": {"input": {"bills": [{"customer": TILL, "bill": bill(external_id="b-2")}]}},
        "UndoTheBill": {
            "return": {"id": first, "items": [{"billItemId": "2"}]},
            "cancel": {"id": opaque_id("Purchase", 2)},
        },
    }
    promised = [
        node.name.value
        for node in parse((CONTRACT / "checkout.graphql").read_text(encoding="utf-8")).definitions
        if isinstance(node, OperationDefinitionNode) and node.name is not None
    ]
    assert given.keys() == set(promised)
    async with opened(url, open_access=False, jobs_every=0) as client:
        return {name: await run(client, name, token, **variables) for name, variables in given.items()}


async def test_a_till_reads_all_that_the_operations_of_its_contract_select(
    session: AsyncSession, database_url: str
) -> None:
    till = await open_till(session, documented())

    answers = await checkout(database_url, till)

    [first, *_] = answers["AtTheTill"]["recommendedRewards"]
    sent, undone = answers["CloseTheBill"]["purchaseSend"], answers["UndoTheBill"]
    assert first["voucher"] == {"id": opaque_id("Voucher", 1), "code": "WELCOME"}
    assert answers["AtTheTill"]["purchasePreview"]["pointsSpent"] == "10"
    assert sent == {
        "purchase": {
            "id": opaque_id("Purchase", 1),
            "total": {"amount": "90.00"},
            "pointsEarned": "90",
            "vouchersApplied": [{"code": "WELCOME"}],
            "customer": {
                "id": opaque_id("Customer", 1),
                "pointAccount": {"active": "190"},
                "status": {"status": {"name": "Silver"}},
            },
        },
        "repeated": False,
        "userErrors": [],
    }
    assert (answers["OfflineBills"]["purchasesImport"]["imported"], undone["purchaseReturn"]["userErrors"]) == (1, [])
    assert undone["purchaseCancel"]["purchase"] == {"id": opaque_id("Purchase", 2), "state": "CANCELLED"}


async def test_a_token_that_may_not_read_customers_closes_bills_and_is_told_of_these_alone(
    session: AsyncSession, database_url: str
) -> None:
    answers = await checkout(database_url, await open_till(session, [Scope.PURCHASES_WRITE]))

    assert answers["CloseTheBill"]["purchaseSend"] == {
        "purchase": {
            "id": opaque_id("Purchase", 1),
            "total": {"amount": "90.00"},
            "pointsEarned": "90",
            "vouchersApplied": [],
            "customer": None,
        },
        "repeated": False,
        "userErrors": [],
    }
    assert all(each["voucher"] is None for each in answers["AtTheTill"]["recommendedRewards"])
