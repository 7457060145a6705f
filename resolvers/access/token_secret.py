"""Secrets of tokens: made at random, shown once, kept as hashes.

A secret has 256 random bits, so a quick hash keeps it; and as rows are found by the hash, the time that a look-up takes
tells nothing of the secret.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from models.rules.token_format import SECRET_BYTES, TokenKind, hint, kind_of, token_text


@dataclass(frozen=True, slots=True, repr=False)
class NewSecret:
    """A token that was just made, with what is kept of it."""

    text: str
    hash: str
    hint: str


def new_secret(kind: TokenKind) -> NewSecret:
    """A fresh token of a kind."""
    text = token_text(kind, secrets.token_bytes(SECRET_BYTES))
    return NewSecret(text, hash_of(text), hint(text))


def hash_of(token: str) -> str:
    """What is kept of a token."""
    return sha256(token.encode()).hexdigest()


@lru_cache(maxsize=4096)
def hash_if_token(text: str) -> str | None:
    """What is kept of what looks like a token; none where it can't be one, and no database needs to be asked."""
    return None if kind_of(text) is None else hash_of(text)
