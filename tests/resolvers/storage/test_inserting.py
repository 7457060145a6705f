"""Rows that are written at once: the same few by few and all together."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

import models
from resolvers.storage.reader import Row
from resolvers.storage.transaction import EVENT, Transaction, in_transaction
from resolvers.storage.writing.inserting import FEW, Rows
from tests import factories
from tests.factories import NOW
from tests.resolvers.running_operations import Operations

RULES = Rows(models.RewardCondition, "reward_id role related_to count min_price", returning="id")
CODES = Rows(models.PurchaseType, "code name state created_at updated_at", returning="code", unless=["code"])


async def write(crm: Operations, rows: Rows, given: Sequence[dict[str, Any]]) -> list[Row]:
    """What writing rows answers."""

    async def work(transaction: Transaction) -> list[Row]:
        return await rows.write(await transaction.inside(), given)

    return await in_transaction(crm.engine, crm.now, work)


def change(place: int) -> dict[str, Any]:
    """An event of a customer, now and then with data of its own."""
    data = {"texts": ['a "quoted" one', "ž"], "number": place} if place % 2 else None
    about = {"entity": "Customer", "entity_key": 2**40 + place, "customer_id": place if place % 3 else None}
    viewer = {"viewer_kind": models.ViewerKind.OPEN if place % 2 else None, "token_id": None}
    return {"change": "c" * 32, "kind": "CUSTOMER_CREATED", "at": NOW, "data": data, **about, **viewer}


@pytest.mark.parametrize("count", [FEW, FEW + 1])
async def test_rows_are_kept_as_they_are_given_and_in_their_order(crm: Operations, count: int) -> None:
    given = [change(place) for place in range(count)]

    await write(crm, EVENT, given)

    names = ("change", "kind", "at", "data", "entity", "entity_key", "customer_id", "viewer_kind", "token_id")
    kept = await crm.rows(models.Event, *names)
    assert kept == [tuple(row[name] for name in names) for row in given]


@pytest.mark.parametrize("count", [FEW, FEW + 1])
async def test_rows_that_are_there_are_left_out(crm: Operations, count: int) -> None:
    given = [
        {"code": f"{place}", "name": "Sale", "state": models.State.ACTIVE, "created_at": NOW, "updated_at": NOW}
        for place in range(count)
    ]
    await write(crm, CODES, given[:2])

    written = await write(crm, CODES, given)

    assert sorted(written) == sorted((f"{place}",) for place in range(2, count))
    assert len(await crm.rows(models.PurchaseType, "code")) == count


@pytest.mark.parametrize("count", [FEW, FEW + 1])
async def test_amounts_are_exact(crm: Operations, session: AsyncSession, count: int) -> None:
    reward = factories.reward()
    await factories.save(session, reward)
    terms = {"reward_id": reward.id, "role": models.ConditionRole.BONUS, "related_to": models.RelatedTo.ANY}
    given = [{**terms, "count": Decimal(place + 1) / 1000, "min_price": None} for place in range(count)]

    keys = await write(crm, RULES, given)

    kept = await crm.rows(models.RewardCondition, "id", "count", "min_price", "role")
    assert kept == [
        (key, row["count"], None, models.ConditionRole.BONUS) for (key,), row in zip(sorted(keys), given, strict=True)
    ]


@pytest.mark.parametrize("count", [FEW, FEW + 1])
async def test_columns_are_written_with_what_is_the_same_in_all_rows(
    crm: Operations, session: AsyncSession, count: int
) -> None:
    reward = factories.reward()
    await factories.save(session, reward)
    rows = Rows(models.RewardCondition, "count max_price", same="reward_id role related_to min_price")
    columns = {"count": [Decimal(place + 1) for place in range(count)], "max_price": [None] * count}
    same = {"reward_id": reward.id, "role": "BONUS", "related_to": "ANY", "min_price": Decimal("1.5")}

    async def work(transaction: Transaction) -> list[Row]:
        return await rows.write_columns(await transaction.inside(), columns, **same)

    assert await in_transaction(crm.engine, crm.now, work) == []
    kept = await crm.rows(models.RewardCondition, "reward_id", "role", "count", "min_price", "max_price")
    assert kept == [(reward.id, "BONUS", Decimal(place + 1), Decimal("1.5"), None) for place in range(count)]


async def test_no_rows_take_no_statement(crm: Operations) -> None:
    assert await write(crm, EVENT, []) == []
