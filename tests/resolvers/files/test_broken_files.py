"""Files as they should not be: every bad row is named, and nothing is written by halves."""

import gzip
import tracemalloc
from pathlib import Path

import pytest

from resolvers.files import RESOURCES, import_files
from resolvers.files.format import lines, reading
from tests.conftest import NewDatabase
from tests.resolvers.files.conftest import Bring, Take, reasons

HEADER = b"code,name\n"


@pytest.fixture
def database_kind() -> str:
    """Reading is the same whatever the rows are read into."""
    return "sqlite"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"code": "b", "name": "B"', "is not JSON: unexpected end of data"),
        (b'{"code": "b", "name": "\xff"}', "is not JSON: str is not valid UTF-8"),
        (b'{"code": "b", "name": "\\ud800"}', "is not JSON: "),
        (b'{"code": "b", "name": NaN}', "is not JSON: "),
        (b"[" * 100_000, "is not JSON: "),
        (b"[]", "must be an object"),
        (b"null", "must be an object"),
    ],
)
async def test_a_line_that_is_no_row_is_named_and_the_others_are_read(
    bring: Bring, take: Take, line: bytes, reason: str
) -> None:
    content = b'{"code": "a", "name": "A"}\n' + line + b'\n\n{"code": "c", "name": "C"}'

    report = await bring({"tags.jsonl": content}, skip_bad=True)

    (error,) = reasons(report)
    assert error.startswith(f"tags.jsonl, line 2: {reason}")
    assert [row["code"] for row in await take("tags")] == ["a", "c"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (b"b", "has 1 cells where the header has 2"),
        (b"b,B,x", "has 3 cells where the header has 2"),
        (b"b,\xff", "name is not UTF-8: save it as such, or say its encoding"),
        (b'b,"B"x', "is not CSV: ',' expected after '\"'"),
        (b"b,", "name must not be empty"),
        (b"b,B\0", "name holds a null character: B"),
    ],
)
async def test_a_bad_row_of_cells_is_named_and_the_others_are_read(
    bring: Bring, take: Take, row: bytes, reason: str
) -> None:
    report = await bring({"tags.csv": HEADER + b"a,A\n" + row + b"\n\nc,C\n"}, skip_bad=True)

    assert reasons(report) == [f"tags.csv, line 3: {reason}"]
    assert [row["code"] for row in await take("tags")] == ["a", "c"]


async def test_a_row_of_several_lines_is_named_by_its_first(bring: Bring) -> None:
    report = await bring({"tags.csv": HEADER + b'a,"A\nA"\nb,"B\nB",x\nc\n'})

    assert [error.line for error in report.errors] == [4, 6]


async def test_a_quotation_mark_that_is_never_closed_is_named(bring: Bring, take: Take) -> None:
    report = await bring({"tags.csv": HEADER + b'a,A\nb,"B\nc,C\n'}, skip_bad=True)

    assert reasons(report) == ["tags.csv, line 3: is not CSV: unexpected end of data"]
    assert [row["code"] for row in await take("tags")] == ["a"]


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (b"code,colour,size", "has columns that can't be imported: colour, size"),
        (b"code,code", "has a column twice"),
        (b"", "has no header"),
        (b'"code', "has no header: unexpected end of data"),
        (b"\xff", "is not UTF-8: save it as such, or say its encoding"),
    ],
)
async def test_a_wrong_header_is_told_before_any_row(bring: Bring, header: bytes, reason: str) -> None:
    report = await bring({"tags.csv": header})

    assert reasons(report) == [f"tags.csv, line 1: {reason}"]


async def test_a_file_that_ends_in_the_middle_is_told_and_not_taken(bring: Bring, take: Take) -> None:
    rows = b"".join(b'{"code": "%d", "name": "%d"}\n' % (number, number**7) for number in range(4_000))
    cut = gzip.compress(rows)[:-4000]

    whole = await bring({"tags.jsonl.gz": cut})
    assert not whole.written
    assert await take("tags") == []

    part = await bring({"tags.jsonl.gz": cut}, skip_bad=True)
    (error,) = part.errors
    kept = len(await take("tags"))
    assert (error.line, error.reason[:16]) == (kept + 1, "can't be read on")
    assert 0 < kept < 4_000


async def test_what_is_no_gzip_file_is_told(bring: Bring) -> None:
    report = await bring({"tags.jsonl.gz": b'{"code": "a", "name": "A"}\n'})

    assert reasons(report)[0].startswith("tags.jsonl.gz, line 1: can't be read on: Not a gzipped file")


@pytest.mark.parametrize("name", ["tags.jsonl", "tags.csv"])
async def test_a_line_too_long_for_memory_is_skipped(
    bring: Bring, take: Take, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(lines, "LONGEST_LINE", 100)
    monkeypatch.setattr(lines, "BLOCK", 7)
    if name == "tags.csv":
        content = HEADER + b"a,A\nb," + b"B" * 200 + b"\nc,C\n"
    else:
        content = b'{"code": "a", "name": "A"}\n{"code": "' + b"b" * 200 + b'"}\n{"code": "c", "name": "C"}\n'

    report = await bring({name: content}, skip_bad=True)

    line = 3 if name == "tags.csv" else 2
    assert reasons(report) == [f"{name}, line {line}: is longer than 100 bytes"]
    assert [row["code"] for row in await take("tags")] == ["a", "c"]


@pytest.mark.parametrize("name", ["tags.jsonl", "tags.csv"])
def test_a_line_of_a_hundred_megabytes_takes_little_memory(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with path.open("wb") as file:
        file.write(HEADER)
        file.truncate(100 * 1024 * 1024)
    tracemalloc.start()
    found = [record.errors for record in reading.records(path, RESOURCES["tags"].shape)]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert found[-1] == [(None, "is longer than 16777216 bytes")]
    assert peak < 60 * 1024 * 1024


async def test_long_files_are_read_as_a_stream(new_database: NewDatabase, tmp_path: Path) -> None:
    path = tmp_path / "tags.jsonl"
    path.write_bytes(b"".join(b'{"code": "%d", "name": "A", "state": "x"}\n' % number for number in range(10_000)))
    url = new_database("sqlite")
    tracemalloc.start()
    report = await import_files(url, [path], dry_run=True)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert report.error_count == 10_000
    assert peak < 10 * 1024 * 1024


async def test_semicolons_and_a_mark_of_byte_order_are_understood(bring: Bring, take: Take) -> None:
    await bring({"tags.csv": b"\xef\xbb\xbfcode;name\r\na;A, B\r\n"})

    assert [(row["code"], row["name"]) for row in await take("tags")] == [("a", "A, B")]


@pytest.mark.parametrize("name", ["tags.csv", "tags.jsonl"])
def test_a_file_of_empty_lines_is_given_up(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(HEADER.replace(b"code,name", b"code,name" if name == "tags.csv" else b"{}") + b"\n" * 200_000)

    with pytest.raises(lines.BrokenFile, match="has 100000 empty lines on end") as raised:
        list(reading.records(path, RESOURCES["tags"].shape))

    assert raised.value.line == 100_002


def test_a_row_without_end_is_given_up(tmp_path: Path) -> None:
    path = tmp_path / "tags.csv"
    path.write_bytes(HEADER + b'a,"A\n' + b"b,B\n" * 50_000)

    with pytest.raises(lines.BrokenFile, match="a quotation mark is not closed") as raised:
        list(reading.records(path, RESOURCES["tags"].shape))

    assert raised.value.line == 10_002
