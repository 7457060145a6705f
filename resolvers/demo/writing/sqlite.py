"""Loads a SQLite file through a bare connection."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from itertools import repeat
from typing import Any

import numpy as np
from sqlalchemy import Column
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.engine import make_url

from models.figure_triggers import LOOKED_UP_BY
from resolvers.demo.writing.batch import RowBatch
from resolvers.demo.writing.writer import DatabaseWriter, tables
from resolvers.files.progress import ProgressListener
from resolvers.storage.engine import sqlite_connection

LOADING = (
    # The process may be killed at any moment; against the loss of power each step's end is enough.
    "PRAGMA synchronous=NORMAL",
    # Rows refer to what earlier batches made.
    "PRAGMA foreign_keys=OFF",
    # Pages of a mapped file would count as memory of this process.
    "PRAGMA mmap_size=0",
)


class SqliteWriter(DatabaseWriter):
    """Writes with `executemany`, inside the event loop: nothing else runs while a database is filled."""

    dialect = SQLiteDialect_aiosqlite()

    def __init__(self, url: str, progress: ProgressListener) -> None:
        super().__init__(progress)
        self.path = make_url(url).database or ""

    async def open(self) -> None:
        """Open the file."""
        self.connection: sqlite3.Connection = sqlite_connection(self.path)
        for pragma in LOADING:
            self.connection.execute(pragma)

    async def close(self) -> None:
        """Bring everything into the one file."""
        self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self.connection.close()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """Commits at the end, or leaves nothing."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    async def take_off(self, table: str) -> list[str]:
        """Drop the indexes that aren't constraints, but for those that triggers look customers' rows up by."""
        found = await self.fetch(
            f"SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name = '{table}'"  # noqa: S608
        )
        found = [(name, sql) for name, sql in found if name not in LOOKED_UP_BY]
        for name, _ in found:
            self.connection.execute(f"DROP INDEX {name}")
        return [sql for _, sql in found]

    async def insert(self, batch: RowBatch) -> None:
        """Add one chunk of rows."""
        names = list(batch.columns)
        quoted = ", ".join(f'"{name}"' for name in names)
        sql = f"INSERT INTO {batch.table.name} ({quoted}) VALUES ({', '.join('?' * len(names))})"  # noqa: S608
        rows = batch.rows
        columns = [self._bound(batch.table.columns[name], batch.columns[name], rows) for name in names]
        self.connection.executemany(sql, zip(*columns, strict=True))
        await asyncio.sleep(0)

    async def synchronise(self, table: str) -> None:
        """A new row's key is always one above the highest."""

    async def execute(self, sql: str) -> int:
        """Run a statement; how many rows it touched."""
        return self.connection.execute(sql).rowcount

    async def fetch(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        return self.connection.execute(sql).fetchall()

    async def analyze(self) -> None:
        """Let the query planner know how many rows belong to a key."""
        for table in tables():
            self.connection.execute(f"ANALYZE {table.name}")

    def _bound(self, column: Column[Any], values: Any, rows: int) -> Iterable[Any]:
        if isinstance(values, np.ndarray):
            return _instants(values) if values.dtype.kind == "M" else values.tolist()
        bind = self._binder(column)
        return [bind(value) for value in values] if isinstance(values, list) else repeat(bind(values), rows)

    def _binder(self, column: Column[Any]) -> Callable[[Any], Any]:
        process = column.type.dialect_impl(self.dialect).bind_processor(self.dialect)
        if process is None:
            return lambda value: value
        return lambda value: None if value is None else process(value)


def _instants(values: np.ndarray) -> list[str | None]:
    """As the gateway writes them, `isoformat()`."""
    texts: list[str | None] = np.strings.add(np.datetime_as_string(values, unit="s"), "+00:00").tolist()
    for place in np.flatnonzero(np.isnat(values)):
        texts[place] = None
    return texts
