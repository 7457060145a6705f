"""Relative time: moments so far from now, whole months in a period, and birthdays that come round.

All of it is on the calendar of UTC.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from models.rules.periods import add_months

DURATION = re.compile(
    r"P(?=[0-9T])(?:([0-9]{1,4})Y)?(?:([0-9]{1,4})M)?(?:([0-9]{1,4})W)?(?:([0-9]{1,5})D)?"
    r"(?:T(?=[0-9])(?:([0-9]{1,6})H)?(?:([0-9]{1,7})M)?(?:([0-9]{1,9})S)?)?",
    re.ASCII,
)
MOST_MONTHS, LONGEST = 1_200, timedelta(days=36_525)
"""A hundred years, in months or exactly."""
DAYS_A_MONTH = 31
YEAR = 366
FEBRUARY_28, FEBRUARY_29 = 228, 229
BEGINNING = datetime(1, 1, 1, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
"""The shortest step of time that is kept."""


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time: whole months of the calendar, and what is counted exactly."""

    months: int
    rest: timedelta

    def before(self, now: datetime) -> datetime:
        """The moment so long ago."""
        return add_months(now, -self.months, "UTC") - self.rest

    def after(self, now: datetime) -> datetime:
        """The moment in so long a time."""
        return add_months(now, self.months, "UTC") + self.rest


def duration_of(text: str) -> Duration:
    """An ISO 8601 duration such as `P30D`, `P1Y6M` or `PT12H`, of a hundred years at most."""
    match = DURATION.fullmatch(text)
    if match is None:
        raise ValueError("give an ISO 8601 duration such as P30D, P12M or PT12H.")
    years, months, weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    rest = timedelta(days=days, weeks=weeks, hours=hours, minutes=minutes, seconds=seconds)
    whole = years * 12 + months
    if whole > MOST_MONTHS or rest > LONGEST:
        raise ValueError("the duration is longer than a hundred years.")
    return Duration(whole, rest)


@dataclass(frozen=True, slots=True)
class Span:
    """A period from one moment until just before another: the whole months in it, and what is left at both ends."""

    since: datetime
    head_end: datetime
    first_month: date
    end_month: date
    tail: datetime
    until: datetime


def span(since: datetime, until: datetime) -> Span:
    """Split a period. Where no whole month lies in it, all of it is the head."""
    until = max(until, since)
    first, end = _next_month(since), until.date().replace(day=1)
    if first >= end:
        return Span(since, until, end, end, until, until)
    return Span(since, _midnight(first), first, end, _midnight(end), until)


def _next_month(moment: datetime) -> date:
    """The first of the months that begin at a moment or later."""
    first = moment.date().replace(day=1)
    if moment == _midnight(first):
        return first
    return (first + timedelta(days=DAYS_A_MONTH)).replace(day=1) if first < date(9999, 12, 1) else date.max


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def birthdays(first: date, last: date) -> list[int]:
    """The birthdays that are kept from one day to another, the month times 100 plus the day.

    Who was born on 29 February keeps it on the 28th in other years.
    """
    days = min((last - first).days, YEAR)
    found = set()
    for day in (first + timedelta(days=step) for step in range(days + 1)):
        found.add(day.month * 100 + day.day)
        if (day + timedelta(days=1)).month == 3 and day.month * 100 + day.day == FEBRUARY_28:
            found.add(FEBRUARY_29)
    return sorted(found)
