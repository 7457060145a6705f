"""Which files are meant: those that are named, and all of a folder that is named, each with its resource."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from resolvers.files.declared import MANIFEST, Declared, declared_in
from resolvers.files.format.column_map import ColumnMap
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
    declared: Declared
    map: ColumnMap | None = None


def sources_of(paths: Iterable[Path], said: Declared, refuse: Callable[[str, str], None]) -> list[Source]:
    """The files that are named, and of folders those that hold rows; why others can't be meant is told."""
    found: list[Source] = []
    for path in paths:
        try:
            declared = said.or_else(declared_in(path)) if path.is_dir() else said
        except BrokenFile as broken:
            refuse(f"{path.name}/{MANIFEST}", broken.reason)
            continue
        files = sorted(filter(_holds_rows, path.iterdir())) if path.is_dir() else [path]
        if not files:
            refuse(path.name, f"has no files that hold rows: {', '.join(KINDS)}")
        for file in files:
            try:
                found += _sources(file, declared)
            except BrokenFile as broken:
                refuse(file.name, broken.reason)
    return found


def _sources(path: Path, declared: Declared) -> Iterator[Source]:
    mapped = declared.of(path)
    for each in mapped:
        if each.resource not in RESOURCES:
            raise BrokenFile(None, f"is declared to hold {each.resource}, which is not a resource")
        yield Source(path, RESOURCES[each.resource], declared, each.map)
    if not mapped:
        yield Source(path, resource_of(path), declared)


def _holds_rows(path: Path) -> bool:
    suffix = path.with_suffix("").suffix if path.suffix == ".gz" else path.suffix
    return path.is_file() and not path.name.startswith((".", "~")) and suffix in (*KINDS, *SPREADSHEETS)


def resource_of(path: Path) -> Resource:
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
    return RESOURCES[names[name]]
