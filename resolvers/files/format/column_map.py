"""Another system's table as one of ours: which of its columns are meant by which, and which of its rows count."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from resolvers.files.format.lines import BrokenFile

KEPT_TEXT = re.compile("'[0-9+]")
"""A number that a spreadsheet is kept from taking for one."""


@dataclass(frozen=True)
class ColumnMap:
    """Our columns with theirs, the first of which that says something counts.

    `values` are the same for all rows, `words` are put for others by column, and only rows with one of certain words
    in a column are taken. Of `distinct` rows the first counts. What an `optional` column names need not be there.
    """

    columns: Mapping[str, Sequence[str]]
    values: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    only: Mapping[str, Sequence[str]] = field(default_factory=dict)
    distinct: str | None = None
    optional: Sequence[str] = ()

    @property
    def header(self) -> list[str]:
        """Our columns."""
        return [*self.columns, *self.values]

    def rows(self, names: Sequence[str], rows: Iterator[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
        """Rows in our columns."""
        places = {name.strip(): place for place, name in enumerate(names)}
        if not any(theirs in places for columns in self.columns.values() for theirs in columns):
            raise BrokenFile(1, "has none of the columns that are declared for it")
        taken, seen = True, set()
        for line, row in rows:
            found = {name: row[place] for name, place in places.items() if place < len(row)}
            taken = self._counts(found, before=taken)
            ours = [*(self._cell(name, found) for name in self.columns), *self.values.values()]
            if self.distinct is not None:
                key = ours[self.header.index(self.distinct)]
                if not key or key in seen:
                    continue
                seen.add(key)
            if taken:
                yield line, ours

    def _counts(self, found: Mapping[str, str], *, before: bool) -> bool:
        """Whether a row is one of those that are taken; one that doesn't say goes on with the row before."""
        said = {name: found.get(name, "") for name in self.only}
        if not any(said.values()):
            return before
        return all(word in self.only[name] for name, word in said.items())

    def _cell(self, ours: str, found: Mapping[str, str]) -> str:
        cell = next((found[theirs] for theirs in self.columns[ours] if found.get(theirs)), "")
        cell = cell[1:] if KEPT_TEXT.match(cell) else cell
        return self.words.get(ours, {}).get(cell, cell)
