"""Statuses by turnover. The source has none: the tiers are made up, who holds which follows from the bills."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from datetime import datetime
from itertools import accumulate
from typing import Any, NamedTuple

import models
from models.rules.periods import add_months
from resolvers.demo.journey import Journey
from resolvers.demo.mapping.retailer.lists import STATUSES
from resolvers.demo.reading.dates import ZONE, moment
from resolvers.demo.writing.batch import Mapped, records

MONTHS = 12
THRESHOLDS = [int(amount) * 100 for *_, amount in STATUSES if amount]
MEMBER = 1
"""Keys of statuses are their ranks: the member's is 1, and each threshold reached adds one."""


class HeldStatus(NamedTuple):
    """A time during which a status is held."""

    status: int
    change: str
    since: datetime
    valid_to: datetime | None


class Spent:
    """One customer's running turnover, in cents."""

    def __init__(self, times: list[datetime], totals: list[int]) -> None:
        self.times = times
        self.sums = [0, *accumulate(totals)]

    def rank(self, start: datetime | None, end: datetime) -> int:
        """The rank that the turnover between two moments, the last included, deserves."""
        before = bisect_right(self.times, start) if start else 0
        cents = self.sums[bisect_right(self.times, end)] - self.sums[before]
        return MEMBER + bisect_right(THRESHOLDS, cents)


def statuses(journey: Journey) -> Mapped:
    """What each customer has held since they joined."""
    rows: list[tuple[Any, ...]] = []
    for customer, spent in enumerate(_all_spent(journey), 1):
        held = list(history(spent, moment(journey.registered_at[customer - 1]), journey.calendar.now))
        ends = [later.since for later in held[1:]] + [None]
        rows.extend((customer, *record, end) for record, end in zip(held, ends, strict=True))
    yield records(models.StatusRecord, "customer_id status_id change valid_from valid_to ended_at", rows)


def _all_spent(journey: Journey) -> Iterator[Spent]:
    bills = journey.source.bills
    times = journey.paid_at[bills.by_customer]
    totals = bills.total[bills.by_customer]
    for start, end in zip(bills.starts[:-1].tolist(), bills.starts[1:].tolist(), strict=True):
        yield Spent([moment(time) for time in times[start:end]], totals[start:end].tolist())


def history(spent: Spent, joined: datetime, now: datetime) -> Iterator[HeldStatus]:
    """Registered on joining, risen with the bill that reached a threshold, kept or fallen a year after that."""
    current = HeldStatus(MEMBER, "REGISTERED", joined, None)
    yield current
    for time in [*spent.times, now]:
        while current.valid_to and current.valid_to <= time:
            current = _renewed(spent, current)
            yield current
        rank = spent.rank(add_months(time, -MONTHS, ZONE), time) if current.status <= len(THRESHOLDS) else 0
        if rank > current.status:
            current = _held(rank, "RISEN", time)
            yield current


def _renewed(spent: Spent, held: HeldStatus) -> HeldStatus:
    end = held.valid_to or held.since
    rank = spent.rank(add_months(end, -MONTHS, ZONE), end)
    return _held(rank, "KEPT" if rank >= held.status else "FALLEN", end)


def _held(rank: int, change: str, since: datetime) -> HeldStatus:
    return HeldStatus(rank, change, since, None if rank == MEMBER else add_months(since, MONTHS, ZONE))
