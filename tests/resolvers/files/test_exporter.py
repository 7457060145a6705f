"""Files that are written: whole, from one moment, and nothing else."""

from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from resolvers.files import export_files
from resolvers.files.record.key_resolver import Names
from resolvers.files.shown import rows
from tests import factories


async def test_only_resources_that_are_asked_for_and_have_rows_get_files(
    session: AsyncSession, database_url: str, tmp_path: Path
) -> None:
    await factories.save(session, factories.tag(code="bio", name="Bio"), factories.partner())

    counts = await export_files(database_url, tmp_path / "new", resources=["tags", "stores"], kind="csv")

    assert counts == {"tags": 1, "stores": 0}
    (path,) = (tmp_path / "new").iterdir()
    assert path.name == "tags.csv"
    assert path.read_bytes() == b"code,name,state,createdAt\r\nbio,Bio,ACTIVE,2024-05-15T12:00:00+00:00\r\n"


async def test_what_is_left_of_an_earlier_export_goes_away(database_url: str, tmp_path: Path) -> None:
    (tmp_path / "tags.jsonl").write_text("old")
    (tmp_path / "notes.txt").write_text("mine")

    await export_files(database_url, tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


async def test_resources_that_there_are_none_of_are_refused(database_url: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no resource called colours; there are: partners, "):
        await export_files(database_url, tmp_path, resources=["tags", "colours"])


async def test_long_exports_are_written_page_by_page_in_order(
    session: AsyncSession, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "PAGE", 2)
    child = factories.product_group(external_id="child")
    await factories.save(session, child, *(factories.tag(code=f"t{number}") for number in range(5)))
    top = factories.product_group(external_id="top")
    await factories.save(session, top, factories.product_group(external_id="second"))
    child.parent = top
    await session.commit()

    await export_files(database_url, tmp_path, resources=["tags", "productGroups"], kind="csv")

    tags = (tmp_path / "tags.csv").read_text().splitlines()
    groups = (tmp_path / "productGroups.csv").read_text().splitlines()
    assert [line.split(",")[0] for line in tags] == ["code", "t0", "t1", "t2", "t3", "t4"]
    assert [line.split(",")[1] for line in groups] == ["externalId", "top", "second", "child"]


async def test_an_export_sees_one_moment(
    session: AsyncSession, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await factories.save(session, factories.tag())
    pages = rows.pages

    async def meanwhile(names: Names, resource: object) -> object:
        await factories.save(session, factories.tag())
        async for page in pages(names, resource):
            yield page

    monkeypatch.setattr(rows, "pages", meanwhile)
    counts = await export_files(database_url, tmp_path, resources=["partners", "tags"])

    assert counts == {"partners": 0, "tags": 1}


async def test_progress_tells_resources_and_rows(session: AsyncSession, database_url: str, tmp_path: Path) -> None:
    class Notes(list[object]):
        def step(self, name: str, total: int) -> None:
            self.append((name, total))

        def advance(self, rows: int) -> None:
            self.append(rows)

    await factories.save(session, factories.tag(), factories.points())
    notes = Notes()

    await export_files(database_url, tmp_path, resources=["tags", "stores", "pointLedgers"], progress=notes)

    assert notes == [("tags", 1), 1, ("stores", 0), ("pointLedgers", 1), 1]
