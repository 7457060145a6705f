"""Migrating while others use the tables, or migrate too."""

import subprocess
import sys
from asyncio import to_thread
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from models import migrations
from tests.conftest import NewDatabase

ORDER_OF_EVENTS = "0360"
"""A migration that changes tables in use, and only adds to them."""


def before(revision: str) -> str:
    """The revision that one comes after."""
    script = ScriptDirectory.from_config(migrations.configuration("")).get_revision(revision)
    return str(script.down_revision)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_of_two_who_migrate_at_once_one_does_it_and_the_other_finds_it_done(
    new_database: NewDatabase, kind: str
) -> None:
    url = new_database(kind)
    migrations.downgrade(url, before(ORDER_OF_EVENTS))
    command = [sys.executable, "-c", f"from models import migrations; migrations.upgrade({url!r})"]
    root = Path(__file__).parents[2]

    both = [subprocess.Popen(command, cwd=root, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    said = [each.communicate(timeout=60)[1] for each in both]

    assert ([each.returncode for each in both], said) == ([0, 0], ["", ""])


# SQLite has one writer at a time anyway.
@pytest.mark.parametrize("database_kind", ["postgresql"])
async def test_a_migration_gives_way_to_who_uses_the_tables_and_tries_again(
    engine: AsyncEngine, database_url: str, database_kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrations, "LOCK_TIMEOUT", 0.3)
    monkeypatch.setattr(migrations, "PAUSE", 0.1)
    await to_thread(migrations.downgrade, database_url, before(ORDER_OF_EVENTS))

    async with engine.connect() as reader, engine.connect() as writer:
        await reader.execute(text("SELECT count(*) FROM event_reader"))
        with ThreadPoolExecutor(1) as pool:
            migrating = pool.submit(migrations.upgrade, database_url)
            while not await writer.scalar(
                text("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'event_reader'::regclass")
            ):
                await writer.rollback()
            # It comes behind the migration, which waits for a reader who stays.
            await writer.execute(text("INSERT INTO event_reader (name, event_id) VALUES ('r', 0)"))
            await writer.commit()
            await reader.rollback()
            await to_thread(migrating.result)

    async with engine.connect() as connection:
        assert await connection.scalar(text("SELECT version_num FROM alembic_version")) == migrations.newest()
        assert await connection.scalar(text("SELECT count(*) FROM event_reader")) == 1


def test_servers_of_revisions_to_which_was_only_added_may_go_on() -> None:
    first = before(ORDER_OF_EVENTS)

    assert migrations.oldest_served("0001") == "0001"
    assert migrations.oldest_served(ORDER_OF_EVENTS) == migrations.oldest_served(first)
