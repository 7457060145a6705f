"""Reading: statements straight on the driver, each in its own short moment of a connection.

No session is shared by concurrent reads, and none is kept between them: a read is one statement in autocommit.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

import aiosqlite
import asyncpg
from sqlalchemy.engine import URL, make_url

from models.entering import CHANGED, entered
from models.postgres import KEEPS_STATEMENTS, LIFETIME, WRITES_TIME, Address, CantConnect, backend_of
from models.row_security import LEAVING, STAYING, entering
from resolvers.errors import Unavailable
from resolvers.storage.engine import CONNECTIONS, SQLITE_PRAGMAS
from resolvers.storage.patience.outage import AWAY, BUSY, GONE, LOCKED, outage_of
from resolvers.storage.patience.turns import PATIENCE, Turns
from resolvers.storage.sqlite_functions import FUNCTIONS
from resolvers.storage.statement import Statement

Row = Sequence[Any]

MIXED_UP = (asyncpg.InvalidSQLStatementNameError, asyncpg.DuplicatePreparedStatementError)
"""What a pooler brings about that hands out another server connection at each transaction."""

POOLED = (
    "A pooler in transaction mode stands before the database: DATABASE_URL must say so, with `?pooler=transaction`."
)


class ConnectionLost(Exception):
    """A connection was gone before the statement could answer."""


class TokenChanged(Exception):
    """The token by which a statement was asked isn't what it was taken to be: nothing was read."""


class Asking(NamedTuple):
    """Who asks, for the database to know."""

    customer_id: int | None = None
    token_id: int | None = None
    version: int | None = None
    """Of the token's row, where the token is taken to be what it was: the statement raises `TokenChanged` if not."""
    is_walled: bool = True
    """Whether they are shown nothing but what the database itself lets them see."""


enters = lru_cache(maxsize=4096)(entered)


PLANNED_ONCE = "force_generic_plan"

POSTGRES_READING = {
    # A statement with `= any($1)` would otherwise be planned anew at every run.
    "plan_cache_mode": PLANNED_ONCE,
    # What is read is nearly always in memory; the default made the planner scan whole tables instead of an index.
    "random_page_cost": "1.1",
    "jit": "off",
    "default_transaction_read_only": "on",
    # Whoever reads waits for those alone who change the tables themselves.
    "lock_timeout": "1500",
    **WRITES_TIME,
    "application_name": "crm360",
}


APART = 30
"""How many seconds lie between the ends of connections that were opened together."""

SOON = 0.05
"""The seconds that a statement waits for one of SQLite's few connections, before one more is opened."""

FEW, MOST = 2, 8
"""How many connections to a SQLite file there are while all statements are quick, when more would be slower; and at
most, unless settings say."""


class Reader(Protocol):
    """Runs statements that read."""

    backend: str
    requests: int
    """How many requests are being answered; many at once are better served one statement after another."""
    sees_tokens: bool
    """Whether a statement sees by itself that the token of whoever asks is what it was."""

    async def fetch(self, statement: Statement, values: Mapping[str, object]) -> Sequence[Row]:
        """All rows of a statement."""

    async def fetch_for(self, asking: Asking, statement: Statement, values: Mapping[str, Any]) -> Sequence[Row]:
        """All rows of a statement for whoever asks."""

    async def close(self) -> None:
        """Close the connections."""


class PostgresReader:
    """Reads from PostgreSQL over a few connections, each statement prepared once on each.

    The pool is as small as can be: nothing a read does has to be set back, so a connection goes from one statement
    straight to the next. One that went behind the wall for customers stays there as long as there are others, and each
    statement names the customer; through a pooler, which hands out other connections with each transaction, it goes
    for a transaction alone.
    """

    backend = "postgresql"

    def __init__(self, url: str, connections: int = CONNECTIONS, seconds: float | None = None) -> None:
        self._address = Address.of(url)
        # A statement that nobody waits for ends by itself, also where nobody could say so.
        longest = {} if seconds is None else {"statement_timeout": f"{seconds * 1000:.0f}"}
        self._settings = {**POSTGRES_READING, **longest}
        self._outage = outage_of(url)
        self.sees_tokens = not self._address.pooled
        self.requests = 0
        self._connections = connections
        self._busy = 0
        self._turns = Turns(connections)
        self._opened = 0
        self._free: list[Any] = []
        self._retiring: set[asyncio.Task[None]] = set()

    def use(self) -> dict[str, int]:
        """How many connections are busy, open, and there at most."""
        return {"busy": self._busy, "open": self._busy + len(self._free), "most": self._connections}

    def fetch(self, statement: Statement, values: Mapping[str, object]) -> Coroutine[Any, Any, Sequence[Row]]:
        """All rows of a statement; asked once more where the connection turns out to be gone."""
        return self._fetch(statement.sql, statement.arguments(values), by_values=statement.by_values)

    async def fetch_for(self, asking: Asking, statement: Statement, values: Mapping[str, Any]) -> Sequence[Row]:
        """All rows of a statement for whoever asks."""
        arguments, by_values = statement.arguments(values), statement.by_values
        customer_id, token_id, version, is_walled = asking
        if not self.sees_tokens:
            behind = entering(customer_id, token_id) if is_walled else ""
            return await self._fetch(statement.sql, arguments, behind, by_values=by_values)
        if not is_walled and version is None:
            return await self._fetch(statement.sql, arguments, by_values=by_values)
        sql = enters(statement.sql, len(arguments), walled=is_walled, versioned=version is not None)
        if is_walled:
            arguments += _text(customer_id), _text(token_id)
        if version is not None:
            arguments += token_id, version
        try:
            return await self._fetch(sql, arguments, STAYING if is_walled else "", by_values=by_values)
        except asyncpg.PostgresError as error:
            if error.sqlstate == CHANGED:
                raise TokenChanged from None
            raise

    async def _fetch(
        self, sql: str, arguments: Sequence[Any], behind: str = "", *, by_values: bool = False
    ) -> Sequence[Row]:
        await self._turns.take()
        self._busy += 1
        try:
            try:
                return await self._run(sql, arguments, behind, by_values=by_values)
            except ConnectionLost:
                self._forget()
            try:
                return await self._run(sql, arguments, behind, by_values=by_values)
            except ConnectionLost as error:
                self._outage.begins(error)
                raise Unavailable(AWAY) from error
        finally:
            self._busy -= 1
            self._turns.give()

    async def _run(self, sql: str, arguments: Sequence[object], behind: str, *, by_values: bool) -> Sequence[Row]:
        connection = self._take(behind) or await self._connect()
        try:
            if connection.behind != behind:
                await _go(connection, behind)
            if connection.plans_by_values != by_values and not self._address.pooled:
                await _plan(connection, by_values=by_values)
            rows: Sequence[Row] = await connection.fetch(sql, *arguments)
            if behind and self._address.pooled:
                await connection.execute("COMMIT")
                connection.behind = ""
        except asyncio.CancelledError:
            # The driver is stopping the statement in the database; the connection is of no use until it has.
            self._retire(connection)
            raise
        except MIXED_UP as error:
            connection.terminate()
            raise Unavailable(POOLED) from error
        except asyncpg.LockNotAvailableError as error:
            self._put_back(connection)
            raise Unavailable(LOCKED) from error
        except Exception as error:
            if isinstance(error, GONE) or connection.is_closed():
                connection.terminate()
                raise ConnectionLost from error
            if behind and self._address.pooled:
                # The transaction is not left behind for whoever comes next.
                self._retire(connection)
                raise
            self._put_back(connection)
            raise
        self._put_back(connection)
        return rows

    def _put_back(self, connection: Any) -> None:
        if connection.until < time.monotonic():
            self._retire(connection)
        else:
            self._free.append(connection)

    def _take(self, behind: str) -> Any:
        """A free connection, if there is one: rather one that is on the right side of the wall, or a new one there.

        What a connection has prepared would have to be planned anew whenever it changes sides.
        """
        for place in range(len(self._free) - 1, -1, -1):
            if self._free[place].behind == behind:
                return self._free.pop(place)
        if self.sees_tokens and len(self._free) + self._busy <= self._connections:
            return None
        return self._free.pop() if self._free else None

    async def _connect(self) -> Any:
        try:
            connection = await self._address.connect(self._settings, **KEEPS_STATEMENTS)
        except CantConnect as error:
            raise ConnectionLost from error
        # They don't all go at once.
        self._opened += 1
        connection.until = time.monotonic() + LIFETIME - self._opened % APART * APART
        self._outage.ends()
        return connection

    def _retire(self, connection: Any) -> None:
        task = asyncio.ensure_future(_close(connection))
        self._retiring.add(task)
        task.add_done_callback(self._retiring.discard)

    def _forget(self) -> None:
        """Drop the free connections: where one is gone, a restart has most likely taken all."""
        for connection in self._free:
            connection.terminate()
        self._free.clear()

    async def close(self) -> None:
        """Close the connections."""
        while self._free:
            await _close(self._free.pop())
        if self._retiring:
            await asyncio.wait(self._retiring)


def _text(key: int | None) -> str:
    return "" if key is None else str(key)


async def _go(connection: Any, behind: str) -> None:
    """Bring a connection behind the wall, or back."""
    connection.behind = None
    await connection.execute(behind or LEAVING)
    connection.behind = behind


async def _plan(connection: Any, *, by_values: bool) -> None:
    """Let a connection, which isn't a pooler's, plan each statement for its values, or once for all values."""
    await connection.execute(f"SET plan_cache_mode = {'force_custom_plan' if by_values else PLANNED_ONCE}")
    connection.plans_by_values = by_values


async def _close(connection: Any) -> None:
    """Close a connection in peace, or by force where that takes too long."""
    try:
        await connection.close(timeout=2)
    except (TimeoutError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        connection.terminate()


class SqliteReader:
    """Reads from a SQLite file through a few connections, each with a thread of its own.

    Where those are busy for a while, more are opened: slow statements don't stop quick ones.
    """

    backend = "sqlite"
    sees_tokens = False

    def __init__(self, url: URL, connections: int | None = None) -> None:
        self.requests = 0
        self._outage = outage_of(url.render_as_string(hide_password=False))
        self._path = url.database or ":memory:"
        self._connections, self._most = connections or FEW, connections or MOST
        self._free: asyncio.Queue[aiosqlite.Connection] | None = None
        self._all: list[aiosqlite.Connection] = []
        self._opening = asyncio.Lock()
        self._was_away = False

    def use(self) -> dict[str, int]:
        """How many connections are busy, open, and there at most."""
        free = 0 if self._free is None else self._free.qsize()
        return {"busy": len(self._all) - free, "open": len(self._all), "most": self._most}

    async def _open(self) -> asyncio.Queue[aiosqlite.Connection]:
        async with self._opening:
            if self._free is None:
                # Tried first: the thread of a connection that fails may speak to a loop that is gone by then.
                try:
                    await asyncio.to_thread(lambda: sqlite3.connect(self._path).close())
                except sqlite3.OperationalError as error:
                    self._outage.begins(error)
                    self._was_away = True
                    raise Unavailable(AWAY) from error
                free: asyncio.Queue[aiosqlite.Connection] = asyncio.Queue()
                for _ in range(self._connections):
                    free.put_nowait(await self._connect())
                self._free = free
                if self._was_away:
                    self._outage.ends()
        return self._free

    async def _connect(self) -> aiosqlite.Connection:
        connection = await aiosqlite.connect(self._path, isolation_level=None, cached_statements=2048)
        # From here on closed with the others, also where the file turns out to be no database.
        self._all.append(connection)
        for pragma in (*SQLITE_PRAGMAS, "PRAGMA query_only=ON"):
            await connection.execute_fetchall(pragma)
        for name, (arguments, function) in FUNCTIONS.items():
            await connection.create_function(name, arguments, function, deterministic=True)
        return connection

    async def _take(self, free: asyncio.Queue[aiosqlite.Connection]) -> aiosqlite.Connection:
        """A free connection, or one more."""
        if not free.empty():
            return free.get_nowait()
        with suppress(TimeoutError):
            async with asyncio.timeout(SOON):
                return await free.get()
        if len(self._all) < self._most:
            return await self._connect()
        try:
            async with asyncio.timeout(PATIENCE):
                return await free.get()
        except TimeoutError:
            raise Unavailable(BUSY) from None

    async def _put_back(self, free: asyncio.Queue[aiosqlite.Connection], connection: aiosqlite.Connection) -> None:
        if len(self._all) > self._connections and not free.empty():
            self._all.remove(connection)
            await connection.close()
        else:
            free.put_nowait(connection)

    async def fetch(self, statement: Statement, values: Mapping[str, object]) -> Sequence[Row]:
        """All rows of a statement; a caller who is cancelled interrupts it."""
        # Before a connection is taken: what can't be bound must not keep one.
        arguments = statement.arguments(values)
        free = self._free or await self._open()
        connection = await self._take(free)
        running = asyncio.ensure_future(connection.execute_fetchall(statement.sql, arguments))
        try:
            return list(await asyncio.shield(running))
        except asyncio.CancelledError:
            while not running.done():
                # One that hasn't begun takes no notice of it.
                await connection.interrupt()
                await asyncio.wait({running}, timeout=SOON)
            with suppress(Exception):
                running.result()
            raise
        finally:
            await self._put_back(free, connection)

    async def fetch_for(self, _asking: Asking, statement: Statement, values: Mapping[str, Any]) -> Sequence[Row]:
        """All rows of a statement: SQLite has no wall of its own."""
        return await self.fetch(statement, values)

    async def close(self) -> None:
        """Close the connections."""
        for connection in self._all:
            await connection.close()
        self._all.clear()
        self._free = None


def make_reader(url: str, connections: int | None = None, seconds: float | None = None) -> Reader:
    """A reader for `sqlite+aiosqlite://` or `postgresql+asyncpg://`; PostgreSQL ends what takes it more seconds."""
    if backend_of(url) == "postgresql":
        return PostgresReader(url, connections or CONNECTIONS, seconds)
    return SqliteReader(make_url(url), connections)
