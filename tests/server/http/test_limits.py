"""No document costs more than 50 ms of CPU before it is refused, and none gives a 5xx."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest
from graphql import parse, validate

from schema.execution.plan.limits import excess
from server.playground import documents
from tests.server.gateway import Client, code, graph

MOST_STEPS = 2_000_000
"""Lines of Python run before a document is refused: the same on each run, and some 30 ms on an ordinary machine."""


def chain(links: int, spreads: int) -> str:
    """Fragments that spread the next one several times: as a tree they would have spreads ** links leaves."""
    made = [f"fragment F{i} on Query {{ {f'...F{i + 1} ' * spreads} }}" for i in range(links)]
    return f"{{ ...F0 }} {' '.join(made)} fragment F{links} on Query {{ __typename }}"


def many(times: int, text: str) -> str:
    return " ".join(text.replace("#", str(index)) for index in range(times))


HOSTILE = {
    "fragment bomb": chain(25, 2),
    "wide fragment bomb": chain(10, 20),
    "long chain of fragments": chain(200, 1),
    "chain of empty fragments": chain(25, 2).replace("__typename", ""),
    "fragments in a circle": "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A ...B }",
    "fields in a circle": "{ customers { ...A } } fragment A on CustomerConnection { nodes { ...A } }",
    "3,000 levels": "{a" * 3000 + "}" * 3000,
    "150 levels": "{customers" * 150 + "{totalCount}" + "}" * 150,
    "inline fragments within each other": "{" + "... on Query {" * 100 + "__typename" + "}" * 101,
    "aliases": f"{{ {many(1500, 'a#: __typename')} }}",
    "aliases with fields": f"{{ {many(199, 'a#: customers { totalCount }')} }}",
    "one field again and again": "{" + "__typename " * 1900 + "}",
    "one list again and again": "{" + "customers(first: 1) { nodes { id } } " * 150 + "}",
    "fragments that overlap": "{"
    + many(110, "...F#")
    + "}"
    + many(110, "fragment F# on Query { customers { nodes { id } } }"),
    "repeats within repeats": "{" + ("customers { " + "nodes { " + "id " * 9 + "} " * 1 + "} ") * 18 + "}",
    "directives": "{ __typename " + "@skip(if: false) " * 300 + "}",
    "unknown directives": "{ __typename " + "@no " * 900 + "}",
    "unknown fields": f"{{ {many(1900, 'customerz#')} }}",
    "unknown arguments": f"{{ customers({many(600, 'firzt#: 1')}) {{ totalCount }} }}",
    "unknown types": many(300, "query Q# { ... on Custommer# { id } }"),
    "unknown variables": f"query ({many(450, '$v#: Int')}) {{ __typename }}",
    "unknown keys": f"{{ customers(where: {{ {many(450, 'statte#: {}')} }}) {{ totalCount }} }}",
    "unknown keys in a default": f"query ($w: CustomerWhere = {{ {many(450, 'statte#: {}')} }}) {{ "
    "customers(where: $w) { totalCount } }",
    "unknown values": f"{{ customers(where: {{ state: {{ in: [{'ACTIVEE ' * 1900}] }} }}) {{ totalCount }} }}",
    "wrong values": f"{{ customers(first: [{'1 ' * 1900}]) {{ totalCount }} }}",
    "huge name": "{" + "a" * 900_000 + "}",
    "huge string": '{ customer(by: {email: "' + "a" * 900_000 + '"}) { id } }',
    "huge comment": "#" + "x" * 900_000 + "\n{ __typename }",
    "many comments": "#x\n" * 100_000 + "{ __typename }",
    "spaces": " " * 900_000 + "{ __typename }",
    "the schema within the schema": "{ __schema { types { fields { type { fields { type { fields { name } } "
    "} } } } } }",
    "pages of pages": "{ customers(first: 100) { nodes { purchases(first: 100) { nodes { customer { "
    "purchases(first: 100) { nodes { id } } } } } } } }",
    "nodes of pages": "{ nodes(ids: [" + '"x",' * 100 + "]) { ... on Customer { purchases(first: 100) { nodes { "
    "customer { purchases(first: 100) { nodes { id } } } } } } } }",
}
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


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_document_is_refused_at_little_cost(name: str) -> None:
    documents = graph().documents

    assert documents.document(HOSTILE[name]).errors
    assert steps(lambda: documents.document(HOSTILE[name])) < MOST_STEPS


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_document_gets_an_answer_like_any_other(client: Client, name: str) -> None:
    response = await client.ask(HOSTILE[name], {}, Accept="application/graphql-response+json")

    assert response.status_code == 400
    codes = {error["extensions"]["code"] for error in response.json()["errors"]}
    assert codes <= {"GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED", "TOO_COMPLEX"}


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
    document = parse(HOSTILE["one list again and again"])

    assert steps(lambda: validate(graph()._schema, document)) > 3 * MOST_STEPS


@pytest.mark.parametrize("name", documents())
def test_what_the_playground_asks_is_within_the_limits(name: str) -> None:
    assert excess(graph()._schema, parse(documents()[name])) is None
