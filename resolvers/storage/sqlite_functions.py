"""What SQLite doesn't know by itself: the calendar of a time zone, and small letters beyond ASCII."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from models.rules.letters import small
from models.rules.periods import add_months


def months_before(moment: str | None, months: int | None, zone: str) -> str | None:
    """A moment so many months earlier, by the calendar of a zone; none where no number is given."""
    if moment is None or months is None:
        return None
    return add_months(datetime.fromisoformat(moment), -months, zone).isoformat()


def local_day(moment: str | None, zone: str) -> str | None:
    """The day on which a moment lies by the calendar of a zone; by UTC's at the ends of time."""
    if moment is None:
        return None
    try:
        return datetime.fromisoformat(moment).astimezone(ZoneInfo(zone)).date().isoformat()
    except OverflowError:
        return moment[:10]


def small_or_none(text: str | None) -> str | None:
    """A text in small letters; none of none."""
    return None if text is None else small(text)


FUNCTIONS: dict[str, tuple[int, Callable[..., Any]]] = {
    "local_day": (2, local_day),
    "months_before": (3, months_before),
    "small": (1, small_or_none),
}
"""Functions by name, with the number of their arguments; every connection has them."""
