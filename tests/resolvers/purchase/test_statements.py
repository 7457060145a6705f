"""How many statements the till takes: the same however long the bill is and whatever the shopper has."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession

from resolvers.storage.context import RequestContext
from schema.execution.run.planned_schema import Context
from tests import factories
from tests.factories import NOW
from tests.resolvers.purchase.shopping import Shop, bill, item, open_shop
from tests.resolvers.running_operations import Operations
from tests.schema.both_ways import schema

SEND = """
mutation($input: PurchaseSendInput!) { purchaseSend(input: $input) {
  purchase { id total { amount } pointsEarned vouchersApplied { code } customer { id pointAccount { active } } }
  userErrors { code }
} }
"""
PREVIEW = (
    "query($input: PurchasePreviewInput!) { purchasePreview(input: $input) { toPay { amount } userErrors { code } } }"
)


@contextmanager
def through_sqlalchemy(crm: Operations) -> Iterator[list[str]]:
    """What runs through SQLAlchemy; what goes straight to the driver is noted by the request."""
    noted: list[str] = []

    def ran(_connection: Any, _cursor: Any, sql: str, *_: Any) -> None:
        if not sql.startswith("BEGIN"):
            noted.append(sql)

    event.listen(crm.engine.sync_engine, "before_cursor_execute", ran)
    yield noted
    event.remove(crm.engine.sync_engine, "before_cursor_execute", ran)


async def statements(crm: Operations, document: str, **given: Any) -> int:
    """How many statements an answer took, but for what begins a transaction on PostgreSQL."""
    context = Context(RequestContext(crm.reader, now=crm.now), crm.engine)
    with through_sqlalchemy(crm) as noted:
        result = await schema().execute(document, {"input": given}, context_value=context)
    assert not result.errors, result.errors
    ((payload,),) = (result.data.values(),)
    assert payload["userErrors"] == []
    others = [sql for sql in noted if "set_config" not in sql]
    return len(context.reading.runs) + len(others)


async def tiers(session: AsyncSession, held: str) -> Shop:
    """A shop with two tiers, of which its customer holds one; there is a voucher of 10 for her."""
    base = factories.status(code="base", qualification="REGISTRATION")
    silver = factories.status(
        code="silver", previous=base, qualification="CONDITION", qualification_months=12, validity="P12M"
    )
    reward = factories.reward(code="TEN", currency_code="CZK")
    voucher = factories.voucher(code="V1", reward=reward)
    shop = await open_shop(session, silver, factories.status_turnover(status=silver, amount=Decimal(10**6)))
    voucher.customer = shop.jana
    record = factories.status_record(customer=shop.jana, status={"base": base, "silver": silver}[held])
    await factories.save(session, voucher, record)
    return shop


LINES = [item("59.90", str(place), codes=[{"list": "EAN", "code": f"{place}"}]) for place in range(40)]


@pytest.mark.parametrize("lines", [1, 20, 40])
async def test_a_bill_takes_as_many_statements_however_long_it_is(
    crm: Operations, session: AsyncSession, lines: int
) -> None:
    shop = await tiers(session, "base")

    taken = await statements(crm, SEND, customer=shop.customer, bill=bill(*LINES[:lines]))

    assert taken == 12


async def test_a_voucher_and_points_take_what_it_takes_to_write_them_down(
    crm: Operations, session: AsyncSession
) -> None:
    shop = await tiers(session, "base")

    taken = await statements(
        crm, SEND, customer=shop.customer, bill=bill(*LINES[:5]), benefitCodes=["V1"], spendPoints="100"
    )

    # One of them before the transaction: whose the bill is, for the guard against guessing.
    assert taken == 20


async def test_nothing_is_added_up_for_who_can_not_rise(crm: Operations, session: AsyncSession) -> None:
    shop = await tiers(session, "silver")

    taken = await statements(crm, SEND, customer=shop.customer, bill=bill(*LINES[:5]))

    assert taken == 11


async def test_a_bill_of_nobody_takes_the_fewest(crm: Operations, session: AsyncSession) -> None:
    await tiers(session, "base")

    taken = await statements(crm, SEND, bill=bill(*LINES[:5]))

    assert taken == 7


async def test_a_bill_that_comes_again_is_known_at_once(crm: Operations, session: AsyncSession) -> None:
    shop = await tiers(session, "base")
    given = {"customer": shop.customer, "bill": bill(*LINES[:5], paidAt=NOW.isoformat())}
    await statements(crm, SEND, **given)

    taken = await statements(crm, SEND, **given)

    assert taken == 5
