"""Codes of vouchers, made of what the voucher is for."""

from __future__ import annotations

from hashlib import blake2b

from models.rules.voucher_code import ALPHABET, RANDOM_LENGTH


def code(*parts: object) -> str:
    """A voucher's code: looks like chance, and is the same every time."""
    number = int.from_bytes(blake2b("/".join(map(str, parts)).encode(), digest_size=8).digest())
    letters = []
    for _ in range(RANDOM_LENGTH):
        number, place = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[place])
    return "".join(letters)
