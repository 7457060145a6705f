"""How rows are put into a row, so that lists come along with the rows that they belong to: as JSON arrays of arrays.

Both databases write them, and they are read in a third of the time that a driver takes to decode records.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import func, literal_column, select

from resolvers.storage.sql import AnySelect, SqlColumn, SqlValue

MOST_VALUES = 100
"""How many values a row may have that is put into another one: so many arguments a function takes."""


@dataclass(frozen=True, slots=True)
class Nesting:
    """The functions by which a database does it, and whether it knows JSON from text by itself."""

    array: str
    collect: str
    has_type: bool

    def row(self, values: Sequence[SqlColumn]) -> SqlValue:
        """A row as a value."""
        found: SqlValue = getattr(func, self.array)(*values)
        return found

    def inside(self, rows: SqlValue) -> SqlValue:
        """A value of a row that is a value itself: the same JSON, and not its text."""
        return rows if self.has_type else func.json(rows)

    def rows(self, found: AnySelect) -> SqlValue:
        """All that a selection of one row finds, in its order; PostgreSQL says null for nothing."""
        (row,) = (found if self.has_type else ordered(found)).subquery("found").c
        return select(getattr(func, self.collect)(self.inside(row))).scalar_subquery()


def ordered(found: AnySelect) -> AnySelect:
    """A selection that keeps its order within another one on SQLite: what is cut does, if but after all rows."""
    return found if found._has_row_limiting_clause else found.limit(literal_column("-1"))


NESTING: Mapping[str, Nesting] = {
    "postgresql": Nesting("json_build_array", "json_agg", has_type=True),
    "sqlite": Nesting("json_array", "json_group_array", has_type=False),
}


def rows_of(value: Any) -> Sequence[Any]:
    """The rows in a value of another row: text outermost, lists within."""
    if value is None:
        return ()
    rows: Sequence[object] = orjson.loads(value) if type(value) is str else value
    return rows
