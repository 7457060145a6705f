"""The Complete Journey's bills as recommendations are worked out from them."""

from __future__ import annotations

from datetime import date

import numpy as np

from resolvers.demo.journey import Journey
from resolvers.demo.reading.dates import Calendar
from resolvers.demo.reading.source import Source
from resolvers.demo.reading.tree import path_of
from resolvers.recommendation.numbers.history import Catalogue, History

NOT_GOODS = ("CHARITABLE CONT", "CNTRL/STORE SUP", "COUPON", "FUEL", "MISCELLANEOUS", "POSTAL CENTER")
"""Departments that aren't fit to be recommended."""


def history(journey: Journey) -> History:
    """What each customer bought, as of the beginning of the day of the import."""
    source, lines = journey.source, journey.source.bills.lines
    goods = np.array([row["department"] not in NOT_GOODS for row in source.products])
    groups = np.array([journey.tree.keys[path_of(row)] for row in source.products], dtype="i8")
    keys = np.flatnonzero(goods) + 1
    return History.of(
        Catalogue(keys.astype("i8"), groups[keys - 1]),
        np.arange(1, len(source.households) + 1, dtype="i8"),
        int(journey.calendar.now.timestamp()),
        (source.bills.customer.astype("i8"), journey.paid_at.astype("M8[s]").astype("i8")),
        (source.bills.of_line.astype("i8"), lines.product.astype("i8")),
    )


def as_published() -> History:
    """All households, at the times when they bought."""
    return history(Journey(Source(), Calendar(0, date(2018, 1, 1))))
