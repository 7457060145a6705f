"""What an import did, and what was wrong with the rows that it refused."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

ERRORS_KEPT = 1000
"""How many errors a report names; beyond that it only counts."""


@dataclass(frozen=True, slots=True)
class RowError:
    """One thing that is wrong: in which file, on which line, in which field, and why."""

    file: str
    line: int | None
    field: str | None
    reason: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}, line {self.line}"
        return f"{place}: {self.field} {self.reason}" if self.field else f"{place}: {self.reason}"


@dataclass(slots=True)
class Count:
    """How many rows of a resource were made, changed, left as they were, or refused."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0

    def add(self, other: Count) -> None:
        """Count what another one counted, too."""
        self.created += other.created
        self.updated += other.updated
        self.unchanged += other.unchanged
        self.refused += other.refused


@dataclass(slots=True)
class ImportReport:
    """What an import did. `written` tells whether the database keeps it."""

    written: bool = False
    counts: dict[str, Count] = field(default_factory=lambda: defaultdict(Count))
    errors: list[RowError] = field(default_factory=list)
    error_count: int = 0

    @property
    def ok(self) -> bool:
        """Whether nothing was refused."""
        return not self.error_count

    def refuse(self, error: RowError) -> None:
        """Note what is wrong, as long as there is room."""
        self.error_count += 1
        if len(self.errors) < ERRORS_KEPT:
            self.errors.append(error)
