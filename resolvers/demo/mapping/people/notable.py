"""Customers worth looking at first."""

from __future__ import annotations

from collections import Counter

import numpy as np

from resolvers.demo.journey import Journey
from resolvers.demo.mapping.people.bought import bought
from resolvers.demo.mapping.people.reservations import reserving
from resolvers.demo.reading.dates import instant


def notable(journey: Journey) -> list[tuple[int, str]]:
    """Keys of a few customers who differ, and why; a customer is named once."""
    bills = journey.source.bills
    spent = np.bincount(bills.customer, weights=bills.total)
    redeemed = Counter(redemption.customer for redemption in journey.redemptions)
    paying = {one.customer for one in bought(journey)}
    waiting = paying | _with_running_coupon(journey)
    busy = max(reserving(journey), key=lambda one: (one in waiting, redeemed[one], -one), default=None)
    last = journey.paid_at[bills.by_customer[bills.starts[1:] - 1]]
    found = [
        (int(spent.argmax()), "spends most"),
        (busy, "hands in coupons, has vouchers to use and reservations"),
        (max(redeemed, key=lambda one: (redeemed[one], -one), default=None), "hands in most coupons"),
        (min(paying, default=None), "bought a voucher with points"),
        (int(journey.registered_at.argmax()) + 1, "joined last"),
        (int(last.argmin()) + 1, "has not come for longest"),
    ]
    return list({key: (key, why) for key, why in reversed(found) if key is not None}.values())[::-1]


def _with_running_coupon(journey: Journey) -> set[int]:
    """Customers with a coupon of a campaign that still runs."""
    now = instant(journey.calendar.now)
    running = {
        row["campaign_id"]
        for row in journey.source.campaigns
        if instant(journey.calendar.start_of(row["end_date"].date())) >= now
    }
    places = [place for place, coupon in enumerate(journey.coupons) if coupon.campaign in running]
    open_ones = np.isin(journey.mailed[:, 1], places) & (journey.mailed[:, 2] < 0)
    return set(journey.mailed[open_ones, 0].tolist())
