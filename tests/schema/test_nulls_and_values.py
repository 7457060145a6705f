"""Null, nothing and malformed values in odd places: the caller's own mistake, and never more rows than were meant."""

from __future__ import annotations

import pytest

from resolvers.ids import opaque_id
from tests.schema.both_ways import Graph

CONDITIONS = {
    "a field": "query ($s: Boolean = true) { stores(first: 1) { nodes @skip(if: $s) { id } totalCount } }",
    "a root": "query ($s: Boolean = true) { stores(first: 1) @include(if: $s) { totalCount } }",
    "a spread": (
        "query ($s: Boolean = true) { stores(first: 1) { nodes { ...Named @skip(if: $s) } } }"
        " fragment Named on Store { name }"
    ),
    "an inline fragment": "query ($s: Boolean = true) { stores(first: 1) { ... @include(if: $s) { totalCount } } }",
    "a mutation": (
        'mutation ($s: Boolean = true) { storeUpsert(dryRun: true, input: { code: "x", name: "X" })'
        " { store @skip(if: $s) { id } userErrors { code } } }"
    ),
}


@pytest.mark.parametrize("document", CONDITIONS.values(), ids=CONDITIONS)
async def test_a_condition_whose_variable_is_null_is_the_callers_mistake(shop: Graph, document: str) -> None:
    answer = await shop.ask(document, s=None)

    assert answer.data is None
    assert answer.messages == ["Variable '$s' decides what is skipped, and so it must not be null."]


LEFT_OUT = [
    ("city: {eq: $v}", "String", "city"),
    ("not: {city: {eq: $v}}", "String", "not.city"),
    ('or: [{city: {in: $v}}, {zip: {eq: "1"}}]', "[String!]", "or.city"),
    ("cards: {some: {number: {eq: $v}}}", "String", "cards.some.number"),
    ("cards: {some: $v}", "CardWhere", "cards"),
    ("birthday: {next: $v}", "String", "birthday"),
    ("purchasesWithin: {count: $v}", "IntFilter", "purchasesWithin"),
    ("statistics: {purchaseCount: {gte: $v}}", "Int", "statistics.purchaseCount"),
]


@pytest.mark.parametrize(("where", "kind", "place"), LEFT_OUT)
async def test_a_comparison_whose_variable_is_left_out_is_refused(
    shop: Graph, where: str, kind: str, place: str
) -> None:
    answer = await shop.ask(f"query ($v: {kind}) {{ customers(where: {{ {where} }}) {{ totalCount }} }}")

    assert answer.codes == ["BAD_FILTER"], answer.messages
    assert answer.messages[0].startswith(
        (f"`where.{place}` compares with nothing", f"`where.{place}` asks for nothing")
    )


@pytest.mark.parametrize("given", [{"n": "1"}, {"n": "1", "i": None}, {"n": "1", "i": opaque_id("Card", 1)}])
async def test_a_second_key_is_refused_whether_its_variable_has_a_value_or_not(
    shop: Graph, given: dict[str, str | None]
) -> None:
    answer = await shop.ask("query ($n: String!, $i: ID) { card(by: { number: $n, id: $i }) { id } }", **given)

    assert answer.messages == [
        "Within OneOf Input Object type 'CardBy', exactly one field must be specified, and the value for that field "
        "must be non-null."
    ]


async def test_a_malformed_id_among_good_ones_is_null_in_its_place(shop: Graph) -> None:
    ids = ["x", opaque_id("Tag", 1), opaque_id("Nothing", 1), opaque_id("Customer", 10**6)]

    answer = await shop.ask("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=ids)

    assert answer.data == {"nodes": [None, {"id": opaque_id("Tag", 1)}, None, None]}
    assert answer.errors == []


LITERALS = [
    ('rewards(where: {value: {eq: "1_000"}}) { totalCount }', 31),
    ('rewards(where: {validTo: {lt: "yesterday"}}) { totalCount }', 33),
    ('customers(where: {birthdate: {eq: "2023-02-29"}}) { totalCount }', 37),
]


@pytest.mark.parametrize(("field", "column"), LITERALS)
async def test_a_literal_that_a_scalar_does_not_take_is_told_with_its_place(
    shop: Graph, field: str, column: int
) -> None:
    answer = await shop.ask(f"{{ {field} }}")

    assert answer.data is None
    assert [(place.line, place.column) for place in answer.errors[0].locations or ()] == [(1, column)]
