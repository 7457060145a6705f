"""Groups worked out by a plain reading of what they mean, over rows in memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cmp_to_key, partial
from typing import Any
from zoneinfo import ZoneInfo

from resolvers.ids import opaque_id
from resolvers.query import expressions
from resolvers.query.columns import Column, Expression, entity_at
from resolvers.query.filters.where import FilterSet, RelationFilter
from resolvers.query.groups.grouping import Figure, Grouping, GroupKey, Measure, Period, Result
from schema.declaring.groups.arguments import sort_fields
from tests.schema.declaring.naive import Memory, voucher_state

WORKED_OUT: dict[Expression, Callable[[Any], Any]] = {
    expressions.TURNOVER: lambda bill: None if bill.state == "CANCELLED" else bill.total - bill.returned,
    expressions.PAID_IN_MONEY: lambda bill: bill.total - bill.paid_with_points,
    expressions.REFUNDED: lambda bill: bill.returned - bill.returned_with_points - bill.withheld,
    expressions.VOUCHER_WORTH: lambda voucher: None if voucher.currency_code is None else voucher.value,
    expressions.VOUCHER_STATE: voucher_state,
}
"""What SQL works out, worked out in Python."""

Group = dict[str, Any]


def value_at(memory: Memory, row: Any, column: Column) -> Any:
    """A value of the row that a path of relations leads to; none where it leads to nothing."""
    for place, relation in enumerate(column.path):
        target = partial(FilterSet, entity_at(type(row), (relation,)))
        found = memory.related(row, RelationFilter(relation, target, many=False))
        assert len(found) <= 1, (place, relation)
        if not found:
            return None
        row = found[0]
    source = column.source
    return WORKED_OUT[source](row) if isinstance(source, Expression) else getattr(row, source)


def first_day(moment: datetime, period: Period, zone: str) -> date:
    """The first day of a period."""
    day = moment.astimezone(ZoneInfo(zone)).date()
    if period is Period.WEEK:
        return day - timedelta(days=day.weekday())
    return day.replace(day=day.day if period is Period.DAY else 1, month=1 if period is Period.YEAR else day.month)


def key_of(memory: Memory, row: Any, key: GroupKey, zone: str) -> Any:
    """What a row has in common with others of its group."""
    value = value_at(memory, row, key.column)
    return value if key.period is None or value is None else first_day(value, key.period, zone)


def worked_out(memory: Memory, grouping: Grouping, rows: Sequence[Any], result: Result) -> Any:
    """Something of a group."""
    if result.figure is None:
        return len(rows)
    values = [value for row in rows if (value := value_at(memory, row, result.figure.column)) is not None]
    if result.measure is Measure.DIFFERENT:
        return len(set(values))
    if not values or (result.figure.is_money and _currencies(memory, grouping, rows) > 1):
        return None
    if result.measure is Measure.AVERAGE:
        return _mean(values, result.figure)
    work: dict[Measure, Callable[[Any], Any]] = {Measure.SUM: sum, Measure.MIN: min, Measure.MAX: max}
    return work[result.measure](values)


def _currencies(memory: Memory, grouping: Grouping, rows: Sequence[Any]) -> int:
    assert grouping.currency is not None
    return len({value_at(memory, row, grouping.currency) for row in rows} - {None})


def _mean(values: Sequence[Any], figure: Figure) -> Decimal:
    places = figure.places(Measure.AVERAGE)
    mean = abs(Decimal(sum(values))) / len(values)
    return mean.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP).copy_sign(Decimal(sum(values)))


def groups_of(
    memory: Memory, grouping: Grouping, rows: Sequence[Any], keys: Sequence[str], zone: str, order: Sequence[Any]
) -> list[Group]:
    """All groups of some rows in their order, each with its keys and all that can be worked out of it."""
    found: dict[tuple[Any, ...], list[Any]] = {}
    for row in rows:
        found.setdefault(tuple(key_of(memory, row, grouping.keys[key], zone) for key in keys), []).append(row)
    if not keys:
        found.setdefault((), [])
    groups = [
        dict(zip(keys, common, strict=True))
        | {name: worked_out(memory, grouping, its, result) for name, result in grouping.results().items()}
        for common, its in found.items()
    ]
    whole = [*order, *((key, 1) for key in keys)]

    def compare(one: Group, other: Group) -> int:
        return _compare(one, other, whole)

    return sorted(groups, key=cmp_to_key(compare))


def _compare(one: Group, other: Group, order: Sequence[tuple[str, int]]) -> int:
    """Missing values are the greatest."""
    for name, direction in order:
        mine, theirs = one[name], other[name]
        if mine != theirs:
            less = theirs is None or (mine is not None and mine < theirs)
            return -direction if less else direction
    return 0


def sortable(grouping: Grouping, keys: Sequence[str]) -> list[str]:
    """What groups can be sorted by that have these keys."""
    return [name for name in sort_fields(grouping) if name not in grouping.keys or name in keys]


def shown(value: Any, type_name: str | None) -> Any:
    """A value as an answer of the graph is read again."""
    if value is None or type_name is None:
        return value.isoformat() if isinstance(value, date) else value
    return opaque_id(type_name, value)
