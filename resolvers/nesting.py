"""How each database puts rows into a row, so that lists come along with the rows that they belong to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Select, func, literal_column, select


class Nesting(Protocol):
    """How a database puts rows into a row."""

    def row(self, values: Sequence[ColumnElement[Any]]) -> ColumnElement[Any]:
        """One row as a value."""

    def inside(self, rows: ColumnElement[Any]) -> ColumnElement[Any]:
        """Rows as a value of a row that is a value itself."""

    def rows(self, found: Select[Any]) -> ColumnElement[Any]:
        """All that a selection of one row finds, in its order."""


class Records:
    """PostgreSQL: arrays of records."""

    def row(self, values: Sequence[ColumnElement[Any]]) -> ColumnElement[Any]:
        """A record."""
        return func.row(*values)

    def inside(self, rows: ColumnElement[Any]) -> ColumnElement[Any]:
        """The same array."""
        return rows

    def rows(self, found: Select[Any]) -> ColumnElement[Any]:
        """An array."""
        return func.array(found.scalar_subquery())


class JsonArrays:
    """SQLite: JSON arrays of JSON arrays; what is nested has to be said to be JSON."""

    def row(self, values: Sequence[ColumnElement[Any]]) -> ColumnElement[Any]:
        """An array."""
        return func.json_array(*values)

    def inside(self, rows: ColumnElement[Any]) -> ColumnElement[Any]:
        """The same array, and not its text."""
        return func.json(rows)

    def rows(self, found: Select[Any]) -> ColumnElement[Any]:
        """An array."""
        (row,) = ordered(found).subquery("found").c
        return select(func.json_group_array(func.json(row))).scalar_subquery()


def ordered(found: Select[Any]) -> Select[Any]:
    """A selection that keeps its order within another one: what is cut does, if but after all rows."""
    return found if found._has_row_limiting_clause else found.limit(literal_column("-1"))


NESTING: Mapping[str, Nesting] = {"postgresql": Records(), "sqlite": JsonArrays()}
