"""The bills as columns: one array a field, all of the same length."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np


@dataclass(frozen=True)
class Lines:
    """Lines of bills, in the order of the bills. Amounts are cents; an unknown product has the key 0."""

    product: np.ndarray
    product_id: np.ndarray
    quantity: np.ndarray
    paid: np.ndarray
    retail: np.ndarray
    coupon: np.ndarray
    match: np.ndarray


@dataclass(frozen=True)
class Bills:
    """Bills, oldest first; a bill's place, from 1, is its key. Times are the source's own, in UTC."""

    lines: Lines
    first_line: np.ndarray
    basket: np.ndarray
    customer: np.ndarray
    store: np.ndarray
    at: np.ndarray

    @classmethod
    def of(cls, lines: Lines, basket: np.ndarray, customer: np.ndarray, store: np.ndarray, at: np.ndarray) -> Bills:
        """Put lines together that follow each other and belong to one basket."""
        first = np.flatnonzero(np.concatenate(([True], basket[1:] != basket[:-1])))
        if len(np.unique(basket)) != len(first):
            raise ValueError("the lines of a basket are not together")
        return cls(lines, first, basket[first], customer[first], store[first], at[first])

    def __len__(self) -> int:
        return len(self.basket)

    @cached_property
    def size(self) -> np.ndarray:
        """How many lines each bill has."""
        return np.diff(np.append(self.first_line, len(self.lines.paid)))

    @cached_property
    def of_line(self) -> np.ndarray:
        """Each line's bill, by its place."""
        return np.repeat(np.arange(len(self), dtype="i4"), self.size)

    @cached_property
    def total(self) -> np.ndarray:
        """What each bill came to, in cents."""
        totals: np.ndarray = np.add.reduceat(self.lines.paid.astype("i8"), self.first_line)
        return totals

    @cached_property
    def line_customer(self) -> np.ndarray:
        """Each line's customer."""
        customers: np.ndarray = self.customer[self.of_line]
        return customers

    @cached_property
    def by_customer(self) -> np.ndarray:
        """Places of the bills, by customer and then by time."""
        return np.argsort(self.customer, kind="stable")

    @cached_property
    def starts(self) -> np.ndarray:
        """Where each customer's bills begin in `by_customer`; a last entry ends the last one's."""
        ordered = self.customer[self.by_customer]
        return np.searchsorted(ordered, np.arange(1, int(ordered[-1]) + 2))

    @cached_property
    def points(self) -> np.ndarray:
        """Points each bill earns: one for each whole dollar (the rule is made up, the source has none)."""
        return self.total // 100
