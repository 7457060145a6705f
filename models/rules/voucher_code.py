"""Codes of vouchers and rewards: hard to guess, easy to read out, and the same however they are typed."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from enum import StrEnum

from models.rules.card_number import luhn_digit

# Neither 0 nor O, 1 nor I nor L, 2 nor Z, 5 nor S, 8 nor B: they look alike. No vowels: they make words.
ALPHABET = "34679CDFGHJKMNPQRTVWXY"
DIGITS = "0123456789"
ENTROPY = 60
"""Bits that nobody can guess, in each code that is made at random."""
RANDOM_LENGTH = 14
NUMERIC_LENGTH = 20
"""With the check digit."""
LONGEST_CODE = 64
LONGEST_KEY = 128
SHORTEST_VOUCHER_CODE = 5
SHORTEST_REWARD_CODE = 3
"""Letters and digits of a code of one's own: a reward's is printed in leaflets, a voucher's is as good as money."""
LONGEST_BEGINNING = LONGEST_CODE - RANDOM_LENGTH - 1
"""Of a reward's code, before the random characters."""


class CodeGeneration(StrEnum):
    """How a voucher's code is made."""

    RANDOM = "RANDOM"
    NUMERIC = "NUMERIC"
    REWARD_CODE = "REWARD_CODE"


def voucher_code(generation: CodeGeneration, pick: Callable[[str], str], reward_code: str) -> str:
    """A fresh code; `pick` draws one of the characters it is given, at random and beyond guessing.

    A numeric code ends with a Luhn digit. One made of the reward's code goes on with random characters, as
    each voucher has a code of its own.
    """
    if generation is CodeGeneration.NUMERIC:
        digits = _draw(pick, DIGITS, NUMERIC_LENGTH - 1)
        return digits + luhn_digit(digits)
    random = _draw(pick, ALPHABET, RANDOM_LENGTH)
    if generation is CodeGeneration.REWARD_CODE:
        beginning = "".join(reward_code.split()).upper()[:LONGEST_BEGINNING]
        return f"{beginning}-{random}"
    return random


def code_key(code: str) -> str:
    """What codes are compared by: case, spaces and hyphens of any kind don't count, nor how a letter is composed."""
    if code.isascii() and code.isalnum():
        return code.upper()
    letters = unicodedata.normalize("NFKC", code).upper()
    return "".join(each for each in letters if not each.isspace() and unicodedata.category(each) != "Pd")


def readings(code: str) -> set[str]:
    """The keys that a code may be kept by.

    Of codes that only looked different before they were compared so, one is kept by the key and the others as they are.
    """
    return {code_key(code), code}


def is_too_short(code: str, least: int) -> bool:
    """Whether a code has fewer letters and digits than may be guessed by chance."""
    return sum(each.isalnum() for each in code_key(code)) < least


def _draw(pick: Callable[[str], str], characters: str, length: int) -> str:
    return "".join(pick(characters) for _ in range(length))
