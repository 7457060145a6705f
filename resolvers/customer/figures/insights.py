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
    YEAR_IN_MONTHS,
    ZONE,
    InsightRow,
    expression_of,
    statement_of,
)
from resolvers.errors import BadInput
from resolvers.query.columns import Expression
from resolvers.query.json_rows import rows_of
from resolvers.storage.context import RequestContext, RowRef
from resolvers.values import Money, amount

__all__ = ["MOST_FAVOURITES", "YEAR_IN_MONTHS", "ZONE", "Insights", "insights_along", "load_insights", "made_along"]

MOST_MONTHS = 1200

Bands = Mapping[str, Sequence[tuple[int, int]]]
"""The floors of scores by metric, each with its score."""


@dataclass(frozen=True, slots=True)
class Favourite:
    """What a customer buys most often, with the number of bills it is on."""

    what: RowRef
    purchase_count: int


@dataclass(frozen=True, slots=True)
class Favourites:
    """What a customer buys most often, the most often first: of what entity, and each with the number of bills."""

    entity: str = ""
    found: Sequence[Sequence[int]] = ()

    def first(self, count: int) -> Sequence[Favourite]:
        """So many of them."""
        return [Favourite(RowRef(self.entity, key), bills) for key, bills in self.found[:count]]


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
    favourite_products: Favourites = Favourites()
    favourite_brands: Favourites = Favourites()
    favourite_groups: Favourites = Favourites()


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
    found = await context.fetch(statement_of(parts, months, context.backend), {"keys": keys})
    made = made_along({key: rows_of(rows) for key, rows in found}, context)
    return {key: made.get(key) or Insights() for key in keys}


def _parts(names: frozenset[str]) -> tuple[InsightRow, ...]:
    return tuple(sorted({part for name in names for part in NEEDED.get(name, ())}))


def insights_along(args: Mapping[str, Any], names: frozenset[str]) -> Expression | None:
    """What insights are made of, to be read along with a customer; none where nothing or too much is asked for."""
    parts, months = _parts(names), args["months"]
    return expression_of(parts, months) if parts and 1 <= months <= MOST_MONTHS else None


def made_along(found: Mapping[int, Sequence[Any]], context: RequestContext) -> Mapping[int, Insights]:
    """Insights, of what was read along with each customer."""
    bands: dict[str, Bands] = {}
    return {key: _made(rows, bands, context.now) for key, rows in found.items()}


@dataclass(slots=True)
class _Told:
    """What a customer's rows tell."""

    times: tuple[str, str] | None = None
    """When the first bill and the last one were paid."""
    sums: dict[str, _Sums] = field(default_factory=dict)
    bands: str | None = None
    favourites: dict[int, list[tuple[int, int, int]]] = field(default_factory=dict)
    """Each as its place, key and number of bills."""

    def add(self, row: Sequence[Any]) -> None:
        """Add what one of them tells."""
        part = row[0]
        if part == InsightRow.KEPT:
            self._add_kept(*row[1:])
            return
        _, _, what, label, first, last, *numbers = row
        if part == InsightRow.TIMES:
            self.times = first, last
        elif part == InsightRow.SUMS:
            self.sums.setdefault(label, _Sums(label)).add(*numbers)
        elif part == InsightRow.BANDS:
            self.bands = label
        else:
            self.favourites.setdefault(part, []).append((numbers[1], what, numbers[0]))

    def _add_kept(self, first: str, last: str, bands: str | None, *parts: tuple[int, Sequence[Any]]) -> None:
        """What is kept of the year: the period is the year, or has the same bills."""
        self.times, self.bands = (first, last), bands
        for part, values in parts:
            if part == InsightRow.SUMS:
                self.sums = {currency: _Sums(currency, *spent, *spent) for currency, *spent in values}
            else:
                self.favourites[part] = [(place, *each) for place, each in enumerate(values)]


def _made(rows: Sequence[Any], bands: dict[str, Bands], now: datetime) -> Insights:
    told, insights = _Told(), Insights()
    for row in rows:
        told.add(row)
    if told.times is not None:
        ordered = sorted(told.sums.values(), key=lambda each: each.currency)
        insights.first_purchase_at, insights.last_purchase_at = map(datetime.fromisoformat, told.times)
        _summarise(insights, ordered)
        _score(insights, ordered, _bands_of(told.bands or "[]", bands), now)
    for part, placed in told.favourites.items():
        entity, name = FAVOURITES[InsightRow(part)]
        best = Favourites(entity, [each[1:] for each in sorted(placed)])
        setattr(insights, name, best.first(1)[0].what if part == InsightRow.STORES else best)
    return insights


def _bands_of(text: str, known: dict[str, Bands]) -> Bands:
    """All bands; they are the same for all customers, and come along with each."""
    if text not in known:
        found: dict[str, list[tuple[int, int]]] = {}
        for metric, score, floor in orjson.loads(text):
            found.setdefault(metric, []).append((floor, score))
        known[text] = found
    return known[text]


def _summarise(insights: Insights, sums: Sequence[_Sums]) -> None:
    insights.purchase_count = sum(each.count for each in sums)
    within = [each for each in sums if each.count]
    insights.turnover = [Money(amount(each.turnover, 4, 2), each.currency) for each in within]
    if within:
        main = max(within, key=lambda each: each.count)
        insights.average_basket = Money(mean(Decimal(main.turnover).scaleb(-4), main.count), main.currency)


def _score(insights: Insights, sums: Sequence[_Sums], bands: Bands, now: datetime) -> None:
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
