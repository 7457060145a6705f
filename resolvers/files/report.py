"""What an import did, and what was wrong with the rows that it refused."""

from __future__ import annotations

import dataclasses
import re
from collections import defaultdict
from dataclasses import dataclass

ERRORS_KEPT = 1000
"""How many errors a report names; beyond that it only counts."""
LINES_NAMED = 5
ROWS_NAMED = 5


@dataclass(slots=True)
class RowError:
    """One thing that is wrong: in which file, in which field, why, and on which lines; the first of them are named."""

    file: str
    line: int | None
    field: str | None
    reason: str
    lines: list[int] = dataclasses.field(default_factory=list)
    times: int = 1

    def __str__(self) -> str:
        what = f"{self.field} {self.reason}" if self.field else self.reason
        return f"{self.place}: {what}"

    @property
    def place(self) -> str:
        """The file and the lines."""
        if self.line is None:
            return self.file
        if self.times == 1:
            return f"{self.file}, line {self.line}"
        more = self.times - len(self.lines)
        named = ", ".join(map(str, self.lines))
        return f"{self.file}, lines {named}{f' and {more:,} more' if more else ''}"

    def again(self, line: int | None) -> None:
        """The same is wrong on another line."""
        self.times += 1
        if line is not None and len(self.lines) < LINES_NAMED:
            self.lines.append(line)


@dataclass(slots=True)
class Missing:
    """A row that is named and isn't there: of which resource, and by which name."""

    resource: str
    name: str


@dataclass(slots=True)
class MissingRows(RowError):
    """Rows of one resource that a file names and that aren't there, all told at once."""

    resource: str = ""
    names: list[str] = dataclasses.field(default_factory=list)
    count: int = 0

    def __str__(self) -> str:
        more = self.count - len(self.names)
        named = f"{', '.join(self.names)}{f' and {more:,} more' if more else ''}"
        remedy = f"bring a file {self.resource}.csv or .jsonl that has {'them' if self.count > 1 else 'it'}"
        return f"{self.place}: {self.field} names what is not among the {self.resource}: {named}; {remedy}"


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
    counts: dict[str, Count] = dataclasses.field(default_factory=lambda: defaultdict(Count))
    errors: list[RowError] = dataclasses.field(default_factory=list)
    error_count: int = 0
    notes: list[str] = dataclasses.field(default_factory=list)
    warnings: list[RowError] = dataclasses.field(default_factory=list)
    _alike: dict[tuple[object, ...], RowError] = dataclasses.field(default_factory=dict, repr=False)
    _missing: defaultdict[tuple[object, ...], set[str]] = dataclasses.field(
        default_factory=lambda: defaultdict(set), repr=False
    )

    @property
    def ok(self) -> bool:
        """Whether nothing was refused."""
        return not self.error_count

    def note(self, text: str) -> None:
        """Tell something that its reader should know, once."""
        if text not in self.notes:
            self.notes.append(text)

    def warn(self, file: str, line: int, name: str | None, reason: str) -> None:
        """Tell what became of rows that are taken, though not as they are."""
        known = self._alike.get((file, name, reason))
        if known is None:
            known = self._alike[file, name, reason] = RowError(file, line, name, reason, [line])
            self.warnings.append(known)
        else:
            known.again(line)

    def refuse(
        self, file: str, line: int | None, name: str | None, reason: str, missing: Missing | None = None
    ) -> None:
        """Note what is wrong, as long as there is room; what is the same on many lines is one error."""
        self.error_count += 1
        key = (file, _anywhere(name), missing.resource if missing else reason)
        if (known := self._alike.get(key)) is not None:
            known.again(line)
        elif len(self.errors) < ERRORS_KEPT:
            lines = [] if line is None else [line]
            known = (
                MissingRows(file, line, _anywhere(name), reason, lines)
                if missing
                else RowError(file, line, name, reason, lines)
            )
            self.errors.append(known)
            self._alike[key] = known
        if missing is not None and isinstance(known, MissingRows):
            known.resource = missing.resource
            _name(known, missing.name, self._missing[key])


def _anywhere(name: str | None) -> str | None:
    """A field, wherever in its list it stands."""
    return name and re.sub(r"\[\d+\]", "", name)


def _name(error: MissingRows, name: str, known: set[str]) -> None:
    if name not in known:
        known.add(name)
        error.count += 1
        if len(error.names) < ROWS_NAMED:
            error.names.append(name)
