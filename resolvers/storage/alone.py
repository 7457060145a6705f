"""Doing something in one process of the cluster only. A process that dies lets go by dying.

PostgreSQL keeps an advisory lock for as long as a connection lives. A SQLite file is one machine's, where a lock on a
file beside it does the same; a database in memory is one process' own.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows has none, and one process serves there
    fcntl = None  # type: ignore[assignment]


@asynccontextmanager
async def alone(engine: AsyncEngine, name: str) -> AsyncIterator[bool]:
    """Whether nobody else does this now; if so, nobody will until the end."""
    if engine.dialect.name == "postgresql":
        async with _advisory(engine, name) as mine:
            yield mine
    else:
        with _file_lock(engine.url.database, name) as mine:
            yield mine


@asynccontextmanager
async def _advisory(engine: AsyncEngine, name: str) -> AsyncIterator[bool]:
    key = func.hashtextextended(f"job {name}", 0)
    async with engine.connect() as opened:
        # No transaction stays open meanwhile: it would keep the database from tidying up.
        connection = await opened.execution_options(isolation_level="AUTOCOMMIT")
        mine = bool(await connection.scalar(select(func.pg_try_advisory_lock(key))))
        try:
            yield mine
        finally:
            if mine:
                await connection.scalar(select(func.pg_advisory_unlock(key)))


@contextmanager
def _file_lock(database: str | None, name: str) -> Iterator[bool]:
    if fcntl is None or not database or database == ":memory:":
        yield True
        return
    path = Path(f"{database}.{name}.lock")
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
