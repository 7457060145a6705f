"""The rows that insights are made of: sums that are kept month by month, bills at both ends, and what is bought often.

Where the year that is kept of the customer holds, one row of it takes their place. All is one value of the customer's
row, read along with it, or for a batch of customers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Date,
    Select,
    String,
    Text,
    and_,
    case,
    cast,
    func,
    literal_column,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import aliased
from sqlalchemy.types import TypeEngine

from models import (
    Customer,
    CustomerMonth,
    CustomerStatistics,
    CustomerYear,
    Product,
    Purchase,
    PurchaseItem,
    PurchaseState,
    ScoreBand,
)
from models.rules.periods import add_months
from models.rules.relative_time import MOMENT, Span, span
from models.types import MONEY, Instant
from resolvers.query.columns import NOW, Expression, scaled
from resolvers.query.expressions import word
from resolvers.query.json_rows import NESTING
from resolvers.query.row_lists import row_list
from resolvers.storage.statement import Statement, compile_statement, following
from resolvers.storage.writing.batches import in_batch

MOST_FAVOURITES = 10
YEAR_IN_MONTHS = 12
ZONE = "UTC"
PERIOD, YEAR = "period", "year"
"""The windows in which bills are summed."""
ZERO: ColumnElement[int] = literal_column("0")


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose rows a selection is of, and the bounds of its windows, see `Span`."""

    backend: str
    windows: tuple[str, ...]
    customer: ColumnElement[Any]
    at: Callable[[str, str], Any]


class InsightRow(IntEnum):
    """What a row of the statement tells; the statement asks for all that is needed in one go."""

    SUMS = 0
    BANDS = 1
    STORES = 2
    PRODUCTS = 3
    BRANDS = 4
    GROUPS = 5
    TIMES = 6
    KEPT = 7


KEPT_PARTS = {
    InsightRow.SUMS: CustomerYear.turnover,
    InsightRow.STORES: CustomerYear.stores,
    InsightRow.PRODUCTS: CustomerYear.products,
    InsightRow.BRANDS: CustomerYear.brands,
    InsightRow.GROUPS: CustomerYear.groups,
}
"""What the year that is kept has of each part."""


COLUMNS: tuple[tuple[str, TypeEngine[Any]], ...] = (
    ("part", BigInteger()),
    ("customer", BigInteger()),
    ("what", BigInteger()),
    ("label", String()),
    ("first", Instant()),
    ("last", Instant()),
    ("n1", BigInteger()),
    ("n2", BigInteger()),
    ("n3", BigInteger()),
    ("n4", BigInteger()),
)
"""The columns of every part; what a part has no use for is null."""


def _row(part: InsightRow, **given_columns: Any) -> list[ColumnElement[Any]]:
    """The columns of a part's rows."""
    given_columns["part"] = _number(part)
    return [cast(given_columns.get(name, null()), kind).label(name) for name, kind in COLUMNS]


def _counts(purchase: Any, scope: Scope) -> list[Any]:
    return [purchase.customer_id == scope.customer, purchase.state != word(PurchaseState.CANCELLED)]


def _times(scope: Scope) -> Select[Any]:
    """The first bill and the last; bills paid later than now, by a clock that is ahead, don't count yet."""
    kept: Any = aliased(CustomerStatistics)
    purchase = aliased(Purchase)
    until_now = select(func.max(purchase.paid_at)).where(
        purchase.customer_id == kept.id, purchase.state != word(PurchaseState.CANCELLED), purchase.paid_at <= NOW
    )
    last = case((kept.last_purchase_at > NOW, until_now.scalar_subquery()), else_=kept.last_purchase_at)
    columns = _row(InsightRow.TIMES, customer=kept.id, first=kept.first_purchase_at, last=last)
    return select(*columns).where(kept.id == scope.customer, kept.first_purchase_at <= NOW)


def _sums(scope: Scope) -> Iterator[Select[Any]]:
    """What was spent in the period, and in the last year: `n1` to `n4` are counts and amounts of both.

    Whole months are summed already; what is left at both ends of a window is summed from bills.
    """
    month: Any = aliased(CustomerMonth)
    inside = {
        name: and_(month.month >= scope.at(name, "first_month"), month.month < scope.at(name, "end_month"))
        for name in scope.windows
    }
    columns: dict[str, Any] = {}
    for name in scope.windows:
        columns |= _columns_of(
            scope,
            name,
            func.sum(case((inside[name], month.purchase_count), else_=ZERO)),
            scaled(func.sum(case((inside[name], month.turnover), else_=ZERO), type_=MONEY), scope.backend),
        )
    chosen = select(*_row(InsightRow.SUMS, customer=month.customer_id, label=month.currency_code, **columns))
    chosen = chosen.where(month.customer_id == scope.customer, or_(*inside.values()))
    yield chosen.group_by(month.customer_id, month.currency_code)
    for name in scope.windows:
        for start, end in (("since", "head_end"), ("tail", "until")):
            yield _bills(scope, name, start, end)


def _bills(scope: Scope, name: str, start: str, end: str) -> Select[Any]:
    """The bills of a part of a window."""
    purchase: Any = aliased(Purchase)
    spent = scaled(func.sum(purchase.total - purchase.returned, type_=MONEY), scope.backend)
    columns = _columns_of(scope, name, func.count(), spent)
    row = _row(InsightRow.SUMS, customer=purchase.customer_id, label=purchase.currency_code, **columns)
    within = (purchase.paid_at >= scope.at(name, start), purchase.paid_at < scope.at(name, end))
    chosen = select(*row).where(*_counts(purchase, scope), *within)
    return chosen.group_by(purchase.customer_id, purchase.currency_code)


def _columns_of(scope: Scope, name: str, count: Any, spent: Any) -> dict[str, Any]:
    """A window's columns; where there is but one window, it is the year as well."""
    first, second = {"n1": count, "n2": spent}, {"n3": count, "n4": spent}
    return first | second if len(scope.windows) == 1 else first if name == PERIOD else second


def _bands(scope: Scope) -> Select[Any]:
    return select(*_row(InsightRow.BANDS, label=_all_bands(scope)))


def _all_bands(scope: Scope) -> Any:
    """All bands as one text, which the database makes once, for however many customers it is read along with."""
    band: Any = aliased(ScoreBand)
    nesting = NESTING[scope.backend]
    each = nesting.row([band.metric, band.score, scaled(band.floor, scope.backend)])
    # Put together it is a text on SQLite, too, and not the value that the text stands for.
    return cast(nesting.rows(select(each.label("row"))), Text()) + literal_column("''", Text())


def _most_often(part: InsightRow, scope: Scope) -> Select[Any]:
    """The things that are on most of a customer's bills of the period; of equals, the one bought last."""
    purchase, item, product = aliased(Purchase), aliased(PurchaseItem), aliased(Product)
    what: Any = {
        InsightRow.STORES: purchase.store_id,
        InsightRow.PRODUCTS: item.product_id,
        InsightRow.BRANDS: product.brand_id,
        InsightRow.GROUPS: product.group_id,
    }[part]
    bills = func.count(purchase.id.distinct()).label("bills")
    last = func.max(purchase.paid_at).label("last")
    chosen = select(purchase.customer_id.label("customer"), what.label("what"), bills, last).select_from(purchase)
    if part is not InsightRow.STORES:
        chosen = chosen.join(item, item.purchase_id == purchase.id)
    if part in (InsightRow.BRANDS, InsightRow.GROUPS):
        chosen = chosen.join(product, product.id == item.product_id)
    within = (purchase.paid_at >= scope.at(PERIOD, "since"), purchase.paid_at <= NOW, what.is_not(None))
    grouped = chosen.where(*_counts(purchase, scope), *within).group_by(purchase.customer_id, what).subquery()
    place = func.row_number().over(
        partition_by=grouped.c.customer, order_by=(grouped.c.bills.desc(), grouped.c.last.desc(), grouped.c.what)
    )
    ranked = select(grouped.c.customer, grouped.c.what, grouped.c.bills, place.label("place")).subquery()
    columns = _row(part, customer=ranked.c.customer, what=ranked.c.what, n1=ranked.c.bills, n2=ranked.c.place)
    return select(*columns).where(ranked.c.place <= literal_column(str(MOST_FAVOURITES)))


def _made(parts: Sequence[InsightRow], scope: Scope) -> CompoundSelect[Any]:
    """All parts that are needed, as one selection."""
    made: list[Select[Any]] = []
    for part in parts:
        if part is InsightRow.SUMS:
            made += _sums(scope)
        elif part is InsightRow.TIMES:
            made.append(_times(scope))
        else:
            made.append(_bands(scope) if part is InsightRow.BANDS else _most_often(part, scope))
    return union_all(*made)


def _kept(parts: Sequence[InsightRow], scope: Scope) -> Select[Any] | None:
    """The row in place of all others: first bill and last, the bands as text, and each part with its number in front.

    A customer's year holds where no bill or line has changed since, and for each window where no bill came or went by
    time alone.
    """
    kept = [part for part in parts if part in KEPT_PARTS]
    if not kept:
        return None
    statistics, year = aliased(CustomerStatistics), aliased(CustomerYear)
    nesting = NESTING[scope.backend]
    row = [
        _number(InsightRow.KEPT),
        statistics.first_purchase_at,
        statistics.last_purchase_at,
        _all_bands(scope) if InsightRow.BANDS in parts else null(),
        *(nesting.row([_number(part), nesting.inside(getattr(year, KEPT_PARTS[part].key))]) for part in kept),
    ]
    chosen = select(*(value.label(f"v{place}") for place, value in enumerate(row)))
    chosen = chosen.where(statistics.id == scope.customer, year.id == scope.customer)
    chosen = chosen.where(year.revision == statistics.revision, statistics.last_purchase_at <= NOW)
    begins = [scope.at(name, "since") for name in scope.windows]
    return chosen.where(*(and_(year.since <= since, year.first_at >= since) for since in begins))


def _number(part: InsightRow) -> ColumnElement[int]:
    return literal_column(str(int(part)))


@lru_cache(maxsize=128)
def statement_of(parts: tuple[InsightRow, ...], months: int, backend: str, *, uses_kept: bool = True) -> Statement:
    """The parts for a batch of customers: of each the key, and the rows."""
    customer: Any = aliased(Customer)
    rows = expression_of(parts, months, uses_kept=uses_kept).sql(customer)
    return compile_statement(select(customer.id, rows).where(in_batch(customer.id, backend)), backend)


@lru_cache(maxsize=128)
def expression_of(parts: tuple[InsightRow, ...], months: int, *, uses_kept: bool = True) -> Expression:
    """The parts for the customer of a row, to be read along with it: a list of rows as JSON."""
    lengths = {PERIOD: months} if months == YEAR_IN_MONTHS else {PERIOD: months, YEAR: YEAR_IN_MONTHS}

    def at(window: str, bound: str) -> Any:
        length = lengths[window]
        return following(f"insights_{length}_{bound}", _kind(bound), lambda now: getattr(window_of(length, now), bound))

    def rows(customer: ColumnElement[Any], backend: str) -> CompoundSelect[Any]:
        return _made(parts, Scope(backend, tuple(lengths), customer, at))

    def kept(customer: ColumnElement[Any], backend: str) -> Select[Any] | None:
        return _kept(parts, Scope(backend, tuple(lengths), customer, at)) if uses_kept else None

    return row_list("insights", rows, kept)


def _kind(bound: str) -> TypeEngine[Any]:
    return Date() if bound.endswith("month") else Instant()


@lru_cache(maxsize=64)
def window_of(months: int, now: datetime) -> Span:
    """The time of so many months until now."""
    return span(add_months(now, -months, ZONE), now + MOMENT)
