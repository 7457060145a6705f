"""How each database puts rows into a row, so that lists come along with the rows that they belong to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Select, func, literal_column, select


class Nesting(Protocol):
    """How a database puts rows into a row."""

    def row(self, lists: Sequence[ColumnElement[Any]], values: Sequence[ColumnElement[Any]]) -> ColumnElement[Any]:
        """One row as a value: the lists in it, then its own values."""

    def rows(self, found: Select[Any]) -> ColumnElement[Any]:
        """All that a selection of such rows finds, in its order."""


class Records:
    """PostgreSQL: arrays of records."""

    def row(self, lists: Sequence[ColumnElement[Any]], values: Sequence[ColumnElement[Any]]) -> ColumnElement[Any]:
        """A record."""
        return func.row(*lists, *values)

    def rows(self, found: Select[Any]) -> ColumnElement[Any]:
        """An array."""
        return func.array(found.scalar_subquery())


class JsonArrays:
    """SQLite: JSON arrays of JSON arrays; what is nested has to be said to be JSON."""

    def row(self, lists: Sequence[ColumnElement[Any]], values: Sequence[ColumnElement[Any]]) -> ColumnElement[Any]:
        """An array."""
        return func.json_array(*(func.json(each) for each in lists), *values)

    def rows(self, found: Select[Any]) -> ColumnElement[Any]:
        """An array. Only a selection that is cut is sure to keep its order, if but after all rows."""
        cut = found if found._has_row_limiting_clause else found.limit(literal_column("-1"))
        (row,) = cut.subquery("found").c
        return select(func.json_group_array(func.json(row))).scalar_subquery()


NESTING: Mapping[str, Nesting] = {"postgresql": Records(), "sqlite": JsonArrays()}
