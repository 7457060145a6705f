"""Countries, currencies and languages: the ISO lists from maintained libraries, named in the reader's language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import pycountry
from babel import Locale, UnknownLocaleError, negotiate_locale
from babel.localedata import locale_identifiers

DEFAULT_LOCALE = "en"


@lru_cache(maxsize=64)
def _locale(name: str) -> Locale:
    try:
        return Locale.parse(name, sep="-") if "-" in name else Locale.parse(name)
    except (UnknownLocaleError, ValueError):
        return Locale.parse(DEFAULT_LOCALE)


@lru_cache(maxsize=4096)
def name_of(type_name: str, code: str, locale: str) -> str:
    """The name of a country, currency or language in a language; the ISO list's own where that has none."""
    chosen = _locale(locale)
    if type_name == "Country":
        return chosen.territories.get(code) or str(getattr(pycountry.countries.get(alpha_2=code), "name", code))
    if type_name == "Currency":
        return chosen.currencies.get(code) or str(getattr(pycountry.currencies.get(alpha_3=code), "name", code))
    return chosen.languages.get(code) or str(getattr(pycountry.languages.get(alpha_2=code), "name", code))


@dataclass(frozen=True, slots=True)
class Code:
    """A country, currency or language, in the language of the reader."""

    type_name: str
    code: str
    locale: str

    @property
    def name(self) -> str:
        """Its name in the language of the reader."""
        return name_of(self.type_name, self.code, self.locale)


@lru_cache(maxsize=3)
def known_codes(type_name: str) -> Sequence[str]:
    """Every code of an ISO list: 3166-1 alpha-2, 4217 or 639-1."""
    if type_name == "Country":
        return sorted(country.alpha_2 for country in pycountry.countries)
    if type_name == "Currency":
        return sorted(currency.alpha_3 for currency in pycountry.currencies)
    return sorted(language.alpha_2 for language in pycountry.languages if hasattr(language, "alpha_2"))


@lru_cache(maxsize=1)
def _known_locales() -> list[str]:
    return locale_identifiers()


def _preferences(header: str) -> Iterator[tuple[float, str]]:
    for piece in header.split(","):
        tag, _, parameters = piece.strip().partition(";")
        quality = parameters.strip().removeprefix("q=") if parameters else "1"
        try:
            yield -float(quality), tag.replace("-", "_")
        except ValueError:
            continue


@lru_cache(maxsize=1024)
def preferred_locale(accept_language: str) -> str:
    """The best known locale for an `Accept-Language` header; English where none is known."""
    tags = [tag for quality, tag in sorted(_preferences(accept_language[:256]), key=lambda pair: pair[0]) if quality]
    return negotiate_locale(tags, _known_locales(), sep="_") or DEFAULT_LOCALE
