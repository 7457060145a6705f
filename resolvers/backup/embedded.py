"""Backups of the embedded database, by SQLite's own online backup: whoever reads or writes goes on meanwhile."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from models.base import Base
from resolvers.backup.manifest import OF_THE_SCHEMA, BackupError, Manifest, new_folder, read, write

FILE = "database.sqlite"
PATIENCE = 10.0
"""The seconds that a restore waits for those who write."""


def back_up(database: Path, folder: Path, now: datetime) -> Manifest:
    """Copy the database as it is at one moment into a new folder."""
    with new_folder(folder) as made:
        copy = made / FILE
        copy.touch(mode=0o600)
        with closing(_opened(database)) as source, closing(sqlite3.connect(copy)) as target:
            # In one step: a copy in several begins anew whenever another process writes.
            source.backup(target)
        with closing(sqlite3.connect(copy, isolation_level=None)) as target:
            # Alone, without the files that a database in use has beside it.
            target.execute("PRAGMA journal_mode=DELETE")
            rows = {name: target.execute(_counted(name)).fetchone()[0] for name in sorted(Base.metadata.tables)}
            revision = target.execute("SELECT version_num FROM alembic_version").fetchone()[0]
        manifest = Manifest(backend="sqlite", revision=revision, at=now.isoformat(), rows=rows)
        write(made, manifest)
    return manifest


def restore(database: Path, folder: Path, *, replace: bool = False) -> Manifest:
    """Make the database what the backup holds: all of it, or nothing where it fails."""
    manifest = read(folder, "sqlite")
    database.parent.mkdir(parents=True, exist_ok=True)
    with (
        closing(_opened(folder / FILE, "?mode=ro&immutable=1")) as source,
        closing(sqlite3.connect(database, timeout=PATIENCE)) as target,
    ):
        if not replace and _is_occupied(target):
            raise BackupError(f"{database} holds data already: restore into another file, or say --replace.")
        # One transaction: whoever has the database open sees the one or the other.
        source.backup(target)
        target.execute("PRAGMA journal_mode=WAL")
        damage = target.execute("PRAGMA quick_check(1)").fetchone()[0]
    if damage != "ok":
        raise BackupError(f"The backup was made of a damaged database: {damage}.")
    return manifest


def _opened(file: Path, options: str = "?mode=ro") -> sqlite3.Connection:
    return sqlite3.connect(f"{file.absolute().as_uri()}{options}", uri=True, timeout=PATIENCE)


def _counted(table: str) -> str:
    return f'SELECT count(*) FROM "{table}"'  # noqa: S608 - a name of ours


def _is_occupied(connection: sqlite3.Connection) -> bool:
    there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    ours = sorted(there & Base.metadata.tables.keys() - OF_THE_SCHEMA)
    # What isn't ours is somebody's, too.
    others = {name for name in there - Base.metadata.tables.keys() if not name.startswith(("sqlite_", "alembic_"))}
    return bool(others) or any(connection.execute(f'SELECT 1 FROM "{name}" LIMIT 1').fetchone() for name in ours)  # noqa: S608
