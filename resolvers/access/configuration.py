"""What a process is told about log-in when it starts: what hashing costs, and whether codes reach customers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from resolvers.access.passwords import HashCost, Passwords


@dataclass(eq=False)
class Configuration:
    """How this process lets customers in."""

    cost: HashCost | None = None
    sends_codes: bool = False
    """Whether something brings one-time codes to customers; without it none are made."""

    @cached_property
    def passwords(self) -> Passwords:
        """What hashes and verifies."""
        return Passwords(self.cost)


_current = Configuration()


def configure(configuration: Configuration) -> None:
    """Set how this process lets customers in, once when it starts."""
    global _current  # noqa: PLW0603
    _current = configuration


def current() -> Configuration:
    """How this process lets customers in."""
    return _current
