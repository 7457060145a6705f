"""A header's names: the columns that they stand for, however they are spelt, and what else might be meant."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

import models
from models import Base
from resolvers.files.format import csv_columns
from resolvers.files.format.lines import BrokenFile
from resolvers.files.format.record_schema import RecordSchema
from resolvers.files.format.short_lists import KEYED

ALIASES = {"newsletter": "consents.newsletter"}
"""What people call a column that is another list's entry."""


BESIDE: dict[type[Base], tuple[str, ...]] = {models.PurchaseItem: ("unitPrice", "discount")}
"""What tables say of a line in the place of its price."""


@dataclass(frozen=True, slots=True)
class Column:
    """Where a cell's value goes, and how it is read. One of a list `by_key` says nothing where it is empty.

    One of a `spread` list holds a part of an entry, of which there is one in each row.
    """

    path: csv_columns.Path
    read: csv_columns.Cell
    by_key: bool = False
    spread: bool = False


def columns(header: Sequence[str], shape: RecordSchema) -> list[Column | None]:
    """The columns of a table; none where neither a name nor, in any row, a value stands."""
    known = {name: Column(*found) for name, found in csv_columns.readers(shape).items()}
    found = [_column(name.strip(), known, shape) if name.strip() else None for name in header]
    unknown = [name for name, column in zip(header, found, strict=True) if name.strip() and column is None]
    if unknown:
        raise BrokenFile(1, f"has columns that can't be imported: {', '.join(_suggested(unknown, known))}")
    paths = [column.path for column in found if column is not None]
    if not paths:
        raise BrokenFile(1, "has no header")
    if len(set(paths)) < len(paths):
        raise BrokenFile(1, "has a column twice")
    if twice := next((path for path in paths if len(path) > 1 and path[:1] in paths), None):
        raise BrokenFile(1, f"has both {twice[0]} and {'.'.join(twice)}")
    return found


def _column(name: str, known: Mapping[str, Column], shape: RecordSchema) -> Column | None:
    if name in known:
        return known[name]
    spelt = {_spelling(each): each for each in known}
    if (alike := spelt.get(_spelling(name))) is not None:
        return known[alike]
    list_, dot, key = ALIASES.get(_spelling(name), name).partition(".")
    part = shape.lists.get(list_)
    if not dot or not key or part is None or part.plain:
        return None
    if part.shape.model in KEYED:
        return Column((list_, key), str, by_key=True)
    of_entry = csv_columns.readers(part.shape) | {name: ((name,), str) for name in BESIDE.get(part.shape.model, ())}
    path, read = of_entry.get(key, ((), str))
    return Column((list_, *path), read, spread=True) if path else None


def _spelling(name: str) -> str:
    """What of a name is the same in `First name`, `first_name` and `firstName`."""
    return re.sub(r"[^a-z0-9.]", "", name.lower())


def _suggested(unknown: Sequence[str], known: Mapping[str, Column]) -> list[str]:
    spelt = {_spelling(each): each for each in known}
    found = []
    for name in unknown:
        near = get_close_matches(_spelling(name), spelt, n=1, cutoff=0.7)
        found.append(f"{name} (is {spelt[near[0]]} meant?)" if near else name)
    return found
