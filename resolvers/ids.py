"""Opaque ids: a type's name and a 64-bit key, in URL-safe base64. `key_of` takes back only what `opaque_id` made."""

from __future__ import annotations

import binascii
from base64 import b64decode
from binascii import b2a_base64
from functools import lru_cache

from resolvers.errors import BadId

LARGEST_KEY = 2**63 - 1


def opaque_id(type_name: str, key: int) -> str:
    """The id under which the API shows a row."""
    return b2a_base64(f"{type_name}:{key}".encode(), newline=False).decode()


def id_source(type_name: str, key: str) -> str:
    """Python that makes the same id from an expression for the key, for code that is generated; see `ID_NAMES`."""
    return f"b2a_base64({type_name.encode()!r} b':%d' % {key}, newline=False).decode()"


ID_NAMES = {"b2a_base64": b2a_base64}
"""What `id_source` calls."""


@lru_cache(maxsize=4096)
def parse_id(opaque: str) -> tuple[str, int]:
    """The type's name and the key in an id; `BadId` when it is not one."""
    try:
        type_name, separator, digits = b64decode(opaque, validate=True).decode("ascii").partition(":")
        key = int(digits) if digits.isdecimal() and len(digits) <= 19 else -1
    except (binascii.Error, UnicodeError, ValueError):
        separator = ""
    if not separator or not 0 < key <= LARGEST_KEY or opaque_id(type_name, key) != opaque:
        raise BadId("This is not an id of the API; give one that it answered, unchanged.")
    return type_name, key


def key_of(opaque: str, type_name: str) -> int:
    """The key in an id of one type."""
    found, key = parse_id(opaque)
    if found != type_name:
        raise BadId(f"This is the id of a {found}, not of a {type_name}.")
    return key
