"""Statements that write and commit by themselves, for who can't wait for a connection that operations hold.

A unit of work would make each many times as dear: it begins, writes and commits in statements of their own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from models.postgres import KEEPS_STATEMENTS, Address
from resolvers.errors import Unavailable
from resolvers.storage.engine import address_of
from resolvers.storage.patience.outage import BUSY
from resolvers.storage.patience.turns import turn
from resolvers.storage.reader import Row

LONGEST = 5.0
"""The seconds that a statement may take: a server that hangs is left, and so holds up nobody who comes later."""


class WriterByItself:
    """Runs one statement at a time: on PostgreSQL over a connection of its own, on SQLite in its turn."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self.backend = engine.dialect.name
        self._connection: Any = None
        self._one = asyncio.Lock()

    async def write(self, sql: str, arguments: Sequence[object]) -> Sequence[Row]:
        """The rows that a statement returns; it is committed. `Unavailable` where that takes too long."""
        if self.backend == "sqlite":
            async with turn(self._engine), self._engine.connect() as connection:
                driver: Any = (await connection.get_raw_connection()).driver_connection
                return list(await driver.execute_fetchall(sql, arguments))
        async with self._one:
            try:
                async with asyncio.timeout(LONGEST):
                    return await self._send(sql, arguments)
            except TimeoutError:
                self._leave()
                raise Unavailable(BUSY) from None

    async def _send(self, sql: str, arguments: Sequence[object]) -> Sequence[Row]:
        """Send it once more where the connection was lost: twice is better than never."""
        for is_last in (False, True):
            if self._connection is None or self._connection.is_closed():
                self._connection = await Address.of(address_of(self._engine)).connect(None, **KEEPS_STATEMENTS)
            try:
                rows: Sequence[Row] = await self._connection.fetch(sql, *arguments)
            except Exception:
                if is_last or not self._connection.is_closed():
                    raise
            else:
                return rows
        raise AssertionError

    def _leave(self) -> None:
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None

    async def close(self) -> None:
        """Close the connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()
