"""Opening hours as the graph shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.rules import opening as rules

Hours = Mapping[str, Sequence[list[str]]]


class Weekday(StrEnum):
    """A day of the week."""

    MONDAY = "MONDAY"
    TUESDAY = "TUESDAY"
    WEDNESDAY = "WEDNESDAY"
    THURSDAY = "THURSDAY"
    FRIDAY = "FRIDAY"
    SATURDAY = "SATURDAY"
    SUNDAY = "SUNDAY"


@dataclass(frozen=True, slots=True)
class Interval:
    """From opening to closing."""

    from_: str
    to: str


@dataclass(frozen=True, slots=True)
class Day:
    """A day with its hours."""

    day: Weekday
    intervals: Sequence[Interval]


def opening_days(hours: Hours | None) -> list[Day]:
    """The days on which a store opens, Monday first."""
    known = hours or {}
    return [Day(day, [Interval(*interval) for interval in sorted(known[day])]) for day in Weekday if known.get(day)]


def is_open(hours: Hours | None, zone: str, at: datetime) -> bool | None:
    """Whether a store is open; none when its hours are not known."""
    return None if hours is None else rules.is_open(rules.parsed(hours), at, zone)


def next_opening(hours: Hours | None, zone: str, at: datetime) -> datetime | None:
    """When a store opens next; none when that is not known."""
    return None if hours is None else rules.next_opening(rules.parsed(hours), at, zone)
