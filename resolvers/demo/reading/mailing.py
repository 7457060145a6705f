"""Which coupons each household was sent.

Campaigns of type B and C send all of their coupons to all of their households. Those of type A send each household 16
of some 200, chosen by what it had bought, and the source doesn't say which. All would be 750,000 vouchers that mostly
never existed; so the choice is made again: the coupons that the household handed in were certainly sent, and the rest
of the 16 are those it had most use for, by how many lines of its bills before the campaign had one of their products.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import product

import numpy as np

from resolvers.demo.reading.bills import Bills
from resolvers.demo.reading.coupons import Coupon
from resolvers.demo.reading.redemptions import Redemption
from resolvers.demo.reading.source import Source

CHOSEN = "Type A"
SENT = 16

Placed = list[tuple[int, Coupon]]
"""Coupons with their places among all."""
Redeemed = Mapping[tuple[int, int], Sequence[int]]
"""Places of redemptions, by (customer, place of the coupon)."""


def find_mailed(source: Source, coupons: list[Coupon], redeemed: list[Redemption]) -> np.ndarray:
    """Every (customer, place of the coupon, place of the redemption or -1); one that was used twice was sent twice."""
    places = defaultdict(list)
    for place, redemption in enumerate(redeemed):
        places[redemption.customer, redemption.coupon].append(place)
    rows = [(*key, place) for key in _sent(source, coupons, places) for place in places.get(key, [-1])]
    return np.array(rows, dtype="i4").reshape(-1, 3)


def _sent(source: Source, coupons: list[Coupon], redeemed: Redeemed) -> Iterator[tuple[int, int]]:
    """Every (customer, place of the coupon) that was sent, campaign by campaign."""
    for campaign in source.campaigns:
        key = campaign["campaign_id"]
        placed = [(place, coupon) for place, coupon in enumerate(coupons) if coupon.campaign == key]
        members = source.recipients[key]
        if campaign["campaign_type"] == CHOSEN:
            start = np.datetime64(campaign["start_date"], "s")
            yield from _chosen(source.bills, start, members, placed, redeemed)
        else:
            yield from product(members.tolist(), (place for place, _ in placed))


def _chosen(
    bills: Bills, start: np.datetime64, members: np.ndarray, coupons: Placed, redeemed: Redeemed
) -> Iterator[tuple[int, int]]:
    used = _uses(bills, int(np.searchsorted(bills.at, start)), members, coupons)
    places = np.array([place for place, _ in coupons])
    for row, customer in enumerate(members.tolist()):
        certain = [place for place in places.tolist() if (customer, place) in redeemed]
        # Most used first; of those used alike, the lower number.
        likely = places[np.argsort(-used[row], kind="stable")].tolist()
        others = [place for place in likely if place not in certain][: max(SENT - len(certain), 0)]
        yield from ((customer, place) for place in sorted(certain + others))


def _uses(bills: Bills, until: int, members: np.ndarray, coupons: Placed) -> np.ndarray:
    """How many lines of each member's bills, before one of the bills, had a product of each coupon."""
    end = int(bills.first_line[until]) if until < len(bills) else len(bills.of_line)
    row_of = np.full(int(bills.customer.max()) + 1, -1)
    row_of[members] = np.arange(len(members))
    rows = row_of[bills.line_customer[:end]]
    theirs = rows >= 0
    rows, products = rows[theirs], bills.lines.product[:end][theirs]
    used = np.zeros((len(members), len(coupons)), dtype="i4")
    for column, (_, coupon) in enumerate(coupons):
        wanted = np.zeros(int(bills.lines.product.max()) + 1, dtype=bool)
        wanted[coupon.products[coupon.products < len(wanted)]] = True
        used[:, column] = np.bincount(rows[wanted[products]], minlength=len(members))
    return used
