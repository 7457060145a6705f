"""What a product costs, found in the bills."""

from __future__ import annotations

import numpy as np

from resolvers.demo.reading.bills import Lines

UNITS = 100
"""Prices are kept in hundredths of a cent."""


def shelf_prices(lines: Lines, products: int) -> np.ndarray:
    """The price a product was sold at most often, before any discount; of several the latest.

    `sales_value` is what the retailer got, so that the shelf price is that plus the loyalty discount and the
    retailer's match of a coupon. The manufacturer's coupon is paid back by the manufacturer and not added.
    """
    known = np.flatnonzero((lines.product > 0) & (lines.quantity > 0))
    cents = (lines.paid + lines.retail + lines.match)[known].astype("i8")
    unit = cents * UNITS / lines.quantity[known]
    # Shelves show whole cents; only fuel, counted in thousandths of a gallon, costs less than one.
    price = np.where(unit >= UNITS, np.rint(unit / UNITS) * UNITS, np.rint(unit)).astype("i8")
    pairs, place, times = np.unique(
        (lines.product[known].astype("i8") << 32) | price, return_inverse=True, return_counts=True
    )
    latest = np.zeros(len(pairs), dtype="i8")
    latest[place] = np.arange(len(known))
    order = np.lexsort((latest, times))
    found = np.zeros(products, dtype="i8")
    # The last of a product's prices in this order is the most frequent one.
    found[(pairs[order] >> 32) - 1] = pairs[order] & 0xFFFFFFFF
    return found
