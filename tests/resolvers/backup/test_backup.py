"""Backups of both databases: everything as it was, and nothing where it can't be."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

import models
from resolvers.backup import manifest, served
from resolvers.backup.manifest import BackupError
from resolvers.storage.engine import make_engine
from server.cli_errors import Obstacle
from server.commands import backup
from server.settings import load
from tests import factories
from tests.factories.everything import save_everything
from tests.resolvers.running_operations import Operations, running_operations

Contents = dict[str, list[tuple[Any, ...]]]


async def back_up(url: str, folder: Path) -> str:
    return await asyncio.to_thread(backup.back_up, load(database_url=url), folder)


async def restore(url: str, folder: Path, *, replace: bool = False) -> str:
    return await asyncio.to_thread(backup.restore, load(database_url=url), folder, replace=replace)


async def contents(url: str) -> Contents:
    """All rows of all tables."""
    engine, found = make_engine(url), {}
    async with engine.connect() as connection:
        for table in models.Base.metadata.sorted_tables:
            if table.name in manifest.OF_THE_SCHEMA:
                continue
            found[table.name] = [tuple(row) for row in await connection.execute(select(table).order_by(table.c.id))]
    await engine.dispose()
    return found


async def grant(crm: Operations, customer: str, key: str) -> Any:
    return await crm.do(
        "pointsAssign", "entry { id amount } userErrors { code }", key=key, customer=customer, amount="5"
    )


async def test_a_restored_database_has_every_row_and_knows_what_is_retried(
    crm: Operations,
    session: AsyncSession,
    database_url: str,
    database_kind: str,
    new_database: Callable[..., str],
    tmp_path: Path,
) -> None:
    await save_everything(session)
    jana = (await crm.answer("{ customers(first: 1) { nodes { id } } }"))["customers"]["nodes"][0]["id"]
    first = await grant(crm, jana, "till-1")
    there = new_database(database_kind, migrated=False)

    await back_up(database_url, tmp_path / "backup")
    await restore(there, tmp_path / "backup")

    assert await contents(there) == await contents(database_url)
    engine = make_engine(there)
    async with running_operations(engine, there) as restored:
        assert await grant(restored, jana, "till-1") == first
        again = await grant(restored, jana, "till-2")
    assert again["userErrors"] == []
    assert again["entry"]["id"] != first["entry"]["id"]
    with pytest.raises(DBAPIError, match="append-only"):
        async with engine.begin() as connection:
            await connection.execute(text("DELETE FROM point_entry"))
    await engine.dispose()


async def test_a_backup_holds_one_moment_whoever_writes_meanwhile(
    engine: AsyncEngine,
    session: AsyncSession,
    database_url: str,
    database_kind: str,
    new_database: Callable[..., str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await factories.save(session, factories.tag(code="before"))
    await session.commit()
    values = [{"code": f"t{number}", "name": "T", "created_at": factories.NOW} for number in range(2)]
    write = served._write

    async def interrupted(connection: Any, folder: Path, table: str, columns: list[str]) -> int:
        if table == "customer":
            other = make_engine(database_url)
            async with other.begin() as writing:
                await writing.execute(insert(models.Tag), {**values[1], "updated_at": factories.NOW})
            await other.dispose()
        return await write(connection, folder, table, columns)

    monkeypatch.setattr(served, "_write", interrupted)

    async with engine.begin() as unfinished:
        await unfinished.execute(insert(models.Tag), {**values[0], "updated_at": factories.NOW})
        await back_up(database_url, tmp_path / "backup")

    there = new_database(database_kind)
    await restore(there, tmp_path / "backup")
    assert [row[1] for row in await tags(there)] == ["before"]


async def tags(url: str) -> list[tuple[Any, ...]]:
    return [(row[0], next(value for value in row if isinstance(value, str))) for row in (await contents(url))["tag"]]


async def test_data_that_is_there_is_replaced_only_where_that_is_said(
    session: AsyncSession, database_url: str, tmp_path: Path
) -> None:
    await factories.save(session, factories.customer(), factories.token())
    await session.commit()
    await back_up(database_url, tmp_path / "backup")
    before = await contents(database_url)
    await factories.save(session, factories.customer())
    await session.commit()

    with pytest.raises(Obstacle, match="holds data already"):
        await restore(database_url, tmp_path / "backup")

    assert await session.scalar(select(func.count()).select_from(models.Customer)) == 2
    await session.close()
    await restore(database_url, tmp_path / "backup", replace=True)
    assert await contents(database_url) == before


async def test_a_damaged_backup_and_one_of_an_unknown_revision_change_nothing(
    session: AsyncSession, database_url: str, database_kind: str, new_database: Callable[..., str], tmp_path: Path
) -> None:
    await factories.save(session, factories.customer())
    await session.commit()
    folder, there = tmp_path / "backup", new_database(database_kind)
    await back_up(database_url, folder)
    told = manifest.read(folder, database_kind)

    told.revision = "9999"
    (folder / manifest.NAME).write_bytes(msgspec.json.encode(told))
    with pytest.raises(Obstacle, match="revision 9999"):
        await restore(there, folder)
    told.revision = "0380"
    (folder / manifest.NAME).write_bytes(msgspec.json.encode(told))
    held = [file for file in folder.iterdir() if file.name != manifest.NAME]
    largest = max(held, key=lambda file: file.stat().st_size)
    content = bytearray(largest.read_bytes())
    content[len(content) // 2] ^= 1
    largest.write_bytes(content)
    with pytest.raises(Obstacle, match=f"{largest.name} of the backup is missing or damaged"):
        await restore(there, folder)

    assert not (await contents(there))["customer"]


async def test_a_backup_is_read_by_its_owner_alone_and_never_written_over(database_url: str, tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    await back_up(database_url, folder)

    with pytest.raises(Obstacle, match="is there already"):
        await back_up(database_url, folder)

    assert folder.stat().st_mode & 0o777 == 0o700
    assert [each.name for each in tmp_path.iterdir()] == ["backup"]


def test_a_backup_of_one_kind_of_database_is_not_put_into_another(tmp_path: Path) -> None:
    made = manifest.Manifest(backend="sqlite", revision="0001", at="", rows={})
    (tmp_path / manifest.NAME).write_bytes(msgspec.json.encode(made))

    with pytest.raises(BackupError, match="`crm360 export` and `crm360 import files` go from one kind to the other"):
        manifest.read(tmp_path, "postgresql")
