"""One level of a query as one statement: the rows that belong to a batch of parents, cut to a page each.

The number of statements is set by the document: whatever the number of parents, their keys travel as one argument,
and the page is cut per parent inside the database, by LATERAL on PostgreSQL and by a correlated IN on SQLite.

Lists that belong to the rows can be read along with them, as arrays within each row: a whole document is one round trip
then, and one moment in the database's history.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Integer,
    func,
    inspect,
    literal,
    literal_column,
    select,
    true,
)

from models import Base
from resolvers.query.columns import Column, Joins, alias_name, entity_at, masked, scaled, shown
from resolvers.query.json_rows import NESTING, ordered
from resolvers.query.level import on_sqlite
from resolvers.query.level.parts import (
    AGAIN,
    COLUMNS,
    EMPTY,
    JOINED,
    KEY,
    NOTHING,
    PARENT,
    SELF,
    conditions_of,
    count_of,
    cut,
    with_joins,
)
from resolvers.query.level.rows import NO_KEY, LevelQuery
from resolvers.query.paging import Page
from resolvers.query.visibility import Access, seen_with
from resolvers.storage.pieces import Piece, compile_piece, part_of
from resolvers.storage.sql import AnySelect, SqlValue
from resolvers.storage.statement import DIALECTS, ListParameter, parameter

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
    # Where lists come along with each row, they are read for those of the page alone.
    nested = form is Form.LIST and backend == "sqlite" and bool(rows.along)
    return _template(replace(rows, columns=(), along=(), page=page), form, backend, access, nested=nested)


@lru_cache(maxsize=4096)
def _template(rows: LevelQuery, form: Form, backend: str, access: Access, *, nested: bool) -> Template:
    joins = Joins(rows.entity, name=SELF)
    with seen_with(access):
        selected = _list(rows, joins, backend, nested=nested) if form is Form.LIST else _build(rows, joins, backend)
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
    on_postgresql = backend == "postgresql"
    if rows.link is None and not rows.counted:
        return _plain(rows, joins, backend) if on_postgresql else on_sqlite.plain(rows, joins)
    if rows.page is None and not rows.counted and rows.link is not None and rows.link.column:
        return _unpaged(rows, joins, rows.link.column, backend)
    return _per_parent_on_postgresql(rows, joins) if on_postgresql else on_sqlite.per_parent(rows, joins)


def _list(rows: LevelQuery, joins: Joins, backend: str, *, nested: bool) -> AnySelect:
    """The rows that belong to one row of another level; where they are counted, those and the count."""
    nesting = NESTING[backend]
    key: SqlValue = literal_column(PARENT)
    row = select(nesting.row([literal_column(COLUMNS)]).label("row")).select_from(joins.alias)
    if nested and not on_sqlite.is_walked(rows):
        found = nesting.rows(with_joins(joins, on_sqlite.of_picked(rows, row, joins, key)))
    else:
        page = cut(rows, row, joins, backend, key)
        found = nesting.rows(with_joins(joins, page).where(*conditions_of(rows, joins, key, backend)))
    if rows.counted:
        found = nesting.row([nesting.inside(found), count_of(rows, key, backend).scalar_subquery()])
    return select(found.label(SELF))


def _plain(rows: LevelQuery, joins: Joins, backend: str) -> AnySelect:
    """A list at the root, or a lookup."""
    columns: SqlValue = literal_column(COLUMNS)
    page = cut(rows, select(NOTHING.label("key"), columns).select_from(joins.alias), joins, backend)
    return with_joins(joins, page).where(*conditions_of(rows, joins, None, backend))


def _unpaged(rows: LevelQuery, joins: Joins, column: str, backend: str) -> AnySelect:
    """All rows of a batch of parents."""
    owner = getattr(joins.alias, column)
    keys = parameter("keys", ListParameter(BigInteger()))
    if backend == "postgresql":
        batch: ColumnElement[bool] = owner == func.any(keys)
    else:
        batch = owner.in_(select(func.json_each(keys).table_valued("value").c.value))
    selected = select(owner.label("key"), literal_column(COLUMNS)).select_from(joins.alias)
    page = cut(rows, selected, joins, backend)
    return with_joins(joins, page).where(batch, *conditions_of(rows, joins, None, backend))


def _per_parent_on_postgresql(rows: LevelQuery, joins: Joins) -> AnySelect:
    backend = "postgresql"
    if rows.link is None:
        keys: FromClause = select(literal(NO_KEY, Integer).label("key")).subquery("k")
    else:
        keys = func.unnest(parameter("keys", ListParameter(BigInteger()))).table_valued("key").render_derived("k")
    order = [joins.read(key.column).label(f"o{index}") for index, key in enumerate(rows.order)]
    inner = select(*order, literal_column(COLUMNS)).select_from(joins.alias)
    key = KEY if rows.link is not None else None
    inner = cut(rows, inner, joins, backend, key)
    page = with_joins(joins, inner).where(*conditions_of(rows, joins, key, backend)).lateral("t")
    # A join above a LATERAL may lose its order: it is said once more.
    again = [_outer_order(page.c[f"o{index}"], sort.descending) for index, sort in enumerate(rows.order)]
    columns: ColumnElement[object] = literal_column(AGAIN)
    if not rows.counted:
        return select(keys.c.key, columns).select_from(keys.join(page, true())).order_by(*again)
    count = count_of(rows, key, backend).with_only_columns(func.count().label("n")).lateral("n")
    source = keys.join(count, true())
    if rows.page is None or rows.page.limit:
        return select(keys.c.key, count.c.n, columns).select_from(source.outerjoin(page, true())).order_by(*again)
    return select(keys.c.key, count.c.n, literal_column(EMPTY)).select_from(source)


def _outer_order(column: SqlValue, descending: bool) -> SqlValue:
    return column.desc().nulls_first() if descending else column.asc().nulls_last()
