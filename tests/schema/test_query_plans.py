"""What promised operations read: by index, and no more of a large table than the page shows."""

import fcntl
import json
import re
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy.engine import make_url

from resolvers.database import POSTGRES_READING, make_reader
from resolvers.engine import make_engine
from resolvers.ids import opaque_id
from resolvers.statement import Statement
from tests import databases
from tests.schema import warehouse
from tests.schema.asking import Graph
from tests.schema.promised import operations

MOST_STEPS = 60_000
"""Steps of SQLite's machine: reading 16,000 rows takes more, a page of 50 with all it shows much less."""

MOST_ROWS = 3000


@pytest.fixture
async def large_url(database_kind: str, all_databases: databases.Databases) -> str:
    """The address of a large database, filled once a run."""
    folder = databases.shared_folder()
    server = all_databases.server(database_kind)
    with (folder / f"large.{database_kind}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        address: Path = folder / f"large.{database_kind}"
        if not address.exists():
            url = server.create(migrated=True)
            engine = make_engine(url)
            await warehouse.fill(engine)
            await engine.dispose()
            address.write_text(url)
    return address.read_text()


class Noting:
    """A reader that notes the statements it runs with what was bound."""

    def __init__(self, url: str) -> None:
        self.reader = make_reader(url)
        self.backend = self.reader.backend
        self.seen: list[tuple[str, list[Any]]] = []

    async def fetch(self, statement: Statement, values: Mapping[str, Any]) -> Any:
        """Run a statement."""
        self.seen.append((statement.sql, list(statement.arguments(values))))
        return await self.reader.fetch(statement, values)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.reader, name)


async def noted(url: str, query: str, **variables: Any) -> list[tuple[str, list[Any]]]:
    """The statements that a document's plan runs."""
    noting = Noting(url)
    answer = await Graph(noting).run(query, variables, planned=True)
    await noting.reader.close()
    assert not answer.errors
    assert answer.planned
    return noting.seen


async def costs(url: str, statements: list[tuple[str, list[Any]]]) -> list[tuple[int, list[str]]]:
    """What each statement costs, in the database's own measure, and which large tables it reads whole."""
    if url.startswith("sqlite"):
        return _steps(make_url(url).database or "", statements)
    return await _rows(url, statements)


def _steps(path: str, statements: list[tuple[str, list[Any]]]) -> list[tuple[int, list[str]]]:
    connection = sqlite3.connect(path)
    found = []
    for sql, arguments in statements:
        steps = 0

        def count() -> int:
            nonlocal steps
            steps += 100
            return 0

        connection.set_progress_handler(count, 100)
        connection.execute(sql, arguments).fetchall()
        connection.set_progress_handler(None, 0)
        details = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", arguments)]
        scanned = [match[1] for detail in details if (match := re.fullmatch(r"SCAN (\w+?)(?:_\d+)?", detail))]
        # In the order of keys, and as far as the page goes, is no reading whole.
        found.append((steps, [table for table in scanned if table in warehouse.LARGE and steps > MOST_STEPS]))
    connection.close()
    return found


async def _rows(url: str, statements: list[tuple[str, list[Any]]]) -> list[tuple[int, list[str]]]:
    address = make_url(url)
    connection = await asyncpg.connect(
        host=address.query["host"], user=address.username, database=address.database, server_settings=POSTGRES_READING
    )
    found = []
    for sql, arguments in statements:
        plan = json.loads(await connection.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", *arguments))
        nodes = list(_nodes(plan[0]["Plan"]))
        whole = [node["Relation Name"] for node in nodes if node["Node Type"] == "Seq Scan"]
        read = sum(
            (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
            for node in nodes
            if "Relation Name" in node
        )
        found.append((int(read), [table for table in whole if table in warehouse.LARGE]))
    await connection.close()
    return found


def _nodes(node: Any) -> Any:
    yield node
    for inner in node.get("Plans", ()):
        yield from _nodes(inner)


def uncounted(query: str) -> str:
    """The document without counts, which may read everything."""
    return query.replace("totalCount\n", "__typename\n")


ASKED: dict[str, tuple[str, dict[str, Any]]] = {
    "a customer's 360": ("Customer360", {"id": opaque_id("Customer", 7), "recent": 50}),
    "a timeline": ("CustomerTimeline", {"id": opaque_id("Customer", 7)}),
    "customers": ("Customers", {}),
    "customers searched for": ("Customers", {"search": "jan7 novak"}),
    "customers filtered": ("Customers", {"where": {"email": {"eq": "c77@example.com"}}}),
    "a customer by each key": (
        "CustomerByEachKey",
        {"email": "c5@example.com", "phone": "+420601000005", "card": "99000005", "source": "one", "externalId": "x5"},
    ),
    "nodes again": (
        "Refetch",
        {"id": opaque_id("Customer", 5), "ids": [opaque_id(kind, 9) for kind in ("Customer", "Voucher", "Product")]},
    ),
    "the catalogue": ("Catalogue", {"position": {"latitude": "50", "longitude": "14"}}),
}


@pytest.mark.parametrize("what", ASKED)
async def test_promised_operations_read_by_index(large_url: str, what: str) -> None:
    name, variables = ASKED[what]
    statements = await noted(large_url, uncounted(operations()[name]), **variables)

    measured = await costs(large_url, statements)

    most = MOST_STEPS if large_url.startswith("sqlite") else MOST_ROWS
    for (sql, _), (cost, whole) in zip(statements, measured, strict=True):
        assert not whole, (whole, sql)
        assert cost <= most, (cost, sql)


DEEP: dict[str, tuple[str, str]] = {
    "customers by name": ("customers", "orderBy: [{field: LAST_NAME}]"),
    "customers by name, down": ("customers", "orderBy: [{field: LAST_NAME, direction: DESC}]"),
    "bills, newest first": ("purchases", ""),
    "products by name": ("products", "orderBy: [{field: NAME}]"),
    "products": ("products", ""),
    "vouchers": ("vouchers", ""),
}


@pytest.mark.parametrize("what", DEEP)
async def test_a_deep_page_costs_what_the_first_one_does(large_url: str, what: str) -> None:
    name, order = DEEP[what]
    end = f"{{ {name}(last: 100, {order}) {{ edges {{ cursor }} }} }}"
    fields = "nodes { id } pageInfo { hasNextPage }"
    page = f"query ($c: String) {{ {name}(first: 20, after: $c, {order}) {{ {fields} }} }}"
    reader = make_reader(large_url)
    deep = (await Graph(reader).data(end))[name]["edges"][0]["cursor"]
    await reader.close()

    (first,) = await costs(large_url, await noted(large_url, page))
    (last,) = await costs(large_url, await noted(large_url, page, c=deep))

    assert last[0] <= 2 * first[0] + 500
    assert (first[1], last[1]) == ([], [])


@pytest.mark.parametrize("size", [1, 50])
async def test_a_nested_page_reads_only_what_it_shows(large_url: str, size: int) -> None:
    query = "query ($n: Int) { customers(first: 20) { nodes { purchases(first: $n) { nodes { id } } } } }"

    measured = await costs(large_url, await noted(large_url, query, n=size))

    assert max(cost for cost, _ in measured) <= (20_000 if large_url.startswith("sqlite") else 500)
