"""Texts in several languages: which of them fits a reader best."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from babel import Locale, UnknownLocaleError

LONGEST_TAG = 35
Translations = Mapping[str, Mapping[str, str]]
"""Texts by the field that they translate, by language tag."""


@lru_cache(maxsize=1024)
def language_tag(written: str) -> str:
    """A language tag of BCP 47 in its usual form, such as `pt-BR`; `ValueError` where no such language is known."""
    try:
        found = Locale.parse(written[: LONGEST_TAG + 1].replace("_", "-"), sep="-")
    except (UnknownLocaleError, ValueError, TypeError) as error:
        raise ValueError("not a known language") from error
    return str(found).replace("_", "-")


@dataclass(frozen=True, slots=True)
class Texts:
    """A record's texts in a language, by their fields."""

    language: str | None
    """None where they are the record's own."""
    values: Mapping[str, str | None]


def translated(translations: Translations | None) -> list[Texts]:
    """What is translated, language by language."""
    return [Texts(tag, texts) for tag, texts in sorted((translations or {}).items())]


def localized(translations: Translations | None, own: Mapping[str, str | None], wanted: str) -> Texts:
    """The texts as a reader wants them: `de-AT`, or else `de`; where neither has one, the record's own."""
    known = translations or {}
    found = [(tag, known[tag]) for tag in _wider(_tag(wanted)) if tag in known]
    values = {name: next((texts[name] for _, texts in found if name in texts), text) for name, text in own.items()}
    return Texts(found[0][0] if found else None, values)


def _tag(wanted: str) -> str:
    try:
        return language_tag(wanted)
    except ValueError:
        return wanted


def _wider(tag: str) -> Iterator[str]:
    """A tag, and those of the languages that it is a part of."""
    while tag:
        yield tag
        tag = tag.rpartition("-")[0]
