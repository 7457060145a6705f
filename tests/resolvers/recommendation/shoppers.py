"""A few shoppers with habits, as arrays: small enough to say what must come out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from resolvers.recommendation.numbers.history import DAY, Catalogue, History

NOW = 1_715_774_400
"""15 May 2024, noon."""

BREAD, BUTTER, MILK, TEA, COFFEE = 11, 12, 13, 14, 15
CATALOGUE = Catalogue(np.array([BREAD, BUTTER, MILK, TEA, COFFEE]), np.array([1, 2, 2, 3, 3]))

Bill = tuple[int, int, Sequence[int]]
"""Who bought what, how many days ago."""


def history(bills: Iterable[Bill], customers: Sequence[int] = (1, 2, 3), catalogue: Catalogue = CATALOGUE) -> History:
    """The bills as a history."""
    listed = list(bills)
    lines = [(place, product) for place, (_, _, products) in enumerate(listed) for product in products]
    who = np.array([customer for customer, _, _ in listed], dtype="i8")
    when = np.array([NOW - days * DAY for _, days, _ in listed], dtype="i8")
    bill = np.array([place for place, _ in lines], dtype="i8")
    product = np.array([product for _, product in lines], dtype="i8")
    return History.of(catalogue, np.array(customers, dtype="i8"), NOW, (who, when), (bill, product))


def crowd(customers: int = 60, weeks: int = 20) -> list[Bill]:
    """A weekly shopping: half of them take bread and butter, half tea and milk, and every eighth week coffee."""
    return [
        (customer, 7 * week + customer % 7, [*((BREAD, BUTTER) if customer % 2 else (TEA, MILK)), *_now_and_then(week)])
        for customer in range(1, customers + 1)
        for week in range(weeks)
    ]


def _now_and_then(week: int) -> list[int]:
    return [COFFEE] if week % 8 == 3 else []
