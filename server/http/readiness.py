"""Whether the database is there, and has the tables that this version needs."""

from __future__ import annotations

import asyncio
import sqlite3
from functools import cache

import asyncpg

from models import migrations
from resolvers.errors import Unavailable
from resolvers.storage.reader import Reader, make_reader
from resolvers.storage.statement import Statement
from server.settings import Settings

PATIENCE = 3.0
"""The seconds that a database is given to answer."""

VERSION = Statement("SELECT version_num FROM alembic_version", ())
UNREACHABLE = "the database can't be reached"
NOT_MIGRATED = "the database has no tables yet"
OLD = "the database's tables are not those of this version"

newest = cache(migrations.newest)


class Readiness:
    """Looks at the database through the reader that requests use."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader

    async def obstacle(self) -> str | None:
        """What stands in the way of answering; nothing when the gateway is ready."""
        try:
            async with asyncio.timeout(PATIENCE):
                rows = await self.reader.fetch(VERSION, {})
        except (asyncpg.UndefinedTableError, sqlite3.OperationalError) as error:
            return NOT_MIGRATED if "alembic_version" in str(error) else UNREACHABLE
        except (Unavailable, asyncpg.PostgresError, asyncpg.InterfaceError, OSError, sqlite3.Error):
            return UNREACHABLE
        return None if [row[0] for row in rows] == [newest()] else OLD if rows else NOT_MIGRATED


async def obstacle(settings: Settings) -> str | None:
    """What stands in the way of serving from this database. A file that isn't there is not made."""
    if settings.is_embedded and not settings.database_file.exists():
        return NOT_MIGRATED
    reader = make_reader(settings.database_url, 1)
    try:
        return await Readiness(reader).obstacle()
    finally:
        await reader.close()
