"""How the import tells how far it has come; the caller decides what to show."""

from __future__ import annotations

from typing import Protocol


class ProgressListener(Protocol):
    """Is told which step runs and how many of its rows are done."""

    def step(self, name: str, total: int) -> None:
        """A step begins; it will write about so many rows."""

    def advance(self, rows: int) -> None:
        """So many more of its rows are written."""


class Silent:
    """Shows nothing."""

    def step(self, name: str, total: int) -> None:
        """Say nothing."""

    def advance(self, rows: int) -> None:
        """Say nothing."""
