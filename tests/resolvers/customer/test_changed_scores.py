"""Scores of those whom something changed are worked out anew, and then all are what they would be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import delete, select, true
from sqlalchemy.ext.asyncio import AsyncSession

import models
from resolvers.customer.figures import scores
from resolvers.customer.figures.scores import JOB, KEPT, SCORED, refresh_changed_scores, refresh_scores
from resolvers.ids import opaque_id
from resolvers.jobs import run_jobs
from resolvers.storage.writing import following
from tests import factories
from tests.factories import NOW
from tests.resolvers.running_operations import Operations

HOUR = timedelta(hours=1)
PEOPLE = 40


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other tests write on the same server: whatever they have open holds no event of this one back."""
    monkeypatch.setattr(following, "SETTLED", true())


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The keys of all who were looked at, as they are."""
    keys: list[int] = []
    score = scores._score

    async def noted(transaction: Any, *, keys: Sequence[int]) -> int:
        found.extend(keys)
        return await score(transaction, keys=keys)

    found = keys
    monkeypatch.setattr(scores, "_score", noted)
    return keys


async def save_bills(session: AsyncSession) -> list[models.Customer]:
    """Each customer bought once within the last weeks, and once about a year ago."""
    store = factories.store(code="shop")
    people = [factories.customer() for _ in range(PEOPLE)]
    ages = [(place * 13 * HOUR, timedelta(days=365) - (place - 20) * HOUR) for place in range(PEOPLE)]
    bills = [
        factories.purchase(customer=person, store=store, paid_at=NOW - age, total=Decimal(10 + place))
        for place, (person, its) in enumerate(zip(people, ages, strict=True))
        for age in its
    ]
    await factories.save(session, store, *people, *bills)
    return people


async def done(crm: Operations, now: datetime) -> int:
    [ran] = await run_jobs(crm.engine, now, [JOB], every=HOUR)
    assert not ran.failed
    assert not ran.skipped
    return ran.done


async def still_to_move(crm: Operations, now: datetime) -> int:
    """How many would get other scores, were all worked out by the bands that there are."""
    return await scores._score_each(crm.engine, now, 500, select(KEPT.id).where(SCORED))


async def test_what_time_and_bills_change_is_worked_out_and_nothing_else(
    crm: Operations, session: AsyncSession, looked_at: list[int]
) -> None:
    people = await save_bills(session)
    await done(crm, NOW)
    assert len(looked_at) == PEOPLE
    looked_at.clear()
    moved = []

    for step in range(1, 5):
        now = NOW + step * 5 * HOUR
        crm.now = now
        sold = await crm.do(
            "purchaseSend",
            "userErrors { code }",
            customer={"id": opaque_id("Customer", people[-step].id)},
            bill={
                "store": {"code": "shop"},
                "externalId": f"new-{step}",
                "paidAt": now.isoformat(),
                "currency": "CZK",
                "items": [{"billItemId": "1", "quantity": "1", "price": "5000"}],
            },
        )
        assert sold == {"userErrors": []}
        moved.append(await done(crm, now))
        assert await still_to_move(crm, now) == 0

    assert all(moved)
    assert PEOPLE - step in looked_at
    assert len(looked_at) - 4 * PEOPLE < 2 * PEOPLE


async def test_all_are_worked_out_once_a_day_and_where_rows_came_without_events(
    crm: Operations, session: AsyncSession, looked_at: list[int]
) -> None:
    await save_bills(session)
    await refresh_scores(crm.engine, NOW, 500)
    looked_at.clear()

    await done(crm, NOW)
    await done(crm, NOW + 24 * HOUR)
    of_the_day = len(looked_at)
    await session.execute(delete(models.EventReader))
    await session.commit()
    await refresh_changed_scores(crm.engine, NOW + 25 * HOUR, 500)

    assert (of_the_day, len(looked_at)) == (PEOPLE + PEOPLE, 3 * PEOPLE)
