"""How a plan is told: its levels, each with how it is found."""

import os
import re
import subprocess
import sys

import pytest

from server.commands.explain import explain
from server.commands.explain_code import explain_code
from tests.schema.both_ways import schema

TIMELINE = """
query ($kinds: [TimelineKind!]) {
  customers(first: 3) { nodes {
    timeline(first: 7, kinds: $kinds) { nodes { at ... on VoucherEvent { voucher { events { nodes { at } } } } } }
  } }
}
"""


@pytest.mark.parametrize("url", ["sqlite:///not-there.sqlite", "postgresql://localhost:1/not-there"])
def test_a_merged_list_is_told_part_by_part(url: str) -> None:
    told = explain(TIMELINE, None, '{"kinds": ["VOUCHER", "PURCHASE"]}', url, schema())

    assert re.findall(r"^\S.*", told, re.MULTILINE) == [
        "customers: connection of Customer, one statement for all its parents",
        "customers.timeline: merged of 5 lists",
        "customers.timeline.PURCHASE: connection of PurchaseEvent, in the statement above",
        "customers.timeline.POINTS: connection of PointsEvent, of which nothing is asked",
        "customers.timeline.VOUCHER: connection of VoucherEvent, in the statement above",
        "customers.timeline.VOUCHER.voucher.events: connection of VoucherEvent, one statement for all its parents",
        "customers.timeline.STATUS: connection of StatusEvent, of which nothing is asked",
        "customers.timeline.CARD: connection of CardEvent, of which nothing is asked",
    ]
    assert (told.count("LIMIT 7"), told.count("LIMIT 0")) == (2, 3)


def test_a_merged_list_of_what_many_rows_refer_to_is_told_with_the_statements_of_its_parts() -> None:
    document = "{ purchases { nodes { customer { timeline(kinds: [CARD]) { totalCount } } } } }"

    told = explain(document, None, "{}", "sqlite:///not-there.sqlite", schema())

    assert "purchases.customer.timeline.STATUS: connection of StatusEvent, of which nothing is asked\n\n" in told
    assert "purchases.customer.timeline.CARD: connection of CardEvent, one statement for all its parents\n    " in told


def test_a_query_is_followed_to_its_answer(database_url: str, database_kind: str) -> None:
    shown = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[database_kind]

    told = explain_code(schema(), "{ stores(first: 2) { nodes { name brand: code } } }", None, "{}", database_url)

    assert re.findall(r"^#+ .*", told, re.MULTILINE)[:5] == [
        "## The document",
        "## The plan",
        "## The statements",
        "### PostgreSQL",
        "### SQLite",
    ]
    assert f"## The functions, for {shown}" in told
    assert "stores: connection of Store\n  nodes\n    name: column name\n    brand: column code\n" in told
    assert "[{'name': r[1], 'brand': r[2]} for r in rows]" in told
    assert told.endswith('"stores": {\n      "nodes": []\n    }\n  }\n}\n```\n')


def test_the_command_follows_a_query_of_a_file(database_url: str) -> None:
    command = [sys.executable, "-m", "server.cli", "explain", "--code", "docs/one-query.graphql"]

    done = subprocess.run(
        command, env={**os.environ, "DATABASE_URL": database_url}, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("```python") == 5
    assert '"customer": null' in done.stdout
