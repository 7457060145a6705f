"""Lists merged into one: the order of the whole, and where each list goes on behind a cursor."""

from typing import Any

import pytest

from resolvers.errors import BadCursor
from resolvers.query.merged import merge, merged_cursor, open_merged, within
from resolvers.query.paging import encode_cursor

LISTS = [
    [("c", 1), ("b", 9), ("b", 2)],
    [("b", 3)],
    [],
    [("c", 4), ("b", 5), ("b", 1), ("a", 8)],
]
"""Rows of four lists, which are their value and key."""

MERGED = [
    ("c", 1, 0),
    ("c", 4, 3),
    ("b", 9, 0),
    ("b", 2, 0),
    ("b", 3, 1),
    ("b", 5, 3),
    ("b", 1, 3),
    ("a", 8, 3),
]
"""The same in one list: the value, the key, and which list it comes from."""


def test_rows_come_by_value_then_list_by_list_then_by_key() -> None:
    placed = merge(LISTS)

    assert [(value, key, -place) for value, place, key, _ in placed] == MERGED
    assert [row for *_, row in placed] == [(value, key) for value, key, _ in MERGED]


@pytest.mark.parametrize("at", range(8))
def test_behind_a_cursor_each_list_goes_on_where_the_whole_does(at: int) -> None:
    cursor = merged_cursor("events", merge(LISTS)[at])

    spot = open_merged("events", cursor, 4)
    edges = [tuple(within(spot, place)) for place in range(4)]

    assert (
        merge([[row for row in rows if row < edge] for rows, edge in zip(LISTS, edges, strict=True)])
        == (merge(LISTS)[at + 1 :])
    )
    assert (
        merge([[row for row in rows if row > edge] for rows, edge in zip(LISTS, edges, strict=True)])
        == (merge(LISTS)[:at])
    )


@pytest.mark.parametrize(
    "values", [["b", 4, 1], ["b", -1, 1], ["b", True, 1], ["b", 0, 0], ["b", 0, 2**63], ["b", 0, "1"], ["b", 0]]
)
def test_what_names_no_spot_is_refused(values: list[Any]) -> None:
    with pytest.raises(BadCursor):
        open_merged("events", encode_cursor("events", values), 4)


def test_a_cursor_of_another_list_is_refused() -> None:
    cursor = merged_cursor("events", merge(LISTS)[0])

    with pytest.raises(BadCursor, match="belongs to another list"):
        open_merged("visits", cursor, 4)
