"""The timeline: what happened to a customer, from five tables in one list, newest first.

Events are sorted by their moment, then by kind, then by key, all descending but the kind; a cursor is made of the
three. Each table's page is cut by its own index, and the pages are merged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, and_, func, literal_column, or_, select, true, union_all
from sqlalchemy.orm import aliased

from models import (
    Base,
    CardChange,
    CardEvent,
    PointEntry,
    Purchase,
    StatusChange,
    StatusRecord,
    VoucherChange,
    VoucherEvent,
)
from models.columns import Instant
from resolvers.errors import BadCursor
from resolvers.paging import NOT_A_CURSOR, encode_cursor, open_cursor, page_size, start_of
from resolvers.reading import Reading, RowRef
from resolvers.rows import KEY
from resolvers.statement import Many, Statement, compile_statement, parameter
from resolvers.values import Connection, Edge, PageInfo


class TimelineKind(StrEnum):
    """A kind of event."""

    PURCHASE = "PURCHASE"
    POINTS = "POINTS"
    VOUCHER = "VOUCHER"
    STATUS = "STATUS"
    CARD = "CARD"


TimelineChange = StrEnum(  # type: ignore[misc]
    "TimelineChange",
    {change.name: change.value for kind in (VoucherChange, StatusChange, CardChange) for change in kind},
)
TimelineChange.__doc__ = "What happened to a voucher, a status or a card."


@dataclass(frozen=True, slots=True)
class EventTable:
    """Where events of a kind come from, and the type that shows them."""

    kind: TimelineKind
    type_name: str
    entity: type[Base]
    at: str


TABLES = (
    EventTable(TimelineKind.PURCHASE, "PurchaseEvent", Purchase, "paid_at"),
    EventTable(TimelineKind.POINTS, "PointsEvent", PointEntry, "at"),
    EventTable(TimelineKind.VOUCHER, "VoucherEvent", VoucherEvent, "at"),
    EventTable(TimelineKind.STATUS, "StatusEvent", StatusRecord, "valid_from"),
    EventTable(TimelineKind.CARD, "CardEvent", CardEvent, "at"),
)
"""In the order in which events of the same moment are shown."""

SIGN = "timeline"
CURSORS = {"edges.cursor", "pageInfo.startCursor", "pageInfo.endCursor"}
"""The fields that show a cursor."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A page to cut: kinds as places in `TABLES`, how many rows, from where."""

    kinds: tuple[int, ...]
    limit: int
    backwards: bool
    cursor_kind: int | None


def _behind(table: Any, at: ColumnElement[Any], place: int, cut: Cut) -> ColumnElement[bool]:
    """Rows of one table behind the cursor."""
    if cut.cursor_kind is None:
        return true()
    moment, key = parameter("at", Instant()), parameter("key", BigInteger())
    bound = at >= moment if cut.backwards else at <= moment
    strictly = at > moment if cut.backwards else at < moment
    if place == cut.cursor_kind:
        same = and_(at == moment, table.id > key if cut.backwards else table.id < key)
        return and_(bound, or_(strictly, same))
    comes_after = place > cut.cursor_kind
    return bound if comes_after != cut.backwards else strictly


def _branch(place: int, cut: Cut, backend: str) -> Any:
    events = TABLES[place]
    table = aliased(events.entity)
    at = getattr(table, events.at)
    order = [at.asc(), table.id.asc()] if cut.backwards else [at.desc(), table.id.desc()]
    keys = parameter("keys", Many(BigInteger()))
    inner = select(table.id, at.label("at")).where(table.customer_id == KEY, _behind(table, at, place, cut))  # type: ignore[attr-defined]
    inner = inner.order_by(*order).limit(literal_column(str(cut.limit)))
    number: Any = literal_column(str(place)).label("kind")
    each: Any
    if backend == "postgresql":
        each = func.unnest(keys).table_valued("key").render_derived("k")
        page = inner.lateral("t")
        return select(each.c.key, number, page.c.id, page.c.at).select_from(each.join(page, true()))
    each = select(func.json_each(keys).table_valued("value", name="j").c.value.label("key")).subquery("k")
    row = aliased(events.entity)
    belongs = row.id.in_(inner.with_only_columns(table.id))
    return select(each.c.key, number, row.id, getattr(row, events.at).label("at")).select_from(each.join(row, belongs))


@lru_cache(maxsize=512)
def _page_statement(cut: Cut, backend: str) -> Statement:
    branches = [_branch(place, cut, backend).subquery(f"b{place}") for place in cut.kinds]
    return compile_statement(union_all(*(select(branch) for branch in branches)), backend)


@lru_cache(maxsize=64)
def _count_statement(kinds: tuple[int, ...], backend: str) -> Statement:
    keys = parameter("keys", Many(BigInteger()))
    counts = []
    for place in kinds:
        table = aliased(TABLES[place].entity)
        owner = table.customer_id  # type: ignore[attr-defined]
        if backend == "postgresql":
            mine = owner == func.any(keys)
        else:
            mine = owner.in_(select(func.json_each(keys).table_valued("value").c.value))
        counts.append(select(owner, func.count()).where(mine).group_by(owner))
    return compile_statement(union_all(*counts), backend)


async def load_timeline(
    reading: Reading, keys: Sequence[int], args: Mapping[str, Any], names: frozenset[str]
) -> Mapping[int, Connection]:
    """A page of each customer's timeline."""
    size, backwards = page_size(args.get("first"), args.get("last"))
    cursor = _cursor(args, backwards=backwards)
    wanted = {str(kind) for kind in args["kinds"]} if args.get("kinds") is not None else set(TimelineKind)
    kinds = tuple(place for place, table in enumerate(TABLES) if table.kind in wanted)
    values: dict[str, Any] = {"keys": keys}
    if cursor is not None:
        values |= {"at": cursor[0], "key": cursor[2]}
    cut = Cut(kinds, size + 1, backwards, cursor[1] if cursor else None)
    rows = await reading.fetch(_page_statement(cut, reading.backend), values) if kinds else []
    counts: dict[int, int] = {}
    if "totalCount" in names and kinds:
        for key, count in await reading.fetch(_count_statement(kinds, reading.backend), {"keys": keys}):
            counts[key] = counts.get(key, 0) + count
    events: dict[int, list[Any]] = {}
    for row in rows:
        events.setdefault(row[0], []).append(row)
    known = {
        "backwards": backwards,
        "has_cursor": cursor is not None,
        "shows_cursors": not names.isdisjoint(CURSORS),
    }
    return {key: _connection(events.get(key, []), size, count=counts.get(key, 0), **known) for key in keys}


def _text(at: Any) -> str:
    return at if isinstance(at, str) else at.isoformat()


def _connection(
    rows: list[Any], size: int, *, backwards: bool, has_cursor: bool, count: int, shows_cursors: bool
) -> Connection:
    ordered = _newest_first(rows)
    surplus = len(ordered) > size
    page = (ordered[-size:] if size else []) if backwards else ordered[:size]
    edges = [
        Edge(
            encode_cursor(SIGN, [_text(row[3]), row[1], row[2]]) if shows_cursors else "",
            RowRef(TABLES[row[1]].type_name, row[2]),
        )
        for row in page
    ]
    info = PageInfo(
        has_next_page=has_cursor if backwards else surplus,
        has_previous_page=surplus if backwards else has_cursor,
        start_cursor=edges[0].cursor if edges else None,
        end_cursor=edges[-1].cursor if edges else None,
    )
    return Connection(edges, info, count)


def _newest_first(rows: list[Any]) -> list[Any]:
    """By moment descending, then kind ascending, then key descending."""
    return sorted(rows, key=lambda row: (row[3], -row[1], row[2]), reverse=True)


def _cursor(args: Mapping[str, Any], *, backwards: bool) -> tuple[datetime, int, int] | None:
    cursor = start_of(args, backwards=backwards)
    if cursor is None:
        return None
    try:
        at, kind, key = open_cursor(SIGN, cursor)
        moment = datetime.fromisoformat(at)
        moment.astimezone(UTC)
        known = type(kind) is int and 0 <= kind < len(TABLES) and type(key) is int
        if not known or moment.tzinfo is None or not 0 < key < 2**63:
            raise ValueError(cursor)
    except (ValueError, TypeError, OverflowError) as error:
        raise BadCursor(NOT_A_CURSOR) from error
    return moment, kind, key
