"""What a caller gives for a column: checked before the database is asked, and refused with a code that says why."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from enum import Enum as PythonEnum
from functools import lru_cache
from itertools import pairwise
from typing import Any, Protocol
from zoneinfo import available_timezones

from sqlalchemy import JSON, Enum, Integer, inspect

from models import Base
from models.rules.error_codes import ErrorCode
from models.rules.money import too_precise
from models.rules.opening import WEEKDAYS
from models.types import ExactDecimal, Instant
from resolvers.code.iso import known_codes
from resolvers.errors import Refused
from resolvers.storage.sql import SqlType

Read = Callable[[Any, str], Any]
"""Gives a value as it is kept, or refuses it; the text names its field."""


class OpeningInterval(Protocol):
    """A time from opening to closing."""

    @property
    def from_(self) -> str:
        """When it opens."""

    @property
    def to(self) -> str:
        """When it closes."""


class OpeningDay(Protocol):
    """A day of the week with its intervals."""

    @property
    def day(self) -> PythonEnum:
        """The day of the week."""

    @property
    def intervals(self) -> Sequence[OpeningInterval]:
        """When it is open on that day."""


EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]|24:00", re.ASCII)
LARGEST_INTEGER = 2**31 - 1
LONGEST_TEXT = 20_000
MOST_TEXTS = 100
MOST_DIGITS = 60
MOST_INTERVALS = 12
FIRST_YEAR, LAST_YEAR = 1900, 9000
"""Moments beyond these are typing errors, and the calendar's arithmetic stays within what both databases hold."""


def for_column(entity: type[Base], column: str, value: object, field: str) -> object:
    """A value that a column takes; a `Refused` names the field and why it doesn't."""
    kept = inspect(entity).columns[column]
    if value is None:
        if isinstance(kept.type, JSON) and kept.default is not None:
            return []
        if not kept.nullable:
            raise Refused(ErrorCode.REQUIRED, "This must not be empty.", field)
        return None
    if column in FORMS:
        return FORMS[column](value, field)
    return _of_type(kept.type, value, field, required=not kept.nullable)


def _of_type(kind: SqlType, value: Any, field: str, *, required: bool) -> object:
    if isinstance(kind, ExactDecimal):
        return exact(kind, value, field)
    if isinstance(kind, Enum) and kind.enum_class is not None:
        return kind.enum_class(value.value if isinstance(value, PythonEnum) else value)
    if isinstance(value, str):
        return text(value, field, getattr(kind, "length", None), required=required)
    check = next((check for type_, check in SIMPLE.items() if isinstance(kind, type_)), None)
    return check(value, field) if check else value


def text(value: str, field: str, length: int | None = None, *, required: bool = True) -> str:
    """Text that both databases can hold and that fits; where it is required, it says something."""
    limit = length or LONGEST_TEXT
    if "\x00" in value:
        raise Refused(ErrorCode.BAD_TEXT, "Text can't hold the character U+0000.", field)
    if not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value):
        raise Refused(ErrorCode.BAD_TEXT, "Text can't hold half of a character (a lone surrogate).", field)
    if len(value) > limit:
        raise Refused(ErrorCode.TOO_LONG, f"This takes {limit} characters at most.", field)
    if required and not value.strip():
        raise Refused(ErrorCode.REQUIRED, "This must not be empty.", field)
    return value


def texts(value: Sequence[str], field: str) -> list[str]:
    """A short list of texts, each of which says something."""
    if len(value) > MOST_TEXTS:
        raise Refused(ErrorCode.TOO_MANY, f"This takes {MOST_TEXTS} items at most.", field)
    return [text(item, f"{field}[{place}]", 2048) for place, item in enumerate(value)]


def exact(
    kind: ExactDecimal, value: Decimal, field: str, *, lowest: int | None = 0, highest: int | None = None
) -> Decimal:
    """A decimal that a column holds without rounding it."""
    _, numerals, exponent = value.as_tuple()
    if not isinstance(exponent, int) or len(numerals) > MOST_DIGITS:
        raise Refused(ErrorCode.NOT_A_NUMBER, "This must be a decimal number of a reasonable length.", field)
    if value and value.adjusted() >= kind.precision - kind.scale:
        raise Refused(ErrorCode.OUT_OF_RANGE, "This number is too large.", field)
    if exponent + kind.scale < 0 and too_precise(value, kind.scale):
        raise Refused(ErrorCode.TOO_PRECISE, f"This takes {kind.scale} decimal places at most.", field)
    if lowest == 0 and value < 0:
        raise Refused(ErrorCode.NEGATIVE_AMOUNT, "This must not be negative.", field)
    if (lowest is not None and value < lowest) or (highest is not None and value > highest):
        raise Refused(ErrorCode.OUT_OF_RANGE, f"This must be from {lowest} to {highest}.", field)
    return value


def above_zero(kind: ExactDecimal, value: Decimal, field: str) -> Decimal:
    """An amount of something: more than nothing."""
    found = exact(kind, value, field)
    if not found:
        raise Refused(ErrorCode.NEGATIVE_AMOUNT, "This must be above zero.", field)
    return found


def whole(value: int, field: str, lowest: int = -LARGEST_INTEGER, highest: int = LARGEST_INTEGER) -> int:
    """A whole number within bounds."""
    if not lowest <= value <= highest:
        raise Refused(ErrorCode.OUT_OF_RANGE, f"This must be from {lowest} to {highest}.", field)
    return value


def instant(value: datetime, field: str) -> datetime:
    """A moment with an offset, in a year that people mean."""
    if value.tzinfo is None:
        raise Refused(ErrorCode.NO_OFFSET, "The time needs an offset, such as Z or +01:00.", field)
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise Refused(ErrorCode.OUT_OF_RANGE, f"The year must be from {FIRST_YEAR} to {LAST_YEAR}.", field)
    return value


def currency(value: str, field: str) -> str:
    """A currency's code, ISO 4217."""
    if value not in _codes("Currency"):
        raise Refused(ErrorCode.UNKNOWN_CURRENCY, "This must be a currency code of ISO 4217, such as EUR.", field)
    return value


def _country(value: str, field: str) -> str:
    if value not in _codes("Country"):
        raise Refused(
            ErrorCode.UNKNOWN_COUNTRY, "This must be a country code of ISO 3166-1 alpha-2, such as CZ.", field
        )
    return value


def _time_zone(value: str, field: str) -> str:
    if value not in _codes("Zone"):
        raise Refused(ErrorCode.UNKNOWN_TIME_ZONE, "This must be an IANA time zone, such as Europe/Prague.", field)
    return value


@lru_cache(maxsize=4)
def _codes(kind: str) -> frozenset[str]:
    return frozenset(available_timezones() if kind == "Zone" else known_codes(kind))


def _email(value: str, field: str) -> str:
    address = text(value, field, 320).strip()
    if not EMAIL.fullmatch(address):
        raise Refused(ErrorCode.BAD_EMAIL, "This must be an e-mail address.", field)
    return address


def _latitude(value: Decimal, field: str) -> Decimal:
    return exact(ExactDecimal(6, precision=9), value, field, lowest=-90, highest=90)


def _longitude(value: Decimal, field: str) -> Decimal:
    return exact(ExactDecimal(6, precision=9), value, field, lowest=-180, highest=180)


SIMPLE: dict[type, Read] = {Instant: instant, JSON: texts, Integer: whole}
"""Columns that take all values of their kind within reason."""

FORMS: dict[str, Read] = {
    "currency_code": currency,
    "country_code": _country,
    "time_zone": _time_zone,
    "contact_email": _email,
    "latitude": _latitude,
    "longitude": _longitude,
}
"""Columns whose values have a form of their own."""


def opening_hours(days: Sequence[OpeningDay], field: str) -> dict[str, list[list[str]]]:
    """Opening hours as they are kept; each day once, its times a clock's, a day's intervals apart from each other."""
    kept: dict[str, list[list[str]]] = {}
    for place, day in enumerate(days):
        name, where = day.day.value, f"{field}[{place}]"
        if name in kept:
            raise Refused(ErrorCode.DUPLICATE_ITEM, f"{name} is given twice.", f"{where}.day")
        kept[name] = _intervals(day.intervals, f"{where}.intervals")
    return {name: kept[name] for name in WEEKDAYS if kept.get(name)}


def _intervals(intervals: Sequence[OpeningInterval], field: str) -> list[list[str]]:
    if len(intervals) > MOST_INTERVALS:
        raise Refused(ErrorCode.TOO_MANY, f"A day takes {MOST_INTERVALS} intervals at most.", field)
    pairs = [[interval.from_, interval.to] for interval in intervals]
    for place, pair in enumerate(pairs):
        for name, clock in zip(("from", "to"), pair, strict=True):
            if not CLOCK.fullmatch(clock):
                raise Refused(ErrorCode.BAD_OPENING, "This must be a time of day, HH:MM.", f"{field}[{place}].{name}")
    ordered = sorted(pairs)
    for earlier, later in pairwise(ordered):
        # One that ends before it begins ends on the next day, so nothing can follow it on its own.
        if earlier[1] <= earlier[0] or earlier[1] > later[0]:
            raise Refused(ErrorCode.BAD_OPENING, "Two intervals of the day overlap.", field)
    return ordered


def in_order(earliest: datetime | None, latest: datetime | None, field: str) -> None:
    """A validity ends after it begins."""
    if earliest is not None and latest is not None and latest <= earliest:
        raise Refused(ErrorCode.BAD_VALIDITY, "It must end after it begins.", field)
