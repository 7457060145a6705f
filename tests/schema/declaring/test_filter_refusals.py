"""Filters that mean nothing are refused, and let no row through."""

from typing import Any

import pytest

from tests.schema.both_ways import Graph
from tests.schema.declaring.filtering import WHERE

NULLS = [
    {"city": {"eq": None}},
    {"city": None},
    {"or": None},
    {"not": None},
    {"city": {"in": None}},
    {"cards": {"some": None}},
    {"store": None},
    {"store": {"isNull": None}},
    {"id": {"eq": None}},
    {"city": {"isNull": None}},
    {"cards": None},
    {"birthdate": {"lt": None}},
    {"state": {"eq": None}},
    {"isNull": True},
    {"isNull": False},
    {"store": {"not": {"isNull": True}}},
    {"cards": {"some": {"isNull": True}}},
    {"or": [{"isNull": False}, {"city": {"eq": "Brno"}}]},
]


@pytest.mark.parametrize("where", NULLS)
async def test_null_operands_are_refused_and_let_no_row_through(shop: Graph, where: Any) -> None:
    answer = await shop.ask(WHERE, where=where)

    assert answer.data is None
    assert answer.codes == ["BAD_FILTER"]


VALUES = [
    ("rewards(where: {value: {eq: 0.00001}})", "BAD_FILTER"),
    ('rewards(where: {pointsCost: {gt: "0.001"}})', "BAD_FILTER"),
    ('rewards(where: {value: {lt: "1e30"}})', "BAD_FILTER"),
    ('rewards(where: {validTo: {lt: "2024-05-15T12:00:00"}})', "BAD_FILTER"),
    ('rewards(where: {validTo: {lt: "0001-01-01T00:00:00+14:00"}})', "BAD_FILTER"),
    ('rewards(where: {validTo: {gt: "9999-12-31T23:59:59-14:00"}})', "BAD_FILTER"),
    ('rewards(where: {name: {contains: "\\u0000"}})', "BAD_FILTER"),
    ('rewards(where: {name: {startsWith: "\\u0000"}})', "BAD_FILTER"),
    ('rewards(where: {name: {in: ["a", "\\u0000"]}})', "BAD_FILTER"),
    ('campaignProducts(where: {displayIn: {has: "\\u0000"}})', "BAD_FILTER"),
    ('customers(where: {properties: {some: {value: {eq: "\\u0000"}}}})', "BAD_FILTER"),
    ('customers(where: {properties: {some: {value: {eq: {a: ["\\u0000"]}}}}})', "BAD_FILTER"),
    ("customers(where: {properties: {some: {value: {eq: 1e999}}}})", "BAD_FILTER"),
    ('customers(where: {phone: {eq: "+1"}})', "BAD_FILTER"),
    ('customers(where: {id: {eq: "x"}})', "BAD_ID"),
]


@pytest.mark.parametrize(("call", "code"), VALUES)
async def test_operands_that_a_column_cannot_hold_are_refused(shop: Graph, call: str, code: str) -> None:
    answer = await shop.ask(f"{{ {call} {{ nodes {{ id }} }} }}")

    assert (answer.data, answer.codes) == (None, [code])


UNREADABLE = [
    'rewards(where: {value: {eq: "ten"}})',
    'rewards(where: {value: {lt: "NaN"}})',
    'rewards(where: {value: {in: ["1", "Infinity"]}})',
    'rewards(where: {value: {lt: "1e999999999"}})',
    'rewards(where: {value: {eq: "1_000"}})',
    'rewards(where: {value: {eq: "\u0661\u0662"}})',
    'rewards(where: {validTo: {lt: "\uff12\uff10\uff12\uff14-05-15T12:00:00Z"}})',
    'rewards(where: {validTo: {lt: "yesterday"}})',
    "rewards(where: {validTo: {lt: 5}})",
    'customers(where: {birthdate: {eq: "2023-02-29"}})',
    "customers(where: {state: {eq: SLEEPING}})",
    "customers(where: {city: {eq: 5}})",
    "rewards(where: {limitTotal: {eq: 3000000000}})",
    "customers(where: {shoeSize: {eq: 38}})",
    'customers(where: {city: {like: "x"}})',
    "customers(where: {cards: {any: {}}})",
    'customers(where: {birthdate: {startsWith: "19"}})',
    "customers(where: [])",
    "customers(where: {pointAccount: {active: {gt: 5}}})",
    "customers(filter: {})",
]


@pytest.mark.parametrize("call", UNREADABLE)
async def test_filters_that_are_unknown_or_of_another_type_are_refused_by_validation(shop: Graph, call: str) -> None:
    answer = await shop.ask(f"{{ {call} {{ nodes {{ id }} }} }}")

    assert answer.data is None
    assert answer.errors
    assert all(
        error.original_error is None or "Error" in type(error.original_error).__name__ for error in answer.errors
    )
    assert all(error.path is None and error.locations for error in answer.errors)


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ({"or": [{"city": {"eq": "x"}}] * 100}, "The filter has more than 100 conditions."),
        ({"and": [{}] * 100}, "The filter has more than 100 conditions."),
        ({"email": {"eq": "a" * 513}}, "`where.email.eq`: more than 512 characters are not compared."),
        ({"city": {"in": ["x"] * 1001}}, "`where.city.in` has more than 1000 values."),
    ],
)
async def test_filters_that_ask_for_too_much_are_refused(shop: Graph, where: Any, message: str) -> None:
    answer = await shop.ask(WHERE, where=where)

    assert (answer.data, answer.codes, answer.messages) == (None, ["BAD_FILTER"], [message])


@pytest.mark.parametrize(("depth", "allowed"), [(12, True), (13, False)])
async def test_filters_go_twelve_levels_deep(shop: Graph, depth: int, allowed: bool) -> None:
    where: Any = {"city": {"eq": "x"}}
    for _ in range(depth):
        where = {"not": where}

    answer = await shop.ask(WHERE, where=where)

    assert answer.codes == ([] if allowed else ["BAD_FILTER"])


async def test_a_thousand_values_are_taken(shop: Graph) -> None:
    answer = await shop.ask(WHERE, where={"city": {"in": ["x"] * 1000}})

    assert answer.data == {"customers": {"nodes": []}}
