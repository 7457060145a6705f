"""Groups of bills, lines, points and vouchers: counted and summed up by the database."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

import models
from models.scope import Scope, ViewerKind
from resolvers.ids import opaque_id
from resolvers.storage.context import Viewer
from tests import factories
from tests.factories import NOW
from tests.schema.both_ways import Graph

MONEY = "{ amount currency { code } }"


def bill(total: str, day: str = "2024-03-10T12:00", **more: Any) -> models.Purchase:
    """A bill of a total, paid at a moment."""
    return factories.purchase(total=Decimal(total), paid_at=datetime.fromisoformat(day).replace(tzinfo=UTC), **more)


async def test_bills_are_summed_up_by_month_and_store(graph: Graph, session: AsyncSession) -> None:
    brno, prague = factories.store(name="Brno"), factories.store(name="Prague")
    await factories.save(
        session,
        bill("100", "2024-03-10T12:00", store=brno),
        bill("50.01", "2024-03-31T12:00", store=brno),
        bill("10", "2024-04-01T12:00", store=brno),
        bill("7", "2024-03-01T12:00", store=prague, returned=Decimal(2)),
        bill("9", "2024-03-01T12:00", store=prague, state="CANCELLED"),
    )

    answer = await graph.ask(
        f"""{{ purchaseAggregates(groupBy: [MONTH, STORE]) {{
          totalCount
          nodes {{ month store {{ name }} count customers total {{ sum {MONEY} average {MONEY} }} turnover {{ sum {MONEY} }} }}
        }} }}"""
    )

    assert answer.errors == []
    print(answer.data)
    for run in answer.runs:
        print(run.sql)
    assert answer.planned
    assert answer.statements == 2
