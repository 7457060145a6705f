"""Each promised query finds its rows by an index on both databases; no large table is read whole.

On PostgreSQL sequential scans are switched off for the question: one that is still there had no index instead.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from resolvers.ids import opaque_id
from resolvers.storage.statement import Statement
from tests.schema.both_ways import Graph
from tests.schema.contract_operations import operations

LARGE = (
    "purchase",
    "purchase_item",
    "point_entry",
    "point_entry_lot",
    "point_lot",
    "voucher",
    "voucher_event",
    "card",
    "card_event",
    "customer_term",
    "product_term",
    "segment_member",
    "status_record",
    "reward_condition_target",
    "campaign_product_store",
)
ID = opaque_id("Customer", 1)
VARIABLES: Mapping[str, dict[str, Any]] = {
    "Customer360": {"id": ID},
    "CustomerTimeline": {"id": ID},
    "Customers": {"search": "ja", "where": {"vouchers": {"some": {"state": {"eq": "ACTIVE"}}}}},
    "LoyalButQuiet": {"since": "2026-01-01T00:00:00Z"},
    "CustomerByEachKey": {
        "email": "a@example.com",
        "phone": "+420601000001",
        "card": "1",
        "source": "web",
        "externalId": "1",
    },
    "Refetch": {"id": ID, "ids": [ID, opaque_id("Voucher", 1), opaque_id("Product", 1)]},
    "Catalogue": {"position": {"latitude": "50", "longitude": "14"}},
}


def explained(graph: Graph, sql: str) -> str:
    """The question for a statement's plan."""
    return ("EXPLAIN " if graph.reader.backend == "postgresql" else "EXPLAIN QUERY PLAN ") + sql


async def plans(graph: Graph, query: str, variables: dict[str, Any]) -> dict[str, str]:
    """The plan of each statement that a query runs."""
    fetch = graph.reader.fetch
    seen: dict[str, tuple[Statement, Mapping[str, Any]]] = {}

    async def noted(statement: Statement, values: Mapping[str, Any]) -> Any:
        seen[statement.sql] = (statement, values)
        return await fetch(statement, values)

    graph.reader.fetch = noted
    await graph.run(query, variables, planned=True)
    graph.reader.fetch = fetch

    if graph.reader.backend == "postgresql":
        await fetch(Statement("SELECT set_config('enable_seqscan', 'off', false)", ()), {})
    return {
        sql: "\n".join(str(row[-1]) for row in await fetch(replace(statement, sql=explained(graph, sql)), values))
        for sql, (statement, values) in seen.items()
    }


def read_whole(plan: str) -> set[str]:
    """The large tables that a plan reads from end to end, without the order of an index."""
    names = "|".join(LARGE)
    return {
        *re.findall(rf"Seq Scan on ({names}) ", plan),
        *re.findall(rf"^SCAN ({names})_\d+$", plan, re.MULTILINE),
    }


@pytest.mark.parametrize("name", VARIABLES)
async def test_promised_queries_read_no_large_table_whole(shop: Graph, name: str) -> None:
    found = await plans(shop, operations()[name], VARIABLES[name])

    assert found
    assert {sql: read_whole(plan) for sql, plan in found.items() if read_whole(plan)} == {}


async def test_a_table_that_is_read_whole_is_noticed(shop: Graph) -> None:
    control = "SELECT voucher_1.id FROM voucher AS voucher_1 WHERE voucher_1.note = 'x'"

    rows = await shop.reader.fetch(Statement(explained(shop, control), ()), {})

    assert read_whole("\n".join(str(row[-1]) for row in rows)) == {"voucher"}


@pytest.mark.parametrize("key", ["LAST_NAME", "BIRTHDATE", "CREATED_AT", "ID"])
async def test_a_deep_page_is_found_by_the_index_of_its_order(shop: Graph, key: str) -> None:
    query = f"""query ($after: String) {{ customers(first: 3, after: $after, orderBy: [{{ field: {key} }}]) {{
        nodes {{ id }} pageInfo {{ endCursor }} }} }}"""
    first = await shop.data(query)

    found = await plans(shop, query, {"after": first["customers"]["pageInfo"]["endCursor"]})

    (plan,) = found.values()
    assert re.search(r"Index (Only )?Scan|SEARCH customer_\d+ USING", plan), plan
    assert "Seq Scan" not in plan
    assert not re.search(r"^SCAN customer_\d+", plan, re.MULTILINE), plan
