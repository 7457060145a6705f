"""Insights: what a customer's purchases tell, worked out for a batch of customers in a fixed number of statements.

Cancelled bills don't count, and what was returned is taken off. Scores run from 1 to 5 and compare a customer with
all others (see `ScoreBand`); a customer who never bought has none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import IntEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    String,
    case,
    cast,
    func,
    literal_column,
    null,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from models import Product, Purchase, PurchaseItem, PurchaseState, ScoreBand, ScoreMetric
from models.rules.periods import add_months
from models.types import MONEY, Instant
from resolvers.errors import BadInput
from resolvers.query.columns import NOW, scaled
from resolvers.query.expressions import word
from resolvers.storage.batches import in_batch
from resolvers.storage.context import RequestContext, RowRef
from resolvers.storage.sql import AnySelect, SqlType, SqlValue
from resolvers.storage.statement import Statement, compile_statement, parameter
from resolvers.values import Money, amount

MOST_MONTHS = 1200
MOST_FAVOURITES = 10
YEAR_IN_MONTHS = 12
ZONE = "UTC"


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
    first: Any
    last: Any
    count: int
    turnover: int
    year_count: int
    year_turnover: int


class InsightRow(IntEnum):
    """What a row of the statement tells; the statement asks for all that is needed in one go."""

    SUMS = 0
    BANDS = 1
    STORES = 2
    PRODUCTS = 3
    BRANDS = 4
    GROUPS = 5


FAVOURITES: Mapping[InsightRow, tuple[str, str]] = {
    InsightRow.STORES: ("Store", "favourite_store"),
    InsightRow.PRODUCTS: ("Product", "favourite_products"),
    InsightRow.BRANDS: ("ProductBrand", "favourite_brands"),
    InsightRow.GROUPS: ("ProductGroup", "favourite_groups"),
}
NEEDED: Mapping[str, tuple[InsightRow, ...]] = {
    "firstPurchaseAt": (InsightRow.SUMS,),
    "lastPurchaseAt": (InsightRow.SUMS,),
    "purchaseCount": (InsightRow.SUMS,),
    "turnover": (InsightRow.SUMS,),
    "averageBasket": (InsightRow.SUMS,),
    "recencyScore": (InsightRow.SUMS, InsightRow.BANDS),
    "frequencyScore": (InsightRow.SUMS, InsightRow.BANDS),
    "monetaryScore": (InsightRow.SUMS, InsightRow.BANDS),
    "favouriteStore": (InsightRow.STORES,),
    "favouriteProducts": (InsightRow.PRODUCTS,),
    "favouriteBrands": (InsightRow.BRANDS,),
    "favouriteGroups": (InsightRow.GROUPS,),
}
"""Which parts each field is made of."""

COLUMNS: tuple[tuple[str, SqlType], ...] = (
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


def _row(part: InsightRow, **given_columns: Any) -> list[SqlValue]:
    """The columns of a part's rows."""
    given_columns["part"] = literal_column(str(int(part)))
    return [cast(given_columns.get(name, null()), kind).label(name) for name, kind in COLUMNS]


def _counts(purchase: Any, backend: str) -> list[Any]:
    return [in_batch(purchase.customer_id, backend), purchase.state != word(PurchaseState.CANCELLED)]


def _sums(backend: str) -> AnySelect:
    """What was spent: since the period's start, and in the last year; `n1` to `n4` are counts and amounts of both."""
    purchase = aliased(Purchase)
    since, year = parameter("since", Instant()), parameter("year", Instant())
    zero: ColumnElement[int] = literal_column("0")
    one: ColumnElement[int] = literal_column("1")

    def counted(start: Any) -> object:
        return func.sum(case((purchase.paid_at >= start, one), else_=zero))

    def summed(start: Any) -> object:
        inside = case((purchase.paid_at >= start, purchase.total - purchase.returned), else_=zero)
        return scaled(func.sum(inside, type_=MONEY), backend)

    columns = _row(
        InsightRow.SUMS,
        customer=purchase.customer_id,
        label=purchase.currency_code,
        first=func.min(purchase.paid_at),
        last=func.max(purchase.paid_at),
        n1=counted(since),
        n2=summed(since),
        n3=counted(year),
        n4=summed(year),
    )
    chosen = select(*columns).where(*_counts(purchase, backend), purchase.paid_at <= NOW)
    return chosen.group_by(purchase.customer_id, purchase.currency_code)


def _bands(backend: str) -> AnySelect:
    band = aliased(ScoreBand)
    floor: Any = band.floor
    return select(*_row(InsightRow.BANDS, label=band.metric, n1=band.score, n2=scaled(floor, backend)))


def _most_often(part: InsightRow, backend: str) -> AnySelect:
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
def _statement(parts: tuple[InsightRow, ...], backend: str) -> Statement:
    """All parts that are needed, as one statement."""
    made: list[AnySelect] = []
    for part in parts:
        if part is InsightRow.SUMS:
            made.append(_sums(backend))
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
        values = {
            "keys": keys,
            "since": add_months(context.now, -months, ZONE),
            "year": add_months(context.now, -YEAR_IN_MONTHS, ZONE),
        }
        _fill(found, await context.fetch(_statement(parts, context.backend), values), context.now)
    return found


def _fill(found: Mapping[int, Insights], rows: Sequence[Any], now: datetime) -> None:
    sums: dict[int, list[_Sums]] = {}
    bands: dict[str, list[tuple[int, int]]] = {}
    favourites: dict[tuple[int, int], list[tuple[int, Favourite]]] = {}
    for part, customer, what, label, *rest in rows:
        if part == InsightRow.SUMS:
            sums.setdefault(customer, []).append(_Sums(label, *rest))
        elif part == InsightRow.BANDS:
            bands.setdefault(label, []).append((rest[3], rest[2]))
        else:
            favourite = Favourite(RowRef(FAVOURITES[part][0], what), rest[2])
            favourites.setdefault((customer, part), []).append((rest[3], favourite))
    for customer, its in sums.items():
        ordered = sorted(its, key=lambda each: each.currency)
        _summarise(found[customer], ordered)
        _score(found[customer], ordered, bands, now)
    for (customer, part), placed in favourites.items():
        best = [favourite for _, favourite in sorted(placed, key=lambda pair: pair[0])]
        setattr(found[customer], FAVOURITES[InsightRow(part)][1], best[0].what if part == InsightRow.STORES else best)


def _moment(value: Any) -> datetime:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def _summarise(insights: Insights, sums: Sequence[_Sums]) -> None:
    insights.first_purchase_at = min(_moment(each.first) for each in sums)
    insights.last_purchase_at = max(_moment(each.last) for each in sums)
    insights.purchase_count = sum(each.count for each in sums)
    within = [each for each in sums if each.count]
    insights.turnover = [Money(amount(each.turnover, 4, 2), each.currency) for each in within]
    if within:
        main = max(within, key=lambda each: each.count)
        mean = (Decimal(main.turnover).scaleb(-4) / main.count).quantize(Decimal("0.01"), ROUND_HALF_UP)
        insights.average_basket = Money(mean, main.currency)


def _score(
    insights: Insights, sums: Sequence[_Sums], bands: Mapping[str, list[tuple[int, int]]], now: datetime
) -> None:
    assert insights.last_purchase_at is not None
    main = max(sums, key=lambda each: each.year_count)
    days = -(now - insights.last_purchase_at).days
    insights.recency_score = _in_band(bands.get(ScoreMetric.RECENCY, []), days * 10_000)
    insights.frequency_score = _in_band(
        bands.get(ScoreMetric.FREQUENCY, []), sum(each.year_count for each in sums) * 10_000
    )
    insights.monetary_score = _in_band(bands.get(ScoreMetric.MONETARY, []), main.year_turnover)


def _in_band(bands: Sequence[tuple[int, int]], units: int) -> int | None:
    """The highest score whose floor is reached; the lowest one below all floors, none without bands."""
    reached = [score for floor, score in bands if units >= floor]
    return max(reached, default=1) if bands else None
