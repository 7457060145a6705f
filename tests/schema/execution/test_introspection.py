"""What is asked of the schema itself: once, beside the event loop, and in its place among the rest of an answer."""

from __future__ import annotations

import threading
from typing import Any

import orjson
import pytest

from schema.execution.run import introspection
from tests.schema.both_ways import Graph, wire
from tests.server.gateway import graph

TYPE = '__type(name: "Store") { name }'
MIXED = f"""
query Mixed($few: Boolean!) {{
  a: __typename
  ...Asked
  stores(first: 1) {{ totalCount }}
  ... on Query @skip(if: $few) {{ b: {TYPE} }}
}}
fragment Asked on Query {{ c: {TYPE} cards(first: 0) {{ totalCount }} }}
"""


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    kept = graph().introspection.kept
    kept._kept.clear()
    kept.hits = kept.misses = 0


@pytest.mark.parametrize("few", [True, False])
async def test_a_list_beside_the_schema_keeps_its_plan(shop: Graph, few: bool) -> None:
    answer = await shop.run(MIXED, {"few": few}, planned=True)
    ordinary = await shop.run(MIXED, {"few": few}, planned=False)

    keys = list(orjson.loads(wire(answer))["data"])
    assert keys == ["a", "c", "cards", "stores"] + ([] if few else ["b"])
    assert orjson.loads(wire(answer))["data"]["c"] == {"name": "Store"}
    assert answer.planned
    assert wire(answer) == wire(ordinary)


async def test_the_schema_is_asked_once_in_a_thread_of_its_own(graph_is_asked: list[str], shop: Graph) -> None:
    document = "{ __schema { types { name } } }"

    answers = [await shop.run(document, {}, planned=True) for _ in range(3)]

    assert graph_is_asked == ["introspection_0"]
    assert len({wire(answer) for answer in answers}) == 1
    assert graph().introspection.kept.use()["hits"] == 2


async def test_variables_that_name_a_type_are_told_apart(shop: Graph) -> None:
    document = "query ($name: String!) { __type(name: $name) { name } }"

    names = [
        orjson.loads(wire(await shop.run(document, {"name": name}, planned=True)))["data"]["__type"]
        for name in ("Store", "Card", "Nothing", "Store")
    ]

    assert names == [{"name": "Store"}, {"name": "Card"}, None, {"name": "Store"}]


async def test_what_a_failing_list_stands_beside_is_answered_all_the_same(shop: Graph) -> None:
    answer = await shop.run(f'{{ x: {TYPE} node(id: "nonsense") {{ id }} }}', {}, planned=True)

    assert orjson.loads(wire(answer))["data"] == {"x": {"name": "Store"}, "node": None}
    assert answer.codes == ["BAD_ID"]


@pytest.fixture
def graph_is_asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The threads in which graphql-core was asked of the schema."""
    threads: list[str] = []
    asked = introspection.execute_sync

    def noted(*args: Any, **kwargs: Any) -> Any:
        threads.append(threading.current_thread().name)
        return asked(*args, **kwargs)

    monkeypatch.setattr(introspection, "execute_sync", noted)
    return threads
