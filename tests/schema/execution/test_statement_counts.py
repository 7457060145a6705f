"""How many statements a document takes is set by its shape, and not by how many rows it finds."""

from typing import Any

import pytest
from graphql import GraphQLObjectType, get_named_type, get_nullable_type, is_leaf_type

from resolvers.ids import opaque_id
from tests.schema.both_ways import Graph, schema
from tests.schema.contract_operations import operations


async def statements(graph: Graph, name: str, **variables: Any) -> int:
    """How many statements a promised operation takes."""
    answer = await graph.ask(operations()[name], **variables)
    assert not answer.errors
    assert answer.planned
    return answer.statements


async def everyone(graph: Graph) -> list[str]:
    """The ids of all customers who are shown."""
    data = await graph.data("{ customers(first: 100) { nodes { id } } }")
    return [row["id"] for row in data["customers"]["nodes"]]


async def test_a_customers_360_costs_the_same_for_few_rows_and_many(shop: Graph) -> None:
    counts = set()
    for customer in await everyone(shop):
        few = await statements(shop, "Customer360", id=customer, recent=5)
        many = await statements(shop, "Customer360", id=customer, recent=50)

        assert few == many
        counts.add(many)

    # All ten lists at once, with what insights and progress are made of; then what those name, if anything.
    assert counts == {1, 2}


async def test_a_customer_with_nothing_costs_no_more(shop: Graph) -> None:
    nobody = await statements(shop, "Customer360", id=opaque_id("Customer", 2**40), recent=5)

    assert nobody == 1


async def test_a_list_of_customers_costs_the_same_for_one_and_for_many(shop: Graph) -> None:
    ids = await everyone(shop)

    one = await statements(shop, "Customers", where={"id": {"eq": ids[0]}})
    many = await statements(shop, "Customers", where={"id": {"in": ids}})

    assert len(ids) > 20
    assert (one, many) == (1, 1)


async def test_a_customer_with_their_timeline_costs_one_statement(shop: Graph) -> None:
    counts = {each: await statements(shop, "CustomerTimeline", id=each) for each in await everyone(shop)}

    assert max(counts.values()) == 1


KINDS: tuple[Any, ...] = (
    None,
    [],
    ["STATUS"],
    ["PURCHASE", "CARD"],
    ["PURCHASE", "POINTS", "VOUCHER", "STATUS", "CARD"],
)


@pytest.mark.parametrize("kinds", KINDS, ids=str)
async def test_a_timeline_costs_no_statement_of_its_own(shop: Graph, kinds: Any) -> None:
    page = "timeline(first: $first, kinds: $kinds) { totalCount edges { cursor } pageInfo { hasNextPage } }"
    given = "$first: Int, $kinds: [TimelineKind!]"
    one = f"query ($id: ID!, {given}) {{ customer(by: {{id: $id}}) {{ {page} }} }}"
    many = f"query ({given}) {{ customers(first: 100) {{ nodes {{ {page} }} }} }}"

    alone = [await shop.ask(one, id=customer, first=100, kinds=kinds) for customer in await everyone(shop)]
    together = await shop.ask(many, first=2, kinds=kinds)

    assert {answer.statements for answer in alone} == {1}
    assert together.statements == 1


async def test_timelines_of_whom_many_rows_refer_to_are_read_once_for_all(shop: Graph) -> None:
    query = """query ($kinds: [TimelineKind!]) {
      purchases(first: 50) { nodes { customer { timeline(kinds: $kinds) { nodes { at } } } } }
    }"""

    counts = [(await shop.ask(query, kinds=kinds)).statements for kinds in KINDS]

    assert counts == [2, 1, 2, 2, 2]


@pytest.mark.parametrize("name", ["LoyalButQuiet", "Catalogue", "Refetch", "CustomerByEachKey"])
async def test_promised_lists_cost_what_their_shape_says(shop: Graph, name: str) -> None:
    ids = [opaque_id(kind, key) for kind in ("Customer", "Voucher", "Product") for key in range(1, 30)]
    variables: dict[str, dict[str, Any]] = {
        "LoyalButQuiet": {"since": "2024-01-01T00:00:00Z"},
        "Catalogue": {"position": {"latitude": "50", "longitude": "14"}},
        "Refetch": {"id": ids[0], "ids": ids},
        "CustomerByEachKey": {
            "email": "x@y.cz",
            "phone": "+420601000000",
            "card": "1",
            "source": "a",
            "externalId": "b",
        },
    }
    most = {"LoyalButQuiet": 1, "Catalogue": 35, "Refetch": 8, "CustomerByEachKey": 4}

    assert await statements(shop, name, **variables[name]) <= most[name]


async def test_nested_lists_cost_no_statement_of_their_own(shop: Graph) -> None:
    answer = await shop.ask("""{
      productGroups(first: 50) { nodes {
        products(first: 5) { nodes { name brand { name } group { parent { name } } prices { amount } tags { name } } }
        children(first: 5) { nodes { products(first: 2) { nodes { name } } } }
      } }
    }""")

    assert answer.statements == 1


async def test_lists_of_what_many_rows_refer_to_are_read_once_for_all(shop: Graph) -> None:
    answer = await shop.ask("{ purchases(first: 50) { nodes { customer { cards { nodes { id } } } } } }")

    assert answer.statements == 2


async def test_several_such_lists_are_counted_in_one_statement(shop: Graph) -> None:
    counted = "cards { totalCount nodes { id } } reservations(first: 0) { totalCount } segments { totalCount }"

    answer = await shop.ask(f"{{ purchases(first: 50) {{ nodes {{ customer {{ {counted} }} }} }} }}")

    assert (answer.statements, answer.planned) == (2, True)


async def test_an_empty_page_takes_no_statement(shop: Graph) -> None:
    answer = await shop.ask("""{
      customers(first: 0) { nodes { id } edges { cursor } }
      purchases(first: 50) { nodes { customer { cards(first: 0) { nodes { id } } } } }
    }""")

    assert answer.data["customers"] == {"nodes": [], "edges": []}
    assert answer.statements == 1


async def test_counting_costs_no_statement_of_its_own(shop: Graph) -> None:
    plain = await shop.ask("{ customers { nodes { id cards { nodes { id } } } } }")
    counted = await shop.ask("{ customers { totalCount nodes { id cards { totalCount nodes { id } } } } }")

    assert (plain.statements, counted.statements) == (1, 1)


async def test_pages_that_nobody_looks_at_are_not_read(shop: Graph) -> None:
    answer = await shop.ask(
        "{ customers { __typename totalCount } cards(first: 0) { nodes { id } pageInfo { hasNextPage } } }"
    )

    assert answer.data["cards"] == {"nodes": [], "pageInfo": {"hasNextPage": True}}
    assert answer.statements == 2


async def test_rows_too_wide_to_be_put_into_others_are_read_on_their_own(shop: Graph) -> None:
    ordinary = leaves("Purchase", 0)
    wide = leaves("Purchase", 3)

    narrow_answer = await shop.ask(f"{{ customers {{ nodes {{ purchases {{ nodes {{ {ordinary} }} }} }} }} }}")
    wide_answer = await shop.ask(f"{{ customers {{ nodes {{ purchases {{ nodes {{ {wide} }} }} }} }} }}")

    assert (len(ordinary.split()) < 100 < len(wide.split())) is True
    assert (narrow_answer.statements, wide_answer.statements) == (1, 2)
    assert wide_answer.planned


def leaves(type_name: str, depth: int) -> str:
    """The fields without arguments of a type that are leaves, and those of what it leads to, so many steps far."""
    found = []
    for name, field in schema()._schema.type_map[type_name].fields.items():
        kind = get_named_type(field.type)
        if is_leaf_type(kind):
            found.append(name)
        elif isinstance(get_nullable_type(field.type), GraphQLObjectType) and not field.args and depth:
            found.append(f"{name} {{ {leaves(kind.name, depth - 1)} }}")
    return " ".join(found)
