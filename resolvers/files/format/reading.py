"""Reading files of rows as a stream: JSON Lines or CSV, compressed or not, whatever is wrong with them."""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast

import orjson

from resolvers.files.format import csv_columns
from resolvers.files.format.record_schema import RecordSchema
from resolvers.files.resources import RESOURCES, Resource

LONGEST_LINE = 16 * 1024 * 1024
BLOCK = 1024 * 1024
MOST_EMPTY_LINES = 100_000
MOST_LINES_OF_A_ROW = 10_000
SURROGATES = ("\udc80", "\udcff")
KINDS = (".jsonl", ".csv")


class BrokenFile(Exception):
    """Nothing more can be read from a file."""

    def __init__(self, line: int | None, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.reason = reason


@dataclass(slots=True)
class FileRow:
    """A row as it stands in a file, and what made it unreadable."""

    line: int
    raw: Any = None
    errors: list[tuple[str | None, str]] = field(default_factory=list)


def resource_of(path: Path) -> Resource:
    """A file is called after its resource: `customers.jsonl`, `products.csv.gz`, `purchases-2024.jsonl`."""
    name = path.name.partition(".")[0].partition("-")[0]
    if name not in RESOURCES:
        raise BrokenFile(None, f"{name} is not a resource; the file must be called after one, as in customers.jsonl")
    kind_of(path)
    return RESOURCES[name]


def kind_of(path: Path) -> str:
    """Whether a file is `.jsonl` or `.csv`."""
    kind = path.with_suffix("").suffix if path.suffix == ".gz" else path.suffix
    if kind not in KINDS:
        raise BrokenFile(None, f"must end in {' or '.join(KINDS)}, or in these and .gz")
    return kind


def records(path: Path, shape: RecordSchema) -> Iterator[FileRow]:
    """All rows of a file, good and bad; `BrokenFile` where it can't be read on."""
    read = _json_lines(path) if kind_of(path) == ".jsonl" else _csv_rows(path, shape)
    yield from read


def count_lines(path: Path) -> int:
    """How many lines a file has, about; what is wrong with it comes to light later."""
    lines = 0
    try:
        with _open(path) as file:
            while block := file.read(BLOCK):
                lines += block.count(b"\n")
    except (OSError, EOFError, zlib.error):
        pass
    return lines


def _open(path: Path) -> IO[bytes]:
    return cast("IO[bytes]", gzip.open(path)) if path.suffix == ".gz" else path.open("rb")


def _lines(path: Path) -> Iterator[tuple[int, bytes | None]]:
    """Each line with its number; none in the place of one that is longer than memory should hold."""
    number = last = 0
    try:
        with _open(path) as file:
            while line := file.readline(LONGEST_LINE + 1):
                number += 1
                if not line.isspace():
                    last = number
                elif number - last > MOST_EMPTY_LINES:
                    raise BrokenFile(number, f"has {MOST_EMPTY_LINES} empty lines on end")
                whole = len(line) <= LONGEST_LINE or line.endswith(b"\n")
                while not whole and (rest := file.readline(BLOCK)) and not rest.endswith(b"\n"):
                    pass
                if number == 1:
                    line = line.removeprefix(b"\xef\xbb\xbf")
                yield number, line if whole else None
    except (OSError, EOFError, zlib.error) as error:
        raise BrokenFile(number + 1, f"can't be read on: {error}") from error


def _json_lines(path: Path) -> Iterator[FileRow]:
    for number, line in _lines(path):
        if line is None:
            yield FileRow(number, errors=[(None, f"is longer than {LONGEST_LINE} bytes")])
        elif not line.isspace():
            try:
                yield FileRow(number, orjson.loads(line))
            except orjson.JSONDecodeError as error:
                yield FileRow(number, errors=[(None, f"is not JSON: {error}")])


class _Text:
    """A CSV file's lines for the parser, which asks for as many as a row takes."""

    def __init__(self, path: Path) -> None:
        self.lines = _lines(path)
        self.too_long = False
        self.first: str | None = None
        self.lines_of_row = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self.first is not None:
            first, self.first = self.first, None
            return first
        number, line = next(self.lines)
        self.lines_of_row += 1
        if self.lines_of_row > MOST_LINES_OF_A_ROW:
            raise BrokenFile(number, f"has a row of {MOST_LINES_OF_A_ROW} lines: a quotation mark is not closed")
        if line is None:
            self.too_long = True
            return "\n"
        # Bytes that aren't UTF-8 are found once the row they belong to is known.
        return line.decode("utf-8", "surrogateescape")


def _csv_rows(path: Path, shape: RecordSchema) -> Iterator[FileRow]:
    csv.field_size_limit(LONGEST_LINE)
    text = _Text(path)
    text.first = next(iter(text), "")
    marks = {mark: text.first.count(mark) for mark in ",;\t"}
    parser = csv.reader(text, delimiter=max(marks, key=lambda mark: marks[mark]), strict=True)
    columns = _header(parser, shape)
    while True:
        line = parser.line_num + 1
        text.lines_of_row = 0
        try:
            row = next(parser)
        except StopIteration:
            return
        except csv.Error as error:
            yield FileRow(line, errors=[(None, f"is not CSV: {error}")])
            continue
        if text.too_long:
            text.too_long = False
            yield FileRow(line, errors=[(None, f"is longer than {LONGEST_LINE} bytes")])
        elif row:
            yield _record(line, row, columns)


def _header(parser: Any, shape: RecordSchema) -> list[tuple[csv_columns.Path, csv_columns.Cell]]:
    try:
        header: list[str] = next(parser, [])
    except csv.Error as error:
        raise BrokenFile(1, f"has no header: {error}") from error
    known = csv_columns.readers(shape)
    if not header:
        raise BrokenFile(1, "has no header")
    if unknown := [name for name in header if name not in known]:
        raise BrokenFile(1, f"has columns that can't be imported: {', '.join(unknown)}")
    if len(set(header)) < len(header):
        raise BrokenFile(1, "has a column twice")
    return [known[name] for name in header]


def _record(line: int, row: list[str], columns: list[tuple[csv_columns.Path, csv_columns.Cell]]) -> FileRow:
    record = FileRow(line, {})
    if len(row) != len(columns):
        record.errors.append((None, f"has {len(row)} cells where the header has {len(columns)}"))
        return record
    for (path, read), cell in zip(columns, row, strict=True):
        if any(SURROGATES[0] <= letter <= SURROGATES[1] for letter in cell) if not cell.isascii() else False:
            record.errors.append((".".join(path), "is not UTF-8"))
            continue
        try:
            csv_columns.place(record.raw, path, csv_columns.read_cell(cell, read))
        except ValueError as error:
            record.errors.append((".".join(path), str(error)))
    return record
