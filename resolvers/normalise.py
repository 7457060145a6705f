"""How text is compared: e-mail addresses, phone numbers, and the words that people search by."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

import phonenumbers

from models.customer import NAMELESS

WORD = re.compile(r"[^\W_]+")


def fold(text: str) -> str:
    """Case and accents taken off: `Čapek` and `CAPEK` fold to `capek`."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).casefold()


def name_key(name: str | None) -> str:
    """A name as it is sorted: folded, and after all others where there is none."""
    return fold(name) if name else NAMELESS


def composed(text: str) -> str:
    """A text in Unicode's composed form (NFC), in which all text is kept and compared: `é` is one character."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def words(text: str) -> list[str]:
    """The folded words of a text, without punctuation."""
    return WORD.findall(fold(text))


def email_key(email: str) -> str:
    """An e-mail address as it is compared: trimmed and case-folded."""
    return composed(email.strip()).casefold()


def e164(phone: str, region: str | None = None) -> str:
    """A phone number in E.164 form; `ValueError` when it isn't one.

    A number without a country prefix needs the region (ISO 3166-1 alpha-2) it is meant in.
    """
    try:
        parsed = phonenumbers.parse(phone, region)
    except phonenumbers.NumberParseException as error:
        raise ValueError(f"not a phone number: {error}") from error
    if phonenumbers.is_possible_number_with_reason(parsed) != phonenumbers.ValidationResult.IS_POSSIBLE:
        raise ValueError("not a possible phone number")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def customer_terms(
    names: Iterable[str | None], email: str | None, phone: str | None, card_numbers: Iterable[str]
) -> set[str]:
    """What a customer is found by: each word of the names and the e-mail address, the whole address, digits."""
    terms = {word for name in names if name for word in words(name)}
    if email:
        terms |= {email_key(email), *words(email)}
    if phone:
        forms = phone_forms(phone)
        terms |= forms | {f"{DIALLED}{digits}" for digits in forms}
    return terms | _code_terms(card_numbers)


DIALLED = "tel:"
"""Begins a term that is a phone number and nothing else; no word that is searched for holds a colon."""


def phone_forms(phone: str) -> set[str]:
    """The digits by which people know a number in E.164 form: all, and those within its country, as it is dialled."""
    digits = phone.lstrip("+")
    try:
        parsed = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        return {digits}
    dialled = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
    return {digits, re.sub(r"\D", "", dialled), phonenumbers.national_significant_number(parsed)}


def phone_key(phone: str) -> str:
    """A phone number as it is looked up: in E.164 form, or the digits of one that names no country.

    `ValueError` when it is neither.
    """
    written = phone.strip()
    if written.startswith("+"):
        return e164(written)
    digits = _phone(written)
    if digits is None:
        raise ValueError("not a phone number")
    return e164(f"+{digits[2:]}") if digits.startswith("00") else digits


Translations = Mapping[str, Mapping[str, str]]
"""Texts in further languages: by language, the text of each field."""


def product_terms(name: str, codes: Iterable[str], translations: Translations | None = None) -> set[str]:
    """What a product is found by: each word of its name, in whatever language, and its codes."""
    names = [name, *(texts.get("name") or "" for texts in (translations or {}).values())]
    return {*(word for each in names for word in words(each)), *_code_terms(codes)}


def _code_terms(codes: Iterable[str]) -> set[str]:
    """A code as a whole and each of its parts, as `P-7` is searched for by `p` and `7`."""
    return {term for code in codes for term in (fold(code), *words(code))}


PHONE = re.compile(r"\+?[(\d][\d\s()./\-\u2010-\u2015]*")
SHORTEST_PHONE = 6


def search_words(query: str) -> list[str]:
    """The words that all must be found; an e-mail address counts as one, and so does a number however it is spaced."""
    if (number := _phone(query.strip())) is not None:
        return [number]
    pieces = []
    for piece in query.split():
        number = _phone(piece)
        if "@" in piece:
            pieces.append(email_key(piece))
        else:
            pieces.extend(words(piece) if number is None else [number])
    return pieces


def _phone(text: str) -> str | None:
    """The digits of what looks like a phone number or the beginning of one."""
    digits = re.sub(r"\D", "", text)
    return digits if PHONE.fullmatch(text) and len(digits) >= SHORTEST_PHONE else None
