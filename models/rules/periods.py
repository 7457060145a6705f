"""The calendar: months, ends of months and years, always as a wall clock in one zone sees them.

Every period holds from its beginning until just before its end, so an end is the first moment after it.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

PERIOD = re.compile(r"P([1-9][0-9]{0,3})([DWMY])", re.ASCII)
MONTHS = {"M": 1, "Y": 12}
DAYS = {"D": 1, "W": 7}


class TimeUnit(StrEnum):
    """A stretch of the calendar. Weeks begin on Monday."""

    DAY = "DAY"
    WEEK = "WEEK"
    MONTH = "MONTH"
    QUARTER = "QUARTER"
    YEAR = "YEAR"


def add_months(at: datetime, months: int, zone: str) -> datetime:
    """The same day and time so many months on, or the month's last day where it has no such day."""
    local = at.astimezone(ZoneInfo(zone))
    year, month = divmod(local.year * 12 + local.month - 1 + months, 12)
    day = min(local.day, monthrange(year, month + 1)[1])
    return local.replace(year=year, month=month + 1, day=day).astimezone(UTC)


def add_days(at: datetime, days: int, zone: str) -> datetime:
    """The same time of day so many days on, whatever the clocks did in between."""
    return (at.astimezone(ZoneInfo(zone)) + timedelta(days=days)).astimezone(UTC)


def add_period(at: datetime, period: str, zone: str) -> datetime:
    """A period is a number of days, weeks, months or years, as in `P30D` or `P12M`."""
    match = PERIOD.fullmatch(period)
    if match is None:
        raise ValueError(f"{period!r} is not a period such as P30D or P12M")
    number, unit = int(match[1]), match[2]
    if unit in MONTHS:
        return add_months(at, number * MONTHS[unit], zone)
    return add_days(at, number * DAYS[unit], zone)


def is_period(text: str) -> bool:
    """Whether a text is a period such as `P30D` or `P12M`."""
    return PERIOD.fullmatch(text) is not None


def end_of(unit: TimeUnit, at: datetime, zone: str) -> datetime:
    """The first moment after the day, week, month, quarter or year in which a moment lies."""
    here = ZoneInfo(zone)
    today = at.astimezone(here).date()
    if unit in {TimeUnit.DAY, TimeUnit.WEEK}:
        days = 1 if unit is TimeUnit.DAY else 7 - today.weekday()
        following = today + timedelta(days=days)
    else:
        length = {TimeUnit.MONTH: 1, TimeUnit.QUARTER: 3, TimeUnit.YEAR: 12}[unit]
        first = (today.month - 1) // length * length
        year, month = divmod(today.year * 12 + first + length, 12)
        following = today.replace(year=year, month=month + 1, day=1)
    return datetime.combine(following, time.min, here).astimezone(UTC)
