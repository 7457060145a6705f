"""When a store is open: weekly hours on the wall clock of its zone.

An interval holds from its first time until just before its second. One whose second time isn't later runs
into the next day: 22:00 to 02:00 is over midnight, 00:00 to 00:00 the whole day. Where clocks go back, an
interval begins with the first and ends with the second of two equal times; where they go forward, a time that
they skip moves on by as much.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Opening = Mapping[int, Sequence[tuple[time, time]]]
"""Hours by day of the week, Monday as 0."""

Interval = tuple[datetime, datetime]
WEEKDAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
# Clocks may swallow an interval of next week, so the search goes one week further.
DAYS_AHEAD = 16


def clock(text: str) -> time:
    """A time of day as people write it: `08:30`; `24:00` is midnight."""
    return time.min if text == "24:00" else time.fromisoformat(text)


def parsed(hours: Mapping[str, Sequence[Sequence[str]]]) -> Opening:
    """Opening hours as they are kept: a day's name to its pairs of times."""
    return {
        WEEKDAYS.index(day): [(clock(start), clock(end)) for start, end in intervals]
        for day, intervals in hours.items()
    }


def is_open(opening: Opening, at: datetime, zone: str) -> bool:
    """A store is open from the first moment of an interval until just before its last."""
    return any(start <= at < end for start, end in _intervals(opening, at, zone, 1))


def next_opening(opening: Opening, at: datetime, zone: str) -> datetime | None:
    """The next moment at which a closed store opens; none when it never does, or never closes.

    While the store is open, that is the opening after it next closes.
    """
    starts = (start for start, _ in _stretches(opening, at, zone) if start > at)
    return next(starts, None)


def _stretches(opening: Opening, at: datetime, zone: str) -> Iterator[Interval]:
    """Intervals that touch or overlap are one stretch."""
    current: Interval | None = None
    for start, end in sorted(_intervals(opening, at, zone, DAYS_AHEAD)):
        if current is None:
            current = start, end
        elif start <= current[1]:
            current = current[0], max(end, current[1])
        else:
            yield current
            current = start, end
    if current is not None:
        yield current


def _intervals(opening: Opening, at: datetime, zone: str, days_ahead: int) -> Iterator[Interval]:
    """Yesterday's hours may still last."""
    here = ZoneInfo(zone)
    today = at.astimezone(here).date()
    for offset in range(-1, days_ahead):
        day = today + timedelta(days=offset)
        for first, last in opening.get(day.weekday(), ()):
            until = day if first < last else day + timedelta(days=1)
            start, end = _instants(day, first, here)[0], max(_instants(until, last, here))
            if start < end:
                yield start, end


def _instants(day: date, at: time, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The instants that a wall clock's reading can mean: two where clocks go back, else twice the same."""
    local = datetime.combine(day, at, zone)
    return local.replace(fold=0).astimezone(UTC), local.replace(fold=1).astimezone(UTC)
