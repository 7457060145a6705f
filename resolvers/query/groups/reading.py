"""Reading groups: from what is asked for to a page of each owner."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from sqlalchemy import BigInteger, Text

from resolvers.errors import BadCursor
from resolvers.query.groups.grouping import (
    FIGURES,
    Figure,
    Grouping,
    GroupKey,
    GroupQuery,
    GroupRequest,
    GroupSort,
    Measure,
    Result,
    column_type,
)
from resolvers.query.groups.select import statement_of
from resolvers.query.paging import NOT_A_CURSOR, encode_cursor, open_cursor, python_value
from resolvers.query.visibility import access_of
from resolvers.storage.context import RequestContext
from resolvers.storage.reader import Row
from resolvers.storage.sql import SqlType
from resolvers.values import Connection, Edge, Money, PageInfo, amount

HEAD = 3
"""Before a group's keys stand its owner, the number of all groups, and its place among them."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What is worked out of one value of a group's rows."""

    sum: Any = None
    average: Any = None
    min: Any = None
    max: Any = None


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that have something in common, counted and summed up."""

    keys: Mapping[str, Any]
    counts: Mapping[str, int]
    figures: Mapping[str, Figures | None]


async def read_groups(asked: GroupRequest, context: RequestContext, owners: Sequence[int]) -> dict[int, Connection]:
    """A page of groups for each owner."""
    query = asked.query
    rows: dict[int, list[Row]] = {owner: [] for owner in owners}
    statement = await statement_of(query, context.backend, access_of(context.viewer))
    for row in await context.fetch(statement, {**asked.values, "keys": owners, "size": asked.size + 1}):
        rows[row[0]].append(row)
    return {owner: _page(asked, its) for owner, its in rows.items()}


def _page(asked: GroupRequest, rows: Sequence[Row]) -> Connection:
    query = asked.query
    count = rows[0][1] if rows and query.counted else 0
    found = [row[HEAD:] for row in rows if row[HEAD - 1] is not None]
    if not query.keys and not count and not rows and query.cursor is None:
        # Nothing at all is one group, too.
        nothing = tuple(
            0 if each.figure is None or each.measure is Measure.DIFFERENT else None for each in query.results
        )
        found, count = [(*nothing, None)], 1
    more = len(found) > asked.size
    found = found[: asked.size]
    if query.backwards:
        found.reverse()
    edges = [Edge(_cursor(asked, row), _group(query, row)) for row in found]
    before = query.cursor is not None
    info = PageInfo(
        before if query.backwards else more,
        more if query.backwards else before,
        edges[0].cursor if edges else None,
        edges[-1].cursor if edges else None,
    )
    return Connection(edges, info, count)


def _group(query: GroupQuery, row: Row) -> Group:
    keys = {key.name: None if raw is None else key.python(raw) for key, raw in zip(query.keys, row, strict=False)}
    results = dict(zip(query.results, row[len(query.keys) :], strict=False))
    grouping, currency = query.grouping, row[-1] if row else None
    counts = {"count": results.get(Result(Measure.COUNT), 0)}
    counts |= {name: results.get(Result(Measure.DIFFERENT, each), 0) for name, each in grouping.different.items()}
    return Group(keys, counts, {name: _figures(results, figure, currency) for name, figure in grouping.figures.items()})


def _figures(results: Mapping[Result, Any], figure: Figure, currency: str | None) -> Figures | None:
    """Of amounts there is nothing to tell where there are none, or where they are in several currencies."""
    found = {measure: results.get(Result(measure, figure)) for measure in FIGURES}
    if figure.is_money and all(units is None for units in found.values()):
        return None
    return Figures(
        **{measure: _value(figure, measure, units, currency) for measure, units in found.items() if units is not None}
    )


def _value(figure: Figure, measure: Measure, units: int, currency: str | None) -> object:
    found = amount(units, figure.places(measure), 2 if figure.is_money else 0)
    return Money(found, str(currency)) if figure.is_money else found


def sign_of(grouping: Grouping, keys: Sequence[GroupKey], order: Sequence[GroupSort]) -> str:
    """A short name of groups in an order, so that a cursor is not used with others."""
    names = [grouping.name, *(key.name for key in keys)]
    names += [f"{_name(sort.by)}{'-' if sort.descending else '+'}" for sort in order]
    return blake2b(",".join(names).encode(), digest_size=4).hexdigest()


def _name(by: GroupKey | Result) -> str:
    if isinstance(by, GroupKey):
        return by.name
    return by.measure if by.figure is None else f"{by.figure.name}.{by.measure}"


def _cursor(asked: GroupRequest, row: Row) -> str:
    return encode_cursor(asked.sign, [row[_place(asked.query, sort.by)] for sort in asked.query.order])


def _place(query: GroupQuery, by: GroupKey | Result) -> int:
    """Where something stands in a group's values."""
    if isinstance(by, GroupKey):
        return query.keys.index(by)
    return len(query.keys) + query.results.index(by)


def cursor_values(grouping: Grouping, order: Sequence[GroupSort], sign: str, cursor: str) -> list[object]:
    """What a cursor says of the group that a page starts behind."""
    values = open_cursor(sign, cursor)
    if len(values) != len(order):
        raise BadCursor(NOT_A_CURSOR)
    try:
        return [
            None if value is None else python_value(_type(grouping, sort.by), value)
            for sort, value in zip(order, values, strict=True)
        ]
    except (ValueError, TypeError, ArithmeticError) as error:
        raise BadCursor(NOT_A_CURSOR) from error


def _type(grouping: Grouping, by: GroupKey | Result) -> SqlType:
    if not isinstance(by, GroupKey):
        return BigInteger()
    kind = column_type(grouping.entity, by.column)
    # The day with which a period begins is text in the statement.
    return Text() if by.period is not None else kind
