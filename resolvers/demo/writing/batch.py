"""What a mapping yields: rows for a table as columns, statements, and remarks for the report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import numpy as np
from sqlalchemy import Column, Executable, Table
from sqlalchemy.sql.schema import CallableColumnDefault, ScalarElementColumnDefault

from models import Base
from models.rules.voucher_code import code_key

CHUNK = 50_000


@dataclass(frozen=True)
class RowBatch:
    """Rows of one table.

    A column is an array, a list, or one value for all rows. An array of integers under an exact decimal counts
    units of its last place, an array of `datetime64` is in UTC; lists and single values hold what the model holds.
    """

    model: type[Base]
    columns: dict[str, Any]

    @property
    def table(self) -> Table:
        """The table the rows are for."""
        return cast("Table", self.model.__table__)

    @property
    def rows(self) -> int:
        """How many rows there are; one if every column is a single value."""
        return max((len(values) for values in self.columns.values() if is_many(values)), default=1)

    def chunks(self, opened: datetime, first: int | None) -> Iterator[RowBatch]:
        """The rows in pieces, with the columns' defaults filled in, and keys from the first one on if one is given."""
        columns = self._filled(opened)
        if first is not None:
            columns["id"] = np.arange(first, first + self.rows)
        for start in range(0, self.rows, CHUNK):
            end = start + CHUNK
            yield RowBatch(self.model, {k: v[start:end] if is_many(v) else v for k, v in columns.items()})

    def _filled(self, opened: datetime) -> dict[str, Any]:
        columns = dict(self.columns)
        for column in self.table.columns:
            if column.name not in columns and column.computed is None:
                default = _default(column, columns, opened)
                if default is not None:
                    columns[column.name] = default
        return columns


@dataclass(frozen=True)
class InsertSelect:
    """Rows that the database works out itself, for a table."""

    model: type[Base]
    sql: Executable


@dataclass(frozen=True)
class Note:
    """A remark for the report: what was merged, dropped or made up, and why."""

    text: str


Mapped = Iterator[RowBatch | InsertSelect | Note]


def is_many(values: Any) -> bool:
    """Whether a column has a value for each row."""
    return isinstance(values, (list, np.ndarray))


def records(model: type[Base], names: str, rows: list[tuple[Any, ...]], **same: Any) -> RowBatch:
    """A batch out of rows: the names of their fields, the rows, and what is the same in all of them."""
    return RowBatch(model, {**_columns(names.split(), rows), **same})


def _columns(names: list[str], rows: list[tuple[Any, ...]]) -> dict[str, object]:
    if not rows:
        return {name: [] for name in names}
    return dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))


def _default(column: Column[Any], columns: dict[str, Any], opened: datetime) -> object:
    if column.name == "code_key":
        return [code_key(code) for code in columns["code"]]
    if column.name == "created_at":
        return opened
    if column.name == "updated_at":
        return columns.get("created_at", opened)
    if isinstance(column.default, ScalarElementColumnDefault):
        return column.default.arg
    # The only other defaults are empty lists; a list would be taken for a value a row.
    return () if isinstance(column.default, CallableColumnDefault) else None
