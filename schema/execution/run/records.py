"""What the resolvers of the ordinary way return: rows, pages of rows, and rows at their place in a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from models import Base
from resolvers.query.columns import Column
from schema.declaring.scalars import Value
from schema.execution.plan.bindings import Place, column_value
from schema.execution.run.connection_answer import WriteCursor
from schema.execution.run.level_reader import ParentRows


@dataclass(slots=True, eq=False)
class Record:
    """A row, or a part of it, as resolvers see it."""

    row: Sequence[object]
    index: Mapping[Column, int]
    place: Place
    type_name: str

    def raw(self, column: Column) -> Any:
        """A column as the driver gave it."""
        return self.row[self.index[column]]

    def python(self, column: Column) -> object:
        """A column's Python value."""
        raw = self.raw(column)
        return None if raw is None else _value(self.place.entity, column).python(raw)

    def seen_as(self, place: Place, type_name: str) -> Record:
        """The same row at another place."""
        return Record(self.row, self.index, place, type_name)


@lru_cache(maxsize=4096)
def _value(entity: type[Base], column: Column) -> Value:
    return column_value(entity, column)


@dataclass(slots=True, eq=False)
class ConnectionRecord:
    """A page of rows as resolvers see it."""

    group: ParentRows
    records: Sequence[Record]
    write: WriteCursor

    @property
    def nodes(self) -> Sequence[Record]:
        """The rows of the page."""
        return self.records

    @property
    def edges(self) -> Sequence[EdgeRecord]:
        """The rows with their cursors."""
        return [EdgeRecord(self, index) for index in range(len(self.records))]

    @property
    def page_info(self) -> ConnectionRecord:
        """What is known of the page."""
        return self

    @property
    def total_count(self) -> int:
        """How many rows the whole list has."""
        return self.group.count

    @property
    def has_next_page(self) -> bool:
        """Whether more follows."""
        return self.group.more_after

    @property
    def has_previous_page(self) -> bool:
        """Whether more comes before."""
        return self.group.more_before

    @property
    def start_cursor(self) -> str | None:
        """The first row's cursor."""
        return self.cursor(0)

    @property
    def end_cursor(self) -> str | None:
        """The last row's cursor."""
        return self.cursor(-1)

    def cursor(self, index: int) -> str | None:
        """The cursor of one of the rows; none on an empty page."""
        return self.write(self.group.rows[index]) if self.group.rows else None


@dataclass(slots=True, eq=False)
class EdgeRecord:
    """A row with its cursor."""

    connection: ConnectionRecord
    position: int

    @property
    def cursor(self) -> str | None:
        """Where the row lies."""
        return self.connection.cursor(self.position)

    @property
    def node(self) -> Record:
        """The row."""
        return self.connection.records[self.position]
