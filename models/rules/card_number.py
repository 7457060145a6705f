"""Numbers of cards: a prefix, a serial number, and a check digit that catches a slip of the finger."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from models.rules.error_codes import ErrorCode
from models.rules.refusals import Refusal

BETWEEN = re.compile(r"[\s\-\u2010-\u2015\u2212]+")
"""What is written between the groups of a number for people to read it: spaces, hyphens and dashes."""


class CheckDigit(StrEnum):
    """How a card number guards against a typing error."""

    NONE = "NONE"
    LUHN = "LUHN"
    EAN13 = "EAN13"


@dataclass(frozen=True, slots=True)
class CardPattern:
    """What the numbers of one type of card look like; the length counts prefix and check digit."""

    prefix: str
    length: int
    check: CheckDigit = CheckDigit.NONE


def normalised(number: str) -> str:
    """A number as cards keep it, however its groups are set apart: `9912 3456` and `9912-3456` are `99123456`."""
    return BETWEEN.sub("", number)


def luhn_digit(digits: str) -> str:
    """Mod 10 after Luhn: from the right every other digit counts twice, its two figures added up."""
    doubled = [sum(divmod(2 * int(digit), 10)) for digit in digits[::-2]]
    plain = [int(digit) for digit in digits[-2::-2]]
    return str(-sum(doubled + plain) % 10)


def ean_digit(digits: str) -> str:
    """Mod 10 of the article numbers: from the right every other digit counts three times."""
    tripled = [3 * int(digit) for digit in digits[::-2]]
    plain = [int(digit) for digit in digits[-2::-2]]
    return str(-sum(tripled + plain) % 10)


def check_digit(check: CheckDigit, digits: str) -> str:
    """The digit that follows the others; nothing where numbers carry none."""
    if check is CheckDigit.LUHN:
        return luhn_digit(digits)
    return ean_digit(digits) if check is CheckDigit.EAN13 else ""


def capacity(pattern: CardPattern) -> int:
    """How many numbers a type has."""
    room = _room(pattern)
    return 10**room if room > 0 else 0


def generate(pattern: CardPattern, serial: int) -> str | Refusal:
    """The card number with a serial number that fits between the prefix and the check digit."""
    if not _is_spelt_right(pattern, f"{pattern.prefix}0"):
        return _wrong_character(pattern)
    room = _room(pattern)
    if serial < 0 or room < 1 or len(str(serial)) > room:
        return Refusal(ErrorCode.LIMIT_REACHED, "This type of card has no such number.")
    digits = f"{pattern.prefix}{serial:0{room}d}"
    return digits + check_digit(pattern.check, digits)


def refusal(pattern: CardPattern, number: str) -> Refusal | None:
    """A card number begins with its type's prefix, has its length, and ends with the right check digit."""
    if not _is_spelt_right(pattern, number):
        return _wrong_character(pattern)
    if not number.startswith(pattern.prefix):
        return Refusal(ErrorCode.WRONG_PREFIX, f"The number must begin with {pattern.prefix}.")
    if len(number) != pattern.length:
        return Refusal(ErrorCode.WRONG_LENGTH, f"The number must have {pattern.length} characters.")
    if not number.endswith(check_digit(pattern.check, number[:-1])):
        return Refusal(ErrorCode.WRONG_CHECK_DIGIT, "The number's last digit doesn't match the others.")
    return None


def _room(pattern: CardPattern) -> int:
    return pattern.length - len(pattern.prefix) - (pattern.check is not CheckDigit.NONE)


def _is_spelt_right(pattern: CardPattern, number: str) -> bool:
    # `isdigit` alone would take the digits of every script.
    return number.isascii() and (number.isalnum() if pattern.check is CheckDigit.NONE else number.isdigit())


def _wrong_character(pattern: CardPattern) -> Refusal:
    allowed = "letters and digits" if pattern.check is CheckDigit.NONE else "digits"
    return Refusal(ErrorCode.WRONG_CHARACTER, f"The number may hold only {allowed}.")
