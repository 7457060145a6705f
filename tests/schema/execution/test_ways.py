"""Which way a query runs, and that a plan's failure is seen."""

import inspect
import logging
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import orjson
import pytest
from graphql import is_object_type

from resolvers.errors import Unavailable
from resolvers.storage.context import RequestContext
from schema.execution.plan.bindings import NotPlannable
from schema.execution.plan.planner import Planner
from schema.execution.run import planned_schema
from schema.execution.run.loaders import deferred
from schema.execution.run.planned_schema import Context
from tests.schema.both_ways import Graph, schema, wire

CANARY = "eva.canary@example.com"
QUERY = """query Search($search: String) { customers(search: $search) { nodes { id } } }"""


class Counted:
    """The ways that queries went since it was made."""

    def __init__(self) -> None:
        self._before = schema().ways.use()

    def found(self) -> Mapping[str, int]:
        """The counts that rose."""
        after = schema().ways.use()
        return {name: after[name] - before for name, before in self._before.items() if after[name] != before}


async def broken(*_args: Any) -> Any:
    """A run of a plan that nobody foresaw."""
    raise RuntimeError(CANARY)


async def test_a_query_that_its_plan_answers_is_counted_as_such(shop: Graph) -> None:
    counted = Counted()

    await shop.run(QUERY, {}, planned=True)

    assert counted.found() == {"planned": 1}


async def test_a_query_without_a_plan_goes_the_ordinary_way_without_a_word(
    shop: Graph, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_planner: Planner) -> None:
        raise NotPlannable

    monkeypatch.setattr(Planner, "root", fail)
    counted = Counted()

    answer = await shop.run("{ stores(first: 1) { nodes { unplanned: __typename } } }", {}, planned=True)

    assert answer.data == {"stores": {"nodes": [{"unplanned": "Store"}]}}
    assert counted.found() == {"without_plan": 1}
    assert caplog.records == []


async def test_what_the_ordinary_way_is_to_report_is_handed_over_without_a_word(
    shop: Graph, caplog: pytest.LogCaptureFixture
) -> None:
    counted = Counted()

    answer = await shop.run("{ customers(first: 101) { nodes { id } } }", {}, planned=True)

    assert answer.codes == ["BAD_PAGE"]
    assert counted.found() == {"handed_over": 1}
    assert caplog.records == []


async def test_a_plan_that_fails_is_logged_by_its_document_and_answered_all_the_same(
    shop: Graph, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = await shop.run(QUERY, {"search": "a"}, planned=True)
    monkeypatch.setattr(planned_schema, "run", broken)
    counted = Counted()

    answer = await shop.run(QUERY, {"search": "a"}, planned=True)

    assert (answer.data, answer.errors) == (expected.data, [])
    assert counted.found() == {"failed": 1}
    [record] = caplog.records
    assert (record.name, record.levelno) == ("crm360", logging.WARNING)
    assert sha256(QUERY.encode()).hexdigest() in record.getMessage()
    assert "builtins.RuntimeError" in caplog.text
    assert "in broken" in caplog.text
    assert "Search" not in caplog.text.replace("search.py", "")
    assert CANARY not in caplog.text


async def test_planning_that_fails_is_logged_as_well(
    shop: Graph, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_planner: Planner) -> None:
        raise KeyError(CANARY)

    monkeypatch.setattr(Planner, "root", fail)
    counted = Counted()

    answer = await shop.run("{ stores(first: 1) { nodes { planning: id } } }", {}, planned=True)

    assert len(answer.data["stores"]["nodes"]) == 1
    assert counted.found() == {"failed": 1}
    assert "builtins.KeyError" in caplog.text
    assert CANARY not in caplog.text


class Away:
    """A reader whose database is away."""

    backend = "sqlite"
    requests = 0

    def __init__(self) -> None:
        self.asked = 0

    async def fetch(self, _statement: Any, _values: Any) -> Any:
        self.asked += 1
        raise Unavailable("The database can't be reached; try again.")

    async def close(self) -> None:
        pass


async def test_while_the_database_is_away_a_query_is_not_read_a_second_time(caplog: pytest.LogCaptureFixture) -> None:
    reader, counted = Away(), Counted()

    result = await schema().execute(QUERY, {}, context_value=Context(RequestContext(reader)))

    assert reader.asked == 1
    assert result.data is None
    assert [(str(error.original_error), error.path) for error in result.errors or []] == [
        ("The database can't be reached; try again.", ["customers"])
    ]
    assert counted.found() == {"unavailable": 1}
    assert caplog.records == []


async def test_a_question_about_the_schema_leaves_the_list_beside_it_its_plan(shop: Graph) -> None:
    query = """query ($name: String = "Store") {
      __schema { queryType { name } } __type(name: $name) { name } stores(first: 1) { nodes { __typename } }
    }"""

    answer = await shop.ask(query, name="Card")
    default = await shop.ask(query)

    assert orjson.loads(wire(answer))["data"] == {
        "__schema": {"queryType": {"name": "Query"}},
        "__type": {"name": "Card"},
        "stores": {"nodes": [{"__typename": "Store"}]},
    }
    assert orjson.loads(wire(default))["data"]["__type"] == {"name": "Store"}
    assert (answer.planned, answer.statements) == (True, 1)


async def test_the_schema_is_asked_without_a_statement(shop: Graph) -> None:
    answer = await shop.ask('{ __typename __type(name: "Card") { kind } }')

    assert orjson.loads(wire(answer))["data"] == {"__typename": "Query", "__type": {"kind": "OBJECT"}}
    assert (answer.planned, answer.statements) == (True, 0)


def test_what_the_ordinary_way_lets_go_of_beside_an_error_is_not_complained_of() -> None:
    """A coroutine that is made and never waited for is told on the standard error."""
    types = schema()._schema.type_map.values()
    fields = [(each.name, name, field) for each in types if is_object_type(each) for name, field in each.fields.items()]

    assert [(owner, name) for owner, name, field in fields if inspect.iscoroutinefunction(field.resolve)] == []
    assert len(fields) > 1000


async def test_what_is_deferred_is_done_once_it_is_waited_for() -> None:
    async def resolve(source: int, _info: Any, more: int) -> int:
        return source + more

    waiting = deferred(resolve)(1, None, more=2)

    assert inspect.isawaitable(waiting)
    assert await waiting == 3
