"""What SQLite doesn't know by itself: the calendar of a time zone."""

from __future__ import annotations

from datetime import datetime

from models.rules.periods import add_months


def months_before(moment: str | None, months: int | None, zone: str) -> str | None:
    """A moment so many months earlier, by the calendar of a zone; none where no number is given."""
    if moment is None or months is None:
        return None
    return add_months(datetime.fromisoformat(moment), -months, zone).isoformat()


FUNCTIONS = {"months_before": (3, months_before)}
"""Functions by name, with the number of their arguments; every connection has them."""
