"""Every connection that the declarations make is walked from both ends, in several orders."""

from base64 import urlsafe_b64decode
from random import Random
from typing import Any

import orjson
import pytest

from resolvers.ids import opaque_id
from tests.schema.both_ways import Graph
from tests.schema.declaring.walking import PAGE, Connection, connections, sort_fields, walk

ALL = connections()
ROOT = [each for each in ALL if each.parent is None]
NESTED = [each for each in ALL if each.parent is not None]


def orders_of(connection: Connection) -> list[str]:
    """The connection's own order, and two of several keys in mixed directions, the same each time."""
    random = Random(str(connection))
    fields = sort_fields(connection.target)
    made = [""]
    for _ in range(2):
        keys = random.sample(fields, min(3, len(fields)))
        ways = [random.choice(("ASC", "DESC")) for _ in keys]
        made.append(
            "[" + ", ".join(f"{{field: {key}, direction: {way}}}" for key, way in zip(keys, ways, strict=True)) + "]"
        )
    return made


async def fullest(graph: Graph, connection: Connection) -> dict[str, str]:
    """The id of the parent with most rows."""
    if connection.parent is None:
        return {}
    inner = f"{connection.path[-1]} {{ totalCount }}"
    for outer in reversed(connection.path[:-1]):
        inner = f"{outer} {{ {inner} }}"
    query = f"query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ id ... on {connection.parent} {{ {inner} }} }} }}"
    ids = [opaque_id(connection.parent, key) for key in range(1, 101)]
    found = [row for row in (await graph.data(query, ids=ids))["nodes"] if row]

    def count(row: Any) -> int:
        for step in connection.path:
            row = row[step]
        return row["totalCount"]

    return {"id": max(found, key=count)["id"]}


@pytest.mark.parametrize("connection", ALL, ids=str)
async def test_each_list_is_walked_whole_from_both_ends(shop: Graph, connection: Connection) -> None:
    orders = orders_of(connection)
    query = connection.call(PAGE.replace("KEY", connection.key), *orders)
    parent = await fullest(shop, connection)
    whole = connection.pages(await shop.data(query, first=100, **parent))
    cursors = [[edge["cursor"] for edge in page["edges"]] for page in whole]
    count = len(cursors[0])

    for backwards in (False, True):
        steps = walk(shop, query, connection.pages, 1 + count // 3, backwards=backwards, **parent)
        walked = [found async for found in steps]
        parts = walked[::-1] if backwards else walked
        assert [[edge for part in parts for edge in part[at]["edges"]] for at in range(3)] == [
            page["edges"] for page in whole
        ]
        behind = "hasNextPage" if backwards else "hasPreviousPage"
        assert [{page["pageInfo"][behind] for page in found} for found in walked] == [
            {place > 0} for place in range(len(walked))
        ]

    assert all(len(set(each)) == len(each) for each in cursors)
    assert connection.key != "id" or len({edge["node"]["id"] for edge in whole[0]["edges"]}) == count


async def test_lists_are_of_every_kind_and_most_have_rows(shop: Graph) -> None:
    counted = {connection: await fullest(shop, connection) for connection in NESTED}
    empty = []
    for connection, parent in counted.items():
        page = connection.pages(await shop.data(connection.call("totalCount", ""), first=1, **parent))[0]
        empty += [] if page["totalCount"] > 0 else [str(connection)]

    assert len(ROOT) > 35
    assert len(NESTED) > 35
    assert not empty, empty


@pytest.mark.parametrize("connection", ROOT, ids=str)
async def test_each_sort_key_puts_missing_values_last_and_runs_both_ways(shop: Graph, connection: Connection) -> None:
    fields = sort_fields(connection.target)
    orders = [f"[{{field: {field}, direction: {way}}}]" for field in fields for way in ("ASC", "DESC")]
    # A document may not be longer than a caller's: the orders are asked for a few at a time.
    queries = [connection.call("edges { cursor }", *orders[at : at + 8]) for at in range(0, len(orders), 8)]

    answers = [connection.pages(await shop.data(query, first=100)) for query in queries]

    pages = [page["edges"] for answer in answers for page in answer]
    for up, down in zip(pages[::2], pages[1::2], strict=True):
        keys = [values_of(edge["cursor"]) for edge in up]
        assert keys == sorted(
            keys, key=lambda values: [(value is None, "" if value is None else value) for value in values]
        )
        assert keys == [values_of(edge["cursor"]) for edge in down][::-1]


def values_of(cursor: str) -> list[Any]:
    """The sort keys in a cursor."""
    return orjson.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))[1:]
