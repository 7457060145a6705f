"""What a batch of rows knows of the run that it is a part of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from resolvers.files.format.conventions import Conventions


def _unheard(_: str) -> None:
    """Nobody wants to know."""


@dataclass
class RunContext:
    """How a file writes values, who is told what else happens, and whether all customers' systems are new."""

    conventions: Conventions = field(default_factory=Conventions)
    note: Callable[[str], None] = _unheard
    makes_sources: bool = False
