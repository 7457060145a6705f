"""What the statements of all levels have in common: which rows are there, in what order, and how many."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import BigInteger, ColumnElement, CompoundSelect, func, literal_column, select, table, union_all
from sqlalchemy.orm import aliased

from models import Base, Customer, CustomerTerm, Product, ProductTerm
from models.types import text
from resolvers.query.columns import Joins, refuse_masked
from resolvers.query.filters.where import ALL
from resolvers.query.filters.where_sql import condition
from resolvers.query.level.rows import LevelQuery
from resolvers.query.paging import after, order_by
from resolvers.query.visibility import listed
from resolvers.storage.sql import AnySelect, SqlValue
from resolvers.storage.statement import parameter

TERMS: dict[type[Base], tuple[type[CustomerTerm] | type[ProductTerm], str]] = {
    Customer: (CustomerTerm, "customer_id"),
    Product: (ProductTerm, "product_id"),
}
"""The entities that can be searched by words, with the table of their words."""

KEY: ColumnElement[int] = literal_column("k.key", BigInteger())
"""The parent's key within a statement per parent; as text, so that no subquery takes `k` for a table of its own."""


NOTHING: SqlValue = literal_column("NULL")

SELF, PARENT, LIMIT = "zz0self", "zz0parent", "zz0limit"
"""What stands in a template for the name of the rows' own table, the parent's key, and the number of rows read."""
COLUMNS, AGAIN, EMPTY, JOINED = "zz0columns", "zz0again", "zz0empty", "zz0joined"
"""And for the columns and lists, the same read from the page, as many nulls, and the joins that the columns need."""


def with_joins(joins: Joins, selected: AnySelect) -> AnySelect:
    """The joins that the level needs itself, and a mark for those that its columns need."""
    return joins.apply(selected).outerjoin(table(JOINED), literal_column(JOINED))


def conditions_of(rows: LevelQuery, joins: Joins, key: SqlValue | None, backend: str) -> list[ColumnElement[bool]]:
    """All but the cursor's."""
    alias = joins.alias
    found = list((rows.link.door if rows.link else listed)(rows.entity, alias))
    if rows.link is not None and key is not None:
        found.append(rows.link.on(alias, key))
    if rows.where != ALL:
        found.append(condition(rows.entity, alias, rows.where, backend))
    return found + [_has_word(rows.entity, alias, f"s{index}") for index in range(rows.words)]


def _has_word(entity: type[Base], alias: type[Base], name: str) -> ColumnElement[bool]:
    """Whether one of the row's words starts with the searched one."""
    table, owner = TERMS[entity]
    refuse_masked(table, "term")
    low, high = parameter(name, text()), parameter(f"{name}z", text())
    words = aliased(table)
    found: ColumnElement[bool] = alias.id.in_(select(getattr(words, owner)).where(words.term.between(low, high)))
    return found


def cut(rows: LevelQuery, statement_: AnySelect, joins: Joins, backend: str, key: SqlValue | None = None) -> AnySelect:
    """Start behind the cursor, sort, and stop after the page."""
    backwards = rows.page is not None and rows.page.backwards
    ranges = ranges_behind(rows, joins)
    if len(ranges) == 1:
        statement_ = statement_.where(ranges[0])
    elif ranges:
        statement_ = statement_.where(joins.alias.id.in_(_of_ranges(rows, len(ranges), backend, key)))
    # Rows that a foreign key doesn't find are few: they are sorted, and not looked for along an index of the order.
    found_by_key = len(ranges) < 2 and (rows.link is None or rows.link.column is not None)
    indexed = backend != "sqlite" or found_by_key
    if backend == "sqlite" and found_by_key and rows.is_whole and rows.order:
        path = rows.order[0].column.path
        joins.leading = path if path and joins.is_there(path) else None
    statement_ = statement_.order_by(*order_by(joins, rows.order, backwards=backwards, indexed=indexed))
    return limited(rows, statement_)


def ranges_behind(rows: LevelQuery, joins: Joins) -> Sequence[ColumnElement[bool]]:
    """The ranges behind the cursor; none without one."""
    if rows.cursor is None:
        return ()
    backwards = rows.page is not None and rows.page.backwards
    return after(joins, rows.order, rows.cursor, backwards=backwards)


def limited(rows: LevelQuery, statement_: AnySelect) -> AnySelect:
    """No more rows than a page has."""
    # A literal, not a parameter: PostgreSQL plans a page of ten otherwise than a tenth of the table.
    return statement_ if rows.page is None else statement_.limit(literal_column(LIMIT))


def _of_ranges(rows: LevelQuery, count: int, backend: str, key: SqlValue | None) -> CompoundSelect[int]:
    """A page of each range behind the cursor; the page is among them."""
    assert rows.page is not None
    backwards, pages = rows.page.backwards, []
    for place in range(count):
        joins = Joins(rows.entity)
        within = ranges_behind(rows, joins)[place]
        page = select(joins.alias.id).select_from(joins.alias)
        page = page.where(within, *conditions_of(rows, joins, key, backend))
        page = joins.apply(limited(rows, page.order_by(*order_by(joins, rows.order, backwards=backwards))))
        pages.append(select(page.subquery().c.id))
    return union_all(*pages)


def count_of(rows: LevelQuery, key: SqlValue | None, backend: str) -> AnySelect:
    """How many rows there are, whatever the page."""
    joins = Joins(rows.entity)
    counted = select(func.count()).select_from(joins.alias)
    return counted.where(*conditions_of(rows, joins, key, backend))
