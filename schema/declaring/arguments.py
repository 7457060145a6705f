"""From a connection's arguments to the rows it asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from resolvers.code.iso import known_codes
from resolvers.errors import BadInput
from resolvers.normalise import search_words
from resolvers.query.columns import Column
from resolvers.query.filters.where import ALL, FILTERS, LAST_CHARACTER, Structure, checked, read_filter
from resolvers.query.paging import (
    MOST_SORT_KEYS,
    Order,
    Page,
    SortKey,
    complete,
    decode_cursor,
    page_size,
    start_of,
)
from schema.declaring.base import TypeDeclaration
from schema.declaring.connections import PRICE, SORT_KEYS

MOST_WORDS = 8
LONGEST_SEARCH = 256


@dataclass(frozen=True, slots=True)
class Listing:
    """What a connection's arguments ask for, apart from whose rows and which columns."""

    order: Order
    page: Page
    where: Structure
    words: int
    cursor: tuple[bool, ...] | None
    values: Mapping[str, object]
    wanted: bool = True
    """Whether the list is asked for at all; one that isn't is neither read nor counted."""


def listing_of(
    declared: TypeDeclaration, default: Sequence[SortKey] | None, args: Mapping[str, Any], *, probe: bool
) -> Listing:
    """Read the arguments; what can't be used is a `BadInput` that says why."""
    assert declared.entity is not None
    order = _order(declared, default, args.get("orderBy"))
    size, backwards = page_size(args.get("first"), args.get("last"))
    values: dict[str, object] = {}
    where = ALL
    if (given := args.get("where")) is not None:
        where, values = read_filter(FILTERS[declared.name], given)
    words = _words(args.get("search"))
    for index, word in enumerate(words):
        values |= {f"s{index}": word, f"s{index}z": word + LAST_CHARACTER}
    cursor = None
    if (start := start_of(args, backwards=backwards)) is not None:
        cursor = noted_cursor(decode_cursor(declared.entity, order, start), values)
    return Listing(order, Page(size, backwards, probe), where, len(words), cursor, values)


def noted_cursor(decoded: Sequence[object], values: dict[str, object]) -> tuple[bool, ...]:
    """Note a cursor's sort keys among the values; the answer says which of them are null."""
    values |= {f"c{index}": value for index, value in enumerate(decoded)}
    return tuple(value is None for value in decoded)


def _order(declared: TypeDeclaration, default: Sequence[SortKey] | None, given: Any) -> Order:
    if not given:
        return complete(declared.order if default is None else default)
    if len(given) > MOST_SORT_KEYS:
        raise BadInput(f"`orderBy` takes {MOST_SORT_KEYS} keys at most.")
    chosen = []
    for key in given:
        name = str(getattr(key["field"], "value", key["field"]))
        direction = str(getattr(key.get("direction"), "value", key.get("direction")))
        chosen.append(SortKey(_sort_column(declared, name, key.get("currency")), direction == "DESC"))
    return complete(chosen)


def _sort_column(declared: TypeDeclaration, name: str, currency: str | None) -> Column:
    if declared.priced is None or name != PRICE:
        if currency is not None:
            raise BadInput("`orderBy`: `currency` goes with PRICE.")
        return SORT_KEYS[declared.name][name]
    code = (currency or "").strip().upper()
    if code not in known_codes("Currency"):
        raise BadInput("`orderBy`: PRICE needs a `currency`, a code of ISO 4217 such as EUR.")
    return Column((), declared.priced(code))


def _words(search: str | None) -> list[str]:
    if search is None:
        return []
    if len(search) > LONGEST_SEARCH:
        raise BadInput(f"`search` takes {LONGEST_SEARCH} characters at most.")
    try:
        words = search_words(checked(search))
    except ValueError as error:
        raise BadInput(f"`search`: {error}") from error
    if len(words) > MOST_WORDS:
        raise BadInput(f"`search` takes {MOST_WORDS} words at most.")
    # What holds no letter and no digit is found nowhere; an empty search box asks for nothing in particular.
    return words or ([LAST_CHARACTER] if search.strip() else [])
