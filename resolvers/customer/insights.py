"""Insights: what a customer's purchases tell, worked out for a batch of customers in a fixed number of statements.

Cancelled bills don't count, and what was returned is taken off. Scores run from 1 to 5 and compare a customer with
all others (see `ScoreBand`); a customer who never bought has none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import IntEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    Select,
    String,
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
    CustomerMonth,
    CustomerStatistics,
    Product,
    Purchase,
    PurchaseItem,
    PurchaseState,
    ScoreBand,
    ScoreMetric,
)
from models.rules.figures import mean
from models.rules.periods import add_months
from models.rules.relative_time import MOMENT, Span, span
from models.types import MONEY, Instant
from resolvers.errors import BadInput
from resolvers.query.columns import NOW, scaled
from resolvers.query.expressions import word
from resolvers.storage.batches import in_batch
from resolvers.storage.context import RequestContext, RowRef
from resolvers.storage.statement import Statement, compile_statement, parameter
from resolvers.values import Money, amount

MOST_MONTHS = 1200
MOST_FAVOURITES = 10
YEAR_IN_MONTHS = 12
ZONE = "UTC"
PERIOD, YEAR = "period", "year"
"""The windows in which bills are summed."""
ZERO: ColumnElement[int] = literal_column("0")


@dataclass(frozen=True, slots=True)
class Favourite:
    """What a customer buys most often, with the number of bills it is on."""

    what: RowRef
    purchase_count: int


@dataclass(slots=True)
class Insights:
    """What a customer's purchases tell."""

    first_purchase_at: datetime | None = None
    last_purchase_at: datetime | None = None
    purchase_count: int = 0
    turnover: list[Money] = field(default_factory=list)
    average_basket: Money | None = None
    recency_score: int | None = None
    frequency_score: int | None = None
    monetary_score: int | None = None
    favourite_store: RowRef | None = None
    favourite_products: Sequence[Favourite] = ()
    favourite_brands: Sequence[Favourite] = ()
    favourite_groups: Sequence[Favourite] = ()


@dataclass(slots=True)
class _Sums:
    """One customer's bills in one currency."""

    currency: str
    count: int = 0
    turnover: int = 0
    year_count: int = 0
    year_turnover: int = 0

    def add(self, count: int | None, turnover: int | None, year_count: int | None, year_turnover: int | None) -> None:
        """Add a part of them; what it says nothing of is null."""
        self.count += count or 0
        self.turnover += turnover or 0
        self.year_count += year_count or 0
        self.year_turnover += year_turnover or 0


class InsightRow(IntEnum):
    """What a row of the statement tells; the statement asks for all that is needed in one go."""

    SUMS = 0
    BANDS = 1
    STORES = 2
    PRODUCTS = 3
    BRANDS = 4
    GROUPS = 5
    TIMES = 6


FAVOURITES: Mapping[InsightRow, tuple[str, str]] = {
    InsightRow.STORES: ("Store", "favourite_store"),
    InsightRow.PRODUCTS: ("Product", "favourite_products"),
    InsightRow.BRANDS: ("ProductBrand", "favourite_brands"),
    InsightRow.GROUPS: ("ProductGroup", "favourite_groups"),
}
NEEDED: Mapping[str, tuple[InsightRow, ...]] = {
    "firstPurchaseAt": (InsightRow.TIMES,),
    "lastPurchaseAt": (InsightRow.TIMES,),
    "purchaseCount": (InsightRow.SUMS, InsightRow.TIMES),
    "turnover": (InsightRow.SUMS, InsightRow.TIMES),
    "averageBasket": (InsightRow.SUMS, InsightRow.TIMES),
    "recencyScore": (InsightRow.SUMS, InsightRow.BANDS, InsightRow.TIMES),
    "frequencyScore": (InsightRow.SUMS, InsightRow.BANDS, InsightRow.TIMES),
    "monetaryScore": (InsightRow.SUMS, InsightRow.BANDS, InsightRow.TIMES),
    "favouriteStore": (InsightRow.STORES,),
    "favouriteProducts": (InsightRow.PRODUCTS,),
    "favouriteBrands": (InsightRow.BRANDS,),
    "favouriteGroups": (InsightRow.GROUPS,),
}
"""Which parts each field is made of."""

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
    given_columns["part"] = literal_column(str(int(part)))
    return [cast(given_columns.get(name, null()), kind).label(name) for name, kind in COLUMNS]


def _counts(purchase: Any, backend: str) -> list[Any]:
    return [in_batch(purchase.customer_id, backend), purchase.state != word(PurchaseState.CANCELLED)]


def _times(backend: str) -> Select[Any]:
    """The first bill and the last; bills paid later than now, by a clock that is ahead, don't count yet."""
    kept: Any = aliased(CustomerStatistics)
    purchase = aliased(Purchase)
    until_now = select(func.max(purchase.paid_at)).where(
        purchase.customer_id == kept.id, purchase.state != word(PurchaseState.CANCELLED), purchase.paid_at <= NOW
    )
    last = case((kept.last_purchase_at > NOW, until_now.scalar_subquery()), else_=kept.last_purchase_at)
    columns = _row(InsightRow.TIMES, customer=kept.id, first=kept.first_purchase_at, last=last)
    return select(*columns).where(in_batch(kept.id, backend), kept.first_purchase_at <= NOW)


def _sums(backend: str, windows: Sequence[str]) -> Iterator[Select[Any]]:
    """What was spent in the period, and in the last year: `n1` to `n4` are counts and amounts of both.

    Whole months are summed already; what is left at both ends of a window is summed from bills.
    """
    month: Any = aliased(CustomerMonth)
    inside = {
        name: and_(month.month >= _at(name, "first_month"), month.month < _at(name, "end_month")) for name in windows
    }
    columns: dict[str, Any] = {}
    for name in windows:
        columns |= _columns_of(
            windows,
            name,
            func.sum(case((inside[name], month.purchase_count), else_=ZERO)),
            scaled(func.sum(case((inside[name], month.turnover), else_=ZERO), type_=MONEY), backend),
        )
    chosen = select(*_row(InsightRow.SUMS, customer=month.customer_id, label=month.currency_code, **columns))
    chosen = chosen.where(in_batch(month.customer_id, backend), or_(*inside.values()))
    yield chosen.group_by(month.customer_id, month.currency_code)
    for name in windows:
        for start, end in (("since", "head_end"), ("tail", "until")):
            yield _bills(backend, windows, name, start, end)


def _bills(backend: str, windows: Sequence[str], name: str, start: str, end: str) -> Select[Any]:
    """The bills of a part of a window."""
    purchase: Any = aliased(Purchase)
    spent = scaled(func.sum(purchase.total - purchase.returned, type_=MONEY), backend)
    columns = _columns_of(windows, name, func.count(), spent)
    row = _row(InsightRow.SUMS, customer=purchase.customer_id, label=purchase.currency_code, **columns)
    within = (purchase.paid_at >= _at(name, start), purchase.paid_at < _at(name, end))
    chosen = select(*row).where(*_counts(purchase, backend), *within)
    return chosen.group_by(purchase.customer_id, purchase.currency_code)


def _columns_of(windows: Sequence[str], name: str, count: Any, spent: Any) -> dict[str, Any]:
    """A window's columns; where there is but one window, it is the year as well."""
    first, second = {"n1": count, "n2": spent}, {"n3": count, "n4": spent}
    return first | second if len(windows) == 1 else first if name == PERIOD else second


def _at(window: str, bound: str) -> Any:
    """A bound of a window, see `Span`."""
    return parameter(f"{window}_{bound}", Date() if bound.endswith("month") else Instant())


def _bands(backend: str) -> Select[Any]:
    band = aliased(ScoreBand)
    floor: Any = band.floor
    return select(*_row(InsightRow.BANDS, label=band.metric, n1=band.score, n2=scaled(floor, backend)))


def _most_often(part: InsightRow, backend: str) -> Select[Any]:
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
    within = (purchase.paid_at >= parameter("since", Instant()), purchase.paid_at <= NOW, what.is_not(None))
    grouped = chosen.where(*_counts(purchase, backend), *within).group_by(purchase.customer_id, what).subquery()
    place = func.row_number().over(
        partition_by=grouped.c.customer, order_by=(grouped.c.bills.desc(), grouped.c.last.desc(), grouped.c.what)
    )
    ranked = select(grouped.c.customer, grouped.c.what, grouped.c.bills, place.label("place")).subquery()
    columns = _row(part, customer=ranked.c.customer, what=ranked.c.what, n1=ranked.c.bills, n2=ranked.c.place)
    return select(*columns).where(ranked.c.place <= literal_column(str(MOST_FAVOURITES)))


@lru_cache(maxsize=128)
def _statement(parts: tuple[InsightRow, ...], windows: tuple[str, ...], backend: str) -> Statement:
    """All parts that are needed, as one statement."""
    made: list[Select[Any]] = []
    for part in parts:
        if part is InsightRow.SUMS:
            made += _sums(backend, windows)
        elif part is InsightRow.TIMES:
            made.append(_times(backend))
        else:
            made.append(_bands(backend) if part is InsightRow.BANDS else _most_often(part, backend))
    return compile_statement(union_all(*made), backend)


async def load_insights(
    context: RequestContext, keys: Sequence[int], args: Mapping[str, Any], names: frozenset[str]
) -> Mapping[int, Insights]:
    """The insights of each customer, in one statement for whatever is asked for."""
    months = args["months"]
    if not 1 <= months <= MOST_MONTHS:
        raise BadInput(f"`months` must be from 1 to {MOST_MONTHS}, not {months}.")
    found = {key: Insights() for key in keys}
    parts = tuple(sorted({part for name in names for part in NEEDED.get(name, ())}))
    if parts:
        starts = {PERIOD: add_months(context.now, -months, ZONE)}
        if months != YEAR_IN_MONTHS:
            starts[YEAR] = add_months(context.now, -YEAR_IN_MONTHS, ZONE)
        values: dict[str, Any] = {"keys": keys, "since": starts[PERIOD]}
        for name, start in starts.items():
            split = span(start, context.now + MOMENT)
            values |= {f"{name}_{bound}": getattr(split, bound) for bound in Span.__slots__}
        rows = await context.fetch(_statement(parts, tuple(starts), context.backend), values)
        _fill(found, rows, context.now)
    return found


def _fill(found: Mapping[int, Insights], rows: Sequence[Any], now: datetime) -> None:
    times: dict[int, tuple[datetime, datetime]] = {}
    sums: dict[int, dict[str, _Sums]] = {}
    bands: dict[str, list[tuple[int, int]]] = {}
    favourites: dict[tuple[int, int], list[tuple[int, Favourite]]] = {}
    for part, customer, what, label, *rest in rows:
        if part == InsightRow.TIMES:
            times[customer] = _moment(rest[0]), _moment(rest[1])
        elif part == InsightRow.SUMS:
            sums.setdefault(customer, {}).setdefault(label, _Sums(label)).add(*rest[2:])
        elif part == InsightRow.BANDS:
            bands.setdefault(label, []).append((rest[3], rest[2]))
        else:
            favourite = Favourite(RowRef(FAVOURITES[part][0], what), rest[2])
            favourites.setdefault((customer, part), []).append((rest[3], favourite))
    for customer, (first, last) in times.items():
        insights, ordered = found[customer], sorted(sums.get(customer, {}).values(), key=lambda each: each.currency)
        insights.first_purchase_at, insights.last_purchase_at = first, last
        _summarise(insights, ordered)
        _score(insights, ordered, bands, now)
    for (customer, part), placed in favourites.items():
        best = [favourite for _, favourite in sorted(placed, key=lambda pair: pair[0])]
        setattr(found[customer], FAVOURITES[InsightRow(part)][1], best[0].what if part == InsightRow.STORES else best)


def _moment(value: Any) -> datetime:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def _summarise(insights: Insights, sums: Sequence[_Sums]) -> None:
    insights.purchase_count = sum(each.count for each in sums)
    within = [each for each in sums if each.count]
    insights.turnover = [Money(amount(each.turnover, 4, 2), each.currency) for each in within]
    if within:
        main = max(within, key=lambda each: each.count)
        insights.average_basket = Money(mean(Decimal(main.turnover).scaleb(-4), main.count), main.currency)


def _score(
    insights: Insights, sums: Sequence[_Sums], bands: Mapping[str, list[tuple[int, int]]], now: datetime
) -> None:
    assert insights.last_purchase_at is not None
    spent = max(sums, key=lambda each: each.year_count).year_turnover if sums else 0
    days = -(now - insights.last_purchase_at).days
    insights.recency_score = _in_band(bands.get(ScoreMetric.RECENCY, []), days * 10_000)
    insights.frequency_score = _in_band(
        bands.get(ScoreMetric.FREQUENCY, []), sum(each.year_count for each in sums) * 10_000
    )
    insights.monetary_score = _in_band(bands.get(ScoreMetric.MONETARY, []), spent)


def _in_band(bands: Sequence[tuple[int, int]], units: int) -> int | None:
    """The highest score whose floor is reached; the lowest one below all floors, none without bands."""
    reached = [score for floor, score in bands if units >= floor]
    return max(reached, default=1) if bands else None
