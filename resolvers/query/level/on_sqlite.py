"""The statements of levels on SQLite, which plans by its indexes and hardly by its data.

What it would work out for each row that it sorts, it is told to work out for those of the page; and where a filter goes
over related rows, whether to look for those first is left to the statement: see `resolvers.query.filters.seeking`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    FromClause,
    Select,
    Table,
    func,
    inspect,
    literal_column,
    or_,
    select,
    union_all,
)

from models import Base
from resolvers.query.columns import Joins
from resolvers.query.filters.seeking import MOST, MOST_COUNTED, Few, Seeker, seeking, split
from resolvers.query.filters.where_sql import condition_on, door_of
from resolvers.query.level.parts import (
    COLUMNS,
    KEY,
    LIMIT,
    NOTHING,
    conditions_of,
    count_of,
    cut,
    ranges_behind,
    with_joins,
)
from resolvers.query.level.rows import NO_KEY, LevelQuery
from resolvers.query.paging import ROW, order_by
from resolvers.storage.sql import AnySelect, SqlValue
from resolvers.storage.statement import ListParameter, parameter

BACKEND = "sqlite"
NO_ROW: SqlValue = literal_column("0")
ALL_ROWS: SqlValue = literal_column("-1")


@dataclass(frozen=True, slots=True)
class _Sought:
    """The rows of a list that were looked for by their relatives, and the list without that condition."""

    few: Few
    rows: LevelQuery


def plain(rows: LevelQuery, joins: Joins) -> AnySelect:
    """A list at the root, or a lookup."""
    chosen: AnySelect = select(NOTHING.label("key"), literal_column(COLUMNS)).select_from(joins.alias)
    if rows.page is None or is_walked(rows):
        page = cut(rows, chosen, joins, BACKEND)
        return with_joins(joins, page).where(*conditions_of(rows, joins, None, BACKEND))
    return with_joins(joins, of_picked(rows, chosen, joins, None))


def of_picked(rows: LevelQuery, chosen: AnySelect, joins: Joins, key: SqlValue | None) -> AnySelect:
    """What is chosen of a page's rows: their keys are found before anything else is read of them."""
    backwards = rows.page is not None and rows.page.backwards
    picked = joins.alias.id.in_(_picked(rows, key, _sought(rows)))
    return chosen.where(picked).order_by(*order_by(joins, rows.order, backwards=backwards, indexed=False))


def is_walked(rows: LevelQuery) -> bool:
    """Whether the rows come in their order by themselves, from an index that holds it; or there is none."""
    if not rows.order:
        return True
    if rows.link is None and (not rows.is_whole or rows.order[0].column.path):
        return rows.is_whole
    return _is_indexed(rows)


def _is_indexed(rows: LevelQuery) -> bool:
    """Whether an index, behind whose columns there is always the row's key, holds the rows in their order."""
    names: list[object] = [key.column.source for key in rows.order if not key.column.path]
    if len(names) < len(rows.order) or len({key.descending for key in rows.order}) > 1:
        return False
    if rows.link is not None:
        names.insert(0, rows.link.column)
    return any(indexed[: len(names)] == names for indexed in _indexes(rows.entity))


def _indexes(entity: type[Base]) -> Iterator[list[object]]:
    table = inspect(entity).local_table
    assert isinstance(table, Table)
    yield [ROW.source]
    for index in table.indexes:
        if index.dialect_options[BACKEND]["where"] is None:
            yield [*(getattr(each, "key", None) for each in index.expressions), ROW.source]


def _sought(rows: LevelQuery) -> _Sought | None:
    parts = split(rows.entity, rows.where) if rows.link is None and not rows.words else None
    if parts is None:
        return None
    most = MOST if _is_indexed(rows) and not rows.counted else MOST_COUNTED
    few = Seeker(partial(condition_on, BACKEND), door_of, most).few(rows.entity, parts[0])
    return _Sought(few, replace(rows, where=parts[1]))


def _picked(rows: LevelQuery, key: SqlValue | None, sought: _Sought | None) -> AnySelect | CompoundSelect[int]:
    """The keys of a page's rows; where they are looked for by their relatives, one way or the other has a page."""
    joins = Joins(rows.entity)
    many = cut(rows, select(joins.alias.id).select_from(joins.alias), joins, BACKEND, key)
    many = joins.apply(many).where(*conditions_of(rows, joins, key, BACKEND))
    if sought is None:
        return many
    limit: SqlValue = ALL_ROWS if rows.page is None else literal_column(LIMIT)
    few = sought.few
    ways = _of_few(sought).limit(few.otherwise(limit, NO_ROW)), many.limit(few.otherwise(NO_ROW, limit))
    return union_all(*(select(way.subquery().c.id) for way in ways))


def _of_few(sought: _Sought) -> AnySelect:
    rows, joins = sought.rows, Joins(sought.rows.entity)
    backwards = rows.page is not None and rows.page.backwards
    ranges = ranges_behind(rows, joins)
    order = order_by(joins, rows.order, backwards=backwards, indexed=False)
    found = select(joins.alias.id).select_from(joins.alias).where(*_among(sought, joins)).order_by(*order)
    return joins.apply(found.where(or_(*ranges)) if ranges else found)


def _among(sought: _Sought, joins: Joins) -> list[ColumnElement[bool]]:
    return [joins.alias.id.in_(sought.few.keys), *conditions_of(sought.rows, joins, None, BACKEND)]


def per_parent(rows: LevelQuery, joins: Joins) -> AnySelect:
    """A page for each of a batch of parents, or a counted one at the root."""
    key = KEY if rows.link is not None else None
    sought = _sought(rows)
    keys = _keys(rows, sought)
    belongs = joins.alias.id.in_(_picked(rows, key, sought))
    head = [keys.c.key, keys.c.n] if rows.counted else [keys.c.key]
    chosen = select(*head, literal_column(COLUMNS)).select_from(keys)
    chosen = chosen.join(joins.alias, belongs, isouter=rows.counted)
    # What is sorted by may have to be joined, too.
    order = order_by(joins, rows.order, indexed=False)
    return with_joins(joins, chosen).order_by(*order)


def _keys(rows: LevelQuery, sought: _Sought | None) -> FromClause:
    """The batch of keys, each with its count where that is asked for; materialised, so that it is counted once."""
    if rows.link is None:
        count = _count(rows, sought).label("n")
        root: AnySelect = select(literal_column(str(NO_KEY)).label("key"), count)
        return root.cte("k", nesting=True).prefix_with("MATERIALIZED")
    each = func.json_each(parameter("keys", ListParameter(BigInteger()))).table_valued("value", name="j")
    if not rows.counted:
        return select(each.c.value.label("key")).subquery("k")
    counted = count_of(rows, literal_column("j.value", BigInteger()), BACKEND).scalar_subquery()
    return select(each.c.value.label("key"), counted.label("n")).cte("k", nesting=True).prefix_with("MATERIALIZED")


def _count(rows: LevelQuery, sought: _Sought | None) -> SqlValue:
    """How many rows a list at the root has."""
    if sought is None:
        rows = replace(rows, where=seeking(rows.entity, rows.where))
        return count_of(rows, None, BACKEND).scalar_subquery()
    joins = Joins(rows.entity)
    found: Select[int] = select(func.count()).select_from(joins.alias).where(*_among(sought, joins))
    return sought.few.otherwise(found.scalar_subquery(), count_of(rows, None, BACKEND).scalar_subquery())
