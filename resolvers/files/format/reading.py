"""Reading files of rows as a stream: JSON Lines or CSV, compressed or not, whatever is wrong with them."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson

from resolvers.files.format import csv_columns, header, lines
from resolvers.files.format.column_map import ColumnMap
from resolvers.files.format.lines import BrokenFile, lines_of
from resolvers.files.format.record_schema import RecordSchema
from resolvers.files.format.spread_rows import FileRow, gathered

MOST_LINES_OF_A_ROW = 10_000
SURROGATES = ("\udc80", "\udcff")
KINDS = (".jsonl", ".csv")
NOT_UTF8 = "is not UTF-8: save it as such, or say its encoding"


def kind_of(path: Path) -> str:
    """Whether a file is `.jsonl` or `.csv`."""
    kind = path.with_suffix("").suffix if path.suffix == ".gz" else path.suffix
    if kind not in KINDS:
        raise BrokenFile(None, f"must end in {' or '.join(KINDS)}, or in these and .gz")
    return kind


def delimiter_of(path: Path, encoding: str | None = None) -> str:
    """What parts the cells of a CSV file, which its header tells, or a first line that says nothing else."""
    if kind_of(path) != ".csv":
        return ""
    _, line = next(lines_of(path, encoding), (1, b""))
    first = (line or b"").decode("utf-8", "surrogateescape").strip("\r\n")
    if first[:4].lower() == "sep=" and len(first) == 5:
        return first[4]
    marks = {mark: first.count(mark) for mark in ",;\t"}
    return max(marks, key=lambda mark: marks[mark])


def records(
    path: Path,
    shape: RecordSchema,
    encoding: str | None = None,
    map_: ColumnMap | None = None,
    keys: Sequence[str] = (),
) -> Iterator[FileRow]:
    """All rows of a file, good and bad; `BrokenFile` where it can't be read on.

    A row of a table that has a list's entries in several rows is known by its `keys`.
    """
    read = _json_lines(path) if kind_of(path) == ".jsonl" else _csv_rows(path, shape, encoding, map_, keys)
    yield from read


def _json_lines(path: Path) -> Iterator[FileRow]:
    for number, line in lines_of(path):
        if line is None:
            yield FileRow(number, errors=[(None, f"is longer than {lines.LONGEST_LINE} bytes")])
        elif not line.isspace():
            try:
                yield FileRow(number, orjson.loads(line))
            except orjson.JSONDecodeError as error:
                yield FileRow(number, errors=[(None, f"is not JSON: {error}")])


class _Text:
    """A CSV file's lines for the parser, which asks for as many as a row takes."""

    def __init__(self, path: Path, encoding: str | None) -> None:
        self.lines = lines_of(path, encoding)
        self.too_long = False
        self.lines_of_row = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        number, line = next(self.lines)
        self.lines_of_row += 1
        if self.lines_of_row > MOST_LINES_OF_A_ROW:
            raise BrokenFile(number, f"has a row of {MOST_LINES_OF_A_ROW} lines: a quotation mark is not closed")
        if line is None:
            self.too_long = True
            return "\n"
        # Bytes that aren't UTF-8 are found once the row they belong to is known.
        return line.decode("utf-8", "surrogateescape")


def _csv_rows(
    path: Path, shape: RecordSchema, encoding: str | None, map_: ColumnMap | None, keys: Sequence[str]
) -> Iterator[FileRow]:
    csv.field_size_limit(lines.LONGEST_LINE)
    text = _Text(path, encoding)
    parser = csv.reader(text, delimiter=delimiter_of(path, encoding), strict=True)
    names = _names(parser)
    columns = header.columns(names if map_ is None else map_.header, shape)
    rows: Iterator[FileRow] = _rows(text, parser, names, columns, map_)
    lists = sorted({column.path[0] for column in columns if column is not None and column.spread})
    yield from gathered(rows, lists, keys) if lists else rows


def _rows(
    text: _Text, parser: Any, names: Sequence[str], columns: Sequence[header.Column | None], map_: ColumnMap | None
) -> Iterator[FileRow]:
    """Rows as they stand, each with what is wrong with it."""
    bad: list[FileRow] = []
    cells = _cells(text, parser, bad)
    for line, row in cells if map_ is None else map_.rows(names, cells):
        yield from bad
        bad.clear()
        yield _record(line, row, columns)
    yield from bad


def _cells(text: _Text, parser: Any, bad: list[FileRow]) -> Iterator[tuple[int, list[str]]]:
    """The rows that can be read, each with its line; others are put among the bad ones."""
    while True:
        line = parser.line_num + 1
        text.lines_of_row = 0
        try:
            row = next(parser)
        except StopIteration:
            return
        except csv.Error as error:
            bad.append(FileRow(line, errors=[(None, f"is not CSV: {error}")]))
            continue
        if text.too_long:
            text.too_long = False
            bad.append(FileRow(line, errors=[(None, f"is longer than {lines.LONGEST_LINE} bytes")]))
        elif any(row):
            yield line, row


def _names(parser: Any) -> list[str]:
    try:
        names: list[str] = next(parser, [])
        if names and names[0][:4].lower() == "sep=":
            names = next(parser, [])
    except csv.Error as error:
        raise BrokenFile(1, f"has no header: {error}") from error
    if _not_utf8("".join(names)):
        raise BrokenFile(1, NOT_UTF8)
    return names


def _not_utf8(text: str) -> bool:
    return any(SURROGATES[0] <= letter <= SURROGATES[1] for letter in text)


def _record(line: int, row: list[str], columns: Sequence[header.Column | None]) -> FileRow:
    record = FileRow(line, {})
    while len(row) > len(columns) and not row[-1]:
        row.pop()
    if len(row) != len(columns):
        record.errors.append((None, f"has {len(row)} cells where the header has {len(columns)}"))
        return record
    for column, cell in zip(columns, row, strict=True):
        if column is None:
            if cell:
                record.errors.append((None, "has a cell under no name"))
            continue
        name = ".".join(column.path)
        if not cell.isascii() and _not_utf8(cell):
            record.errors.append((name, NOT_UTF8))
        elif cell or not column.by_key:
            try:
                csv_columns.place(record.raw, column.path, csv_columns.read_cell(cell, column.read))
            except ValueError as error:
                record.errors.append((name, str(error)))
    return record
