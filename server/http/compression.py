"""Answers made smaller for those who can read them so: zstd, or else gzip.

zstd takes a fifth of gzip's time. Short answers aren't worth it; long ones are made smaller in a thread, where the
libraries let go of the interpreter, so that nobody else waits.
"""

from __future__ import annotations

import asyncio
import zlib
from functools import lru_cache

import zstandard

SHORTEST = 1024
"""How many bytes an answer has at least before it is made smaller."""
LONGEST_ON_LOOP = 65_536
"""Up to how many bytes the event loop does it itself: less than a millisecond."""
ENCODINGS = ("zstd", "gzip")
"""In the order in which they are chosen between, where a client likes both."""
GZIP_LEVEL, ZSTD_LEVEL = 4, 3
GZIP = 16 + zlib.MAX_WBITS


@lru_cache(maxsize=256)
def chosen(accepted: str) -> str | None:
    """The encoding for a client that sends this `Accept-Encoding`; none where it takes neither."""
    weights: dict[str, float] = {}
    for piece in accepted[:512].lower().split(","):
        name, _, parameters = piece.partition(";")
        weights[name.strip()] = _weight(parameters)
    liked = {name: weights.get(name, weights.get("*", 0.0)) for name in ENCODINGS}
    best = max(ENCODINGS, key=lambda name: liked[name])
    return best if liked[best] > 0 else None


def _weight(parameters: str) -> float:
    name, _, value = parameters.partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return min(max(float(value), 0.0), 1.0)
    except ValueError:
        return 0.0


async def compressed(body: bytes, encoding: str) -> bytes:
    """A body in an encoding."""
    if len(body) <= LONGEST_ON_LOOP:
        return _compress(body, encoding)
    return await asyncio.to_thread(_compress, body, encoding)


def _compress(body: bytes, encoding: str) -> bytes:
    if encoding == "zstd":
        return zstandard.ZstdCompressor(level=ZSTD_LEVEL).compress(body)
    packer = zlib.compressobj(GZIP_LEVEL, zlib.DEFLATED, GZIP)
    return packer.compress(body) + packer.flush()
