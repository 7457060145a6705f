"""Rows as they stand in a file; one with a list may take several of a table, as programs write bills line by line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class FileRow:
    """A row as it stands in a file, and what made it unreadable."""

    line: int
    raw: Any = None
    errors: list[tuple[str | None, str]] = field(default_factory=list)


def gathered(rows: Iterator[FileRow], lists: Sequence[str], keys: Sequence[str]) -> Iterator[FileRow]:
    """Rows that follow each other under the same name as one, with the entries of each in its list."""
    current: FileRow | None = None
    for row in rows:
        if current is not None and isinstance(row.raw, dict) and _name(current.raw, keys) == _name(row.raw, keys):
            current.errors += row.errors
            for name in lists:
                current.raw[name] += _entries(row.raw.get(name))
            continue
        if current is not None:
            yield current
        current = row
        if isinstance(row.raw, dict):
            row.raw |= {name: _entries(row.raw.get(name)) for name in lists}
    if current is not None:
        yield current


def _name(raw: Any, keys: Sequence[str]) -> list[object] | None:
    return [raw.get(key) for key in keys] if isinstance(raw, dict) else None


def _entries(entry: Any) -> list[Any]:
    return [entry] if isinstance(entry, dict) and any(value is not None for value in entry.values()) else []
