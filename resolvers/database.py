"""Reading: statements straight on the driver, each in its own short moment of a connection.

No session is shared by concurrent reads, and none is kept between them: a read is one statement in autocommit.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Protocol

import aiosqlite
import asyncpg
from sqlalchemy.engine import URL, make_url

from resolvers.engine import SQLITE_PRAGMAS
from resolvers.errors import Unavailable
from resolvers.statement import Statement

Row = Sequence[Any]

POSTGRES_READING = {
    # A statement with `= any($1)` would otherwise be planned anew at every run.
    "plan_cache_mode": "force_generic_plan",
    # What is read is nearly always in memory; the default made the planner scan whole tables instead of an index.
    "random_page_cost": "1.1",
    "jit": "off",
    "default_transaction_read_only": "on",
    "application_name": "crm360",
}


class Reader(Protocol):
    """Runs statements that read."""

    backend: str

    async def fetch(self, statement: Statement, values: Mapping[str, Any]) -> Sequence[Row]:
        """All rows of a statement."""

    async def close(self) -> None:
        """Let go of the connections."""


class PostgresReader:
    """Reads from PostgreSQL through a pool of prepared connections."""

    backend = "postgresql"

    def __init__(self, url: URL, connections: int = 8) -> None:
        self._url = url
        self._connections = connections
        self._pool: Any = None
        self._opening = asyncio.Lock()

    async def _open(self) -> Any:
        async with self._opening:
            if self._pool is None:
                query = {name: str(value) for name, value in self._url.query.items()}
                self._pool = await asyncpg.create_pool(
                    host=query.get("host", self._url.host),
                    port=self._url.port,
                    user=self._url.username,
                    password=self._url.password,
                    database=self._url.database,
                    min_size=1,
                    max_size=self._connections,
                    statement_cache_size=2048,
                    max_cached_statement_lifetime=0,
                    max_cacheable_statement_size=0,
                    server_settings=POSTGRES_READING,
                    # Nothing here changes a session, so there is nothing to set back.
                    reset=_keep,
                )
        return self._pool

    async def fetch(self, statement: Statement, values: Mapping[str, Any]) -> Sequence[Row]:
        """All rows of a statement; a caller who is cancelled stops it in the database too."""
        pool = self._pool or await self._open()
        # The shield keeps a cancellation from leaving the connection in the middle of the protocol.
        running = asyncio.ensure_future(self._run(pool, statement.sql, statement.arguments(values)))
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            running.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await running
            raise
        except (OSError, asyncpg.PostgresConnectionError) as error:
            raise Unavailable("The database can't be reached; try again.") from error

    @staticmethod
    async def _run(pool: Any, sql: str, arguments: list[Any]) -> Sequence[Row]:
        async with pool.acquire() as connection:
            rows: Sequence[Row] = await connection.fetch(sql, *arguments)
            return rows

    async def close(self) -> None:
        """Let go of the connections."""
        if self._pool is not None:
            await self._pool.close()
            self._pool = None


async def _keep(_connection: Any) -> None:
    """Leave a connection as it is when it goes back to the pool."""


class SqliteReader:
    """Reads from a SQLite file through a few connections, each with a thread of its own."""

    backend = "sqlite"

    def __init__(self, url: URL, connections: int = 2) -> None:
        self._path = url.database or ":memory:"
        self._connections = connections
        self._free: asyncio.Queue[aiosqlite.Connection] | None = None
        self._all: list[aiosqlite.Connection] = []
        self._opening = asyncio.Lock()

    async def _open(self) -> asyncio.Queue[aiosqlite.Connection]:
        async with self._opening:
            if self._free is None:
                free: asyncio.Queue[aiosqlite.Connection] = asyncio.Queue()
                for _ in range(self._connections):
                    connection = await aiosqlite.connect(self._path, isolation_level=None, cached_statements=2048)
                    for pragma in (*SQLITE_PRAGMAS, "PRAGMA query_only=ON"):
                        await connection.execute_fetchall(pragma)
                    self._all.append(connection)
                    free.put_nowait(connection)
                self._free = free
        return self._free

    async def fetch(self, statement: Statement, values: Mapping[str, Any]) -> Sequence[Row]:
        """All rows of a statement; a caller who is cancelled interrupts it."""
        free = self._free or await self._open()
        connection = await free.get()
        running = asyncio.ensure_future(connection.execute_fetchall(statement.sql, statement.arguments(values)))
        try:
            return list(await asyncio.shield(running))
        except asyncio.CancelledError:
            await connection.interrupt()
            with suppress(Exception):
                await running
            raise
        finally:
            free.put_nowait(connection)

    async def close(self) -> None:
        """Let go of the connections."""
        for connection in self._all:
            await connection.close()
        self._all.clear()
        self._free = None


def make_reader(url: str, connections: int | None = None) -> Reader:
    """A reader for `sqlite+aiosqlite://` or `postgresql+asyncpg://`."""
    parsed = make_url(url)
    options = {} if connections is None else {"connections": connections}
    if parsed.get_backend_name() == "sqlite":
        return SqliteReader(parsed, **options)
    return PostgresReader(parsed, **options)
