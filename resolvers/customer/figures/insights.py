"""Insights: what a customer's purchases tell, worked out for a batch of customers in a fixed number of statements.

Cancelled bills don't count, and what was returned is taken off. Scores run from 1 to 5 and compare a customer with
all others (see `ScoreBand`); a customer who never bought has none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

import orjson

from models import ScoreMetric
from models.rules.figures import mean
from resolvers.customer.figures.insight_rows import (
    MOST_FAVOURITES,
    PERIOD,
    YEAR,
    YEAR_IN_MONTHS,
    ZONE,
    InsightRow,
    bounds_of,
    expression_of,
    statement_of,
)
from resolvers.errors import BadInput
from resolvers.query.columns import Expression
from resolvers.storage.context import RequestContext, RowRef
from resolvers.values import Money, amount

__all__ = ["MOST_FAVOURITES", "YEAR_IN_MONTHS", "ZONE", "Insights", "insights_along", "load_insights", "made_along"]

MOST_MONTHS = 1200


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


async def load_insights(
    context: RequestContext, keys: Sequence[int], args: Mapping[str, Any], names: frozenset[str]
) -> Mapping[int, Insights]:
    """The insights of each customer, in one statement for whatever is asked for."""
    months = args["months"]
    if not 1 <= months <= MOST_MONTHS:
        raise BadInput(f"`months` must be from 1 to {MOST_MONTHS}, not {months}.")
    parts = _parts(names)
    if not parts:
        return {key: Insights() for key in keys}
    lengths = {PERIOD: months} if months == YEAR_IN_MONTHS else {PERIOD: months, YEAR: YEAR_IN_MONTHS}
    values = {"keys": keys, **bounds_of(lengths, context.now)}
    rows = await context.fetch(statement_of(parts, tuple(lengths), context.backend), values)
    return _made(keys, rows, context.now)


def _parts(names: frozenset[str]) -> tuple[InsightRow, ...]:
    return tuple(sorted({part for name in names for part in NEEDED.get(name, ())}))


def insights_along(args: Mapping[str, Any], names: frozenset[str]) -> Expression | None:
    """What insights are made of, to be read along with a customer; none where nothing or too much is asked for."""
    parts, months = _parts(names), args["months"]
    return expression_of(parts, months) if parts and 1 <= months <= MOST_MONTHS else None


def made_along(found: Mapping[int, Sequence[Any]], context: RequestContext) -> Mapping[int, Insights]:
    """Insights, of what was read along with each customer."""
    return _made(list(found), [row for rows in found.values() for row in rows], context.now)


def _made(keys: Sequence[int], rows: Sequence[Any], now: datetime) -> Mapping[int, Insights]:
    found = {key: Insights() for key in keys}
    _fill(found, rows, now)
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
            # They are the same for all, and come along with each.
            bands = bands or _bands(label)
        elif part == InsightRow.KEPT:
            for kept, values in orjson.loads(label):
                if kept == InsightRow.SUMS:
                    sums[customer] = {each[0]: _Sums(*each, *each[1:]) for each in values}
                else:
                    favourites[customer, kept] = [
                        (place, Favourite(RowRef(FAVOURITES[kept][0], key), count))
                        for place, (key, count) in enumerate(values)
                    ]
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


def _bands(text: str) -> dict[str, list[tuple[int, int]]]:
    found: dict[str, list[tuple[int, int]]] = {}
    for metric, score, floor in orjson.loads(text or "[]"):
        found.setdefault(metric, []).append((floor, score))
    return found


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
