"""No document costs more than 50 ms of CPU before it is refused, and none gives a 5xx."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest
from graphql import parse, validate

from schema.execution.plan.limits.operation_limits import excess
from server.playground import documents
from tests.server.gateway import Client, code, graph
from tests.server.http.hostile.documents import DOCUMENTS
from tests.server.http.hostile.variables import VARIABLES

MOST_STEPS = 2_000_000
"""Lines of Python run before a document is refused: the same on each run, and some 30 ms on an ordinary machine."""


BY_VARIABLES = {
    "pages of pages": (
        "query ($n: Int) { customers(first: $n) { nodes { purchases(first: $n) { nodes { customer { "
        "purchases(last: $n) { nodes { id } } } } } } } }",
        {"n": 100},
    ),
    "nodes of pages": (
        "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Customer { purchases(first: 100) { nodes { "
        "customer { purchases(first: 100) { nodes { id } } } } } } } }",
        {"ids": ["x"] * 100},
    ),
}


def steps(work: Callable[[], Any]) -> int:
    """How many lines and calls of Python some work takes."""
    taken = 0

    def trace(_frame: FrameType, _event: str, _argument: Any) -> Any:
        nonlocal taken
        taken += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return taken


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_hostile_document_is_refused_at_little_cost(name: str) -> None:
    documents = graph().documents

    assert documents.document(DOCUMENTS[name]).errors
    assert steps(lambda: documents.document(DOCUMENTS[name])) < MOST_STEPS


@pytest.mark.parametrize("name", DOCUMENTS)
async def test_a_hostile_document_gets_an_answer_like_any_other(client: Client, name: str) -> None:
    response = await client.ask(DOCUMENTS[name], {}, Accept="application/graphql-response+json")

    assert response.status_code == 400
    codes = {error["extensions"]["code"] for error in response.json()["errors"]}
    assert codes <= {"GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED", "TOO_COMPLEX"}


@pytest.mark.parametrize("name", VARIABLES)
def test_hostile_variables_are_read_at_little_cost(name: str) -> None:
    query, variables, _ = VARIABLES[name]
    operation = graph().documents.document(query).operation(None)
    assert operation is not None

    assert steps(lambda: operation.read(variables)) < MOST_STEPS


@pytest.mark.parametrize("name", VARIABLES)
async def test_hostile_variables_are_the_caller_s_mistake(client: Client, name: str) -> None:
    query, variables, expected = VARIABLES[name]

    response = await client.ask(query, variables, Accept="application/graphql-response+json")

    assert response.status_code in (200, 400)
    assert {error["extensions"]["code"] for error in response.json()["errors"]} == {expected}
    assert len(response.content) < 50_000


@pytest.mark.parametrize("name", BY_VARIABLES)
async def test_what_variables_make_too_large_is_refused_before_anything_is_read(client: Client, name: str) -> None:
    query, variables = BY_VARIABLES[name]

    refused = await client.ask(query, variables, Accept="application/graphql-response+json")

    assert (refused.status_code, code(refused)) == (400, "TOO_COMPLEX")


async def test_small_pages_within_each_other_are_answered(client: Client) -> None:
    query, _ = BY_VARIABLES["pages of pages"]

    answered = await client.ask(query, {"n": 2})

    assert answered.json() == {"data": {"customers": {"nodes": []}}}


def test_the_rules_of_validation_would_take_long_over_what_is_refused() -> None:
    """The control: without the limits before them, the same document costs many times as much."""
    document = parse(DOCUMENTS["one list again and again"])

    assert steps(lambda: validate(graph()._schema, document)) > 3 * MOST_STEPS


@pytest.mark.parametrize("name", documents())
def test_what_the_playground_asks_is_within_the_limits(name: str) -> None:
    assert excess(graph()._schema, parse(documents()[name])) is None


@pytest.mark.parametrize("where", [{"and": None}, {"or": None}, {"not": None}, {"city": None}, {"city": {"eq": None}}])
async def test_null_in_a_filter_is_refused_wherever_filters_are_taken(client: Client, where: dict[str, Any]) -> None:
    """One rule for lists and for segments: what is null would let more through than was meant."""
    listed = await client.ask("query ($w: CustomerWhere) { customers(where: $w) { totalCount } }", {"w": where})
    kept = await client.ask(
        'mutation ($w: CustomerWhere) { segmentCreate(input: { name: "x", where: $w }) { userErrors { code } } }',
        {"w": where},
    )

    assert code(listed) == "BAD_FILTER"
    assert kept.json()["data"]["segmentCreate"]["userErrors"] == [{"code": "BAD_FILTER"}]
