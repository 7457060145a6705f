"""Customers are found and sorted by figures from indexes and kept sums: no table is read whole."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from resolvers.storage.statement import Statement
from tests import factories
from tests.factories import NOW
from tests.schema.both_ways import Graph

READ = r"(purchase|customer|customer_month|customer_statistics)"
WHOLE = {"sqlite": rf"^SCAN {READ}(_\d+)?$", "postgresql": rf"Seq Scan on {READ}\b"}
"""How a database says that it reads a table from its first row to its last."""

CASES = {
    "orderBy: [{field: TURNOVER, direction: DESC}]": ["ix_customer_statistics_turnover"],
    "orderBy: [{field: PURCHASE_COUNT}]": ["ix_customer_statistics_purchase_count"],
    "orderBy: [{field: AVERAGE_BASKET}]": ["ix_customer_statistics_average_basket"],
    "orderBy: [{field: FIRST_PURCHASE_AT}]": ["ix_customer_statistics_first_purchase_at"],
    "orderBy: [{field: LAST_PURCHASE_AT, direction: DESC}]": ["ix_customer_statistics_last_purchase_at"],
    "orderBy: [{field: POINTS, direction: DESC}]": ["ix_customer_statistics_points"],
    "orderBy: [{field: RECENCY_SCORE}]": ["ix_customer_statistics_recency_score"],
    "orderBy: [{field: FREQUENCY_SCORE}]": ["ix_customer_statistics_frequency_score"],
    "orderBy: [{field: MONETARY_SCORE}]": ["ix_customer_statistics_monetary_score"],
    "where: {statistics: {turnover: {gte: 990}}}": ["ix_customer_statistics_turnover"],
    "where: {statistics: {purchaseCount: {gte: 5}}}": ["ix_customer_statistics_purchase_count"],
    "where: {statistics: {averageBasket: {lt: 5}}}": ["ix_customer_statistics_average_basket"],
    'where: {statistics: {lastPurchaseAt: {last: "P3D"}}}': ["ix_customer_statistics_last_purchase_at"],
    "where: {statistics: {points: {gt: 0}}}": ["ix_customer_statistics_points"],
    "where: {statistics: {recencyScore: {eq: 5}}}": ["ix_customer_statistics_recency_score"],
    'where: {birthday: {next: "P7D"}}': ["ix_customer_birthday"],
    'where: {purchasesWithin: {period: {last: "P3D"}, count: {gte: 2}}}': ["ix_purchase_paid_at"],
    'where: {purchasesWithin: {period: {last: "P3M"}, currency: "CZK", turnover: {gte: 1000}}}': [
        "ix_customer_month_month",
        "ix_purchase_paid_at",
    ],
}


async def plan_of(graph: Graph, engine: AsyncEngine, query: str) -> list[str]:
    """How the database answers the only statement of a query, a step a line."""
    asked: list[tuple[Statement, Mapping[str, Any]]] = []
    fetch = graph.reader.fetch

    async def noted(statement: Statement, values: Mapping[str, Any]) -> Any:
        asked.append((statement, values))
        return await fetch(statement, values)

    graph.reader.fetch = noted
    answer = await graph.run(query, {}, planned=True)
    assert (answer.errors, answer.planned, len(asked)) == ([], True, 1)
    ((statement, values),) = asked
    arguments = statement.arguments(values)
    async with engine.connect() as connection:
        raw: Any = (await connection.get_raw_connection()).driver_connection
        if engine.dialect.name == "sqlite":
            rows = await raw.execute_fetchall(f"EXPLAIN QUERY PLAN {statement.sql}", arguments)
            return [row[3] for row in rows]
        # With so few rows PostgreSQL would read all of them: the question is whether it has to.
        await raw.execute("SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off")
        return [row[0] for row in await raw.fetch(f"EXPLAIN {statement.sql}", *arguments)]


@pytest.fixture
async def customers(session: AsyncSession) -> None:
    """Some hundred customers with bills in the last year."""
    rows = []
    for number in range(150):
        who = factories.customer(birthdate=date(1980, 1, 1) + timedelta(days=number * 2))
        for bill in range(number % 4):
            paid_at = NOW - timedelta(days=(number * 7 + bill * 90) % 365)
            rows.append(factories.purchase(customer=who, paid_at=paid_at, total=Decimal(number)))
        rows.append(who)
    await factories.save(session, *rows)


@pytest.mark.usefixtures("customers")
async def test_no_table_is_read_whole(
    graph: Graph, engine: AsyncEngine, session: AsyncSession, database_kind: str
) -> None:
    if database_kind == "postgresql":
        await session.execute(text("ANALYZE"))
        await session.commit()
    for arguments, indexes in CASES.items():
        asked = "nodes { id }" if arguments.startswith("orderBy") else "totalCount"
        plan = await plan_of(graph, engine, f"{{ customers(first: 5, {arguments}) {{ {asked} }} }}")

        told = "\n".join([arguments, *plan])
        assert [line for line in plan if re.search(WHOLE[database_kind], line)] == [], told
        assert [index for index in indexes if index not in told] == [], told
        if arguments.startswith("orderBy"):
            # The page comes in the order of the index; at most equals are put in order.
            sorts = [line for line in plan if "Sort" in line or "FOR ORDER BY" in line]
            assert [line for line in sorts if "Incremental" not in line and "Sort Key" not in line] == [], told
