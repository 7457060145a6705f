"""Groups as one statement: the rows that a filter leaves, grouped, sorted and cut to a page for each owner.

Which rows there are, and which of them a viewer sees, is said where it is said of lists.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Integer,
    Numeric,
    Subquery,
    Text,
    and_,
    case,
    cast,
    false,
    func,
    literal_column,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.orm import RelationshipDirection, aliased

from models import Base
from models.types import text
from resolvers.query.columns import Column, Joins, entity_at, relationship_of
from resolvers.query.compiled_query import among
from resolvers.query.filters.seeking import seeking
from resolvers.query.filters.where import goes_over_relations
from resolvers.query.groups.grouping import Figure, GroupKey, GroupQuery, Measure, Period, Result
from resolvers.query.level.parts import conditions_of
from resolvers.query.level.rows import NO_KEY, LevelQuery
from resolvers.query.paging import behind, equal
from resolvers.query.visibility import Access, reachable, seen_with
from resolvers.storage.beside import beside
from resolvers.storage.cache import Cache
from resolvers.storage.sql import AnySelect, SqlColumn, SqlValue
from resolvers.storage.statement import Statement, compile_statement, parameter

MOST_STATEMENTS, MOST_CHARACTERS = 512, 4_000_000

Key = tuple[GroupQuery, str, Access]
_KEPT: Cache[Key, Statement] = Cache(MOST_STATEMENTS, MOST_CHARACTERS)

ZONE = parameter("zone", text())
CURRENCY = parameter("currency", text())
SIZE = parameter("size", Integer())
ONE, ZERO = literal_column("1", Integer()), literal_column("0", Integer())


async def statement_of(query: GroupQuery, backend: str, access: Access) -> Statement:
    """The statement, for those who see so much; it is compiled once, beside the event loop.

    Its rows: the owner's key, how many groups there are, the place of one, its keys, its results, and its currency.
    """
    key = query, backend, access
    found = _KEPT.get(key)
    if found is None:
        found = await beside(("groups", *key), _compiled, *key)
        _KEPT.put(key, found, len(found.sql))
    return found


def _compiled(query: GroupQuery, backend: str, access: Access) -> Statement:
    with seen_with(access):
        made = compile_statement(_page(query, _groups(query, _rows(query, backend), backend)), backend)
    return replace(made, by_values=query.owner is None and goes_over_relations(query.where))


def _rows(query: GroupQuery, backend: str) -> Subquery:
    """What is needed of each row that the filter leaves."""
    joins, grouping = Joins(query.grouping.entity), query.grouping
    owner: SqlColumn = literal_column(str(NO_KEY), BigInteger()) if query.owner is None else joins.read(query.owner)
    chosen = [owner.label("owner")]
    chosen += [_key(joins, key, backend, query).label(f"k{place}") for place, key in enumerate(query.keys)]
    chosen += [joins.read(each.column).label(f"m{place}") for place, each in enumerate(_figures(query))]
    currency = joins.read(grouping.currency) if grouping.currency is not None else None
    if currency is not None and _needs_currency(query):
        chosen.append(currency.label("currency"))
    where = seeking(grouping.entity, query.where) if backend == "sqlite" else query.where
    conditions = conditions_of(LevelQuery(grouping.entity, (), where=where), joins, None, backend)
    if query.owner is not None:
        conditions.append(among(owner, "keys", backend))
    if currency is not None and query.in_one_currency:
        conditions.append(currency == CURRENCY)
    return joins.select(*chosen).where(*conditions).subquery("t")


def _figures(query: GroupQuery) -> list[Figure]:
    """The values that something is worked out of, each once."""
    return list(dict.fromkeys(each.figure for each in query.results if each.figure is not None))


def _needs_currency(query: GroupQuery) -> bool:
    return any(each.needs_one_currency for each in query.results)


def _key(joins: Joins, key: GroupKey, backend: str, query: GroupQuery) -> SqlValue:
    column = joins.read(_nearest(key.column, query.grouping.entity))
    if key.period is None:
        return column.expression
    periods = _period_on_sqlite if backend == "sqlite" else _period_on_postgresql
    return periods(column, key.period, in_utc=query.in_utc)


def _nearest(column: Column, entity: type[Base]) -> Column:
    """The key of a row as the row before it refers to it, where whoever sees the one sees the other, too."""
    if not column.path or column.source != "id":
        return column
    before = column.path[:-1]
    relation = relationship_of(entity_at(entity, before), column.path[-1])
    target = relation.mapper.class_
    if relation.direction is not RelationshipDirection.MANYTOONE or reachable(target, aliased(target)):
        return column
    ((own, _),) = relation.local_remote_pairs or ()
    return Column(before, relation.parent.get_property_by_column(own).key)


def _period_on_postgresql(moment: SqlColumn, period: Period, *, in_utc: bool) -> SqlValue:
    zone: SqlValue = literal_column("'UTC'", Text()) if in_utc else ZONE
    local = func.timezone(zone, moment)
    start = local if period is Period.DAY else func.date_trunc(literal_column(f"'{period.lower()}'"), local)
    return func.to_char(start, literal_column("'YYYY-MM-DD'"), type_=text())


def _period_on_sqlite(moment: SqlColumn, period: Period, *, in_utc: bool) -> SqlValue:
    # A moment is text there, and begins with its day.
    whole = type_coerce(moment, Text())
    day = func.substr(whole, ONE, literal_column("10")) if in_utc else func.local_day(whole, ZONE)
    if period is Period.DAY:
        return type_coerce(day, text())
    if period is Period.WEEK:
        # The Sunday that ends the week, and back to its Monday.
        return func.date(day, literal_column("'weekday 0'"), literal_column("'-6 days'"), type_=text())
    kept, rest = ("4", "'-01-01'") if period is Period.YEAR else ("7", "'-01'")
    return type_coerce(func.substr(day, ONE, literal_column(kept)).concat(literal_column(rest, Text())), text())


def _groups(query: GroupQuery, rows: Subquery, backend: str) -> CTE:
    """All groups of all owners."""
    keys = [rows.c.owner, *(rows.c[f"k{place}"] for place in range(len(query.keys)))]
    found = [_result(query, each, rows, backend).label(f"v{place}") for place, each in enumerate(query.results)]
    if _needs_currency(query):
        found.append(func.min(rows.c.currency).label("currency"))
    return select(*keys, *found).group_by(*keys).cte("g")


def _result(query: GroupQuery, result: Result, rows: Subquery, backend: str) -> SqlValue:
    if result.figure is None:
        return func.count()
    value = rows.c[f"m{_figures(query).index(result.figure)}"]
    if result.measure is Measure.DIFFERENT:
        return func.count(value.distinct())
    if result.measure is Measure.AVERAGE:
        found = _mean_on_sqlite(value, result.figure) if backend == "sqlite" else _mean_on_postgresql(value, result)
    else:
        work: Callable[[SqlColumn], SqlValue] = getattr(func, result.measure)
        found = _in_units(work(value), result.figure.scale, backend)
    if not result.needs_one_currency or query.in_one_currency:
        return found
    is_one: ColumnElement[bool] = func.min(rows.c.currency) == func.max(rows.c.currency)
    return case((is_one, found))


def _in_units(value: SqlValue, places: int, backend: str) -> SqlValue:
    """A number as an integer in units of its last place, as it is kept on SQLite."""
    if backend == "sqlite":
        return type_coerce(value, BigInteger())
    return cast(cast(value, Numeric()) * literal_column(str(10**places), Numeric()), BigInteger())


def _mean_on_postgresql(value: SqlColumn, result: Result) -> SqlValue:
    assert result.figure is not None
    places = result.figure.places(Measure.AVERAGE)
    mean = cast(func.sum(value), Numeric()) / func.nullif(func.count(value), ZERO)
    return _in_units(func.round(mean, literal_column(str(places)), type_=Numeric()), places, "postgresql")


def _mean_on_sqlite(value: SqlColumn, figure: Figure) -> SqlValue:
    """The same in whole numbers: rounded as people round, away from zero in the middle."""
    total, count = type_coerce(func.sum(value), BigInteger()), func.nullif(func.count(value), ZERO)
    finer = figure.places(Measure.AVERAGE) - figure.scale
    more = literal_column(str(2 * 10 ** max(finer, 0)), BigInteger())
    step = literal_column(str(10 ** max(-finer, 0)), BigInteger())
    size = (func.abs(total) * more + count * step) // (count * step * literal_column("2", BigInteger()))
    return type_coerce(case((total < ZERO, -size), else_=size), BigInteger())


def _page(query: GroupQuery, groups: CTE) -> AnySelect:
    """The groups behind the cursor, as many as a page of each owner has."""
    sorts = [(_sorted_by(query, groups, sort.by), sort.descending != query.backwards) for sort in query.order]
    order = [column.desc().nulls_first() if down else column.asc().nulls_last() for column, down in sorts]
    place = func.row_number().over(partition_by=groups.c.owner, order_by=order).label("place")
    page = select(place, *groups.c)
    if query.cursor is not None:
        page = page.where(_behind(sorts, query.cursor))
    cut = page.subquery("p")
    columns = [each for each in cut.c if each.name not in ("owner", "place")]
    on_page = cut.c.place <= SIZE
    if not query.counted:
        none: SqlValue = literal_column("NULL")
        return (
            select(cut.c.owner, none.label("n"), cut.c.place, *columns)
            .where(on_page)
            .order_by(cut.c.owner, cut.c.place)
        )
    every = select(groups.c.owner, func.count().label("n")).group_by(groups.c.owner).subquery("n")
    both = every.outerjoin(cut, and_(cut.c.owner == every.c.owner, on_page))
    return (
        select(every.c.owner, every.c.n, cut.c.place, *columns).select_from(both).order_by(every.c.owner, cut.c.place)
    )


def _sorted_by(query: GroupQuery, groups: CTE, by: GroupKey | Result) -> SqlColumn:
    if isinstance(by, GroupKey):
        return groups.c[f"k{query.keys.index(by)}"]
    return groups.c[f"v{query.results.index(by)}"]


def _behind(sorts: list[tuple[SqlColumn, bool]], nulls: tuple[bool, ...]) -> ColumnElement[bool]:
    """Whether a group comes behind the one whose values are `c0`, `c1` …, some of which are null."""
    rest: ColumnElement[bool] = false()
    for place in range(len(sorts) - 1, -1, -1):
        column, descending = sorts[place]
        value, null = parameter(f"c{place}", column.type), nulls[place]
        same = and_(equal(column, value, null=null), rest)
        rest = or_(behind(column, value, descending=descending, null=null, nullable=True), same)
    return rest
