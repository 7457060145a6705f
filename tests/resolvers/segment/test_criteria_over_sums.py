"""Segments by what customers bought, by birthdays and by time relative to the moment when members are worked out."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

import models
from resolvers.segment.members import refresh_segments
from tests import factories
from tests.factories import NOW
from tests.resolvers.running_operations import Operations

MADE = "segment { criteria members { totalCount } } userErrors { code field message }"
LAPSED = {"purchasesWithin": {"period": {"last": "P30D"}, "count": {"eq": 0}}}
REGULARS: dict[str, Any] = {
    "purchasesWithin": {
        "period": {"from": "2024-01-01T00:00:00+00:00", "to": "2024-05-20T00:00:00+00:00"},
        "currency": "CZK",
        "turnover": {"gte": "150.50"},
        "averageBasket": {"in": ["75.25", "60"]},
    },
    "statistics": {"purchaseCount": {"gte": 2}, "lastPurchaseAt": {"last": "P2M"}},
}


async def people(session: AsyncSession) -> None:
    """One who bought twice lately, one who bought once long ago, and one who never did."""
    jana = factories.customer(birthdate=date(1990, 5, 17))
    petr = factories.customer(birthdate=date(1991, 6, 1))
    await factories.save(
        session,
        factories.purchase(customer=jana, total=Decimal(100), paid_at=NOW - timedelta(days=3)),
        factories.purchase(customer=jana, total=Decimal("50.5"), paid_at=NOW - timedelta(days=50)),
        factories.purchase(customer=petr, total=Decimal(999), paid_at=NOW - timedelta(days=200)),
        factories.customer(),
    )


async def members(crm: Operations) -> list[int]:
    """The customers of all segments, by their keys."""
    return sorted(key for (key,) in await crm.rows(models.SegmentMember, "customer_id"))


@pytest.mark.parametrize(
    ("where", "now", "later"),
    [
        (LAPSED, [2, 3], [1, 2, 3]),
        ({"not": LAPSED}, [1], []),
        ({"or": [LAPSED, {"birthday": {"next": "P3D"}}]}, [1, 2, 3], [1, 2, 3]),
        (REGULARS, [1], [1]),
        ({"birthday": {"next": "P20D"}}, [1, 2], []),
        ({"purchases": {"some": {"paidAt": {"last": "P7D"}}}}, [1], []),
        ({"purchases": {"some": {"customer": {"purchasesWithin": {"count": {"gte": 2}}}}}}, [1], [1]),
    ],
)
async def test_members_are_worked_out_as_of_the_job(
    crm: Operations, session: AsyncSession, where: dict[str, Any], now: list[int], later: list[int]
) -> None:
    await people(session)

    payload = await crm.do("segmentCreate", MADE, name="Chosen", where=where)

    assert payload == {"segment": {"criteria": where, "members": {"totalCount": len(now)}}, "userErrors": []}
    assert await members(crm) == now
    await refresh_segments(crm.engine, NOW + timedelta(days=50), 2)
    assert await members(crm) == later
    await refresh_segments(crm.engine, NOW, 1)
    assert await members(crm) == now


@pytest.mark.parametrize(
    ("criteria", "warned"),
    [
        ({"purchasesWithin": {"period": {"from": "yesterday"}, "count": {"gte": 1}}}, "can't be read"),
        ({"purchasesWithin": {"currency": "CZK", "turnover": {"gte": "much"}}}, "can't be read"),
        ({"purchasesWithin": {"period": "P30D", "count": {"gte": 1}}}, "must be an object"),
        ({"purchasesWithin": 3}, "must be an object"),
        ({"createdAt": {"last": 3}}, "give an ISO 8601 duration"),
    ],
)
async def test_criteria_that_can_not_be_read_change_no_members(
    crm: Operations, session: AsyncSession, caplog: pytest.LogCaptureFixture, criteria: dict[str, Any], warned: str
) -> None:
    segment = factories.segment(kind="CRITERIA", criteria=criteria)
    await factories.save(session, factories.segment_member(segment=segment))

    await refresh_segments(crm.engine, NOW, 10)

    assert await members(crm) == [1]
    assert warned in caplog.text


async def test_criteria_are_refused_with_the_reason(crm: Operations) -> None:
    refused = await crm.refused("segmentCreate", name="Wrong", where={"purchasesWithin": {"turnover": {"gte": 1}}})

    assert refused == [("BAD_FILTER", "where", None)]
