"""All or nothing, what is good, or only a try; whatever order and size the files have."""

import gzip
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

import models
from resolvers.files import import_files, importer, report
from resolvers.files.report import Count
from tests.resolvers.files.conftest import Bring, Rows, Take, reasons

TAGS: Rows = [{"code": f"tag-{number}", "name": f"Tag {number}"} for number in range(10)]
BAD = {"code": "bad"}


async def tags(session: AsyncSession) -> int:
    count = await session.scalar(select(func.count()).select_from(models.Tag)) or 0
    await session.commit()
    return count


async def test_one_bad_row_keeps_everything_out(session: AsyncSession, bring: Bring) -> None:
    partners = [{"code": "a", "name": "A"}]

    result = await bring({"partners.jsonl": partners, "tags.jsonl": [*TAGS, BAD]})

    assert not result.written
    assert not result.ok
    assert reasons(result) == ["tags.jsonl, line 11: name is missing"]
    assert result.counts == {"partners": Count(created=1), "tags": Count(created=10, refused=1)}
    assert await tags(session) == 0
    assert await session.scalar(select(func.count()).select_from(models.Partner)) == 0


async def test_good_rows_are_written_where_bad_ones_may_be_skipped(session: AsyncSession, bring: Bring) -> None:
    result = await bring({"tags.jsonl": [BAD, *TAGS, {"code": "x", "name": "X", "colour": "red"}]}, skip_bad=True)

    assert result.written
    assert reasons(result) == [
        "tags.jsonl, line 1: name is missing",
        "tags.jsonl, line 12: colour is not a field that can be imported",
    ]
    assert result.counts["tags"] == Count(created=10, refused=2)
    assert await tags(session) == 10


@pytest.mark.parametrize("skip_bad", [False, True])
async def test_a_try_writes_nothing_and_says_what_would_be(session: AsyncSession, bring: Bring, skip_bad: bool) -> None:
    result = await bring({"tags.jsonl": TAGS}, dry_run=True, skip_bad=skip_bad)

    assert (result.ok, result.written) == (True, False)
    assert result.counts["tags"] == Count(created=10)
    assert await tags(session) == 0


async def test_a_try_finds_what_only_the_database_refuses(bring: Bring) -> None:
    rows = [{"code": code, "name": code, "rank": 1, "qualification": "MANUAL"} for code in ("a", "b")]

    result = await bring({"statuses.jsonl": rows}, dry_run=True)

    assert reasons(result) == ["statuses.jsonl, line 2: rank is another's already"]


@pytest.mark.parametrize("size", [1, 3, 1000])
async def test_batches_of_any_size_come_to_the_same(
    session: AsyncSession, bring: Bring, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(importer, "ROWS_AT_ONCE", size)
    new = {"name": "S", "qualification": "MANUAL"}
    rows: Rows = [{"code": f"s{rank}", **new, "rank": rank} for rank in range(5)]
    rows += [{"code": "s5", **new, "rank": 2}, {"code": "s0", "name": "T"}, {"code": "s6", **new, "rank": 9}]
    rows += [{"code": "s1", "rank": 9}, {"code": "s1", "rank": 8}]

    result = await bring({"statuses.jsonl": rows}, skip_bad=True)

    assert result.counts["statuses"] == Count(created=6, updated=2, refused=2)
    assert [error.lines for error in result.errors] == [[6, 9]]
    ranks = await session.execute(select(models.Status.code, models.Status.rank).order_by(models.Status.rank))
    assert [tuple(row) for row in ranks] == [("s0", 0), ("s2", 2), ("s3", 3), ("s4", 4), ("s1", 8), ("s6", 9)]


async def test_files_come_in_whatever_order_they_are_given(bring: Bring, take: Take) -> None:
    product = {"source": "erp", "externalId": "1", "code": "1", "name": "P", "tags": ["tag-1"]}

    result = await bring({"products-a.jsonl": [product], "tags-b.jsonl": TAGS[5:], "tags-a.jsonl": TAGS[:5]})

    assert result.errors == []
    assert len(await take("tags")) == 10


async def test_a_report_names_so_many_errors_and_counts_the_rest(bring: Bring, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "ERRORS_KEPT", 3)

    result = await bring({"tags.jsonl": [{**TAGS[0], "state": f"S{number}"} for number in range(5)]})

    assert (len(result.errors), result.error_count) == (3, 5)
    assert result.counts["tags"].refused == 5


async def test_progress_tells_files_and_rows(bring: Bring) -> None:
    class Notes(list[object]):
        def step(self, name: str, total: int) -> None:
            self.append((name, total))

        def advance(self, rows: int) -> None:
            self.append(rows)

    notes = Notes()
    await bring({"tags.jsonl": TAGS, "partners.jsonl": []}, progress=notes)

    assert notes == [("partners.jsonl", 0), 0, ("tags.jsonl", 10), 10]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("colours.jsonl", "colours is not a resource; it must be called after one, as in customers.csv"),
        ("tag.jsonl", "tag is not a resource; is tags.jsonl meant?"),
        ("tags.xlsx", "is a workbook: save each of its sheets as CSV in UTF-8"),
        ("tags.txt", "must end in .jsonl or .csv, or in these and .gz"),
        ("tags.gz", "must end in .jsonl or .csv, or in these and .gz"),
    ],
)
async def test_files_of_other_names_are_refused(bring: Bring, name: str, reason: str) -> None:
    result = await bring({name: TAGS})

    assert reasons(result) == [f"{name}: {reason}"]
    assert not result.written


async def test_a_compressed_file_is_read_like_any(bring: Bring, take: Take) -> None:
    await bring({"tags.csv.gz": gzip.compress(b"code,name\na,A\n")})

    assert [row["code"] for row in await take("tags")] == ["a"]


async def test_a_file_that_is_not_there_is_told(database_url: str, tmp_path: Path) -> None:
    result = await import_files(database_url, [tmp_path / "tags.jsonl"])

    assert [(error.file, error.line) for error in result.errors] == [("tags.jsonl", None)]
    assert result.errors[0].reason == "can't be read: No such file or directory"
