"""What was bought: bills and their products as columns, each customer's bills together and oldest first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.int32]
"""Places in an array of keys: what is counted by place needs no look-up."""
Keys = NDArray[np.int64]
Numbers = NDArray[np.float32]

DAY = 86_400
BLOCK = 250_000
"""About how many lines are worked on at once: memory is bounded, whatever the number of customers."""


@dataclass(frozen=True)
class Catalogue:
    """The products that may be bought again: their keys, ascending, and the group of each; 0 is no group."""

    keys: Keys
    groups: Keys

    def __len__(self) -> int:
        return len(self.keys)

    def places(self, keys: Keys) -> Places:
        """Where products are; -1 for one that isn't there."""
        if not len(self.keys):
            return np.full(len(keys), -1, dtype="i4")
        places = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return np.where(self.keys[places] == keys, places, -1).astype("i4")


@dataclass(frozen=True)
class History:
    """Bills by customer and time, and their lines by bill; a bill names a product once, however many were bought.

    `until` is the moment as of which each customer is looked at; moments are seconds since 1970.
    """

    catalogue: Catalogue
    customers: Keys
    until: Keys
    bill_customer: Places
    bill_at: Keys
    line_bill: Places
    line_product: Places

    @classmethod
    def of(
        cls, catalogue: Catalogue, customers: Keys, now: int, bills: tuple[Keys, Keys], lines: tuple[Keys, Keys]
    ) -> History:
        """Put bills (customer, moment) and lines (place of the bill, product) in order.

        Lines of unknown products, and bills of unknown customers or from after now, are left out.
        """
        customer, at = bills
        place = np.minimum(np.searchsorted(customers, customer), max(len(customers) - 1, 0))
        known = (at <= now) & (customers[place] == customer) if len(customers) else np.zeros(len(at), dtype=bool)
        order = np.flatnonzero(known)
        order = order[np.lexsort((order, at[order], place[order]))]
        new_place = np.full(len(at), -1, dtype="i8")
        new_place[order] = np.arange(len(order))
        bill, product = new_place[lines[0]], catalogue.places(lines[1])
        kept = (bill >= 0) & (product >= 0)
        pairs = np.unique(bill[kept] << 32 | product[kept])
        made = cls(
            catalogue,
            customers,
            np.full(len(customers), now, dtype="i8"),
            place[order].astype("i4"),
            at[order].astype("i8"),
            (pairs >> 32).astype("i4"),
            (pairs & 0xFFFFFFFF).astype("i4"),
        )
        # A bill of unknown products alone tells nothing.
        return made.only(np.bincount(made.line_bill, minlength=len(order)) > 0)

    @cached_property
    def line_customer(self) -> Places:
        """Each line's customer, by place."""
        return self.bill_customer[self.line_bill]

    @cached_property
    def bills_of(self) -> Places:
        """How many bills each customer has."""
        return np.bincount(self.bill_customer, minlength=len(self.customers)).astype("i4")

    @cached_property
    def from_newest(self) -> Places:
        """How many bills of the same customer are newer than each bill."""
        ends = np.cumsum(self.bills_of)
        return (ends[self.bill_customer] - 1 - np.arange(len(self.bill_customer))).astype("i4")

    @cached_property
    def age(self) -> Numbers:
        """How many days before its customer's moment each bill was paid."""
        return ((self.until[self.bill_customer] - self.bill_at) / DAY).astype("f4")

    def only(self, bills: NDArray[np.bool_]) -> History:
        """Some of the bills, with their lines."""
        places = (np.cumsum(bills) - 1).astype("i4")
        lines = bills[self.line_bill]
        return replace(
            self,
            bill_customer=self.bill_customer[bills],
            bill_at=self.bill_at[bills],
            line_bill=places[self.line_bill[lines]],
            line_product=self.line_product[lines],
        )

    def before(self, until: Keys) -> History:
        """What was bought before a moment of each customer's, who is looked at as of then."""
        return replace(self.only(self.bill_at < until[self.bill_customer]), until=until)

    def of_customers(self, chosen: Places) -> History:
        """Some of the customers, ascending, with their bills."""
        place = np.full(len(self.customers), -1, dtype="i4")
        place[chosen] = np.arange(len(chosen), dtype="i4")
        part = self.only(place[self.bill_customer] >= 0)
        return replace(
            part,
            customers=self.customers[chosen],
            until=self.until[chosen],
            bill_customer=place[part.bill_customer],
        )

    def blocks(self, lines: int = BLOCK) -> Iterator[tuple[int, History]]:
        """The customers in stretches of about so many lines, each with the place where it begins."""
        ends = np.cumsum(np.bincount(self.line_customer, minlength=len(self.customers)))
        first = 0
        while first < len(self.customers):
            before = ends[first - 1] if first else 0
            last = max(int(np.searchsorted(ends, before + lines)), first + 1)
            # Customers without a bill have no lines and yet take room.
            last = min(last, first + 2_000, len(self.customers))
            yield first, self._stretch(first, last)
            first = last

    def _stretch(self, first: int, last: int) -> History:
        """The customers from one place to another: a slice, whose cost is its own length."""
        start, end = np.searchsorted(self.bill_customer, [first, last])
        line, end_line = np.searchsorted(self.line_bill, [start, end])
        return replace(
            self,
            customers=self.customers[first:last],
            until=self.until[first:last],
            bill_customer=self.bill_customer[start:end] - np.int32(first),
            bill_at=self.bill_at[start:end],
            line_bill=self.line_bill[line:end_line] - np.int32(start),
            line_product=self.line_product[line:end_line],
        )
