"""Keys under which something was done before it was noted which change that was: retried as before, and forgotten."""

from __future__ import annotations

from asyncio import to_thread
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

import models
from models import migrations
from resolvers.ids import opaque_id
from tests import factories
from tests.resolvers.running_operations import Operations, running_operations

SHOWS = "repeated entry { id amount } account { active } userErrors { code field }"
BEFORE = "0190"
"""What the tables were like before keys named their change."""


@pytest.fixture
async def jana(session: AsyncSession) -> str:
    customer = factories.customer()
    await factories.save(session, customer)
    return opaque_id("Customer", customer.id)


async def assign(crm: Operations, customer: str, key: str, amount: str = "5") -> Any:
    return await crm.do("pointsAssign", SHOWS, key=key, customer=customer, amount=amount)


async def test_what_was_done_under_a_key_before_is_not_done_again(
    engine: AsyncEngine, database_url: str, jana: str
) -> None:
    async with running_operations(engine, database_url) as crm:
        first = await assign(crm, jana, "old")
        await to_thread(migrations.downgrade, database_url, BEFORE)
        await to_thread(migrations.upgrade, database_url)
        again, other = await assign(crm, jana, "old"), await assign(crm, jana, "old", "6")
        entries = await crm.rows(models.PointEntry, "amount")

    assert again == first | {"repeated": True}
    assert other["userErrors"] == [{"code": "KEY_REUSED", "field": "idempotencyKey"}]
    assert len(entries) == 1


async def test_an_erasure_forgets_what_was_answered_under_a_key_before(
    engine: AsyncEngine, database_url: str, jana: str
) -> None:
    async with running_operations(engine, database_url) as crm:
        await assign(crm, jana, "jana@example.com")
        await to_thread(migrations.downgrade, database_url, BEFORE)
        await to_thread(migrations.upgrade, database_url)
        await crm.do("customerErase", "userErrors { code }", id=jana)
        again = await assign(crm, jana, "jana@example.com")
        [[key, answer]] = await crm.rows(models.IdempotencyKey, "key", "answer")

    assert again["userErrors"] == [{"code": "ANSWER_FORGOTTEN", "field": "idempotencyKey"}]
    assert (key.startswith("forgotten:"), answer) == (True, {})


async def test_an_answer_that_this_version_cannot_read_is_told_as_forgotten(
    engine: AsyncEngine, session: AsyncSession, database_url: str, jana: str
) -> None:
    async with running_operations(engine, database_url) as crm:
        await assign(crm, jana, "old")
        await session.execute(update(models.IdempotencyKey).values(answer={"entry": {"$row": ["PointEntry", 1]}}))
        await session.commit()
        again = await assign(crm, jana, "old")
        entries = await crm.rows(models.PointEntry, "amount")

    assert again["userErrors"] == [{"code": "ANSWER_FORGOTTEN", "field": "idempotencyKey"}]
    assert len(entries) == 1
