"""Puts batches into a database. What differs between the two kinds of databases is in their own files."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from typing import Any, Self

from sqlalchemy import Dialect, Table

from models import Base
from models.postgres import backend_of
from resolvers.demo.writing.batch import InsertSelect, RowBatch
from resolvers.files.progress import ProgressListener


class DatabaseWriter(ABC):
    """An open database that rows are loaded into."""

    dialect: Dialect

    def __init__(self, progress: ProgressListener) -> None:
        self.progress = progress
        self.counts: Counter[str] = Counter()

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @asynccontextmanager
    async def loading(self, bulk: Sequence[type[Base]]) -> AsyncIterator[None]:
        """Tables that get very many rows are loaded without indexes, which are made again. In a transaction."""
        self.counts.clear()
        remade = [sql for model in bulk for sql in await self.take_off(model.__tablename__)]
        yield
        for sql in remade:
            await self.execute(sql)
        for table in self.counts:
            await self.synchronise(table)

    async def write(self, batch: RowBatch, opened: datetime) -> None:
        """Add a batch's rows. Those without keys get the next ones; a sequence skips what failed steps took."""
        first = None if "id" in batch.columns else await self._next_key(batch.table.name)
        for chunk in batch.chunks(opened, first):
            await self.insert(chunk)
            self.counts[batch.table.name] += chunk.rows
            self.progress.advance(chunk.rows)

    async def work_out(self, statement: InsertSelect) -> None:
        """Let the database add rows."""
        options = {"literal_binds": True}
        compiled = statement.sql.compile(dialect=self.dialect, compile_kwargs=options)  # type: ignore[attr-defined]
        await self.synchronise(statement.model.__tablename__)
        # Bare drivers take the statement as it is; in compiled text a per cent sign may stand twice.
        self.counts[statement.model.__tablename__] += await self.execute(str(compiled).replace("%%", "%"))

    async def _next_key(self, table: str) -> int:
        ((highest,),) = await self.fetch(f"SELECT max(id) FROM {table}")  # noqa: S608 - a table of ours
        return (highest or 0) + 1

    @abstractmethod
    async def open(self) -> None:
        """Connect."""

    @abstractmethod
    async def close(self) -> None:
        """Close the database."""

    @abstractmethod
    def transaction(self) -> AbstractAsyncContextManager[None]:
        """Commits at the end, or leaves nothing."""

    @abstractmethod
    async def take_off(self, table: str) -> list[str]:
        """Drop what slows down loading a table; the statements that make it again."""

    @abstractmethod
    async def insert(self, batch: RowBatch) -> None:
        """Add one chunk of rows."""

    @abstractmethod
    async def synchronise(self, table: str) -> None:
        """Let the next row that comes without a key get one above all others."""

    @abstractmethod
    async def execute(self, sql: str) -> int:
        """Run a statement; how many rows it touched."""

    @abstractmethod
    async def fetch(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""

    @abstractmethod
    async def analyze(self) -> None:
        """Let the database learn what its tables hold."""


def writer_for(url: str, progress: ProgressListener) -> DatabaseWriter:
    """The writer for a database's address."""
    if backend_of(url) == "sqlite":
        from resolvers.demo.writing.sqlite import SqliteWriter  # noqa: PLC0415 - each imports this module

        return SqliteWriter(url, progress)
    from resolvers.demo.writing.postgres import PostgresWriter  # noqa: PLC0415

    return PostgresWriter(url, progress)


def tables() -> list[Table]:
    """All tables of the CRM, those first that others refer to."""
    return list(Base.metadata.sorted_tables)
