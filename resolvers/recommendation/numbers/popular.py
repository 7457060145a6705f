"""What most people bought within the last four weeks, of all customers and of each segment's members."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from resolvers.recommendation.numbers.history import DAY, History, Keys, Numbers, Places

LATELY = 28 * DAY
KEPT = 40
BUYERS_AT_LEAST = 20
"""Fewer customers who bought lately are no crowd: their segment has no favourites of its own."""


@dataclass(frozen=True)
class Favourites:
    """Products with the share of those customers who bought them, of all who bought anything; the largest first."""

    products: Places
    shares: Numbers


@dataclass(frozen=True)
class Members:
    """Who is in which segment: pairs of keys."""

    segments: Keys
    customers: Keys

    def of_segments(self) -> Mapping[int, Keys]:
        """The members of each segment."""
        order = np.argsort(self.segments, kind="stable")
        keys, starts = np.unique(self.segments[order], return_index=True)
        parts = np.split(self.customers[order], starts[1:])
        return dict(zip(keys.tolist(), parts, strict=True)) if len(keys) else {}

    def of_customers(self) -> Mapping[int, list[int]]:
        """The segments of each customer."""
        order = np.argsort(self.customers, kind="stable")
        keys, starts = np.unique(self.customers[order], return_index=True)
        parts = np.split(self.segments[order], starts[1:])
        return dict(zip(keys.tolist(), (part.tolist() for part in parts), strict=True)) if len(keys) else {}


NO_MEMBERS = Members(np.empty(0, dtype="i8"), np.empty(0, dtype="i8"))
ALL = 0
"""Stands for all customers, where a segment's key stands otherwise."""


def favourites(history: History, members: Members) -> dict[int, Favourites]:
    """Those of all customers, and of each segment that is a crowd."""
    pairs = _bought_lately(history)
    found = {ALL: _of(history, pairs, None)}
    for segment, customers in members.of_segments().items():
        inside = np.isin(history.customers, customers)
        if np.count_nonzero(np.bincount(pairs[0], minlength=len(inside)).astype(bool) & inside) >= BUYERS_AT_LEAST:
            found[segment] = _of(history, pairs, inside)
    return found


def _bought_lately(history: History) -> tuple[Places, Places]:
    """Every (customer, product) of the last four weeks there are, once."""
    newest = history.bill_at.max(initial=0)
    lately = history.bill_at[history.line_bill] > newest - LATELY
    size = max(len(history.catalogue), 1)
    keys = np.unique(history.line_customer[lately].astype("i8") * size + history.line_product[lately])
    return (keys // size).astype("i4"), (keys % size).astype("i4")


def _of(history: History, pairs: tuple[Places, Places], inside: NDArray[np.bool_] | None) -> Favourites:
    customers, products = pairs
    if inside is not None:
        kept = inside[customers]
        customers, products = customers[kept], products[kept]
    counts = np.bincount(products, minlength=len(history.catalogue))
    order = np.argsort(-counts, kind="stable")[:KEPT]
    order = order[counts[order] > 0]
    buyers = max(len(np.unique(customers)), 1)
    return Favourites(order.astype("i4"), (counts[order] / buyers).astype("f4"))
