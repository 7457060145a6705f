"""Insights: what a customer's purchases tell, worked out for a batch of customers in a fixed number of statements.

Cancelled bills don't count, and what was returned is taken off. Scores run from 1 to 5 and compare a customer with
all others (see `ScoreBand`); a customer who never bought has none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, case, func, literal_column, select
from sqlalchemy.orm import aliased

from models import Product, Purchase, PurchaseItem, PurchaseState, ScoreBand, ScoreMetric
from models.columns import MONEY, Instant
from models.rules.periods import add_months
from resolvers.batches import in_batch
from resolvers.columns import NOW, scaled
from resolvers.errors import BadInput
from resolvers.expressions import word
from resolvers.reading import Reading, RowRef
from resolvers.statement import Statement, compile_statement, parameter
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


def _net(purchase: Any) -> Any:
    return purchase.total - purchase.returned


def _counts(purchase: Any, backend: str) -> list[Any]:
    return [in_batch(purchase.customer_id, backend), purchase.state != word(PurchaseState.CANCELLED)]


@lru_cache(maxsize=2)
def _sums(backend: str) -> Statement:
    purchase = aliased(Purchase)
    since, year = parameter("since", Instant()), parameter("year", Instant())
    zero, one = literal_column("0"), literal_column("1")

    def counted(start: Any) -> Any:
        return func.sum(case((purchase.paid_at >= start, one), else_=zero))

    def summed(start: Any) -> Any:
        inside = case((purchase.paid_at >= start, _net(purchase)), else_=zero)
        return scaled(func.sum(inside, type_=MONEY), backend)

    columns = (
        purchase.customer_id,
        purchase.currency_code,
        func.min(purchase.paid_at),
        func.max(purchase.paid_at),
        counted(since),
        summed(since),
        counted(year),
        summed(year),
    )
    grouped = (purchase.customer_id, purchase.currency_code)
    return compile_statement(
        select(*columns)
        .where(*_counts(purchase, backend), purchase.paid_at <= NOW)
        .group_by(*grouped)
        .order_by(purchase.currency_code),
        backend,
    )


@lru_cache(maxsize=2)
def _bands(backend: str) -> Statement:
    band = aliased(ScoreBand)
    return compile_statement(
        select(band.metric, band.score, scaled(band.floor, backend)).order_by(band.metric, band.score.desc()), backend
    )


def _most_often(what: Any, source: Any, purchase: Any, backend: str, limit: int) -> Select[Any]:
    """The things that are on most of a customer's bills of the period; of equals, the one bought last."""
    since = parameter("since", Instant())
    bills = func.count(purchase.id.distinct()).label("bills")
    last = func.max(purchase.paid_at).label("last")
    grouped = (
        select(purchase.customer_id.label("customer"), what.label("what"), bills, last)
        .select_from(source)
        .where(*_counts(purchase, backend), purchase.paid_at >= since, purchase.paid_at <= NOW, what.is_not(None))
        .group_by(purchase.customer_id, what)
        .subquery()
    )
    place = func.row_number().over(
        partition_by=grouped.c.customer, order_by=(grouped.c.bills.desc(), grouped.c.last.desc(), grouped.c.what)
    )
    ranked = select(grouped.c.customer, grouped.c.what, grouped.c.bills, place.label("place")).subquery()
    columns = (ranked.c.customer, ranked.c.what, ranked.c.bills)
    first = ranked.c.place <= literal_column(str(limit))
    return select(*columns).where(first).order_by(ranked.c.customer, ranked.c.place)


@lru_cache(maxsize=8)
def _favourites(kind: str, backend: str) -> Statement:
    purchase, item, product = aliased(Purchase), aliased(PurchaseItem), aliased(Product)
    if kind == "Store":
        return compile_statement(_most_often(purchase.store_id, purchase, purchase, backend, 1), backend)
    lines = select(item).join(purchase, purchase.id == item.purchase_id).get_final_froms()[0]
    if kind == "Product":
        return compile_statement(_most_often(item.product_id, lines, purchase, backend, MOST_FAVOURITES), backend)
    what = product.brand_id if kind == "ProductBrand" else product.group_id
    lines = (
        select(item)
        .join(purchase, purchase.id == item.purchase_id)
        .join(product, product.id == item.product_id)
        .get_final_froms()[0]
    )
    return compile_statement(_most_often(what, lines, purchase, backend, MOST_FAVOURITES), backend)


async def load_insights(
    reading: Reading, keys: Sequence[int], args: Mapping[str, Any], names: frozenset[str]
) -> Mapping[int, Insights]:
    """The insights of each customer, from as many statements as the fields asked for need."""
    months = args["months"]
    if not 1 <= months <= MOST_MONTHS:
        raise BadInput(f"`months` must be from 1 to {MOST_MONTHS}, not {months}.")
    values = {
        "keys": keys,
        "since": add_months(reading.now, -months, ZONE),
        "year": add_months(reading.now, -YEAR_IN_MONTHS, ZONE),
    }
    found = {key: Insights() for key in keys}
    if names & SUMMED:
        await _fill_sums(reading, values, found, scored=bool(names & SCORES))
    for name, kind in FAVOURITES.items():
        if name in names:
            await _fill_favourites(reading, values, found, name, kind)
    return found


SCORES = frozenset({"recencyScore", "frequencyScore", "monetaryScore"})
SUMMED = SCORES | {"firstPurchaseAt", "lastPurchaseAt", "purchaseCount", "turnover", "averageBasket"}
FAVOURITES = {
    "favouriteStore": "Store",
    "favouriteProducts": "Product",
    "favouriteBrands": "ProductBrand",
    "favouriteGroups": "ProductGroup",
}
ATTRIBUTES = {
    "favouriteProducts": "favourite_products",
    "favouriteBrands": "favourite_brands",
    "favouriteGroups": "favourite_groups",
}


async def _fill_favourites(
    reading: Reading, values: Mapping[str, Any], found: Mapping[int, Insights], name: str, kind: str
) -> None:
    rows = await reading.fetch(_favourites(kind, reading.backend), values)
    for customer, what, bills in rows:
        if kind == "Store":
            found[customer].favourite_store = RowRef(kind, what)
        else:
            attribute = ATTRIBUTES[name]
            earlier = getattr(found[customer], attribute)
            setattr(found[customer], attribute, (*earlier, Favourite(RowRef(kind, what), bills)))


async def _fill_sums(
    reading: Reading, values: Mapping[str, Any], found: Mapping[int, Insights], *, scored: bool
) -> None:
    by_customer: dict[int, list[_Sums]] = {}
    for customer, *row in await reading.fetch(_sums(reading.backend), values):
        by_customer.setdefault(customer, []).append(_Sums(*row))
    bands = await _read_bands(reading) if scored else {}
    for customer, sums in by_customer.items():
        _summarise(found[customer], sums)
        if scored:
            _score(found[customer], sums, bands, reading.now)


def _moment(value: Any) -> datetime:
    return datetime.fromisoformat(value) if isinstance(value, str) else value  # type: ignore[no-any-return]


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


async def _read_bands(reading: Reading) -> dict[str, list[tuple[int, int]]]:
    bands: dict[str, list[tuple[int, int]]] = {}
    for metric, score, floor in await reading.fetch(_bands(reading.backend), {}):
        bands.setdefault(metric, []).append((floor, score))
    return bands


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
