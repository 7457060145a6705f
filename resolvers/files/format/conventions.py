"""The conventions by which people write values: which mark parts decimals, whether day or month comes first, and where.

What a language and country usually do is Babel's to say. Nothing that could be read in two ways is guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from typing import Literal
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.dates import get_date_format
from babel.numbers import get_currency_symbol, get_decimal_symbol, get_group_symbol, get_territory_currencies

from resolvers.code.iso import known_codes

DateOrder = Literal["dmy", "mdy", "ymd"]
DEFAULT_SOURCE = "files"
"""The system that knows rows which nobody named a system for."""
OTHERS = ""
"""Stands for the tables of which nothing particular is known."""

SYMBOLS = {
    "AUD": "en_AU", "BGN": "bg", "CAD": "en_CA", "CHF": "de_CH", "CZK": "cs", "DKK": "da", "EUR": "de", "GBP": "en_GB",
    "HUF": "hu", "JPY": "ja", "NOK": "nb", "PLN": "pl", "RON": "ro", "SEK": "sv", "TRY": "tr", "UAH": "uk",
    "USD": "en_US",
}  # fmt: skip
"""Currencies that shops write by a symbol, each with the language in which that is usual."""


@dataclass(frozen=True)
class Conventions:
    """What is meant where a value doesn't say it; none where nobody said so either."""

    order: DateOrder | None = None
    decimal: str | None = None
    group: str | None = None
    country: str | None = None
    currency: str | None = None
    zone: str | None = None
    source: str | None = None
    sources: Mapping[str, str] = field(default_factory=dict)
    """The systems that own the rows of single tables, where there is but one."""
    delimiter: str = ""
    """What parts the file's cells: nothing in JSON."""

    def or_else(self, other: Conventions) -> Conventions:
        """These, and what they leave open as the others have it."""
        return replace(other, **{name: value for name, value in vars(self).items() if value})

    def source_of(self, table: str) -> str | None:
        """The system in which rows of a table are known by an id alone."""
        return self.source or self.sources.get(table) or self.sources.get(OTHERS)

    def currency_of(self, mark: str) -> str:
        """The currency that a code or a symbol stands for."""
        if mark in currencies() or mark.upper() in currencies():
            return mark.upper()
        meant = _symbols().get(mark.casefold(), frozenset())
        if self.currency in meant:
            return self.currency or ""
        if len(meant) == 1:
            return next(iter(meant))
        raise ValueError(
            f"may be any of {', '.join(sorted(meant))}" if meant else "must be a currency code of ISO 4217"
        )


NOTHING_DECLARED = Conventions()


@cache
def currencies() -> frozenset[str]:
    """The codes of ISO 4217."""
    return frozenset(known_codes("Currency"))


@cache
def _symbols() -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for code, language in SYMBOLS.items():
        symbol = get_currency_symbol(code, language).casefold()
        for mark in (symbol, symbol.rstrip(".")):
            found[mark] = found.get(mark, frozenset()) | {code}
    return found


def declared(
    locale: str | None = None,
    country: str | None = None,
    currency: str | None = None,
    zone: str | None = None,
    source: str | None = None,
) -> Conventions:
    """What somebody says of files: what is left out follows from the locale, and from the country. `ValueError`."""
    if country is not None and country not in known_codes("Country"):
        raise ValueError(f"{country} is no country code of ISO 3166-1, such as CZ")
    if currency is not None and currency not in currencies():
        raise ValueError(f"{currency} is no currency code of ISO 4217, such as CZK")
    if zone is not None and zone not in available_timezones():
        raise ValueError(f"{zone} is no time zone, such as Europe/Prague")
    said = Conventions(country=country, currency=currency, zone=zone, source=source)
    if locale is not None:
        said = said.or_else(_of_locale(locale))
    return said.or_else(of_country(said.country))


def _of_locale(name: str) -> Conventions:
    try:
        locale = Locale.parse(name.replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        raise ValueError(f"{name} is no locale, such as cs_CZ or en_US") from None
    pattern = get_date_format("short", locale).pattern.lower()
    order = "".join(sorted("dmy", key=pattern.index))
    orders: dict[str, DateOrder] = {"dmy": "dmy", "mdy": "mdy", "ymd": "ymd"}
    marks = get_decimal_symbol(locale), get_group_symbol(locale)
    return Conventions(orders.get(order), *marks, country=locale.territory)


@cache
def of_country(country: str | None) -> Conventions:
    """What a country has but one of: its currency, and its time zone."""
    if country is None:
        return Conventions()
    currencies = get_territory_currencies(country)
    zones = sorted(zone for zone, place in get_global("zone_territories").items() if place == country)
    alike = {_offsets(zone) for zone in zones if zone in available_timezones()}
    return Conventions(
        country=country,
        currency=currencies[0] if len(currencies) == 1 else None,
        zone=zones[0] if len(alike) == 1 else None,
    )


def _offsets(zone: str) -> tuple[object, ...]:
    year = datetime.now(UTC).year
    return tuple(datetime(year, month, 1, tzinfo=ZoneInfo(zone)).utcoffset() for month in (1, 7))
