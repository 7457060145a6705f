"""Codes of vouchers: hard to guess, easy to read out."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from models.rules.card_number import luhn_digit

# Neither 0 nor O, 1 nor I nor L, 2 nor Z, 5 nor S, 8 nor B: they look alike. No vowels: they make words.
ALPHABET = "34679CDFGHJKMNPQRTVWXY"
DIGITS = "0123456789"
RANDOM_LENGTH = 10
NUMERIC_LENGTH = 12
SUFFIX_LENGTH = 8


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
    if generation is CodeGeneration.REWARD_CODE:
        return f"{reward_code}-{_draw(pick, ALPHABET, SUFFIX_LENGTH)}"
    return _draw(pick, ALPHABET, RANDOM_LENGTH)


def normalised(code: str) -> str:
    """Codes are compared without regard to case and spaces."""
    return "".join(code.split()).upper()


def _draw(pick: Callable[[str], str], characters: str, length: int) -> str:
    return "".join(pick(characters) for _ in range(length))
