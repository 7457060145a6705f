"""Which files are meant: those that are named, and all of a folder that is named, each with its resource."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from resolvers.files.format.lines import BrokenFile
from resolvers.files.format.reading import KINDS, kind_of
from resolvers.files.resources import RESOURCES, Resource

ALIASES = {
    "balances": "openingBalances",
    "bills": "purchases",
    "branches": "stores",
    "brands": "productBrands",
    "groups": "productGroups",
    "orders": "purchases",
    "points": "openingBalances",
    "sources": "customerSources",
}
"""What people call resources otherwise."""
SPREADSHEETS = (".xlsx", ".xls", ".ods", ".numbers")


@dataclass(frozen=True)
class Source:
    """A file, and what its rows are."""

    path: Path
    resource: Resource


def files_of(paths: Iterable[Path]) -> Iterator[Path]:
    """The files that are named, and of folders those that hold rows."""
    for path in paths:
        if path.is_dir():
            yield from sorted(each for each in path.iterdir() if each.is_file() and _holds_rows(each))
        else:
            yield path


def _holds_rows(path: Path) -> bool:
    suffix = path.with_suffix("").suffix if path.suffix == ".gz" else path.suffix
    return not path.name.startswith((".", "~")) and suffix in (*KINDS, *SPREADSHEETS)


def source_of(path: Path) -> Source:
    """A file is called after its resource: `customers.jsonl`, `Products.csv.gz`, `purchases-2024.jsonl`."""
    if path.suffix in SPREADSHEETS:
        raise BrokenFile(None, "is a workbook: save each of its sheets as CSV in UTF-8")
    kind_of(path)
    called = re.match("[A-Za-z]*", path.name)
    name = called[0].lower() if called else ""
    names = {each.lower(): each for each in RESOURCES} | ALIASES
    if name not in names:
        near = get_close_matches(name, names, n=1, cutoff=0.7)
        meant = (
            f"is {names[near[0]]}{path.suffix} meant?" if near else "it must be called after one, as in customers.csv"
        )
        raise BrokenFile(None, f"{called[0] if called else path.name} is not a resource; {meant}")
    return Source(path, RESOURCES[names[name]])
