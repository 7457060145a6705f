from pathlib import Path
from typing import Literal

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

import models
from resolvers.files import RESOURCES, export_files, import_files
from resolvers.files.resources import NOT_IN_FILES, in_files
from tests.conftest import NewDatabase
from tests.factories.everything import save_everything

Kind = Literal["jsonl", "csv"]
KINDS: tuple[Kind, ...] = ("jsonl", "csv")


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in sorted(folder.iterdir())}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("target", ["sqlite", "postgresql"])
async def test_what_is_exported_and_taken_into_another_crm_is_exported_alike(
    session: AsyncSession, database_url: str, new_database: NewDatabase, tmp_path: Path, kind: Kind, target: str
) -> None:
    await save_everything(session)
    first, second = tmp_path / "first", tmp_path / "second"
    await export_files(database_url, first, kind=kind)

    there = new_database(target)
    report = await import_files(there, list(first.iterdir()))
    await export_files(there, second, kind=kind)

    assert report.errors == []
    assert report.written
    assert contents(second) == contents(first)


def test_every_table_is_in_files_or_left_out_for_a_reason() -> None:
    tables = {mapper.class_ for mapper in models.Base.registry.mappers}
    held = set[type[models.Base]]().union(*(in_files(resource.shape) for resource in RESOURCES.values()))

    assert tables - held - NOT_IN_FILES.keys() == set(), "Add it to resolvers/files/resources.py."
    assert NOT_IN_FILES.keys() & held == set()
    assert all(NOT_IN_FILES.values())


async def test_everything_has_rows_of_every_table_and_every_resource(
    session: AsyncSession, database_url: str, tmp_path: Path
) -> None:
    await save_everything(session)

    for mapper in models.Base.registry.mappers:
        if mapper.class_ not in NOT_IN_FILES:
            assert await session.scalar(select(func.count()).select_from(mapper.local_table)), mapper.local_table.name
    await session.commit()
    counts = await export_files(database_url, tmp_path)
    assert counts.keys() == {name for name, resource in RESOURCES.items() if not resource.taking}
    assert all(counts.values())


@pytest.mark.parametrize("kind", KINDS)
async def test_an_export_taken_back_into_its_own_crm_changes_nothing(
    session: AsyncSession, database_url: str, tmp_path: Path, kind: Kind
) -> None:
    await save_everything(session)
    first, second = tmp_path / "first", tmp_path / "second"
    await export_files(database_url, first, kind=kind)

    report = await import_files(database_url, list(first.iterdir()))
    await export_files(database_url, second, kind=kind)

    assert report.errors == []
    assert sum(count.created for count in report.counts.values()) == 0
    assert contents(second) == contents(first)
