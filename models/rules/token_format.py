"""What a token looks like: a prefix that says its kind, a secret beyond guessing, and a checksum.

The prefix lets programs that look for leaked secrets find it. The checksum tells a mistyped or made-up token from a
real one before any database is asked.
"""

from __future__ import annotations

import zlib
from enum import StrEnum

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
SECRET_BYTES = 32
SECRET_LENGTH = 43
"""How many characters 32 bytes take in base 62."""
CHECKSUM_LENGTH = 6
HINT_LENGTH = 4


class TokenKind(StrEnum):
    """Whom a token was made for."""

    INSTALLATION = "INSTALLATION"
    """One installation of an application on a device, on which a customer may log in."""
    ENTERPRISE = "ENTERPRISE"
    """A shop, a till or a back office, with the scopes that it was given."""


PREFIXES = {TokenKind.INSTALLATION: "crm_app_", TokenKind.ENTERPRISE: "crm_ent_"}


def token_text(kind: TokenKind, secret: bytes) -> str:
    """The token of a kind with a secret of 32 random bytes."""
    body = PREFIXES[kind] + _base62(int.from_bytes(secret), SECRET_LENGTH)
    return body + _checksum(body)


def kind_of(token: str) -> TokenKind | None:
    """The kind of a well-formed token; none where it can't be one."""
    body, checksum = token[:-CHECKSUM_LENGTH], token[-CHECKSUM_LENGTH:]
    for kind, prefix in PREFIXES.items():
        if token.startswith(prefix):
            right = len(body) == len(prefix) + SECRET_LENGTH and body.isascii() and checksum == _checksum(body)
            return kind if right else None
    return None


def hint(token: str) -> str:
    """As much of a token as may be shown, by which its owner recognises it in a list."""
    kind = kind_of(token)
    assert kind is not None
    return token[: len(PREFIXES[kind]) + HINT_LENGTH]


def _checksum(body: str) -> str:
    return _base62(zlib.crc32(body.encode()), CHECKSUM_LENGTH)


def _base62(number: int, length: int) -> str:
    digits = []
    for _ in range(length):
        number, digit = divmod(number, len(ALPHABET))
        digits.append(ALPHABET[digit])
    return "".join(reversed(digits))
