"""From the arguments of groups to what they ask for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from resolvers.code.iso import known_codes
from resolvers.errors import BadInput
from resolvers.operation.structs import camel
from resolvers.query.columns import Column
from resolvers.query.filters.where import ALL, FILTERS, read_filter
from resolvers.query.groups.grouping import (
    MOST_KEYS,
    Grouping,
    GroupKey,
    GroupQuery,
    GroupRequest,
    GroupSort,
    Result,
)
from resolvers.query.groups.reading import cursor_values, sign_of
from resolvers.query.paging import MOST_SORT_KEYS, page_size, start_of
from schema.declaring.arguments import noted_cursor
from schema.declaring.base import type_of_entity

SortField = GroupKey | Result
NODES = ("nodes.", "edges.node.")
"""Where groups stand in a connection."""


def group_request(
    grouping: Grouping, owner: Column | None, args: Mapping[str, Any], names: frozenset[str]
) -> GroupRequest:
    """What is asked for; what can't be used is a `BadInput`."""
    keys = _keys(grouping, args.get("groupBy"))
    order = _order(grouping, keys, args.get("orderBy"))
    size, backwards = page_size(args.get("first"), args.get("last"))
    values: dict[str, object] = {}
    where = ALL
    if (given := args.get("where")) is not None:
        where, values = read_filter(FILTERS[type_of_entity(grouping.entity)], given)
    values |= {"zone": _zone(args.get("timeZone")), "currency": _currency(args.get("currency"))}
    sign, cursor = sign_of(grouping, keys, order), None
    if (start := start_of(args, backwards=backwards)) is not None:
        cursor = noted_cursor(cursor_values(grouping, order, sign, start), values)
    query = GroupQuery(
        grouping,
        keys,
        _results(grouping, names, order),
        order,
        where,
        owner,
        in_one_currency=values["currency"] is not None,
        in_utc=values["zone"] == "UTC",
        cursor=cursor,
        backwards=backwards,
        counted="totalCount" in names,
    )
    return GroupRequest(query, values, size, sign)


def _keys(grouping: Grouping, given: Sequence[object] | None) -> tuple[GroupKey, ...]:
    names = [_text(each).lower() for each in given or ()]
    if len(names) > MOST_KEYS:
        raise BadInput(f"`groupBy` takes {MOST_KEYS} keys at most.")
    if len(set(names)) < len(names):
        raise BadInput("`groupBy` names a key twice.")
    return tuple(grouping.keys[name] for name in names)


@cache
def sort_fields(grouping: Grouping) -> Mapping[str, SortField]:
    """What groups can be sorted by: their keys but for rows, and what is worked out of them."""
    keys = {name: key for name, key in grouping.keys.items() if key.column.source != "id"}
    return {**keys, **grouping.results()}


@cache
def _by_enum_name(grouping: Grouping) -> Mapping[str, SortField]:
    return {enum_name(name): by for name, by in sort_fields(grouping).items()}


def enum_name(name: str) -> str:
    """What a key, or something that is worked out, is called in an enum."""
    return name.replace(".", "_").upper()


def _order(
    grouping: Grouping, keys: Sequence[GroupKey], given: Sequence[Mapping[str, Any]] | None
) -> tuple[GroupSort, ...]:
    """The order, in which the keys come last, so that no two groups are equal."""
    if given and len(given) > MOST_SORT_KEYS:
        raise BadInput(f"`orderBy` takes {MOST_SORT_KEYS} keys at most.")
    chosen: dict[SortField, GroupSort] = {}
    for each in given or ():
        name = _text(each["field"])
        by = _by_enum_name(grouping)[name]
        if isinstance(by, GroupKey) and by not in keys:
            raise BadInput(f"`orderBy`: {name} is not among what is grouped by.")
        chosen.setdefault(by, GroupSort(by, _text(each.get("direction")) == "DESC"))
    for key in keys:
        chosen.setdefault(key, GroupSort(key))
    return tuple(chosen.values())


def _results(grouping: Grouping, names: Iterable[str], order: Sequence[GroupSort]) -> tuple[Result, ...]:
    """What has to be worked out: what is selected of a group, and what groups are sorted by."""
    selected = {name.removeprefix(before) for name in names for before in NODES if name.startswith(before)}
    sorted_by = {sort.by for sort in order}
    return tuple(
        result
        for name, result in grouping.results().items()
        if ".".join(map(camel, name.split("."))) in selected or result in sorted_by
    )


@cache
def _zones() -> frozenset[str]:
    # What a machine calls its own is nothing to PostgreSQL.
    return frozenset(available_timezones() - {"localtime"})


def _zone(given: str | None) -> str:
    if given is not None and given not in _zones():
        raise BadInput("`timeZone` must be an IANA time zone, such as Europe/Prague.")
    return given or "UTC"


def _currency(given: str | None) -> str | None:
    if given is None:
        return None
    code = given.strip().upper()
    if code not in known_codes("Currency"):
        raise BadInput("`currency` must be a code of ISO 4217, such as EUR.")
    return code


def _text(value: object) -> str:
    return str(getattr(value, "value", value))
