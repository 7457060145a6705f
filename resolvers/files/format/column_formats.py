"""The kind of each column: by its type, and for some texts and numbers by a form that the type doesn't tell."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from zoneinfo import available_timezones

from sqlalchemy import JSON, Boolean, Column, Date, Enum, Integer

from models import Base
from models.rules.opening import WEEKDAYS
from models.types import POINTS, ExactDecimal, Instant
from resolvers.code.iso import known_codes
from resolvers.code.translation import language_tag
from resolvers.files.format import local_values
from resolvers.files.format.conventions import Conventions
from resolvers.files.format.value_formats import (
    ANY_VALUE,
    DAY,
    DOCUMENT,
    END,
    INSTANT,
    INTEGER,
    TEXTS,
    YES_NO,
    ValueFormat,
    decimals,
    document,
    json_cell,
    json_object,
    names,
    text,
)
from resolvers.operation.structs import camel

CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]|24:00")
Local = Callable[[str, Conventions], object]
ENDS = frozenset({"valid_to", "expires_at"})
"""Moments from which on something is over: of a day alone, people mean that it is the last."""
EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


def of(column: Column[Any]) -> ValueFormat:
    """The kind of a column's values; those of some text columns have a form of their own."""
    kind = column.type
    if column.name in FORMS:
        return FORMS[column.name]
    if isinstance(kind, ExactDecimal):
        number = decimals(kind)
        return between(number, *BOUNDS[column.name]) if column.name in BOUNDS else number
    if isinstance(kind, Enum):
        return names(tuple(kind.enums))
    if isinstance(kind, JSON):
        # The lists of texts are the documents that begin empty; a property's value is of any simple kind.
        return TEXTS if column.default is not None else ANY_VALUE if column.name == "value" else DOCUMENT
    if isinstance(kind, Instant) and column.name in ENDS:
        return END
    for type_, found in ((Instant, INSTANT), (Date, DAY), (Boolean, YES_NO), (Integer, INTEGER)):
        if isinstance(kind, type_):
            return found
    return text(getattr(kind, "length", None))


def between(kind: ValueFormat, lowest: int, highest: int) -> ValueFormat:
    """A number within bounds that the database doesn't keep by itself."""

    def parse(value: object) -> object:
        found = kind.parse(value)
        if not lowest <= found <= highest:
            raise ValueError(f"must be from {lowest} to {highest}")
        return found

    return replace(kind, label=f"{kind.label}, from {lowest} to {highest}", parse=parse)


def _iso(type_name: str, label: str, local: Local | None = local_values.code) -> ValueFormat:
    def parse(value: object) -> str:
        if value not in _codes(type_name):
            raise ValueError(f"must be a {label}")
        return str(value)

    return ValueFormat(label, parse, local=local)


def _codes(type_name: str) -> frozenset[str]:
    if type_name not in _KNOWN:
        zones = type_name == "Zone"
        _KNOWN[type_name] = frozenset(available_timezones() if zones else known_codes(type_name))
    return _KNOWN[type_name]


_KNOWN: dict[str, frozenset[str]] = {}


def _email(value: object) -> str:
    address = text(320).parse(value).strip()
    if not EMAIL.fullmatch(address):
        raise ValueError("must be an e-mail address")
    return str(address)


def _opening(value: object) -> dict[str, object]:
    hours = json_object(value)
    if not hours.keys() <= set(WEEKDAYS):
        raise ValueError(f"must have days from {', '.join(WEEKDAYS)}")
    for intervals in hours.values():
        pairs = isinstance(intervals, list) and all(isinstance(pair, list) and len(pair) == 2 for pair in intervals)
        if not pairs or not all(CLOCK.fullmatch(str(at)) for pair in intervals for at in pair):
            raise ValueError('must give each day pairs of times, as in {"MONDAY": [["08:00", "20:00"]]}')
    return hours


def _time_of_day(value: object) -> str:
    if not isinstance(value, str) or not CLOCK.fullmatch(value):
        raise ValueError("must be a time of day such as 08:30")
    return value


def _translations(value: object) -> dict[str, dict[str, str]] | None:
    wrong = 'must give texts by language and field, as in {"de": {"name": "…"}}'
    kept: dict[str, dict[str, str]] = {}
    for tag, texts in json_object(value).items():
        if not isinstance(texts, dict) or not texts.keys() <= TRANSLATED:
            raise ValueError(wrong)
        try:
            language = language_tag(tag)
        except ValueError:
            raise ValueError(f"has the unknown language {tag}") from None
        kept.setdefault(language, {}).update({name: text().parse(each) for name, each in texts.items()})
    return {tag: texts for tag, texts in kept.items() if texts} or None


TRANSLATED = {camel(name) for mapper in Base.registry.mappers for name in getattr(mapper.class_, "TEXTS", ())}
"""What may be translated, as files and the graph call it."""
EARNED_FIELDS = {"programme", "rule", "name", "points"}


def _earned_by(value: object) -> list[dict[str, str]]:
    rules: list[Any] = value if isinstance(value, list) else [None]
    if not all(isinstance(rule, dict) and rule.keys() == EARNED_FIELDS for rule in rules):
        raise ValueError("must be a list of objects with programme, rule, name and points")
    for rule in rules:
        POINTS_OF_RULE.parse(rule["points"])
        for each in rule.values():
            text(255).parse(each)
    return rules


POINTS_OF_RULE = decimals(POINTS)
TIME_OF_DAY = ValueFormat("time of day (HH:MM)", _time_of_day)
FORMS: dict[str, ValueFormat] = {
    "currency_code": _iso("Currency", "currency code of ISO 4217", local_values.currency),
    "country_code": _iso("Country", "country code of ISO 3166-1 alpha-2"),
    "language_code": _iso("Language", "language code of ISO 639-1", None),
    "time_zone": _iso("Zone", "known time zone (IANA)", None),
    "email": ValueFormat("e-mail address", _email),
    "contact_email": ValueFormat("e-mail address", _email),
    "phone": ValueFormat(
        "phone number, international or as dialled in the row's country or the programme's",
        lambda value: text(40).parse(value),
    ),
    "opening": ValueFormat("opening hours", _opening, document, json_cell),
    "earned_by": ValueFormat("rules of the programme, with the points that each gave", _earned_by, document, json_cell),
    "translations": ValueFormat(
        'texts by language and field, as in {"de": {"name": "…"}}', _translations, document, json_cell
    ),
    "time_from": TIME_OF_DAY,
    "time_to": TIME_OF_DAY,
}

BOUNDS = {"latitude": (-90, 90), "longitude": (-180, 180), "discount": (0, 100), "most_share": (0, 100)}
