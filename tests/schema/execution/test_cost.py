"""What a document costs is known before it runs, from the page sizes that it really asks for."""

from typing import Any

import pytest
from graphql.execution.values import VariableValues

from schema.execution.plan.cost.price import Cost, cost
from tests.schema.both_ways import Graph, schema
from tests.schema.execution.documents import random_documents


def cost_of(query: str, /, **variables: Any) -> Cost:
    """The cost of a document's only operation."""
    documents = schema().documents
    document = documents.document(query)
    operation = document.operation(None)
    assert operation is not None, document.errors
    values = operation.read(variables)
    assert isinstance(values, VariableValues)
    return cost(documents.plan(query, document, operation, values), values)


PAGES = """query ($n: Int) {
  customers(first: $n) { nodes { cards(first: $n) { nodes { customer { purchases(first: $n) { nodes { id } } } } } } }
}"""


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        # 1 connection, 2 customers, each with a connection, 2 cards, as many customers, their connections and bills.
        ({"n": 2}, Cost(objects=1 + 2 + 2 + 4 + 4 + 4 + 8, values=8, lists=3)),
        ({"n": 1}, Cost(objects=7, values=1, lists=3)),
        ({"n": 0}, Cost(objects=1, lists=1)),
        ({}, Cost(objects=1 + 20 + 20 + 3 * 400 + 8000, values=8000, lists=3)),
        ({"n": None}, Cost(objects=1 + 20 + 20 + 3 * 400 + 8000, values=8000, lists=3)),
        ({"n": 100_000}, Cost(objects=1 + 100 + 100 + 3 * 10_000 + 1_000_000, values=1_000_000, lists=3)),
    ],
)
def test_a_variable_counts_with_its_value(variables: dict[str, Any], expected: Cost) -> None:
    assert cost_of(PAGES, **variables) == expected


def test_a_variable_counts_with_its_default() -> None:
    query = "query ($n: Int = 3) { stores(last: $n) { nodes { name } } }"

    assert cost_of(query) == Cost(objects=4, values=3, lists=1)
    assert cost_of(query, n=5) == Cost(objects=6, values=5, lists=1)


def test_written_sizes_and_the_usual_one_count_as_they_are() -> None:
    query = "{ a: stores(first: 2) { nodes { name } } b: stores { edges { cursor node { name } } } }"

    assert cost_of(query) == Cost(objects=(1 + 2) + (1 + 20 + 20), values=2 + 40, lists=2)


def test_what_is_skipped_costs_nothing() -> None:
    query = "query ($all: Boolean!) { stores(first: 2) { nodes { name } } cards @include(if: $all) { totalCount } }"

    assert cost_of(query, all=False) == Cost(objects=3, values=2, lists=1)
    assert cost_of(query, all=True) == Cost(objects=4, values=3, lists=2, counts=1)


def test_a_list_is_counted_once_for_each_of_its_parents() -> None:
    query = "{ customers(first: 5) { totalCount nodes { cards(first: 0) { totalCount } } } }"

    assert cost_of(query) == Cost(objects=1 + 5 + 5, values=1 + 5, lists=2, counts=1 + 5)


def test_ids_count_as_many_as_they_are() -> None:
    query = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"

    assert cost_of(query, ids=["a", "b", "c"]) == Cost(objects=3, values=3, lists=1)
    assert cost_of('{ nodes(ids: ["a", "b"]) { id } }') == Cost(objects=2, values=2, lists=1)


def test_of_several_types_the_dearest_counts() -> None:
    query = """query ($n: Int) { node(id: "x") {
      id ... on Store { name code } ... on Customer { cards(first: $n) { nodes { number } } }
    } }"""

    assert cost_of(query, n=4) == Cost(objects=1 + 1 + 4, values=5, lists=2)
    assert cost_of(query, n=1) == Cost(objects=3, values=3, lists=2)


def test_each_part_of_a_merged_list_is_a_list() -> None:
    query = "{ customers(first: 1) { nodes { timeline(first: 7) { nodes { at } } } } }"

    assert cost_of(query) == Cost(objects=1 + 1 + 1 + 7, values=7, lists=1 + 5)


def test_a_list_without_pages_is_taken_to_be_short() -> None:
    assert cost_of("{ purchases(first: 3) { nodes { items { quantity } } } }") == Cost(
        objects=1 + 3 + 30, values=30, lists=2
    )


def test_a_whole_document_as_json_is_dear() -> None:
    found = cost_of('{ customer(by: {id: "x"}) { id } customerExport(by: {id: "x"}) }')

    assert found == Cost(objects=1, values=1 + 1000, lists=2)


def test_a_mutation_costs_its_change_and_what_it_shows() -> None:
    query = 'mutation { cardBlock(input: {id: "x", reason: "y"}) { card { number customer { id } } } }'

    assert cost_of(query) == Cost(objects=3, values=2, changes=1)


def test_a_question_about_the_schema_is_no_part_of_it() -> None:
    assert cost_of("{ __typename __schema { types { name } } }") == Cost(values=1)


def test_points_are_one_number_for_all_of_it() -> None:
    assert Cost(objects=7, values=21, lists=2, counts=3, changes=1).points == 7 + 3 + 100 + 30 + 1000
    assert Cost().points == 0


def test_many_sizes_are_not_all_remembered() -> None:
    query = "query ($ids: [ID!]!) { nodes(ids: $ids) { many: id } }"

    found = [cost_of(query, ids=["x"] * size).objects for size in range(300)]

    documents = schema().documents
    (plan,) = [plan for key, (plan, _) in documents.plans._kept.items() if key[0] == query]
    assert found == list(range(300))
    assert len(plan.price.known) <= 256


def counted(data: Any) -> tuple[int, int]:
    """The objects and the values in an answer."""
    if isinstance(data, dict):
        inside = [counted(value) for value in data.values()]
    elif isinstance(data, list) and any(isinstance(item, dict | list) for item in data):
        inside = [counted(item) for item in data]
    else:
        return 0, 1
    return sum(each[0] for each in inside) + isinstance(data, dict), sum(each[1] for each in inside)


LONG = ("eventKinds", "errorCodes", "requestErrorCodes")
"""Lists without pages that are not short."""


async def test_no_answer_holds_more_than_it_was_said_to(shop: Graph, database_kind: str) -> None:
    chosen = ["sqlite", "postgresql"].index(database_kind)
    full = 0

    for document in random_documents(60, 77 + chosen):
        if any(name in document for name in LONG):
            continue
        said = cost_of(document)
        answer = await shop.run(document, {}, planned=True)
        objects, _ = counted(answer.data or {})
        assert objects - 1 <= said.objects, document
        full += objects - 1 == said.objects

    assert full >= 5


def test_going_through_all_bills_is_dear_and_through_a_customers_own_is_not() -> None:
    everybody = cost_of("{ purchaseAggregates(first: 1) { nodes { count } } }")
    each = cost_of("{ customers(first: 5) { nodes { purchaseAggregates(first: 1) { nodes { count } } } } }")

    assert everybody == Cost(objects=2, values=1, lists=1, sums=100)
    assert everybody.points == 2 + 1 + 50 + 10_000
    assert each == Cost(objects=1 + 5 + 5 + 5, values=5, lists=2, sums=5)
