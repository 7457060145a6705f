"""Where coupons were handed in: the bill that a redemption belongs to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

import numpy as np

from resolvers.demo.reading.bills import Bills
from resolvers.demo.reading.coupons import Coupon
from resolvers.demo.reading.dates import to_local
from resolvers.demo.reading.source import Source


class Redemption(NamedTuple):
    """A coupon, by its place among all, handed in by a customer on a day; the place of the bill if it is known."""

    customer: int
    coupon: int
    day: date
    bill: int | None


def find_redemptions(source: Source, coupons: list[Coupon]) -> list[Redemption]:
    """All redemptions by day. The bill is one of the household's on that day with one of the coupon's products."""
    bills = source.bills
    places = {(coupon.campaign, coupon.upc): place for place, coupon in enumerate(coupons)}
    of_day = _bills_of_day(bills, {customer for _, _, customer, _ in source.redemptions})
    return [
        Redemption(customer, place, day, _bill(bills, of_day[customer, day], coupons[place].products))
        for campaign, upc, customer, day in source.redemptions
        for place in [places[campaign, upc]]
    ]


def _bills_of_day(bills: Bills, customers: Iterable[int]) -> dict[tuple[int, date], list[int]]:
    found: dict[tuple[int, date], list[int]] = defaultdict(list)
    theirs = np.flatnonzero(np.isin(bills.customer, list(customers)))
    days = to_local(bills.at[theirs]).astype("M8[D]").tolist()
    for bill, customer, day in zip(theirs.tolist(), bills.customer[theirs].tolist(), days, strict=True):
        found[customer, day].append(bill)
    return found


def _bill(bills: Bills, candidates: list[int], products: np.ndarray) -> int | None:
    """The bill on which a coupon took something off one of the products; else the first that has one of them."""
    having = list(_having(bills, candidates, products))
    used = [bill for bill, taken_off in having if taken_off]
    return next(iter(used or [bill for bill, _ in having]), None)


def _having(bills: Bills, candidates: list[int], products: np.ndarray) -> Iterator[tuple[int, bool]]:
    for bill in candidates:
        lines = slice(int(bills.first_line[bill]), int(bills.first_line[bill] + bills.size[bill]))
        fitting = np.isin(bills.lines.product[lines], products)
        if fitting.any():
            yield bill, bool((bills.lines.coupon[lines][fitting] > 0).any())
