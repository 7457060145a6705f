"""Passwords and one-time codes: hashed with Argon2id, away from the event loop.

Verifying takes the same work whether there is a hash to verify or not. Few hashes are made at a time, so that a crowd
of log-ins takes neither all cores nor all memory from those who are served.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

T = TypeVar("T")

AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class HashCost:
    """What a hash costs: rounds, KiB of memory, and lanes. The defaults are OWASP's first choice for Argon2id."""

    rounds: int = 1
    memory: int = 47_104
    lanes: int = 1


class Passwords:
    """Hashes and verifies at one cost. A hash of another cost still verifies, and is said to need renewing."""

    def __init__(self, cost: HashCost | None = None) -> None:
        chosen = cost or HashCost()
        self._hasher = PasswordHasher(time_cost=chosen.rounds, memory_cost=chosen.memory, parallelism=chosen.lanes)
        self._nothing = self._hasher.hash(secrets.token_hex(16))
        self._threads = ThreadPoolExecutor(AT_ONCE, "passwords")

    async def hash(self, text: str) -> str:
        """The hash of a password or code."""
        return await self._apart(self._hasher.hash, text)

    async def verify(self, kept: str | None, text: str) -> bool:
        """Whether the text is what a hash was made of; never where there is none, which takes as long to say."""
        verified = await self._apart(self._verify, kept or self._nothing, text)
        return verified and kept is not None

    def is_outdated(self, kept: str) -> bool:
        """Whether a hash was made at another cost."""
        return self._hasher.check_needs_rehash(kept)

    def _verify(self, kept: str, text: str) -> bool:
        try:
            return self._hasher.verify(kept, text)
        except (Argon2Error, InvalidHashError):
            return False

    async def _apart(self, work: Callable[..., T], *given: str) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, partial(work, *given))
