"""The primary, as far as replicas are concerned: how far it has come, and which of them are left out."""

from __future__ import annotations

import asyncio
from operator import itemgetter
from typing import NamedTuple

import asyncpg
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from resolvers.errors import Unavailable
from resolvers.storage.reader import Reader, make_reader
from resolvers.storage.replicas.sharing import Shared
from resolvers.storage.statement import Statement

LAG = 1.0
"""The seconds by which a replica may be behind at most while it is asked."""

BACK_AFTER = 10.0
"""The seconds after which one that was left out may come back: it has been current, and nobody found otherwise."""

FAILURES = (Unavailable, asyncpg.PostgresError, asyncpg.InterfaceError, SQLAlchemyError, OSError, TimeoutError)
"""What tells that a server can't be asked now."""

POSITION = Statement(
    "SELECT (pg_current_wal_flush_lsn() - '0/0'::pg_lsn)::bigint, array(SELECT name FROM replica_left_out), "
    "array(SELECT name FROM replica_left_out WHERE at < now() - make_interval(secs => $1))",
    (itemgetter("seconds"),),
)
LEAVE_OUT = text(
    "INSERT INTO replica_left_out (name, at) VALUES (:name, now()) ON CONFLICT (name) DO UPDATE SET at = excluded.at"
)
LET_IN = text("DELETE FROM replica_left_out WHERE name = :name AND at < now() - make_interval(secs => :seconds)")


class Position(NamedTuple):
    """How far the primary has come: all that was committed before lies before."""

    byte: int
    """Of the write-ahead log."""

    left_out: frozenset[str]
    """The replicas that nobody asks."""

    may_come_back: frozenset[str]


class Primary:
    """Asks the primary, over a connection of its own, and tells it who is left out."""

    def __init__(self, url: str, engine: AsyncEngine) -> None:
        self._reader: Reader = make_reader(url, 1)
        self._engine = engine
        self._asked = Shared(self._ask, LAG)

    async def position(self) -> Position:
        """How far it has come by now."""
        return await self._asked.answer()

    async def _ask(self) -> Position:
        [(byte, left_out, may_come_back)] = await self._reader.fetch(POSITION, {"seconds": BACK_AFTER})
        return Position(byte, frozenset(left_out), frozenset(may_come_back))

    async def leave_out(self, name: str) -> None:
        """Have nobody ask a replica from a second later on."""
        async with asyncio.timeout(LAG), self._engine.begin() as connection:
            await connection.execute(LEAVE_OUT, {"name": name})

    async def let_in(self, name: str) -> None:
        """Have it asked again, unless somebody found meanwhile that it is away or behind."""
        async with asyncio.timeout(LAG), self._engine.begin() as connection:
            await connection.execute(LET_IN, {"name": name, "seconds": BACK_AFTER})

    async def close(self) -> None:
        """Close the connection."""
        await self._asked.stop()
        await self._reader.close()
