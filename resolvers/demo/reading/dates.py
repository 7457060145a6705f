"""When things happened: the source's times, moved by whole weeks as a wall clock in its stores sees them.

The source's purchases are in UTC (its weeks end at 05:00 or 04:00), its days are those of New York. Times are moved
on the wall clock, so that a purchase at noon on a Monday stays one at noon on a Monday when clocks are changed
on other days in the year it is moved to.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

Instants = np.ndarray[Any, np.dtype[np.datetime64]]

ZONE = "America/New_York"
HERE = ZoneInfo(ZONE)
LAST_DAY = date(2017, 12, 31)
BEFORE_ALL = date(2016, 10, 31)


def weeks_until(today: date) -> int:
    """By how many weeks to move the data so that its last day, a Sunday, is the last one before today."""
    return (today - timedelta(days=1) - LAST_DAY).days // 7


@dataclass(frozen=True)
class Calendar:
    """Moves the source's times by a number of weeks; `today` is when the import began."""

    weeks: int
    today: date

    @property
    def now(self) -> datetime:
        """The moment that decides what is over: today's first, in the stores' zone."""
        return midnight(self.today)

    @property
    def opened(self) -> datetime:
        """A moment before all others; what has no time of its own was made then."""
        return self.start_of(BEFORE_ALL)

    def day(self, day: date) -> date:
        """A day of the source, moved."""
        return day + timedelta(weeks=self.weeks)

    def start_of(self, day: date) -> datetime:
        """The first moment of a day of the source, moved."""
        return midnight(self.day(day))

    def moved(self, instants: Instants) -> Instants:
        """Instants of the source, moved."""
        return to_utc(to_local(instants) + np.timedelta64(self.weeks, "W"))


def midnight(day: date) -> datetime:
    """The first moment of a day in the stores' zone."""
    return datetime(day.year, day.month, day.day, tzinfo=HERE).astimezone(UTC)


def to_local(instants: Instants) -> Instants:
    """What the stores' wall clock shows at these instants."""
    return _with_offsets(instants, lambda hour: hour.replace(tzinfo=UTC).astimezone(HERE).utcoffset(), 1)


def to_utc(local: Instants) -> Instants:
    """The instants at which the stores' wall clock shows this, the first of two."""
    return _with_offsets(local, lambda hour: hour.replace(tzinfo=HERE).utcoffset(), -1)


def year_after(instants: Instants) -> Instants:
    """The same day and time twelve months on, on the stores' wall clock; 29 February becomes the 28th."""
    local = to_local(instants)
    months = local.astype("M8[M]")
    within = local - months
    later = months + np.timedelta64(12, "M")
    last = (later + 1).astype("M8[D]") - later.astype("M8[D]") - np.timedelta64(1, "D")
    clipped = np.minimum(within.astype("m8[D]"), last)
    return to_utc(later.astype("M8[s]") + clipped + (within - within.astype("m8[D]")))


def end_of_day(instants: Instants) -> Instants:
    """The first moments of the days that follow, on the stores' wall clock."""
    return to_utc((to_local(instants).astype("M8[D]") + 1).astype("M8[s]"))


def instant(moment: datetime) -> np.datetime64:
    """A moment as it is kept in columns of instants."""
    return np.datetime64(moment.astimezone(UTC).replace(tzinfo=None), "s")


def moment(instants: np.datetime64) -> datetime:
    """A moment out of a column of instants."""
    found: datetime = instants.astype("M8[s]").astype(object)
    return found.replace(tzinfo=UTC)


def _with_offsets(times: Instants, offset: Any, sign: int) -> Instants:
    # Offsets change on the hour only, and a year has few thousand hours.
    hours, which = np.unique(times.astype("M8[h]"), return_inverse=True)
    seconds = [sign * offset(hour.astype("M8[s]").astype(object)).total_seconds() for hour in hours]
    moved: Instants = times.astype("M8[s]") + np.array(seconds, dtype="i8").astype("m8[s]")[which]
    return moved
