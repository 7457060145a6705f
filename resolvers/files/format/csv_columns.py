"""CSV: one table of columns for a row. A reference of several parts takes as many columns, a list is JSON in a cell.

An empty cell is no value. The empty text is a cell of two quotation marks, and to a text of nothing but pairs of
quotation marks two are added, so that every text comes back as it was. So does one that a spreadsheet would take for a
formula: an apostrophe stands before it, which is how spreadsheets write text themselves.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import orjson

from models import Base
from resolvers.files.format import value_formats
from resolvers.files.format.record_schema import Field, RecordSchema
from resolvers.files.record.natural_keys import keys_of, parts

PAIRS_OF_QUOTES = re.compile(r'("")*')
FORMULA = re.compile(r"'*[=+@\t\r-]")
"""What a spreadsheet would work out, and what looks like one that was kept from it."""
AMOUNT = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
Path = tuple[str, ...]
Cell = Callable[[str], Any]


def columns(shape: RecordSchema) -> dict[str, Path]:
    """The columns in which a row is exported, each with the path to its value."""
    found = {}
    for item in shape.fields.values():
        for path in next(_paths(item)):
            found[".".join(path)] = path
    return found | {name: (name,) for name in shape.lists}


def readers(shape: RecordSchema) -> dict[str, tuple[Path, Cell]]:
    """The columns that can be imported, each with the path to its value and how its cells are read."""
    found: dict[str, tuple[Path, Cell]] = {}
    for item in shape.fields.values():
        read = item.kind.cell if item.kind else _text
        for paths in _paths(item):
            found |= {".".join(path): (path, read) for path in paths}
        found.setdefault(item.name, ((item.name,), read))
    return found | {name: ((name,), _list_cell) for name in shape.lists}


def _text(cell: str) -> str:
    return cell


def _list_cell(cell: str) -> object:
    """A list as JSON, or what is short for one."""
    return value_formats.json_cell(cell) if cell.lstrip().startswith(("[", "{")) else cell


def _paths(item: Field) -> Iterator[list[Path]]:
    """A field's columns, for each way to name what it refers to."""
    if item.to is None:
        yield [(item.name,)]
    else:
        for place in range(len(keys_of(item.to))):
            yield list(_inside((item.name,), item.to, place))


def _inside(path: Path, model: type[Base], place: int) -> Iterator[Path]:
    fields = parts(model, place)
    for name, to in fields:
        inner = path if len(fields) == 1 else (*path, name)
        if to is None:
            yield inner
        else:
            yield from _inside(inner, to, 0)


def write_cell(row: dict[str, object], path: Path) -> str:
    """A value as a cell."""
    value: Any = row
    for name in path:
        value = None if value is None else value[name]
    if value is None:
        return ""
    if isinstance(value, str):
        if FORMULA.match(value) and not AMOUNT.fullmatch(value):
            return f"'{value}"
        return f'""{value}' if PAIRS_OF_QUOTES.fullmatch(value) else value
    return orjson.dumps(value).decode()


def table(rows: Iterable[Iterable[str]]) -> bytes:
    """Rows of cells as CSV. Lines end as its standard has it: only so are both marks of a line's end put in quotes."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


def read_cell(cell: str, read: Cell) -> object:
    """The value in a cell."""
    if not cell:
        return None
    if cell.startswith("'") and FORMULA.match(cell):
        return read(cell[1:])
    return read(cell[2:] if PAIRS_OF_QUOTES.fullmatch(cell) else cell)


def place(row: dict[str, Any], path: Path, value: object) -> None:
    """Put a value where its path leads; a reference of which no part is given names nothing."""
    *above, last = path
    for name in above:
        if value is None:
            row.setdefault(name, None)
            return
        row[name] = row.get(name) or {}
        row = row[name]
    row[last] = value
