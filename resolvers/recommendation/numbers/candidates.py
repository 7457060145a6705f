"""What each customer may want next, and what is known about it: a row a customer and product."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from resolvers.recommendation.numbers.affinity import OF_A_CUSTOMER, newest_bills, profiles, strongest
from resolvers.recommendation.numbers.demand import LATELY, QUARTER, Demand
from resolvers.recommendation.numbers.history import History, Keys, Numbers, Places

NEW_ONES = 40
"""How many products not bought so far are looked at for what they go with, and for being bought by people alike."""
POPULAR = 100
NEVER = 400.0
"""Days since a purchase that never was."""


@dataclass(frozen=True)
class Candidates:
    """By customer and product: how often and when it was bought, how near it is to what was; and the signals of it all.

    `alike` is how near a product is to what the customer buys, `together` to what is on their newest bill.
    """

    customer: Places
    product: Places
    times: Places
    alike: Numbers
    together: Numbers
    signals: NDArray[np.float32]


@dataclass(frozen=True)
class BillStatistics:
    """What all customers' bills say."""

    demand: Demand
    alike: sparse.csr_array
    together: sparse.csr_array
    popular: Places
    """Products most bought over the last quarter."""


def candidates(history: History, known: BillStatistics) -> Candidates:
    """All that each customer bought, and what is near to it or popular."""
    products = len(history.catalogue)
    own, line = np.unique(history.line_customer.astype("i8") * products + history.line_product, return_inverse=True)
    habits = profiles(history)
    alike = (strongest(habits, OF_A_CUSTOMER) @ known.alike).tocsr()
    together = (newest_bills(history) @ known.together).tocsr()
    everyone = np.arange(len(history.customers), dtype="i8")[:, None] * products
    keys = np.unique(
        np.concatenate(
            [
                own,
                _keys(strongest(alike, NEW_ONES)),
                _keys(strongest(together, NEW_ONES)),
                (everyone + known.popular).ravel(),
            ]
        )
    )
    customer, product = (keys // products).astype("i4"), (keys % products).astype("i4")
    pairs = _Pairs(history, customer, np.searchsorted(keys, own)[line], len(keys))
    near = [_values(each, keys) for each in (alike, together)]
    columns = [
        *pairs.columns(),
        *_of_products(history, known.demand, customer, product),
        *_of_customers(history, customer),
    ]
    signals = np.column_stack([*columns, *(np.log(each + 1e-3) for each in near)]).astype("f4")
    return Candidates(customer, product, pairs.times, near[0], near[1], signals)


class _Pairs:
    """What a customer's own bills say of a product."""

    def __init__(self, history: History, customer: Places, row: NDArray[np.int64], rows: int) -> None:
        self.history, self.customer, self.row, self.rows = history, customer, row, rows
        self.times = np.bincount(row, minlength=rows).astype("i4")
        self.own = self.times > 0
        self.age = history.age[history.line_bill]
        self.newer = history.from_newest[history.line_bill].astype("f4")
        self.last_days = self._least(self.age, NEVER)

    def columns(self) -> Iterator[Numbers]:
        """How often, how lately, and whether it is due."""
        bills = np.maximum(self.history.bills_of[self.customer], 1)
        yield np.log1p(self.times).astype("f4")
        yield self.own.astype("f4")
        yield (self.times == 1).astype("f4")
        yield (self.times / bills).astype("f4")
        newer, age = self.history.from_newest.astype("f4"), self.history.age
        for memory in (5, 20):
            yield self._share(np.exp(-newer / memory))
        for memory in (60, 180):
            yield self._share(np.exp(-age / memory))
        yield np.log1p(self.last_days)
        yield np.log1p(self._least(self.newer, NEVER))
        yield from self._due()

    def _due(self) -> Iterator[Numbers]:
        """The time since the last purchase against the usual one between two."""
        first = -self._least(-self.age, 0)
        often = self.times > 1
        gap = np.where(often, (first - self.last_days) / np.maximum(self.times - 1, 1), 0).astype("f4")
        due = np.clip(np.log((self.last_days + 1) / (gap + 1)), -3, 3) * often
        yield np.log1p(gap)
        yield due
        yield due * due

    def _share(self, weight: Numbers) -> Numbers:
        """The share of bills with the product, by the bills' weight."""
        total = np.bincount(self.history.bill_customer, weights=weight, minlength=len(self.history.customers))
        summed = np.bincount(self.row, weights=weight[self.history.line_bill], minlength=self.rows)
        return (summed / np.maximum(total, 1e-9)[self.customer]).astype("f4")

    def _least(self, values: Numbers, otherwise: float) -> Numbers:
        least = np.full(self.rows, np.inf, dtype="f4")
        np.minimum.at(least, self.row, values)
        return np.where(self.own, least, np.float32(otherwise)).astype("f4")


def _of_products(history: History, demand: Demand, customer: Places, product: Places) -> Iterator[Numbers]:
    """How well a product sells, whether it does more lately, and whether people buy it again."""
    lately, quarter = demand.sold(demand.week(history.until)[customer], product)
    yield np.log1p(quarter)
    yield np.log((lately + 0.3) / (quarter * (LATELY / QUARTER) + 0.3))
    buyers = demand.buyers[product]
    yield ((demand.again[product] + 1) / (buyers + 5)).astype("f4")
    yield np.log((demand.lines[product] + 1) / (buyers + 1)).astype("f4")


def _of_customers(history: History, customer: Places) -> Iterator[Numbers]:
    """How often a customer comes, and how much they take."""
    lines = np.bincount(history.line_customer, minlength=len(history.customers))
    yield np.log1p(history.bills_of[customer]).astype("f4")
    yield np.log1p(lines / np.maximum(history.bills_of, 1))[customer].astype("f4")


def _keys(values: sparse.csr_array) -> Keys:
    row = np.repeat(np.arange(values.shape[0], dtype="i8"), np.diff(values.indptr))
    keys: Keys = row * values.shape[1] + values.indices
    return keys


def _values(values: sparse.csr_array, keys: Keys) -> Numbers:
    """The entries at some places, which ascend."""
    values.sort_indices()
    there = _keys(values)
    if not len(there):
        return np.zeros(len(keys), dtype="f4")
    at = np.minimum(np.searchsorted(there, keys), len(there) - 1)
    return np.where(there[at] == keys, values.data[at], 0).astype("f4")
