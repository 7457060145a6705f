"""Members are worked out anew for those of whom something changed, and for all only where it must be."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, true
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

import models
from resolvers.ids import opaque_id
from resolvers.jobs import run_jobs
from resolvers.segment import changed
from resolvers.segment.changed import Dependence, dependence_of
from resolvers.segment.members import JOB
from resolvers.storage.writing import following
from tests import factories
from tests.factories import NOW
from tests.resolvers.running_operations import Operations
from tests.schema.both_ways import schema

HOUR = timedelta(hours=1)
NAMED = {"lastName": {"eq": "Nová"}}
RECENT = {"purchases": {"some": {"paidAt": {"last": "P30D"}}}}
BRANDED = {"purchases": {"some": {"items": {"some": {"product": {"name": {"eq": "Butter"}}}}}}}
SUMMED = {"purchasesWithin": {"period": {"from": "2024-01-01T00:00:00Z"}, "count": {"gte": 1}}}


@pytest.fixture(autouse=True)
def _graph() -> None:
    """Criteria are read by the graph's filters."""
    schema()


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other tests write on the same server: whatever they have open holds no event of this one back."""
    monkeypatch.setattr(following, "SETTLED", true())


@pytest.fixture
def in_full(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The segments that were worked out for all."""
    keys: list[int] = []
    refresh = changed.refresh_segment

    async def noted(engine: AsyncEngine, now: datetime, batch: int, key: int) -> int:
        keys.append(key)
        return await refresh(engine, now, batch, key)

    monkeypatch.setattr(changed, "refresh_segment", noted)
    return keys


async def done(crm: Operations, now: datetime) -> int:
    [ran] = await run_jobs(crm.engine, now, [JOB], every=timedelta(minutes=10))
    assert not ran.failed
    assert not ran.skipped
    return ran.done


async def members(session: AsyncSession) -> list[tuple[int, int]]:
    member = models.SegmentMember
    rows = await session.execute(select(member.segment_id, member.customer_id).order_by(*member.__table__.c[1:3]))
    found = sorted((segment, customer) for segment, customer in rows)
    await session.commit()
    return found


@pytest.mark.parametrize(
    ("criteria", "expected"),
    [
        (NAMED, Dependence(on_moment=False, on_others=False, bounded=False)),
        (RECENT, Dependence(on_moment=True, on_others=False, bounded=False)),
        (BRANDED, Dependence(on_moment=False, on_others=True, bounded=False)),
        ({"statistics": {"recencyScore": {"eq": 5}}}, Dependence(on_moment=True, on_others=False, bounded=False)),
    ],
)
@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
def test_what_criteria_hang_on_is_read_off_them(criteria: dict[str, Any], expected: Dependence, backend: str) -> None:
    assert dependence_of(criteria, backend) == expected


async def test_who_changed_joins_or_leaves_without_a_look_at_the_others(
    crm: Operations, session: AsyncSession, in_full: list[int]
) -> None:
    people = [factories.customer(last_name="Nová" if place < 2 else "Malá") for place in range(4)]
    segments = [factories.segment(criteria=criteria) for criteria in (NAMED, SUMMED)]
    await factories.save(session, *people, *segments)
    named, summed = (segment.id for segment in segments)
    assert await done(crm, NOW) == 2

    await crm.do(
        "customerUpdate",
        "userErrors { code }",
        id=opaque_id("Customer", people[0].id),
        personalInformation={"lastName": "Malá"},
    )
    await crm.do(
        "customerUpdate",
        "userErrors { code }",
        id=opaque_id("Customer", people[3].id),
        personalInformation={"lastName": "Nová"},
    )
    bills = factories.purchase(customer=people[3]), factories.purchase(customer=people[2], state="CANCELLED")
    told = [factories.event(kind="PURCHASE_CLOSED", customer_id=person.id) for person in people[2:]]
    await factories.save(session, *bills, *told)
    moved = await done(crm, NOW + HOUR / 2)

    assert moved == 3
    assert await members(session) == sorted([(named, people[1].id), (named, people[3].id), (summed, people[3].id)])
    assert in_full == []


async def test_what_hangs_on_the_moment_is_worked_out_for_all_each_hour(
    crm: Operations, session: AsyncSession, in_full: list[int]
) -> None:
    bill = factories.purchase(customer=factories.customer(), paid_at=NOW - timedelta(days=30) + HOUR / 2)
    recent, named = factories.segment(criteria=RECENT), factories.segment(criteria=NAMED)
    await factories.save(session, bill, recent, named)
    assert await done(crm, NOW) == 1

    assert await done(crm, NOW + HOUR / 2) == 0
    assert in_full == []
    assert await done(crm, NOW + HOUR) == 1

    assert in_full == [recent.id]
    assert await members(session) == []


async def test_what_hangs_on_products_is_worked_out_for_all_once_one_changed(
    crm: Operations, session: AsyncSession, in_full: list[int]
) -> None:
    product = factories.product(name="Milk")
    bill = factories.purchase(customer=factories.customer(), items=[factories.purchase_item(product=product)])
    branded, named = factories.segment(criteria=BRANDED), factories.segment(criteria=NAMED)
    await factories.save(session, bill, branded, named)
    assert await done(crm, NOW) == 0

    upserted = await crm.do("productUpsert", "userErrors { code }", id=opaque_id("Product", product.id), name="Butter")
    moved = await done(crm, NOW + HOUR)

    assert (upserted["userErrors"], moved) == ([], 1)
    assert in_full == [branded.id]
