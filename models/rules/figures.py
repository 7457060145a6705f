"""What a customer's bills come to, month by month: the rule that the kept figures follow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Month:
    """The bills of one month in one currency."""

    currency: str
    month: date
    purchase_count: int
    turnover: Decimal


@dataclass(frozen=True, slots=True)
class Total:
    """All bills: how many there are, and what those in the currency of most come to."""

    purchase_count: int = 0
    currency: str | None = None
    turnover: Decimal = Decimal(0)
    average_basket: Decimal | None = None


def total_of(months: Iterable[Month]) -> Total:
    """The sums of months. Of currencies with as many bills, the first by its code stands for the customer."""
    counts: dict[str, int] = {}
    sums: dict[str, Decimal] = {}
    for month in months:
        counts[month.currency] = counts.get(month.currency, 0) + month.purchase_count
        sums[month.currency] = sums.get(month.currency, Decimal(0)) + month.turnover
    if not counts:
        return Total()
    main = min(counts, key=lambda currency: (-counts[currency], currency))
    return Total(sum(counts.values()), main, sums[main], mean(sums[main], counts[main]))


def mean(turnover: Decimal, purchase_count: int) -> Decimal:
    """The mean of bills, rounded to the cent."""
    return (turnover / purchase_count).quantize(CENT, ROUND_HALF_UP)
