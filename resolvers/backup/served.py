"""Backups of PostgreSQL by its own COPY, all tables from one snapshot: whoever reads or writes goes on meanwhile.

Nothing but the driver is needed, on the way out and back, and no right but that of the tables' owner.
"""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from models import migrations, outbox
from models.base import Base
from models.postgres import Address
from resolvers.backup.manifest import BLOCK, OF_THE_SCHEMA, BackupError, Manifest, new_folder, read, write
from resolvers.storage.engine import make_engine

LEVEL = 1
"""How hard files are compressed: more would take longer than reading the rows does."""

LOCK_TIMEOUT = "10s"
WHOLE = "SET LOCAL statement_timeout = 0; SET LOCAL row_security = off"
"""Takes as long as it takes; and is refused, where some rows would be held back."""

COLUMNS = """
SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum)
FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
GROUP BY c.relname ORDER BY c.relname
"""
SEQUENCES = """
SELECT sequencename, last_value FROM pg_sequences
WHERE schemaname = current_schema() AND last_value IS NOT NULL ORDER BY sequencename
"""
REFERENCES = """
SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname),
    format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
FROM pg_constraint WHERE contype = 'f' AND conparentid = 0 AND connamespace = current_schema()::regnamespace
ORDER BY conrelid::regclass::text, conname
"""
INDEXES = """
SELECT format('DROP INDEX %s', i.indexrelid::regclass), pg_get_indexdef(i.indexrelid)
FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('i', 'I') AND NOT c.relispartition
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid)
ORDER BY c.relname
"""


async def back_up(url: str, folder: Path, now: datetime) -> Manifest:
    """Write all tables, as they are at one moment, into a new folder."""
    with new_folder(folder) as made:
        async with _connection(url) as connection, connection.transaction(isolation="repeatable_read", readonly=True):
            await connection.execute(WHOLE)
            revision = await connection.fetchval("SELECT version_num FROM alembic_version")
            columns = await _columns(connection)
            rows = {name: await _write(connection, made, name, columns[name]) for name in columns}
            # What was given out since the snapshot is given to nobody else: numbers may have gaps.
            sequences = dict(await connection.fetch(SEQUENCES))
        manifest = Manifest(
            backend="postgresql",
            revision=revision,
            at=now.isoformat(),
            rows=rows,
            columns=columns,
            sequences=sequences,
        )
        write(made, manifest)
    return manifest


def restore(url: str, folder: Path, *, replace: bool = False) -> Manifest:
    """Make the database what the backup holds. Must not be called from a running event loop."""
    manifest = read(folder, "postgresql")
    if not replace and asyncio.run(_is_occupied(url)):
        raise BackupError("The database holds data already: restore into an empty one, or say --replace.")
    _move(url, manifest.revision)
    asyncio.run(_load(url, folder, manifest))
    return manifest


def _move(url: str, revision: str) -> None:
    """Give the database the tables of the backup's revision."""
    there = asyncio.run(_revision(url))
    if there is not None and there not in migrations.revisions():
        raise BackupError(f"The database's tables are those of a newer version, {there}: restore into an empty one.")
    if there is not None and there > revision:
        migrations.downgrade(url, revision)
    elif there != revision:
        migrations.upgrade(url, revision)


@asynccontextmanager
async def _connection(url: str) -> AsyncIterator[Any]:
    connection = await Address.of(url).connect()
    try:
        yield connection
    finally:
        await connection.close()


async def _columns(connection: Any) -> dict[str, list[str]]:
    """Our tables that are there, each with its columns."""
    ours = Base.metadata.tables.keys() - OF_THE_SCHEMA
    return {name: columns for name, columns in await connection.fetch(COLUMNS) if name in ours}


async def _revision(url: str) -> str | None:
    async with _connection(url) as connection:
        if await connection.fetchval("SELECT to_regclass('alembic_version')") is None:
            return None
        found: str | None = await connection.fetchval("SELECT version_num FROM alembic_version")
        return found


async def _is_occupied(url: str) -> bool:
    async with _connection(url) as connection:
        for name in await _columns(connection):
            if await connection.fetchval(f'SELECT EXISTS (SELECT FROM "{name}")'):  # noqa: S608 - a name of ours
                return True
    return False


def _file(table: str) -> str:
    return f"{table}.copy.gz"


async def _write(connection: Any, folder: Path, table: str, columns: list[str]) -> int:
    """Write one table; how many rows it has."""
    path = folder / _file(table)
    path.touch(mode=0o600)
    with gzip.GzipFile(path, "wb", compresslevel=LEVEL, mtime=0) as file:

        async def take(data: bytes) -> None:
            file.write(data)

        return _count(await connection.copy_from_table(table, columns=columns, output=take))


def _count(status: str) -> int:
    return int(status.rpartition(" ")[2])


async def _load(url: str, folder: Path, manifest: Manifest) -> None:
    """Put all rows in the place of those that are there, in one transaction."""
    async with _connection(url) as connection:
        async with connection.transaction():
            await connection.execute(f"SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
            # Lets indexes be made in memory.
            await connection.execute("SET LOCAL maintenance_work_mem = '256MB'")
            there = await _columns(connection)
            if there.keys() != manifest.rows.keys():
                raise BackupError("The backup's tables aren't those of its revision.")
            await _fill(connection, folder, manifest)
            for sequence, last in manifest.sequences.items():
                await connection.execute("SELECT setval($1::text::regclass, $2)", sequence, last)
        await connection.execute("ANALYZE")
    engine = make_engine(url)
    async with engine.begin() as opened:
        await opened.run_sync(outbox.go_on)
    await engine.dispose()


async def _fill(connection: Any, folder: Path, manifest: Manifest) -> None:
    """Fill the tables without what looks at each row, which is put back afterwards and looks at all of them at once."""
    tables = [f'"{name}"' for name in manifest.rows]
    parts = [*await connection.fetch(REFERENCES), *await connection.fetch(INDEXES)]
    for table in tables:
        await connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    for drop, _ in parts:
        await connection.execute(drop)
    await connection.execute(f"TRUNCATE {', '.join(tables)}")
    await _read_all(connection, folder, manifest.rows, manifest.columns)
    for _, make in reversed(parts):
        await connection.execute(make)
    for table in tables:
        await connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


async def _read_all(connection: Any, folder: Path, rows: Mapping[str, int], columns: Mapping[str, list[str]]) -> None:
    for table, expected in rows.items():
        with gzip.open(folder / _file(table)) as file:
            status = await connection.copy_to_table(table, source=_blocks(file), columns=columns[table])
        if _count(status) != expected:
            raise BackupError(f"Of {table} the backup holds {_count(status)} rows, and says {expected}.")


async def _blocks(file: Any) -> AsyncIterator[bytes]:
    while block := file.read(BLOCK):
        yield block
