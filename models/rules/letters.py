"""Capital and small letters, by a table of our own: what a locale takes for one differs between databases."""

from __future__ import annotations

_CASED = [chr(code) for code in (*range(0x41, 0x5B), *range(0xC0, 0x590), *range(0x1E00, 0x2000))]
CAPITALS = "".join(letter for letter in _CASED if letter.lower() != letter and len(letter.lower()) == 1)
"""The capital letters of Latin, Greek, Cyrillic and Armenian that have one small letter each."""
SMALL = CAPITALS.lower()
_TO_SMALL = str.maketrans(CAPITALS, SMALL)


def small(text: str) -> str:
    """Capital letters made small, one for one: the same in Python and on both databases, whatever their locale."""
    return text.translate(_TO_SMALL)
