"""What a backup says of itself: which tables of which revision it holds, how many rows, and the sums of its files.

A backup is a folder. It appears under its name once it is whole and on the disk; until then it is called `….part`.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import msgspec

from models import migrations

NAME = "manifest.json"
FORMAT = 1
BLOCK = 1 << 20
OF_THE_SCHEMA = frozenset({"served_revision"})
"""What migrations fill: it is not a database's own."""


class BackupError(Exception):
    """A backup can't be made or restored; the message says why, and what to do."""


class Manifest(msgspec.Struct, kw_only=True):
    """What a backup holds."""

    format: int = FORMAT
    backend: Literal["sqlite", "postgresql"]
    revision: str
    at: str
    rows: dict[str, int]
    columns: dict[str, list[str]] = {}
    """The columns of each table, in the order in which its file holds them."""
    sequences: dict[str, int] = {}
    """The last number that each sequence gave."""
    files: dict[str, str] = {}
    """The sum of each file, SHA-256."""

    @property
    def total(self) -> int:
        """How many rows there are in all."""
        return sum(self.rows.values())


@contextmanager
def new_folder(folder: Path) -> Iterator[Path]:
    """A folder that gets its name once all is written; what was begun goes where it isn't finished."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BackupError(f"{folder} is there already: say another name.")
    unfinished = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(unfinished, ignore_errors=True)
    # A backup holds all that the database does: nobody else may read it.
    unfinished.mkdir(mode=0o700, parents=True)
    try:
        yield unfinished
        for file in unfinished.iterdir():
            _to_disk(file)
        _to_disk(unfinished)
        unfinished.replace(folder)
        _to_disk(folder.absolute().parent)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _to_disk(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def write(folder: Path, manifest: Manifest) -> None:
    """Add the sums of all files, and write the manifest beside them."""
    manifest.files = {file.name: sum_of(file) for file in sorted(folder.iterdir())}
    told = msgspec.json.format(msgspec.json.encode(manifest), indent=2)
    (folder / NAME).write_bytes(told + b"\n")


def read(folder: Path, backend: str) -> Manifest:
    """The manifest of a backup that this version can restore into a database of this kind, whose files are whole."""
    try:
        manifest = msgspec.json.decode((folder / NAME).read_bytes(), type=Manifest)
    except FileNotFoundError:
        raise BackupError(f"{folder} is no backup: it has no {NAME}.") from None
    except msgspec.DecodeError:
        raise BackupError(f"{folder / NAME} can't be read: it isn't of this version's making, or is damaged.") from None
    if manifest.format != FORMAT or manifest.revision not in migrations.revisions():
        raise BackupError(
            f"The backup's tables are those of revision {manifest.revision}, and this version knows revisions up to "
            f"{migrations.newest()}: restore it with the version that made it, or a later one."
        )
    if manifest.backend != backend:
        raise BackupError(
            f"The backup is one of {manifest.backend}, and DATABASE_URL names {backend}. "
            "`crm360 export` and `crm360 import files` go from one kind to the other."
        )
    for name, expected in manifest.files.items():
        if not (folder / name).is_file() or sum_of(folder / name) != expected:
            raise BackupError(f"{name} of the backup is missing or damaged. Nothing was restored.")
    return manifest


def sum_of(file: Path) -> str:
    """The sum of a file."""
    hashed = hashlib.sha256()
    with file.open("rb") as opened:
        while block := opened.read(BLOCK):
            hashed.update(block)
    return hashed.hexdigest()
