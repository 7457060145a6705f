"""One level of a query as one statement: the rows that belong to a batch of parents, cut to a page each.

The number of statements is set by the document: whatever the number of parents, their keys travel as one argument,
and the page is cut per parent inside the database, by LATERAL on PostgreSQL and by a correlated IN on SQLite.

Lists that belong to the rows can be read along with them, as arrays within each row: a whole document is one round trip
then, and one moment in the database's history.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
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
    true,
    union_all,
)
from sqlalchemy.orm import aliased

from models import Base, Customer, CustomerTerm, Product, ProductTerm
from models.types import text
from resolvers.query.columns import Column, Joins, entity_at, masked, refuse_masked, scaled, shown
from resolvers.query.filters.where import ALL, Structure, renamed
from resolvers.query.filters.where_sql import condition
from resolvers.query.json_rows import NESTING, ordered
from resolvers.query.link import Link
from resolvers.query.paging import Order, Page, after, order_by
from resolvers.query.visibility import Access, listed, seen_with
from resolvers.storage.sql import AnySelect, SqlColumn, SqlValue
from resolvers.storage.statement import ListParameter, Statement, compile_statement, parameter

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
    prefix: str = ""
    """What the names of the parameters begin with, but for `now`."""

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

    def named(self, prefix: str) -> LevelQuery:
        """The same rows, with a prefix to the names of all parameters."""
        along = tuple(each.named(prefix) for each in self.along)
        return replace(self, where=renamed(self.where, prefix), along=along, prefix=prefix + self.prefix)


def reading_along(rows: LevelQuery, lists: Sequence[LevelQuery]) -> LevelQuery:
    """The rows with lists of each, whose parameters get a prefix of their own by their place."""
    return replace(rows, along=tuple(each.named(along_prefix(place)) for place, each in enumerate(lists)))


def along_prefix(place: int) -> str:
    """What the names of the parameters of a list read along begin with."""
    return f"a{place}_"


@lru_cache(maxsize=4096)
def statement(rows: LevelQuery, backend: str, access: Access) -> Statement:
    """The statement of a level for one database, for those who see so much."""
    with seen_with(access):
        return compile_statement(_build(rows, backend), backend)


@lru_cache(maxsize=2048)
def statement_of_all(levels: tuple[LevelQuery, ...], backend: str, access: Access) -> Statement:
    """One statement for several levels: it answers one row, whose values are the rows of each.

    The names of a level's parameters get a prefix by its place, `keys` too.
    """
    nesting, found = NESTING[backend], []
    for place, rows in enumerate(levels):
        with seen_with(access):
            selected = _build(rows.named(level_prefix(place)), backend)
        columns = (selected if backend == "postgresql" else ordered(selected)).subquery(f"s{place}").c
        values = [nesting.inside(column) if column.name in _labels("l", rows.along) else column for column in columns]
        found.append(nesting.rows(select(nesting.row(values).label("row"))))
    return compile_statement(select(*found), backend)


def level_prefix(place: int) -> str:
    """What the names of the parameters of one of several levels begin with."""
    return f"b{place}_"


def _build(rows: LevelQuery, backend: str) -> AnySelect:
    if rows.link is None and not rows.counted:
        return _plain(rows, backend)
    if rows.page is None and not rows.counted and rows.link is not None and rows.link.column:
        return _unpaged(rows, rows.link.column, backend)
    return _per_parent_on_postgresql(rows) if backend == "postgresql" else _per_parent_on_sqlite(rows)


def _conditions(rows: LevelQuery, joins: Joins, key: SqlValue | None, backend: str) -> list[ColumnElement[bool]]:
    """All but the cursor's."""
    alias = joins.alias
    conditions = list((rows.link.door if rows.link else listed)(rows.entity, alias))
    if rows.link is not None and key is not None:
        conditions.append(rows.link.on(alias, key))
    if rows.where != ALL:
        conditions.append(condition(rows.entity, alias, rows.where, backend))
    return conditions + [_has_word(rows.entity, alias, f"{rows.prefix}s{index}") for index in range(rows.words)]


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
    return after(joins, rows.order, rows.cursor, backwards=backwards, prefix=rows.prefix)


def _limited(rows: LevelQuery, statement_: AnySelect) -> AnySelect:
    # A literal, not a parameter: PostgreSQL plans a page of ten otherwise than a tenth of the table.
    return statement_ if rows.page is None else statement_.limit(literal_column(str(rows.page.limit)))


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


def _joins(rows: LevelQuery) -> Joins:
    """The joins of the rows themselves, whose alias has a name for the lists read along to refer to."""
    return Joins(rows.entity, aliased(rows.entity, name=_name(rows)))


def _name(rows: LevelQuery) -> str:
    """Unlike the names that SQLAlchemy makes up, and unlike those of the levels around it."""
    return f"{rows.entity.__tablename__}_0{rows.prefix.count('_')}"


def _columns(rows: LevelQuery, joins: Joins, backend: str) -> list[SqlValue]:
    """What a row answers: the lists read along, and the columns."""
    lists = [each.label(f"l{index}") for index, each in enumerate(_lists(rows, backend))]
    return [*lists, *(each.label(f"r{index}") for index, each in enumerate(_values(rows, joins, backend)))]


def _values(rows: LevelQuery, joins: Joins, backend: str) -> list[SqlColumn]:
    return [_masked(joins, column, shown(joins.read(column), backend), backend) for column in rows.columns]


def _masked(joins: Joins, column: Column, value: SqlColumn, backend: str) -> SqlColumn:
    """What is shown of a column, where the viewer may not read personal data."""
    return masked(entity_at(joins.entity, column.path), joins.at(column.path), column.source, value, backend)


def _values_inside(rows: LevelQuery, joins: Joins, backend: str) -> list[SqlColumn]:
    """The same within JSON, which writes moments as the API does; the keys of a cursor are the same everywhere."""
    keys = tuple(key.column for key in rows.order)
    count = len(rows.columns) - (len(keys) if rows.columns[-len(keys) :] == keys else 0)
    values = _values(rows, joins, backend)
    own = rows.columns[:count]
    return [*(_masked(joins, each, scaled(joins.read(each), backend), backend) for each in own), *values[count:]]


def _lists(rows: LevelQuery, backend: str) -> list[SqlValue]:
    return [_list(each, rows, backend) for each in rows.along]


def _list(rows: LevelQuery, parent: LevelQuery, backend: str) -> SqlValue:
    """The rows that belong to one row of another level; where they are counted, those and the count."""
    assert rows.link is not None
    joins, nesting = _joins(rows), NESTING[backend]
    key: SqlValue = literal_column(f"{_name(parent)}.{_column_name(parent.entity, rows.link.key)}")
    row = nesting.row([*map(nesting.inside, _lists(rows, backend)), *_values_inside(rows, joins, backend)])
    cut = _cut(rows, select(row.label("row")).select_from(joins.alias), joins, backend, key)
    found = nesting.rows(joins.apply(cut).where(*_conditions(rows, joins, key, backend)))
    if not rows.counted:
        return found
    return nesting.row([nesting.inside(found), _count(rows, key, backend).scalar_subquery()])


def _column_name(entity: type[Base], name: str) -> str:
    return str(inspect(entity).columns[name].name)


def _plain(rows: LevelQuery, backend: str) -> AnySelect:
    """A list at the root, or a lookup."""
    joins = _joins(rows)
    columns = _columns(rows, joins, backend)
    conditions = _conditions(rows, joins, None, backend)
    cut = _cut(rows, select(NOTHING.label("key"), *columns).select_from(joins.alias), joins, backend)
    return joins.apply(cut).where(*conditions)


def _unpaged(rows: LevelQuery, column: str, backend: str) -> AnySelect:
    """All rows of a batch of parents."""
    joins = _joins(rows)
    columns = _columns(rows, joins, backend)
    owner = getattr(joins.alias, column)
    keys = parameter(f"{rows.prefix}keys", ListParameter(BigInteger()))
    if backend == "postgresql":
        batch: ColumnElement[bool] = owner == func.any(keys)
    else:
        batch = owner.in_(select(func.json_each(keys).table_valued("value").c.value))
    conditions = [batch, *_conditions(rows, joins, None, backend)]
    return joins.apply(_cut(rows, select(owner.label("key"), *columns).select_from(joins.alias), joins, backend)).where(
        *conditions
    )


def _count(rows: LevelQuery, key: SqlValue | None, backend: str) -> AnySelect:
    joins = Joins(rows.entity)
    counted = select(func.count()).select_from(joins.alias)
    return counted.where(*_conditions(rows, joins, key, backend))


def _per_parent_on_postgresql(rows: LevelQuery) -> AnySelect:
    backend = "postgresql"
    if rows.link is None:
        keys: FromClause = select(literal(NO_KEY, Integer).label("key")).subquery("k")
    else:
        keys = (
            func.unnest(parameter(f"{rows.prefix}keys", ListParameter(BigInteger())))
            .table_valued("key")
            .render_derived("k")
        )
    joins = _joins(rows)
    order = [joins.read(key.column).label(f"o{index}") for index, key in enumerate(rows.order)]
    inner = select(*_columns(rows, joins, backend), *order).select_from(joins.alias)
    key = KEY if rows.link is not None else None
    inner = joins.apply(_cut(rows, inner, joins, backend, key)).where(*_conditions(rows, joins, key, backend))
    page = inner.lateral("t")
    columns = [page.c[name] for name in (*_labels("l", rows.along), *_labels("r", rows.columns))]
    # A join above a LATERAL may lose its order: it is said once more.
    again = [_outer_order(page.c[f"o{index}"], sort.descending) for index, sort in enumerate(rows.order)]
    if not rows.counted:
        return select(keys.c.key, *columns).select_from(keys.join(page, true())).order_by(*again)
    count = _count(rows, key, backend).with_only_columns(func.count().label("n")).lateral("n")
    source = keys.join(count, true())
    if rows.page is None or rows.page.limit:
        return select(keys.c.key, count.c.n, *columns).select_from(source.outerjoin(page, true())).order_by(*again)
    return select(keys.c.key, count.c.n, *(NOTHING.label(column.name) for column in columns)).select_from(source)


def _labels(kind: str, items: Sequence[object]) -> list[str]:
    return [f"{kind}{index}" for index in range(len(items))]


def _outer_order(column: SqlValue, descending: bool) -> SqlValue:
    return column.desc().nulls_first() if descending else column.asc().nulls_last()


def _per_parent_on_sqlite(rows: LevelQuery) -> AnySelect:
    backend = "sqlite"
    keys = _sqlite_keys(rows)
    picked = Joins(rows.entity)
    key = KEY if rows.link is not None else None
    inner = _cut(rows, select(picked.alias.id).select_from(picked.alias), picked, backend, key)
    inner = picked.apply(inner).where(*_conditions(rows, picked, key, backend))
    joins = _joins(rows)
    columns = _columns(rows, joins, backend)
    again = order_by(joins, rows.order, indexed=False)
    belongs = joins.alias.id.in_(inner)
    head = [keys.c.key, keys.c.n] if rows.counted else [keys.c.key]
    chosen = select(*head, *columns).select_from(keys)
    chosen = chosen.join(joins.alias, belongs, isouter=rows.counted)
    return joins.apply(chosen).order_by(*again)


def _sqlite_keys(rows: LevelQuery) -> FromClause:
    """The batch of keys, each with its count where that is asked for; materialised, so that it is counted once."""
    if rows.link is None:
        count = _count(rows, None, "sqlite").scalar_subquery()
        return (
            select(literal_column(str(NO_KEY)).label("key"), count.label("n"))
            .cte("k", nesting=True)
            .prefix_with("MATERIALIZED")
        )
    each = func.json_each(parameter(f"{rows.prefix}keys", ListParameter(BigInteger()))).table_valued("value", name="j")
    if not rows.counted:
        return select(each.c.value.label("key")).subquery("k")
    count = _count(rows, literal_column("j.value", BigInteger()), "sqlite").scalar_subquery()
    return select(each.c.value.label("key"), count.label("n")).cte("k", nesting=True).prefix_with("MATERIALIZED")
