"""Filters of a customer that are no comparison with a column: by birthday, and by what was bought within a period."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Date, Integer, func, literal_column, select, union_all
from sqlalchemy.orm import aliased

from models import CustomerMonth, Purchase, PurchaseState
from models.rules.relative_time import BEGINNING, MOMENT, Span, duration_of, span
from models.types import MONEY, BigKey, Instant, text
from resolvers.errors import BadFilter
from resolvers.query.columns import Expression
from resolvers.query.expressions import mean_of, word
from resolvers.query.filters.relative import BIRTHDAY, coming
from resolvers.query.filters.where import (
    ConditionFilter,
    FilterReader,
    SpecialFilter,
    Structure,
    ValueFilter,
    checked,
)
from resolvers.query.filters.where_sql import condition
from resolvers.storage.relative import Relative
from resolvers.storage.sql import AnySelect, SqlValue
from resolvers.storage.statement import parameter


class BirthdayFilter(SpecialFilter):
    """By birthdays: today's, or those of the next days. Who was born on 29 February keeps it on the 28th."""

    def read(self, reader: FilterReader, value: Mapping[str, Any], path: str) -> Structure:
        """One list of days for each condition."""
        if not value:
            raise BadFilter(f"`{path}` compares with nothing: give `today` or `next`, or leave it out.")
        parts: list[Structure] = []
        for name, operand in value.items():
            if operand is None:
                raise BadFilter(f"`{path}.{name}` is null; leave it out.")
            try:
                days = coming(None if name == "today" else operand)
            except ValueError as error:
                raise BadFilter(f"`{path}.{name}`: {error}") from error
            found: Structure = ("value", BIRTHDAY, "in", (reader.bind(days),))
            parts.append(("not", found) if name == "today" and not operand else found)
        return parts[0] if len(parts) == 1 else ("and", tuple(parts))


@dataclass(frozen=True, slots=True)
class Sums:
    """The bills of one customer, as SQL: how many there are, and what they come to, called as in a month of theirs."""

    purchase_count: SqlValue
    turnover: SqlValue


COUNT = Expression("count", lambda sums: sums.purchase_count, Integer())
TURNOVER = Expression("turnover", lambda sums: sums.turnover, MONEY)
BASKET = Expression("average_basket", lambda sums: mean_of(sums.turnover, sums.purchase_count), MONEY, nullable=True)
COMPARED = {"count": COUNT, "turnover": TURNOVER, "averageBasket": BASKET}
NOTHING: Mapping[Expression, object] = {COUNT: 0, TURNOVER: Decimal(0), BASKET: None}
"""What nothing comes to."""
SPAN = ("since", "head_end", "first_month", "end_month", "tail", "until")


class PurchasesFilter(ConditionFilter):
    """By what a customer bought within a period: whole months are summed already, the rest is summed from bills.

    Who bought nothing in the period has a count and a turnover of zero, and no average basket.
    """

    def read(self, reader: FilterReader, value: Mapping[str, Any], path: str) -> Structure:
        """The period, the currency and what the sums are compared with."""
        for name, given in value.items():
            if given is None:
                raise BadFilter(f"`{path}.{name}` is null; leave it out.")
        if "currency" not in value and ("turnover" in value or "averageBasket" in value):
            raise BadFilter(f"`{path}` needs a `currency`: amounts of several are not added up.")
        split = _period(value.get("period", {}), f"{path}.period")
        names = [reader.bind(Relative(partial(_bound, split, name))) for name in SPAN]
        if "currency" in value:
            names.append(reader.bind(checked(value["currency"])))
        parts = [
            reader.value(CustomerMonth, ValueFilter(COMPARED[name]), given, f"{path}.{name}")
            for name, given in value.items()
            if name in COMPARED
        ]
        if not parts:
            raise BadFilter(f"`{path}` compares with nothing: give a `count`, `turnover` or `averageBasket`.")
        met: Structure = ("and", tuple(parts))
        return "special", self, (holds(met, reader.values, NOTHING), False), tuple(names), met

    def sql(self, alias: Any, structure: Structure, backend: str) -> ColumnElement[bool]:
        """Where nothing meets the conditions, all customers but those whose bills don't; else those whose bills do."""
        _, _, (by_nothing, bounded), names, met = structure
        bills = union_all(*_sources(names, bounded=bounded)).subquery()
        sums: Any = Sums(func.sum(bills.c.count), func.sum(bills.c.turnover, type_=MONEY))
        meets = condition(CustomerMonth, sums, met, backend)
        grouped = select(bills.c.customer_id).group_by(bills.c.customer_id)
        found: ColumnElement[bool]
        if by_nothing:
            found = alias.id.not_in(grouped.having(meets.is_not(literal_column("true"))))
        else:
            found = alias.id.in_(grouped.having(meets))
        return found

    def restored(self, value: object) -> object:
        """Moments and amounts from their text."""
        if not isinstance(value, Mapping):
            return value
        made = dict(value)
        if isinstance(value.get("period"), Mapping):
            made["period"] = {
                name: part if name == "last" else datetime.fromisoformat(part) for name, part in value["period"].items()
            }
        for name in ("turnover", "averageBasket"):
            if isinstance(value.get(name), Mapping):
                made[name] = {comparison: _amounts(comparison, operand) for comparison, operand in value[name].items()}
        return made


def _amounts(comparison: str, operand: object) -> object:
    if comparison == "isNull":
        return operand
    return [Decimal(str(each)) for each in operand] if isinstance(operand, list) else Decimal(str(operand))


def bounded(structure: Structure) -> Structure:
    """A condition on customers whose keys are after one and at most another: sums are taken of those alone."""
    kind = structure[0]
    if kind in ("and", "or"):
        return kind, tuple(bounded(part) for part in structure[1])
    if kind == "not":
        return kind, bounded(structure[1])
    if kind == "special":
        return *structure[:2], (structure[2][0], True), *structure[3:]
    return structure


def _period(given: object, path: str) -> Callable[[datetime], Span]:
    """The period that a caller means, as of a moment."""
    if not isinstance(given, Mapping):
        raise BadFilter(f"`{path}` must be an object.")
    for name, value in given.items():
        if value is None:
            raise BadFilter(f"`{path}.{name}` is null; leave it out.")
    try:
        if "last" in given:
            if len(given) > 1:
                raise BadFilter(f"`{path}` takes either `last`, or `from` and `to`.")
            duration = duration_of(str(given["last"]))
            return lambda now: span(duration.before(now), now + MOMENT)
        ends: list[datetime | None] = [given.get("from"), given.get("to")]
        start, end = (checked(each).astimezone(UTC) if each is not None else None for each in ends)
    except ValueError as error:
        raise BadFilter(f"`{path}`: {error}") from error
    return lambda now: span(start or BEGINNING, end or now + MOMENT)


def _bound(split: Callable[[datetime], Span], name: str, now: datetime) -> object:
    return getattr(split(now), name)


def _sources(names: tuple[str, ...], *, bounded: bool) -> list[AnySelect]:
    """The sums of whole months, and the bills at both ends of the period."""
    since, head_end, first_month, end_month, tail, until, *currency = names
    month = aliased(CustomerMonth)
    whole = (month.month >= parameter(first_month, Date()), month.month < parameter(end_month, Date()))
    months = select(month.customer_id, month.purchase_count.label("count"), month.turnover.label("turnover"))
    sources: list[tuple[AnySelect, type[CustomerMonth] | type[Purchase]]] = [(months.where(*whole), month)]
    for start, end in ((since, head_end), (tail, until)):
        bill = aliased(Purchase)
        counts = (
            bill.customer_id.is_not(None),
            bill.state != word(PurchaseState.CANCELLED),
            bill.paid_at >= parameter(start, Instant()),
            bill.paid_at < parameter(end, Instant()),
        )
        net = (bill.total - bill.returned).label("turnover")
        one_bill: ColumnElement[int] = literal_column("1")
        each = select(bill.customer_id, one_bill.label("count"), net)
        sources.append((each.where(*counts), bill))
    return [
        chosen.where(
            *[one.currency_code == parameter(name, text()) for name in currency],
            *([one.customer_id > parameter("after", BigKey), one.customer_id <= parameter("upto", BigKey)] * bounded),
        )
        for chosen, one in sources
    ]


COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "lte": operator.le,
    "gt": operator.gt,
    "gte": operator.ge,
    "in": lambda mine, given: mine in given,
    "nin": lambda mine, given: mine not in given,
}


def holds(structure: Structure, values: Mapping[str, object], of: Mapping[Expression, object]) -> bool:
    """Whether comparisons hold for what their sources are, as SQL would say."""
    if structure[0] == "and":
        return all(holds(part, values, of) for part in structure[1])
    _, source, comparison, names = structure
    mine = of[source]
    if comparison in ("isNull", "isSet"):
        return (mine is None) is bool(comparison == "isNull")
    if mine is None:
        return comparison in ("ne", "nin")
    met: bool = COMPARE[comparison](mine, values[names[0]])
    return met
