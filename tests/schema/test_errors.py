"""What can't be used is refused with a code and a reason, and never answered with more rows."""

from base64 import urlsafe_b64decode
from typing import Any

import orjson
import pytest

from resolvers.ids import opaque_id
from resolvers.query.paging import encode_cursor
from tests.schema.both_ways import Graph

CUSTOMERS = """
query ($first: Int, $last: Int, $after: String, $before: String) {
  customers(first: $first, last: $last, after: $after, before: $before) { nodes { id } }
}
"""


async def refused(graph: Graph, query: str, /, **variables: Any) -> list[str]:
    """The codes of the errors; there must be some, and no data beside them."""
    answer = await graph.ask(query, **variables)
    assert not any((answer.data or {}).values()), answer.data
    assert answer.errors
    return answer.codes


@pytest.mark.parametrize("type_name", ["Customer", "Purchase", "Store", "Voucher"])
async def test_an_id_that_nothing_has_finds_nothing(shop: Graph, type_name: str) -> None:
    unknown = opaque_id(type_name, 2**63 - 1)
    field = type_name.lower()

    data = await shop.data(
        f"query ($id: ID!) {{ {field}(by: {{id: $id}}) {{ id }} node(id: $id) {{ id }} }}", id=unknown
    )

    assert data == {field: None, "node": None}


@pytest.mark.parametrize(
    "malformed",
    [
        "",
        "1",
        "Customer:1",
        "%%%",
        "Q3VzdG9tZXI6MQ",
        "Q3VzdG9tZXI6MQ== ",
        "Q3VzdG9tZXI6MDE=",
        "š",
        "\x00",
        "\ud800",
        "A" * 10_000,
        opaque_id("Customer", 0),
        opaque_id("Customer", -1),
        opaque_id("Customer", 2**63),
        opaque_id("Customer", 10**30),
        opaque_id("", 1),
        opaque_id("CustomerEdge", 1),
        opaque_id("Query", 1),
    ],
)
async def test_a_malformed_id_is_refused(shop: Graph, malformed: str) -> None:
    found = "query ($id: ID!) { customer(by: {id: $id}) { id } }"
    filtered = "query ($id: ID!) { customers(where: {id: {in: [$id]}}) { nodes { id } } }"
    anything = "query ($id: ID!) { node(id: $id) { id } }"

    codes = [await refused(shop, query, id=malformed) for query in (found, filtered, anything)]

    assert codes == [["BAD_ID"]] * 3


async def test_an_id_of_another_type_is_refused(shop: Graph) -> None:
    card = opaque_id("Card", 1)

    by_key = await shop.ask("query ($id: ID!) { customer(by: {id: $id}) { id } }", id=card)
    by_filter = await shop.ask("query ($id: ID!) { customers(where: {id: {eq: $id}}) { totalCount } }", id=card)

    assert (by_key.codes, by_key.messages) == (["BAD_ID"], ["This is the id of a Card, not of a Customer."])
    assert by_filter.codes == ["BAD_ID"]


async def test_one_refused_field_leaves_the_others_answered(shop: Graph) -> None:
    answer = await shop.ask('{ customer(by: {id: "x"}) { id } countries(first: 1) { nodes { code } } }')

    assert answer.data == {"customer": None, "countries": {"nodes": [{"code": "AD"}]}}
    assert (answer.codes, answer.errors[0].path) == (["BAD_ID"], ["customer"])


@pytest.mark.parametrize("count", [0, 100])
async def test_nodes_takes_up_to_a_hundred_ids(shop: Graph, count: int) -> None:
    answer = await shop.ask("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=[opaque_id("Tag", 1)] * count)

    assert answer.data == {"nodes": [{"id": opaque_id("Tag", 1)}] * count}


async def test_more_than_a_hundred_ids_are_refused(shop: Graph) -> None:
    ids = [opaque_id("Tag", 1)] * 101

    assert await refused(shop, "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=ids) == ["BAD_INPUT"]


@pytest.mark.parametrize(
    ("page", "code"),
    [
        ({"first": -1}, "BAD_PAGE"),
        ({"last": -1}, "BAD_PAGE"),
        ({"first": 101}, "BAD_PAGE"),
        ({"last": 101}, "BAD_PAGE"),
        ({"first": 2**31 - 1}, "BAD_PAGE"),
        ({"first": 2, "last": 2}, "BAD_PAGE"),
        ({"last": 2, "after": "x"}, "BAD_PAGE"),
        ({"first": 2, "before": "x"}, "BAD_PAGE"),
        ({"before": "x"}, "BAD_PAGE"),
        ({"first": 2, "after": "x"}, "BAD_CURSOR"),
        ({"last": 2, "before": "x"}, "BAD_CURSOR"),
        ({"after": ""}, "BAD_CURSOR"),
    ],
)
@pytest.mark.parametrize(
    "field",
    [
        "customers",
        "countries",
        "storesNear(position: {latitude: 50, longitude: 14},",
        "customer.timeline",
        "customer.cards",
    ],
)
async def test_pages_that_make_no_sense_are_refused(shop: Graph, field: str, page: dict[str, Any], code: str) -> None:
    arguments = "first: $first, last: $last, after: $after, before: $before"
    head = "query ($id: ID!, $first: Int, $last: Int, $after: String, $before: String)"
    if field.startswith("customer."):
        inner = field.removeprefix("customer.")
        query = f"{head} {{ customer(by: {{id: $id}}) {{ {inner}({arguments}) {{ nodes {{ __typename }} }} }} }}"
    else:
        call = field if "(" in field else f"{field}("
        # Every variable must be used.
        query = f"{head} {{ {call}{arguments}) {{ nodes {{ __typename }} }} node(id: $id) {{ id }} }}"
    living = await shop.data("{ customers(first: 1) { nodes { id } } }")

    answer = await shop.ask(query, id=living["customers"]["nodes"][0]["id"], **page)

    assert answer.codes == [code]


async def test_sizes_that_are_no_numbers_are_refused_by_their_type(shop: Graph) -> None:
    sizes = [2**31, -(2**31) - 1, 1.5, "10", True]

    answers = [await shop.ask(CUSTOMERS, first=size) for size in sizes]

    assert [answer.data for answer in answers] == [None] * 5
    assert all("Int cannot represent" in answer.messages[0] for answer in answers)


@pytest.mark.parametrize(
    "cursor",
    [
        "%%%",
        "š",
        "\x00",
        "\ud800",
        "bnVsbA",
        "W10",
        "e30",
        "MQ",
        '"a"',
        "A" * 10_000,
        encode_cursor("", []),
        encode_cursor("7", [1]),
        encode_cursor("timeline", ["2024-01-01T00:00:00+00:00", 0, 1]),
        encode_cursor("near", [1, 1]),
    ],
)
async def test_what_is_no_cursor_is_refused(shop: Graph, cursor: str) -> None:
    assert await refused(shop, CUSTOMERS, after=cursor) == ["BAD_CURSOR"]


SIGNED = """
query ($after: String, $id: ID!) {
  customer(by: {id: $id}) { timeline(first: 1, after: $after) { nodes { at } } }
}
"""


@pytest.mark.parametrize(
    "values",
    [
        [],
        ["2024-01-01T00:00:00+00:00"],
        ["2024-01-01T00:00:00+00:00", 0, 0],
        ["2024-01-01T00:00:00+00:00", 5, 1],
        ["2024-01-01T00:00:00+00:00", -1, 1],
        ["2024-01-01T00:00:00+00:00", True, 1],
        ["2024-01-01T00:00:00", 0, 1],
        ["yesterday", 0, 1],
        [5, 0, 1],
        [None, 0, 1],
        ["2024-01-01T00:00:00+00:00", 0, 2**63],
        ["2024-01-01T00:00:00+00:00", 0, 1.5],
        ["2024-01-01T00:00:00+00:00", 0, None],
        ["0001-01-01T00:00:00+14:00", 0, 1],
        ["9999-12-31T23:59:59-14:00", 0, 1],
    ],
)
async def test_a_forged_cursor_of_a_timeline_is_refused(shop: Graph, values: list[Any]) -> None:
    someone = await shop.data("{ customers(first: 1) { nodes { id } } }")
    customer = someone["customers"]["nodes"][0]["id"]

    answer = await shop.ask(SIGNED, id=customer, after=encode_cursor("timeline", values))

    assert (answer.data, answer.codes) == ({"customer": None}, ["BAD_CURSOR"])


async def test_a_cursor_of_another_list_or_order_is_refused(shop: Graph) -> None:
    data = await shop.data("""{
      byName: customers(first: 1, orderBy: [{field: LAST_NAME}]) { pageInfo { endCursor } }
      byNameDown: customers(first: 1, orderBy: [{field: LAST_NAME, direction: DESC}]) { pageInfo { endCursor } }
      byId: customers(first: 1) { pageInfo { endCursor } }
      cards(first: 1) { pageInfo { endCursor } }
      languages(first: 1) { pageInfo { endCursor } }
      codes: countries(first: 1) { pageInfo { endCursor } }
      names: countries(first: 1, orderBy: [{field: NAME}]) { pageInfo { endCursor } }
      storesNear(position: {latitude: 50, longitude: 14}, first: 1) { pageInfo { endCursor } }
    }""")
    cursors = {name: found["pageInfo"]["endCursor"] for name, found in data.items()}
    lists = {
        "byName": "customers(first: 1, after: $c, orderBy: [{field: LAST_NAME}]) { nodes { id } }",
        "byNameDown": "customers(first: 1, after: $c, orderBy: [{field: LAST_NAME, direction: DESC}]) { nodes { id } }",
        "byId": "customers(first: 1, after: $c) { nodes { id } }",
        "cards": "cards(first: 1, after: $c) { nodes { id } }",
        "languages": "languages(first: 1, after: $c) { nodes { code } }",
        "codes": "countries(first: 1, after: $c) { nodes { code } }",
        "names": "countries(first: 1, after: $c, orderBy: [{field: NAME}]) { nodes { code } }",
        "storesNear": "storesNear(position: {latitude: 50, longitude: 14}, first: 1, after: $c) { nodes { id } }",
    }

    for name, cursor in cursors.items():
        for other, call in lists.items():
            answer = await shop.ask(f"query ($c: String) {{ {call} }}", c=cursor)
            assert answer.codes == ([] if name == other else ["BAD_CURSOR"]), (name, other)


FORGED = {
    "CREATED_AT": ["0001-01-01T00:00:00+14:00", "2024-05-15T12:00:00", "never", 5, None],
    "BIRTHDATE": ["2024-13-01", 5, "0000-01-01"],
    "FIRST_NAME": ["a\x00b", 5, None],
    "PRIORITY": [2**31, -(2**31) - 1, "5", 1.5, True, None],
    "POINTS_COST": [10**18, "5", 1.5, None],
    "ID": [2**63, "1", None],
}


@pytest.mark.parametrize("field", FORGED)
async def test_forged_values_in_a_cursor_are_refused(shop: Graph, field: str) -> None:
    kind = "rewards" if field in ("PRIORITY", "POINTS_COST") else "customers"
    query = (
        f"query ($c: String) {{ {kind}(first: 1, after: $c, orderBy: [{{field: {field}}}]) {{ edges {{ cursor }} }} }}"
    )
    real = (await shop.data(query))[kind]["edges"][0]["cursor"]
    sign = orjson.loads(urlsafe_b64decode(real + "=" * (-len(real) % 4)))[0]
    key = [] if field == "ID" else [1]

    codes = [(await shop.ask(query, c=encode_cursor(sign, [value, *key]))).codes for value in FORGED[field]]

    assert codes == [["BAD_CURSOR"]] * len(FORGED[field])


async def test_an_unknown_sort_key_is_refused_by_validation(shop: Graph) -> None:
    answer = await shop.ask("{ customers(orderBy: [{field: SHOE_SIZE}]) { nodes { id } } }")

    assert answer.data is None
    assert answer.messages == ["Value 'SHOE_SIZE' does not exist in 'CustomerSortField' enum."]


async def test_five_sort_keys_are_too_many(shop: Graph) -> None:
    keys = ", ".join(f"{{field: {name}}}" for name in ("CITY", "ZIP", "EMAIL", "PHONE", "ID"))

    assert await refused(shop, f"{{ customers(orderBy: [{keys}]) {{ nodes {{ id }} }} }}") == ["BAD_INPUT"]


@pytest.mark.parametrize(
    ("field", "code"),
    [
        ("storesNear(position: {latitude: 90.000001, longitude: 0}) { nodes { id } }", "BAD_INPUT"),
        ("storesNear(position: {latitude: 0, longitude: 180.1}) { nodes { id } }", "BAD_INPUT"),
        ('storesNear(position: {latitude: 0, longitude: 0}, withinKm: "-1") { nodes { id } }', "BAD_INPUT"),
        ('storesNear(position: {latitude: 0, longitude: 0}, withinKm: "1e999") { nodes { id } }', "BAD_INPUT"),
        ('customers(search: "a\\u0000b") { nodes { id } }', "BAD_INPUT"),
        ('customers(search: "a b c d e f g h i") { nodes { id } }', "BAD_INPUT"),
        (f'customers(search: "{"a" * 257}") {{ nodes {{ id }} }}', "BAD_INPUT"),
        ('customer(by: {email: "a\\u0000b"}) { id }', "BAD_FILTER"),
        ('customer(by: {phone: "+1"}) { id }', "BAD_FILTER"),
        ('customer(by: {externalId: {source: "\\u0000", externalId: ""}}) { id }', "BAD_FILTER"),
    ],
)
async def test_arguments_that_mean_nothing_are_refused(shop: Graph, field: str, code: str) -> None:
    assert await refused(shop, f"{{ {field} }}") == [code]


@pytest.mark.parametrize("number", ["NaN", "-Infinity", "sNaN", "1e999999", "1_0", " 1", "\u0661", "0x1", ""])
async def test_what_is_no_number_is_refused_by_validation(shop: Graph, number: str) -> None:
    answer = await shop.ask(f'{{ storesNear(position: {{latitude: "{number}", longitude: 0}}) {{ nodes {{ id }} }} }}')

    assert answer.messages == ["Decimal takes a number, such as 12.50, with digits from 0 to 9."]
    assert [place.column for error in answer.errors for place in error.locations or ()] == [35]


async def test_insights_refuse_months_and_sizes_out_of_range(shop: Graph) -> None:
    someone = (await shop.data("{ customers(first: 1) { nodes { id } } }"))["customers"]["nodes"][0]["id"]
    query = """
    query ($id: ID!, $months: Int!, $first: Int!) {
      customer(by: {id: $id}) { insights(months: $months) { favouriteBrands(first: $first) { purchaseCount } } }
    }
    """

    answers = [
        await shop.ask(query, id=someone, months=months, first=first)
        for months, first in ((0, 1), (1201, 1), (12, -1), (12, 11))
    ]

    assert [answer.codes for answer in answers] == [["BAD_INPUT"], ["BAD_INPUT"], ["BAD_PAGE"], ["BAD_PAGE"]]


async def test_half_a_surrogate_pair_is_refused(shop: Graph) -> None:
    by_search = await shop.ask("query ($x: String) { customers(search: $x) { nodes { id } } }", x="a\ud800")
    by_key = await shop.ask("query ($x: String!) { customer(by: {email: $x}) { id } }", x="\ud800@example.com")
    by_filter = await shop.ask(
        "query ($x: [String!]) { stores(where: {name: {in: $x}}) { nodes { id } } }", x=["\udfff"]
    )

    assert [answer.codes for answer in (by_search, by_key, by_filter)] == [
        ["BAD_INPUT"],
        ["BAD_FILTER"],
        ["BAD_FILTER"],
    ]


async def test_a_lookup_takes_exactly_one_key(shop: Graph) -> None:
    queries = [
        "customer(by: {}) { id }",
        'customer(by: {email: "a@b.cz", phone: "+420601000000"}) { id }',
        "customer(by: {email: null}) { id }",
    ]

    answers = [await shop.ask(f"{{ {query} }}") for query in queries]

    assert [answer.data for answer in answers] == [None] * 3
