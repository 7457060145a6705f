"""Several lists merged into one: by a value of each row, then list by list, then by the row's key.

Value and key fall, the lists keep their order. Rows are as statements answer them, the value last but one, the key
last. A cursor is made of value, list and key, and says of each list where it goes on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from resolvers.errors import BadCursor
from resolvers.ids import LARGEST_KEY
from resolvers.query.paging import NOT_A_CURSOR, encode_cursor, open_cursor
from resolvers.storage.reader import Row

Placed = tuple[Any, int, int, Row]
"""A row behind what it is sorted by: its value, the place of its list as a negative number, and its key."""

Spot = tuple[Any, int, int]
"""Where a page begins: the value, the place of the list, and the key of the row before it."""


def merge(lists: Sequence[Sequence[Row]]) -> list[Placed]:
    """The rows of all lists in their common order."""
    placed = [(row[-2], -place, row[-1], row) for place, rows in enumerate(lists) for row in rows]
    placed.sort(reverse=True)
    return placed


def merged_cursor(sign: str, placed: Placed) -> str:
    """The cursor of a row."""
    value, place, key, _ = placed
    return encode_cursor(sign, [value, -place, key])


def open_merged(sign: str, cursor: str, count: int) -> Spot:
    """The spot that a cursor over so many lists names; the value is still to be read as its column's type says."""
    values = open_cursor(sign, cursor)
    if len(values) != 3:
        raise BadCursor(NOT_A_CURSOR)
    value, place, key = values
    known = type(place) is int and 0 <= place < count and type(key) is int and 0 < key <= LARGEST_KEY
    if not known:
        raise BadCursor(NOT_A_CURSOR)
    return value, place, key


def within(spot: Spot, place: int) -> list[object]:
    """The value and key behind which one of the lists goes on, in either direction.

    Of the rows with the spot's value, those of earlier lists come before it, and those of later ones behind it.
    """
    value, own, key = spot
    if place == own:
        return [value, key]
    return [value, LARGEST_KEY if place > own else 0]
