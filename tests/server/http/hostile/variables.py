"""Variables that would cost too much, or that make no sense, each refused as the caller's own mistake."""

from typing import Any

CUSTOMERS = "query ($w: CustomerWhere) { customers(where: $w) { totalCount } }"
SEARCH = "query ($s: String) { customers(search: $s) { totalCount } }"
ORDER = "query ($o: [CustomerOrder!]) { customers(orderBy: $o) { totalCount } }"
POINTS = "mutation ($i: PointsAssignInput!) { pointsAssign(input: $i) { repeated userErrors { code } } }"


def nested(depth: int, innermost: Any = 1, key: str = "a") -> Any:
    """An object within an object, so many levels deep."""
    value = innermost
    for _ in range(depth):
        value = {key: value}
    return value


def within(depth: int) -> Any:
    """Lists of conditions within each other."""
    value: Any = {}
    for _ in range(depth):
        value = {"and": [value]}
    return value


def points(extended: Any) -> dict[str, Any]:
    """Points with a caller's own data."""
    return {"i": {"customer": {"id": "x"}, "amount": "1", "extendedData": extended}}


VARIABLES: dict[str, tuple[str, dict[str, Any], str]] = {
    "2,000 names much like a field's": (CUSTOMERS, {"w": {f"stat{i}": 1 for i in range(2000)}}, "TOO_COMPLEX"),
    "20,000 names much like a field's": (CUSTOMERS, {"w": {f"stat{i}": 1 for i in range(20_000)}}, "TOO_COMPLEX"),
    "100 names much like a field's": (CUSTOMERS, {"w": {f"stat{i}": 1 for i in range(100)}}, "BAD_INPUT"),
    "100 names of 9,000 characters": (CUSTOMERS, {"w": {f"{i}{'x' * 9000}": 1 for i in range(100)}}, "TOO_COMPLEX"),
    "one name of 900,000 characters": (CUSTOMERS, {"w": {"x" * 900_000: 1}}, "TOO_COMPLEX"),
    "20,000 wrong conditions": (CUSTOMERS, {"w": {"and": [{"stat": 1}] * 20_000}}, "TOO_COMPLEX"),
    "4,000 wrong conditions": (CUSTOMERS, {"w": {"and": [{"stat": 1}] * 4000}}, "TOO_COMPLEX"),
    "50,000 wrong values": (CUSTOMERS, {"w": {"state": {"in": ["ACTIVEE"] * 50_000}}}, "TOO_COMPLEX"),
    "5,000 wrong values": (CUSTOMERS, {"w": {"state": {"in": ["ACTIVEE"] * 5000}}}, "BAD_INPUT"),
    "10,000 alternatives": (CUSTOMERS, {"w": {"or": [{"city": {"eq": "x"}}] * 10_000}}, "TOO_COMPLEX"),
    "300 alternatives": (CUSTOMERS, {"w": {"or": [{"city": {"eq": "x"}}] * 300}}, "TOO_COMPLEX"),
    "150 alternatives": (CUSTOMERS, {"w": {"or": [{"city": {"eq": "x"}}] * 150}}, "BAD_FILTER"),
    "100,000 values": (CUSTOMERS, {"w": {"city": {"in": ["x"] * 100_000}}}, "TOO_COMPLEX"),
    "5,000 values": (CUSTOMERS, {"w": {"city": {"in": ["x"] * 5000}}}, "BAD_FILTER"),
    "90 times 1,000 empty alternatives": (CUSTOMERS, {"w": {"and": [{"or": [{}] * 1000}] * 90}}, "TOO_COMPLEX"),
    "conditions 30 deep": (CUSTOMERS, {"w": within(30)}, "BAD_FILTER"),
    "conditions 300 deep": (CUSTOMERS, {"w": within(300)}, "TOO_COMPLEX"),
    "conditions that are text": (CUSTOMERS, {"w": "x" * 900_000}, "BAD_INPUT"),
    "conditions that are a list": (CUSTOMERS, {"w": [1] * 200_000}, "TOO_COMPLEX"),
    "300,000 sort keys": (ORDER, {"o": [{}] * 300_000}, "TOO_COMPLEX"),
    "5,000 sort keys": (ORDER, {"o": [{"field": "ID"}] * 5000}, "TOO_COMPLEX"),
    "100 sort keys": (ORDER, {"o": [{"field": "ID"}] * 100}, "BAD_INPUT"),
    "a search of 400,000 words": (SEARCH, {"s": "a " * 400_000}, "BAD_INPUT"),
    "a search that grows eighteenfold": (SEARCH, {"s": "\ufdfa" * 150_000}, "BAD_INPUT"),
    "a search for what is no number": (SEARCH, {"s": "1( ( (" * 100_000}, "BAD_INPUT"),
    "an address that grows": (CUSTOMERS, {"w": {"email": {"eq": "\ufdfa" * 150_000}}}, "BAD_FILTER"),
    "a phone number without end": (CUSTOMERS, {"w": {"phone": {"eq": "1( ( (" * 100_000}}}, "BAD_FILTER"),
    "JSON 252 levels deep": (POINTS, points(nested(252)), "TOO_COMPLEX"),
    "JSON 900 levels deep": (POINTS, points(nested(900)), "TOO_COMPLEX"),
    "300,000 lists of JSON": (POINTS, points([[]] * 300_000), "TOO_COMPLEX"),
    "an amount with underscores": (
        "query ($d: Decimal) { rewards(where: { value: { eq: $d } }) { totalCount } }",
        {"d": "1_000"},
        "BAD_INPUT",
    ),
    "an amount in another script": (
        "query ($d: Decimal) { rewards(where: { value: { eq: $d } }) { totalCount } }",
        {"d": "\u0661\u0662"},
        "BAD_INPUT",
    ),
    "an amount of 900,000 digits": (
        "query ($d: Decimal) { rewards(where: { value: { eq: $d } }) { totalCount } }",
        {"d": "1" * 900_000},
        "BAD_INPUT",
    ),
    "a moment of 900,000 characters": (
        "query ($d: DateTime) { rewards(where: { validTo: { lt: $d } }) { totalCount } }",
        {"d": "2" * 900_000},
        "BAD_INPUT",
    ),
    "null for what decides": (
        "query ($s: Boolean = true) { customers(first: 1) { nodes @skip(if: $s) { id } totalCount } }",
        {"s": None},
        "BAD_INPUT",
    ),
    "null for what decides at the root": (
        "query ($s: Boolean = true) { customers @include(if: $s) { totalCount } }",
        {"s": None},
        "BAD_INPUT",
    ),
    "null for what decides on a fragment": (
        "query ($s: Boolean = true) { ... @skip(if: $s) { customers { totalCount } } }",
        {"s": None},
        "BAD_INPUT",
    ),
    "null for what decides on a mutation": (
        'mutation ($s: Boolean = true) { segmentCreate(input: { name: "x" }) @skip(if: $s) { repeated } }',
        {"s": None},
        "BAD_INPUT",
    ),
    "null for a list that may not be": ("query ($i: [ID!] = []) { nodes(ids: $i) { id } }", {"i": None}, "BAD_INPUT"),
    "null for a key": (
        'query ($b: CardBy = { number: "1" }) { card(by: $b) { id } }',
        {"b": None},
        "BAD_INPUT",
    ),
    "null for a trial": (
        'mutation ($d: Boolean = true) { segmentCreate(dryRun: $d, input: { name: "x" }) { repeated } }',
        {"d": None},
        "BAD_INPUT",
    ),
}
