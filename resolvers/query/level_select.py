"""One level of a query as one statement: the rows that belong to a batch of parents, cut to a page each.

The number of statements is set by the document: whatever the number of parents, their keys travel as one argument,
and the page is cut per parent inside the database, by LATERAL on PostgreSQL and by a correlated IN on SQLite.

Lists that belong to the rows can be read along with them, as arrays within each row: a whole document is one round trip
then, and one moment in the database's history.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    FromClause,
    Integer,
    func,
    inspect,
    literal,
    literal_column,
    select,
    table,
    true,
    union_all,
)
from sqlalchemy.orm import aliased

from models import Base, Customer, CustomerTerm, Product, ProductTerm
from models.types import text
from resolvers.query.columns import Column, Joins, alias_name, entity_at, masked, refuse_masked, scaled, shown
from resolvers.query.filters.where import ALL, Structure
from resolvers.query.filters.where_sql import condition
from resolvers.query.json_rows import NESTING, ordered
from resolvers.query.link import Link
from resolvers.query.paging import Order, Page, after, order_by
from resolvers.query.visibility import Access, listed, seen_with
from resolvers.storage.pieces import Piece, compile_piece, part_of
from resolvers.storage.sql import AnySelect, SqlValue
from resolvers.storage.statement import DIALECTS, ListParameter, parameter

TERMS: dict[type[Base], tuple[type[CustomerTerm] | type[ProductTerm], str]] = {
    Customer: (CustomerTerm, "customer_id"),
    Product: (ProductTerm, "product_id"),
}
"""The entities that can be searched by words, with the table of their words."""

NO_KEY = 0
"""The key of the only batch of a list at the root."""

KEY: ColumnElement[int] = literal_column("k.key", BigInteger())
"""The parent's key within a statement per parent; as text, so that no subquery takes `k` for a table of its own."""


NOTHING: SqlValue = literal_column("NULL")


@dataclass(frozen=True, slots=True)
class LevelQuery:
    """Which rows and columns of an entity a level reads. Equal levels share one compiled statement.

    The statement answers rows of the parent's key (`None` at the root without a count), the count if asked for, the
    lists read along, and the columns. Parameters: `keys`, `now`, `c0`… of the cursor, `w0`… of the filter, `s0`… of
    the search.
    """

    entity: type[Base]
    columns: tuple[Column, ...]
    link: Link | None = None
    order: Order = ()
    page: Page | None = None
    where: Structure = ALL
    words: int = 0
    cursor: tuple[bool, ...] | None = None
    counted: bool = False
    along: tuple[LevelQuery, ...] = ()
    """Lists of each row, in its own statement: each is one more value, whose rows are lists and columns alone."""

    def __hash__(self) -> int:
        # Columns are many, and rarely all that differs.
        return hash((self.entity, self.link, len(self.columns), self.page, self.where, self.cursor, self.along))

    @property
    def comes_reversed(self) -> bool:
        """Whether the statement answers the rows from the list's end, as it does where it sorts only once."""
        return self.link is None and not self.counted and self.page is not None and self.page.backwards

    @property
    def is_whole(self) -> bool:
        """Whether any row may be among them, so that they are best looked for in their order."""
        return self.link is None and self.where == ALL and not self.words

    @property
    def first_column(self) -> int:
        """Where the columns start in a row of the answer: behind the key, the count and the lists."""
        return 1 + self.counted + len(self.along)

    @property
    def width(self) -> int:
        """How many values a row of the answer has."""
        return self.first_column + len(self.columns)

    @property
    def first_column_inside(self) -> int:
        """And where, in a row that is read along with another one: behind the lists alone."""
        return len(self.along)


def reading_along(rows: LevelQuery, lists: Sequence[LevelQuery]) -> LevelQuery:
    """The rows with lists of each, whose parameters get a prefix in the statement, by their place."""
    return replace(rows, along=tuple(lists))


def along_prefix(place: int) -> str:
    """What the names of the parameters of a list read along begin with."""
    return f"a{place}_"


def level_prefix(place: int) -> str:
    """What the names of the parameters of one of several levels begin with."""
    return f"b{place}_"


SELF, PARENT, LIMIT = "zz0self", "zz0parent", "zz0limit"
"""What stands in a template for the name of the rows' own table, the parent's key, and the number of rows read."""
COLUMNS, AGAIN, EMPTY, JOINED = "zz0columns", "zz0again", "zz0empty", "zz0joined"
"""And for the columns and lists, the same read from the page, as many nulls, and the joins that the columns need."""
HOLES = re.compile(rf"(,? ?{COLUMNS}|, {AGAIN}|, {EMPTY}| LEFT OUTER JOIN {JOINED} ON {JOINED})")


class Form(StrEnum):
    """How the rows of a level are read: by a statement, by one of several in a statement, or as a list of a row."""

    STATEMENT = "STATEMENT"
    PART = "PART"
    LIST = "LIST"


@dataclass(frozen=True, slots=True)
class Template:
    """The text of a level without its columns, and the paths whose rows it joins itself."""

    text: Piece
    paths: frozenset[tuple[str, ...]]


def template(rows: LevelQuery, form: Form, backend: str, access: Access) -> Template:
    """The template of a level, which is the same whatever is selected of its rows and however long its pages are."""
    page = None if rows.page is None else Page(min(rows.page.limit, 1), rows.page.backwards)
    return _template(replace(rows, columns=(), along=(), page=page), form, backend, access)


@lru_cache(maxsize=4096)
def _template(rows: LevelQuery, form: Form, backend: str, access: Access) -> Template:
    joins = Joins(rows.entity, name=SELF)
    with seen_with(access):
        selected = _list(rows, joins, backend) if form is Form.LIST else _build(rows, joins, backend)
        if form is Form.PART and backend == "sqlite":
            selected = ordered(selected)
        text = compile_piece(selected, backend, HOLES)
        if form is Form.LIST:
            text = part_of(text, "SELECT ", f" AS {SELF}")
        return Template(text, frozenset(joins.order))


@lru_cache(maxsize=16384)
def value_piece(entity: type[Base], column: Column, backend: str, access: Access, *, as_text: bool) -> Piece:
    """What a level reads of a column, masked where the viewer may not read personal data; moments as text or not."""
    joins, target = Joins(entity, name=SELF), entity_at(entity, column.path)
    alias = joins.at(column.path)
    with seen_with(access):
        read = joins.read(column)
        value = (shown if as_text else scaled)(read, backend)
        value = masked(target, alias, column.source, value, backend)
        if value is read and isinstance(column.source, str):
            return (f"{alias_name(SELF, column.path)}.{column_name(target, column.source, backend)}",)
        found = select(value.label(COLUMNS)).select_from(alias)
        return part_of(compile_piece(found, backend), "SELECT ", f" AS {COLUMNS}")


def column_name(entity: type[Base], name: str, backend: str) -> str:
    """What a column is called in SQL."""
    return DIALECTS[backend].identifier_preparer.quote(inspect(entity).columns[name].name)


@lru_cache(maxsize=4096)
def join_piece(entity: type[Base], path: tuple[str, ...], backend: str, access: Access) -> Piece:
    """The join of the rows at the end of a path."""
    joins = Joins(entity, name=SELF)
    parent, _ = joins.at(path[:-1]), joins.at(path)
    joins.order = [path]
    with seen_with(access):
        found = joins.apply(select(literal_column("1")).select_from(parent))
        return part_of(compile_piece(found, backend), f" AS {alias_name(SELF, path[:-1])}")


def _build(rows: LevelQuery, joins: Joins, backend: str) -> AnySelect:
    if rows.link is None and not rows.counted:
        return _plain(rows, joins, backend)
    if rows.page is None and not rows.counted and rows.link is not None and rows.link.column:
        return _unpaged(rows, joins, rows.link.column, backend)
    return _per_parent_on_postgresql(rows, joins) if backend == "postgresql" else _per_parent_on_sqlite(rows, joins)


def _with_joins(joins: Joins, selected: AnySelect) -> AnySelect:
    """The joins that the level needs itself, and a mark for those that its columns need."""
    return joins.apply(selected).outerjoin(table(JOINED), literal_column(JOINED))


def _conditions(rows: LevelQuery, joins: Joins, key: SqlValue | None, backend: str) -> list[ColumnElement[bool]]:
    """All but the cursor's."""
    alias = joins.alias
    conditions = list((rows.link.door if rows.link else listed)(rows.entity, alias))
    if rows.link is not None and key is not None:
        conditions.append(rows.link.on(alias, key))
    if rows.where != ALL:
        conditions.append(condition(rows.entity, alias, rows.where, backend))
    return conditions + [_has_word(rows.entity, alias, f"s{index}") for index in range(rows.words)]


def _has_word(entity: type[Base], alias: type[Base], name: str) -> ColumnElement[bool]:
    """Whether one of the row's words starts with the searched one."""
    table, owner = TERMS[entity]
    refuse_masked(table, "term")
    low, high = parameter(name, text()), parameter(f"{name}z", text())
    words = aliased(table)
    found: ColumnElement[bool] = alias.id.in_(select(getattr(words, owner)).where(words.term.between(low, high)))
    return found


def _cut(rows: LevelQuery, statement_: AnySelect, joins: Joins, backend: str, key: SqlValue | None = None) -> AnySelect:
    """Start behind the cursor, sort, and stop after the page."""
    backwards = rows.page is not None and rows.page.backwards
    ranges = _after(rows, joins)
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
    return _limited(rows, statement_)


def _after(rows: LevelQuery, joins: Joins) -> Sequence[ColumnElement[bool]]:
    """The ranges behind the cursor; none without one."""
    if rows.cursor is None:
        return ()
    backwards = rows.page is not None and rows.page.backwards
    return after(joins, rows.order, rows.cursor, backwards=backwards)


def _limited(rows: LevelQuery, statement_: AnySelect) -> AnySelect:
    # A literal, not a parameter: PostgreSQL plans a page of ten otherwise than a tenth of the table.
    return statement_ if rows.page is None else statement_.limit(literal_column(LIMIT))


def _of_ranges(rows: LevelQuery, count: int, backend: str, key: SqlValue | None) -> CompoundSelect[int]:
    """A page of each range behind the cursor; the page is among them."""
    assert rows.page is not None
    backwards, pages = rows.page.backwards, []
    for place in range(count):
        joins = Joins(rows.entity)
        within = _after(rows, joins)[place]
        page = select(joins.alias.id).select_from(joins.alias)
        page = page.where(within, *_conditions(rows, joins, key, backend))
        page = joins.apply(_limited(rows, page.order_by(*order_by(joins, rows.order, backwards=backwards))))
        pages.append(select(page.subquery().c.id))
    return union_all(*pages)


def _list(rows: LevelQuery, joins: Joins, backend: str) -> AnySelect:
    """The rows that belong to one row of another level; where they are counted, those and the count."""
    nesting = NESTING[backend]
    key: SqlValue = literal_column(PARENT)
    row = nesting.row([literal_column(COLUMNS)])
    cut = _cut(rows, select(row.label("row")).select_from(joins.alias), joins, backend, key)
    found = nesting.rows(_with_joins(joins, cut).where(*_conditions(rows, joins, key, backend)))
    if rows.counted:
        found = nesting.row([nesting.inside(found), _count(rows, key, backend).scalar_subquery()])
    return select(found.label(SELF))


def _plain(rows: LevelQuery, joins: Joins, backend: str) -> AnySelect:
    """A list at the root, or a lookup."""
    columns: SqlValue = literal_column(COLUMNS)
    cut = _cut(rows, select(NOTHING.label("key"), columns).select_from(joins.alias), joins, backend)
    return _with_joins(joins, cut).where(*_conditions(rows, joins, None, backend))


def _unpaged(rows: LevelQuery, joins: Joins, column: str, backend: str) -> AnySelect:
    """All rows of a batch of parents."""
    owner = getattr(joins.alias, column)
    keys = parameter("keys", ListParameter(BigInteger()))
    if backend == "postgresql":
        batch: ColumnElement[bool] = owner == func.any(keys)
    else:
        batch = owner.in_(select(func.json_each(keys).table_valued("value").c.value))
    selected = select(owner.label("key"), literal_column(COLUMNS)).select_from(joins.alias)
    cut = _cut(rows, selected, joins, backend)
    return _with_joins(joins, cut).where(batch, *_conditions(rows, joins, None, backend))


def _count(rows: LevelQuery, key: SqlValue | None, backend: str) -> AnySelect:
    joins = Joins(rows.entity)
    counted = select(func.count()).select_from(joins.alias)
    return counted.where(*_conditions(rows, joins, key, backend))


def _per_parent_on_postgresql(rows: LevelQuery, joins: Joins) -> AnySelect:
    backend = "postgresql"
    if rows.link is None:
        keys: FromClause = select(literal(NO_KEY, Integer).label("key")).subquery("k")
    else:
        keys = func.unnest(parameter("keys", ListParameter(BigInteger()))).table_valued("key").render_derived("k")
    order = [joins.read(key.column).label(f"o{index}") for index, key in enumerate(rows.order)]
    inner = select(*order, literal_column(COLUMNS)).select_from(joins.alias)
    key = KEY if rows.link is not None else None
    cut = _cut(rows, inner, joins, backend, key)
    page = _with_joins(joins, cut).where(*_conditions(rows, joins, key, backend)).lateral("t")
    # A join above a LATERAL may lose its order: it is said once more.
    again = [_outer_order(page.c[f"o{index}"], sort.descending) for index, sort in enumerate(rows.order)]
    columns: ColumnElement[object] = literal_column(AGAIN)
    if not rows.counted:
        return select(keys.c.key, columns).select_from(keys.join(page, true())).order_by(*again)
    count = _count(rows, key, backend).with_only_columns(func.count().label("n")).lateral("n")
    source = keys.join(count, true())
    if rows.page is None or rows.page.limit:
        return select(keys.c.key, count.c.n, columns).select_from(source.outerjoin(page, true())).order_by(*again)
    return select(keys.c.key, count.c.n, literal_column(EMPTY)).select_from(source)


def _outer_order(column: SqlValue, descending: bool) -> SqlValue:
    return column.desc().nulls_first() if descending else column.asc().nulls_last()


def _per_parent_on_sqlite(rows: LevelQuery, joins: Joins) -> AnySelect:
    backend = "sqlite"
    keys = _sqlite_keys(rows)
    picked = Joins(rows.entity)
    key = KEY if rows.link is not None else None
    inner = _cut(rows, select(picked.alias.id).select_from(picked.alias), picked, backend, key)
    inner = picked.apply(inner).where(*_conditions(rows, picked, key, backend))
    again = order_by(joins, rows.order, indexed=False)
    belongs = joins.alias.id.in_(inner)
    head = [keys.c.key, keys.c.n] if rows.counted else [keys.c.key]
    chosen = select(*head, literal_column(COLUMNS)).select_from(keys)
    chosen = chosen.join(joins.alias, belongs, isouter=rows.counted)
    return _with_joins(joins, chosen).order_by(*again)


def _sqlite_keys(rows: LevelQuery) -> FromClause:
    """The batch of keys, each with its count where that is asked for; materialised, so that it is counted once."""
    if rows.link is None:
        count = _count(rows, None, "sqlite").scalar_subquery()
        return (
            select(literal_column(str(NO_KEY)).label("key"), count.label("n"))
            .cte("k", nesting=True)
            .prefix_with("MATERIALIZED")
        )
    each = func.json_each(parameter("keys", ListParameter(BigInteger()))).table_valued("value", name="j")
    if not rows.counted:
        return select(each.c.value.label("key")).subquery("k")
    count = _count(rows, literal_column("j.value", BigInteger()), "sqlite").scalar_subquery()
    return select(each.c.value.label("key"), count.label("n")).cte("k", nesting=True).prefix_with("MATERIALIZED")
