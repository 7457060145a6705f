"""What tests of the gateway ask for by name."""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests import databases
from tests.server.gateway import Client, opened


@pytest.fixture
def empty(new_database: Callable[..., str]) -> str:
    """The address of a migrated SQLite database without rows."""
    return new_database("sqlite")


@pytest.fixture
async def client(empty: str) -> AsyncIterator[Client]:
    """A client of a gateway over an empty database."""
    async with opened(empty) as made:
        yield made


@pytest.fixture(scope="session")
def demo_url() -> str:
    """The address of this test process's own copy of the demo's data: a few households, imported once a run."""
    folder = databases.shared_folder()
    imported = folder / "demo.sqlite"
    with (folder / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not imported.exists():
            begun = folder / "demo.sqlite.begun"
            for command in (["migrate"], ["import", "journey", "--households=20", "--promotion-weeks=0"]):
                subprocess.run(
                    [sys.executable, "-m", "server.cli", *command],
                    env={**os.environ, "DATABASE_URL": f"sqlite:///{begun}"},
                    cwd=Path(__file__).parents[2],
                    check=True,
                    capture_output=True,
                )
            begun.rename(imported)
    copy = folder / f"demo.{os.getpid()}.sqlite"
    shutil.copyfile(imported, copy)
    return f"sqlite+aiosqlite:///{copy}"
