"""What a field's values look like in a file, and in the database: one kind for each type of column."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import available_timezones

import orjson
from sqlalchemy import JSON, Boolean, Column, Date, Enum, Integer

from models.columns import ExactDecimal, Instant
from models.rules.opening import WEEKDAYS
from resolvers.codes import known_codes

CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]|24:00")
WHOLE = re.compile(r"-?[0-9]{1,18}", re.ASCII)
NUMBER = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?", re.ASCII)
EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
LARGEST_INTEGER = 2**31 - 1
LARGEST_EXACT = 2**53


@dataclass(frozen=True, slots=True)
class Kind:
    """How values of one kind are read from a file (`ValueError` when they can't be), and written to one."""

    label: str
    parse: Callable[[Any], Any]
    show: Callable[[Any], Any] = lambda value: value
    cell: Callable[[str], Any] = lambda cell: cell


def of(column: Column[Any]) -> Kind:
    """The kind of a column's values; those of some text columns have a form of their own."""
    kind = column.type
    if column.name in FORMS:
        return FORMS[column.name]
    if isinstance(kind, ExactDecimal):
        decimals = _decimals(kind)
        return between(decimals, *BOUNDS[column.name]) if column.name in BOUNDS else decimals
    if isinstance(kind, Enum):
        return _names(tuple(kind.enums))
    if isinstance(kind, JSON):
        # The lists of texts are the documents that begin empty; a property's value is of any simple kind.
        return TEXTS if column.default is not None else ANY_VALUE if column.name == "value" else DOCUMENT
    for type_, found in ((Instant, INSTANT), (Date, DAY), (Boolean, YES_NO), (Integer, INTEGER)):
        if isinstance(kind, type_):
            return found
    return text(getattr(kind, "length", None))


def text(length: int | None = None) -> Kind:
    """Any text that fits."""

    def parse(value: Any) -> str:
        if not isinstance(value, str):
            raise ValueError("must be text")
        if "\0" in value:
            raise ValueError("holds a null character")
        if length is not None and len(value) > length:
            raise ValueError(f"is longer than {length} characters")
        return value

    return Kind(f"text of up to {length} characters" if length else "text", parse)


def _decimals(kind: ExactDecimal) -> Kind:
    def parse(value: Any) -> Decimal:
        number = _decimal(value)
        kind.scaled(number)
        return number

    return Kind(f"decimal with up to {kind.scale} places", parse, plain)


def _decimal(value: Any) -> Decimal:
    if isinstance(value, str) and NUMBER.fullmatch(value):
        return Decimal(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    if isinstance(value, float):
        number = Decimal(repr(value))
        if len(number.as_tuple().digits) > 15:
            raise ValueError("has more digits than a JSON number keeps; write it as text")
        return number
    raise ValueError("must be a decimal number")


def plain(number: Decimal) -> str:
    """A decimal without idle zeros or an exponent."""
    shown = f"{number:f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def _names(names: tuple[str, ...]) -> Kind:
    def parse(value: Any) -> str:
        if value not in names:
            raise ValueError(f"must be one of {', '.join(names)}")
        return str(value)

    return Kind(", ".join(names), parse, lambda value: getattr(value, "value", value))


def _instant(value: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError("must be a moment such as 2024-05-15T12:00:00+02:00") from None
    if moment.tzinfo is None:
        raise ValueError("needs an offset, as in 2024-05-15T12:00:00+02:00")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("is out of range") from None


def _day(value: Any) -> date:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError("must be a day such as 2024-05-15") from None


def _yes_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def _integer(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError("must be a whole number")
    if abs(value) > LARGEST_INTEGER:
        raise ValueError("is too large")
    return value


def document(value: Any) -> Any:
    """A JSON value in the one form that both databases give back; what they would change is refused."""
    if isinstance(value, dict):
        return {document(key): document(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [document(item) for item in value]
    if isinstance(value, str) and "\0" in value:
        raise ValueError("holds a null character")
    if isinstance(value, float | int) and abs(value) >= LARGEST_EXACT:
        raise ValueError("holds a number too large to be exact; write it as text")
    if isinstance(value, float) and (value == 0 or not math.isfinite(value)):
        return 0.0
    return value


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("must be a JSON object")
    found: dict[str, Any] = document(value)
    return found


def _texts(value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError("must be a list of texts")
    found: list[str] = document(value)
    return found


def json_cell(cell: str) -> Any:
    """The JSON document in a cell."""
    try:
        return orjson.loads(cell)
    except orjson.JSONDecodeError as error:
        raise ValueError(f"must be JSON: {error}") from None


def _iso(type_name: str, label: str) -> Kind:
    def parse(value: Any) -> str:
        if value not in _codes(type_name):
            raise ValueError(f"must be a {label}")
        return str(value)

    return Kind(label, parse)


def _codes(type_name: str) -> frozenset[str]:
    if type_name not in _KNOWN:
        zones = type_name == "Zone"
        _KNOWN[type_name] = frozenset(available_timezones() if zones else known_codes(type_name))
    return _KNOWN[type_name]


_KNOWN: dict[str, frozenset[str]] = {}


def _email(value: Any) -> str:
    address = text(320).parse(value).strip()
    if not EMAIL.fullmatch(address):
        raise ValueError("must be an e-mail address")
    return str(address)


def _value(value: Any) -> Any:
    if value is None or isinstance(value, dict | list):
        raise ValueError("must be text, a number, true or false")
    return document(value)


def _opening(value: Any) -> dict[str, Any]:
    hours = _object(value)
    if not hours.keys() <= set(WEEKDAYS):
        raise ValueError(f"must have days from {', '.join(WEEKDAYS)}")
    for intervals in hours.values():
        pairs = isinstance(intervals, list) and all(isinstance(pair, list) and len(pair) == 2 for pair in intervals)
        if not pairs or not all(CLOCK.fullmatch(str(at)) for pair in intervals for at in pair):
            raise ValueError('must give each day pairs of times, as in {"MONDAY": [["08:00", "20:00"]]}')
    return hours


def _time_of_day(value: Any) -> str:
    if not isinstance(value, str) or not CLOCK.fullmatch(value):
        raise ValueError("must be a time of day such as 08:30")
    return value


def between(kind: Kind, lowest: int, highest: int) -> Kind:
    """A number within bounds that the database doesn't keep by itself."""

    def parse(value: Any) -> Any:
        found = kind.parse(value)
        if not lowest <= found <= highest:
            raise ValueError(f"must be from {lowest} to {highest}")
        return found

    return Kind(f"{kind.label}, from {lowest} to {highest}", parse, kind.show, kind.cell)


def _whole_cell(cell: str) -> Any:
    return int(cell) if WHOLE.fullmatch(cell) else cell


DOCUMENT = Kind("JSON object", _object, document, json_cell)
TEXTS = Kind("list of texts", _texts, cell=json_cell)
ANY_VALUE = Kind("text, number, true or false", _value, cell=json_cell)
INSTANT = Kind("moment with offset", _instant, lambda moment: moment.isoformat())
DAY = Kind("day", _day, lambda day: day.isoformat())
YES_NO = Kind("true or false", _yes_no, cell=lambda cell: {"true": True, "false": False}.get(cell, cell))
INTEGER = Kind("whole number", _integer, cell=_whole_cell)
TIME_OF_DAY = Kind("time of day (HH:MM)", _time_of_day)

FORMS: dict[str, Kind] = {
    "currency_code": _iso("Currency", "currency code of ISO 4217"),
    "country_code": _iso("Country", "country code of ISO 3166-1 alpha-2"),
    "language_code": _iso("Language", "language code of ISO 639-1"),
    "time_zone": _iso("Zone", "IANA time zone"),
    "email": Kind("e-mail address", _email),
    "contact_email": Kind("e-mail address", _email),
    "phone": Kind(
        "phone number, international or as dialled in the row's country", lambda value: text(40).parse(value)
    ),
    "opening": Kind("opening hours", _opening, document, json_cell),
    "time_from": TIME_OF_DAY,
    "time_to": TIME_OF_DAY,
}

BOUNDS = {"latitude": (-90, 90), "longitude": (-180, 180), "discount": (0, 100)}
