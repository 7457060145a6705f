"""What the mappings share: the source, its dates moved, and what several of them work out of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

import numpy as np

from resolvers.demo.reading.coupons import Coupon, find_coupons
from resolvers.demo.reading.dates import Calendar, Instants, end_of_day, instant, year_after
from resolvers.demo.reading.mailing import find_mailed
from resolvers.demo.reading.prices import shelf_prices
from resolvers.demo.reading.redemptions import Redemption, find_redemptions
from resolvers.demo.reading.source import Source
from resolvers.demo.reading.tree import Brand, Tree, product_name

SOURCE = "complete-journey"
CURRENCY = "USD"
CRITERIA_SEGMENTS = ("Bought lately", "Loyal but quiet", "Big baskets")


@dataclass(frozen=True, eq=False)
class Journey:
    """One import: all of its rows follow from the source and the calendar, whenever and wherever it runs."""

    source: Source
    calendar: Calendar

    @cached_property
    def paid_at(self) -> Instants:
        """When each bill was paid."""
        return self.calendar.moved(self.source.bills.at)

    @cached_property
    def points_expire_at(self) -> Instants:
        """When each bill's points expire."""
        return end_of_day(year_after(self.paid_at))

    @cached_property
    def home_store(self) -> np.ndarray:
        """Each customer's most visited store, of several the lowest, by the customer's key less one."""
        bills = self.source.bills
        width = len(self.source.stores) + 1
        pairs, visits = np.unique(bills.customer.astype("i8") * width + bills.store, return_counts=True)
        order = np.lexsort((-pairs, visits))
        found = np.zeros(len(self.source.households), dtype="i4")
        # The last of a customer's pairs is the one with most visits.
        found[pairs[order] // width - 1] = pairs[order] % width
        return found

    @cached_property
    def registered_at(self) -> Instants:
        """When each customer joined: with the first bill, or before the first campaign that was sent to them."""
        bills = self.source.bills
        joined: Instants = self.paid_at[bills.by_customer[bills.starts[:-1]]]
        for campaign in self.source.campaigns:
            day = self.calendar.start_of(campaign["start_date"].date()) - timedelta(days=7)
            places = self.source.recipients[campaign["campaign_id"]] - 1
            joined[places] = np.minimum(joined[places], instant(day))
        return joined

    @cached_property
    def prices(self) -> np.ndarray:
        """Each product's price in units of a hundredth of a cent, by its key less one; 0 where it was never sold."""
        return shelf_prices(self.source.bills.lines, len(self.source.products))

    @cached_property
    def tree(self) -> Tree:
        """The product groups."""
        return Tree.of(self.source.products)

    @cached_property
    def brands(self) -> dict[Brand, int]:
        """The brands with their keys."""
        found = sorted({Brand.of(row) for row in self.source.products})
        return {brand: key for key, brand in enumerate(found, 1)}

    @cached_property
    def product_names(self) -> list[str]:
        """Each product's name, by its key less one."""
        return [product_name(row) for row in self.source.products]

    @cached_property
    def coupons(self) -> list[Coupon]:
        """The coupons with the products they are for; a coupon's place, from 1, is its reward's key."""
        return find_coupons(self.source)

    @cached_property
    def redemptions(self) -> list[Redemption]:
        """The coupons handed in."""
        return find_redemptions(self.source, self.coupons)

    @cached_property
    def mailed(self) -> np.ndarray:
        """Every (customer, place of the coupon, place of the redemption or -1): a row for each coupon's voucher."""
        return find_mailed(self.source, self.coupons, self.redemptions)

    @cached_property
    def criteria_segments(self) -> dict[int, str]:
        """Keys and names of the segments by criteria; they follow those of the campaigns."""
        first = max(campaign["campaign_id"] for campaign in self.source.campaigns) + 1
        return dict(enumerate(CRITERIA_SEGMENTS, first))
