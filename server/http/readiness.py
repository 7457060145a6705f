"""Whether the database is there, and has tables that this version can use."""

from __future__ import annotations

import asyncio
import sqlite3
from functools import cache

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from models import migrations
from models.base import utc_now
from resolvers.errors import Unavailable
from resolvers.storage.engine import address_of
from resolvers.storage.patience.outage import outage_of, reason
from resolvers.storage.reader import Reader, make_reader
from resolvers.storage.statement import Statement
from resolvers.storage.transaction import Transaction, in_transaction
from server.settings import Settings

PATIENCE = 3.0
"""The seconds that a database is given to answer."""

VERSION = Statement("SELECT version_num FROM alembic_version", ())
SERVED = Statement("SELECT revision FROM served_revision", ())
UNREACHABLE = "the database can't be reached"
NOT_MIGRATED = "the database has no tables yet"
OLD = "the database's tables are those of an older version"
NEW = "the database's tables are those of a newer version, which this one can't use"

LEAVING = "the gateway is about to stop"
READ_ONLY = "the database can't write"

WRITES = {
    "postgresql": ("UPDATE alembic_version SET version_num = version_num",),
    # It needs room, as nearly all that is written does, and more than is left of a page here and there.
    "sqlite": ("CREATE TABLE room AS SELECT zeroblob(65536) AS filled", "DROP TABLE room"),
}
"""What changes nothing, and can't be done where nothing can be written."""

newest = cache(migrations.newest)
known = cache(migrations.revisions)


class Readiness:
    """Looks at the database through the reader that requests use."""

    def __init__(self, reader: Reader, engine: AsyncEngine | None = None) -> None:
        self.reader, self.engine = reader, engine
        self.reason = ""
        """What the database, or the system, says of why it can't be reached."""

    async def obstacle(self) -> str | None:
        """What stands in the way of answering; nothing when the gateway is ready."""
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._obstacle()
        except (asyncpg.UndefinedTableError, sqlite3.OperationalError) as error:
            if "alembic_version" in str(error):
                return NOT_MIGRATED
            self.reason = reason(error)
        except (Unavailable, asyncpg.PostgresError, asyncpg.InterfaceError, OSError, sqlite3.Error) as error:
            self.reason = reason(error)
        return UNREACHABLE

    async def _obstacle(self) -> str | None:
        rows = await self.reader.fetch(VERSION, {})
        if not rows:
            return NOT_MIGRATED
        revision = rows[0][0]
        if revision == newest():
            return await self._cant_write()
        if revision in known():
            return OLD
        return None if await self._is_served() else NEW

    async def _cant_write(self) -> str | None:
        """Whether what was last tried can't be done yet: a full disk lets read."""
        engine = self.engine
        if engine is None or not outage_of(address_of(engine)).is_on:
            return None
        try:
            await in_transaction(engine, utc_now(), _write)
        except Unavailable:
            return READ_ONLY
        return None

    async def _is_served(self) -> bool:
        """Whether those who made the newer tables say that this version can go on with them."""
        try:
            rows = await self.reader.fetch(SERVED, {})
        except (asyncpg.UndefinedTableError, sqlite3.OperationalError):
            return False
        return bool(rows) and rows[0][0] in known()


async def _write(transaction: Transaction) -> None:
    for statement in WRITES[transaction.backend]:
        await transaction.session.execute(text(statement))


async def obstacle(settings: Settings) -> tuple[str | None, str]:
    """What stands in the way of serving from this database, and why. A file that isn't there is not made."""
    if settings.is_embedded and not settings.database_file.exists():
        return NOT_MIGRATED, ""
    reader = make_reader(settings.database_url, 1)
    readiness = Readiness(reader)
    try:
        with outage_of(settings.database_url).unsaid():
            return await readiness.obstacle(), readiness.reason
    finally:
        await reader.close()
