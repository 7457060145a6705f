"""Keyset paging: a page is cut by the sort keys of the row it starts after, never by counting rows.

Null sorts as the greatest value, on both databases: last when ascending, first when descending. The row's own key
comes last in every order, so that no two rows are equal and a walk meets each row once whatever is inserted.
"""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import blake2b
from typing import Any, TypeVar

import orjson
from sqlalchemy import BigInteger, Boolean, ColumnElement, Date, Integer, and_, false, or_, tuple_

from models import Base
from models.types import ExactDecimal, Instant
from resolvers.errors import BadCursor, BadPage
from resolvers.query.columns import Column, Joins, entity_at, may_be_null, refuse_masked, source_type, unindexed
from resolvers.storage.sql import SqlColumn, SqlType, SqlValue
from resolvers.storage.statement import parameter

LARGEST_PAGE = 100
DEFAULT_PAGE = 20
MOST_SORT_KEYS = 4
"""By how many keys a caller may sort a list."""


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SortKey:
    """One key of an order."""

    column: Column
    descending: bool = False


Order = tuple[SortKey, ...]
ROW = Column((), "id")


def complete(order: Sequence[SortKey]) -> Order:
    """The order with the row's own key last, in the direction of the key before it."""
    kept: list[SortKey] = []
    for key in order:
        if key.column not in [other.column for other in kept]:
            kept.append(key)
        if key.column == ROW:
            return tuple(kept)
    return (*kept, SortKey(ROW, kept[-1].descending if kept else False))


@dataclass(frozen=True, slots=True)
class Page:
    """A page: how many rows, from which end, and whether one more is read to know if others follow."""

    size: int
    backwards: bool = False
    probe: bool = False

    @property
    def limit(self) -> int:
        """How many rows the statement reads."""
        return self.size + self.probe


def page_size(first: int | None, last: int | None) -> tuple[int, bool]:
    """The size of a page and whether it is counted from the end."""
    if first is not None and last is not None:
        raise BadPage("Give either `first` or `last`, not both.")
    name, size = ("last", last) if last is not None else ("first", DEFAULT_PAGE if first is None else first)
    if not 0 <= size <= LARGEST_PAGE:
        raise BadPage(f"`{name}` must be from 0 to {LARGEST_PAGE}, not {size}.")
    return size, last is not None


def signature(entity: type[Base], order: Order) -> str:
    """A short name of an order, so that a cursor is not used with another one."""
    keys = [entity.__tablename__, *(f"{key.column}{'-' if key.descending else '+'}" for key in order)]
    return blake2b(",".join(keys).encode(), digest_size=4).hexdigest()


def encode_cursor(sign: str, values: Sequence[object]) -> str:
    """A cursor from a row's sort keys as the database gave them."""
    return urlsafe_b64encode(orjson.dumps([sign, *values])).decode().rstrip("=")


NOT_A_CURSOR = "This is not a cursor; give one that a connection answered, unchanged."


def open_cursor(sign: str, cursor: str) -> list[Any]:
    """The values in a cursor of the list that the sign stands for."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        opened: list[object] = orjson.loads(urlsafe_b64decode(padded))
        found, *values = opened
    except (binascii.Error, ValueError, TypeError) as error:
        raise BadCursor(NOT_A_CURSOR) from error
    if found != sign:
        raise BadCursor("This cursor belongs to another list or another order.")
    return values


def start_of(args: Mapping[str, str | None], *, backwards: bool) -> str | None:
    """The cursor that a page starts behind; `after` goes with `first`, `before` with `last`."""
    given_after, given_before = args.get("after"), args.get("before")
    if backwards and given_after is not None:
        raise BadPage("`after` goes with `first`; to page backwards give `last` and `before`.")
    if not backwards and given_before is not None:
        raise BadPage("`before` goes with `last`; to page forwards give `first` and `after`.")
    return given_before if backwards else given_after


def decode_cursor(entity: type[Base], order: Order, cursor: str) -> list[object]:
    """A row's sort keys from a cursor, as Python values."""
    return cursor_values(entity, order, open_cursor(signature(entity, order), cursor))


def cursor_values(entity: type[Base], order: Order, values: Sequence[object]) -> list[object]:
    """Sort keys as a cursor holds them, as Python values."""
    if len(values) != len(order):
        raise BadCursor(NOT_A_CURSOR)
    return [_cursor_value(entity, key, value) for key, value in zip(order, values, strict=True)]


def _cursor_value(entity: type[Base], key: SortKey, value: object) -> object:
    target = entity_at(entity, key.column.path)
    kind = source_type(target, key.column.source)
    if value is None:
        if key.column == ROW or not may_be_null(entity, key.column):
            raise BadCursor(NOT_A_CURSOR)
        return None
    try:
        return python_value(kind, value)
    except (ValueError, TypeError, ArithmeticError) as error:
        raise BadCursor(NOT_A_CURSOR) from error


def python_value(kind: SqlType, value: object) -> object:
    """A value of a cursor as what it stands for."""
    if isinstance(kind, ExactDecimal):
        amount = Decimal(_checked(int, value)).scaleb(-kind.scale)
        kind.scaled(amount)
        return amount
    if isinstance(kind, Instant):
        moment = datetime.fromisoformat(_checked(str, value))
        if moment.tzinfo is None:
            raise ValueError("no offset")
        return moment.astimezone(UTC)
    if isinstance(kind, Date):
        return date.fromisoformat(_checked(str, value))
    if isinstance(kind, Boolean):
        return bool(value)
    if isinstance(kind, Integer):
        number = _checked(int, value)
        bits = 63 if isinstance(kind, BigInteger) else 31
        if not -(2**bits) <= number < 2**bits:
            raise ValueError("too large")
        return number
    text = _checked(str, value)
    if "\x00" in text:
        raise ValueError("a null character")
    return text


def _checked(kind: type[T], value: object) -> T:
    if type(value) is not kind:
        raise TypeError(f"not {kind}")
    return value


def order_by(joins: Joins, order: Order, *, backwards: bool = False, indexed: bool = True) -> list[SqlValue]:
    """The ORDER BY of an order, or of its reverse."""
    clauses: list[SqlValue] = []
    for key in order:
        refuse_masked(entity_at(joins.entity, key.column.path), key.column.source)
        column = joins.read(key.column) if indexed else unindexed(joins.read(key.column))
        descending = key.descending != backwards
        clause = column.desc() if descending else column.asc()
        if may_be_null(joins.entity, key.column):
            clause = clause.nulls_first() if descending else clause.nulls_last()
        clauses.append(clause)
    return clauses


def after(
    joins: Joins, order: Order, nulls: tuple[bool, ...], *, backwards: bool = False, prefix: str = ""
) -> tuple[ColumnElement[bool], ...]:
    """Rows behind the cursor whose values come as parameters `c0`, `c1` …; `nulls` says which of them are null.

    The answer is one range of the order, or two that don't touch: values and nulls lie at different places in an
    index, and one condition over both would read it from its beginning.
    """
    columns = [joins.read(key.column) for key in order]
    values = [parameter(f"{prefix}c{index}", column.type) for index, column in enumerate(columns)]
    directions = [key.descending != backwards for key in order]
    nullable = [may_be_null(joins.entity, key.column) for key in order]
    if not any(nullable) and len(set(directions)) == 1:
        row, cursor = tuple_(*columns), tuple_(*values)
        return (row < cursor if directions[0] else row > cursor,)
    rest: ColumnElement[bool] = false()
    for place in range(len(order) - 1, 0, -1):
        here = behind(
            columns[place],
            values[place],
            descending=directions[place],
            null=nulls[place],
            nullable=nullable[place],
        )
        rest = or_(here, and_(equal(columns[place], values[place], null=nulls[place]), rest))
    ranges = _ranges(columns[0], values[0], rest, descending=directions[0], null=nulls[0], nullable=nullable[0])
    return ranges if joins.is_there(order[0].column.path) else (or_(*ranges),)


def _ranges(
    first: SqlColumn,
    value: SqlColumn,
    rest: ColumnElement[bool],
    *,
    descending: bool,
    null: bool,
    nullable: bool,
) -> tuple[ColumnElement[bool], ...]:
    """The ranges by the first key, whose bound alone lets an index skip what lies before the page."""
    if null:
        among_nulls = and_(first.is_(None), rest)
        return (among_nulls, first.is_not(None)) if descending else (among_nulls,)
    if descending:
        return (and_(first <= value, or_(first < value, rest)),)
    among_values = and_(first >= value, or_(first > value, rest))
    return (among_values, first.is_(None)) if nullable else (among_values,)


def equal(column: SqlColumn, value: SqlColumn, *, null: bool) -> ColumnElement[bool]:
    """Whether a sort key is the cursor's."""
    return column.is_(None) if null else column == value


def behind(column: SqlColumn, value: SqlColumn, *, descending: bool, null: bool, nullable: bool) -> ColumnElement[bool]:
    """Whether a sort key comes after the cursor's."""
    if null:
        return column.is_not(None) if descending else false()
    if descending:
        return column < value
    return or_(column > value, column.is_(None)) if nullable else column > value
