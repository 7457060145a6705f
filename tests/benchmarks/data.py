"""The data: The Complete Journey, as it is or with its customers many times over.

Copies are made inside the database: each row that hangs off a customer, directly or through others, is inserted again
with its own key and its references to such rows moved by what the copy's number comes to. What must be unique gets the
copy's number attached.
"""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import Column, Computed, String, Table, UniqueConstraint

from models import Base, Customer, migrations
from models.figure_triggers import KEPT
from resolvers.customer.figures.years import keep_years
from resolvers.demo import import_journey
from resolvers.demo.writing.writer import DatabaseWriter, writer_for
from resolvers.files.progress import Silent
from resolvers.storage.engine import make_engine
from tests.benchmarks.postgres import Postgres

IN_FRONT = ("email", "email_key")
"""Columns where the copy's number goes in front, so that they stay what they are."""

FUNCTIONS = Path(__file__).parent / "peers" / "functions.sql"


def moved_tables() -> list[Table]:
    """The customers and all tables whose rows may hang off one, those first that others refer to."""
    moved: list[Table] = [Customer.__table__]
    for table in Base.metadata.sorted_tables:
        if table.name in KEPT:
            continue
        if table not in moved and any(target in moved for _, target in _references(table)):
            moved.append(table)
    return moved


def _references(table: Table) -> Iterator[tuple[str, Table]]:
    for column in table.columns:
        for key in column.foreign_keys:
            yield column.name, key.column.table


def _unique_columns(table: Table, moved: set[str]) -> set[str]:
    """For each rule of uniqueness that moved keys don't satisfy by themselves, the text column to be changed."""
    rules: list[Sequence[Column[Any]]] = [list(index.columns) for index in table.indexes if index.unique]
    rules += [list(rule.columns) for rule in table.constraints if isinstance(rule, UniqueConstraint)]
    found = set()
    for columns in rules:
        texts = [column.name for column in columns if isinstance(column.type, String)]
        # A rule on other tables' keys alone is about rows of theirs, which are not copied.
        if texts and not moved.intersection(column.name for column in columns):
            found.add(texts[-1])
    return found | ({"email"} if "email_key" in found else set())


def copy_statement(table: Table, offsets: Mapping[str, int], copy: int) -> str:
    """Insert a table's rows once more, as the copy of a number."""
    moved = {name: target.name for name, target in _references(table) if target.name in offsets}
    unique = _unique_columns(table, set(moved))
    read = {}
    for column in table.columns:
        if isinstance(column.server_default, Computed):
            continue
        name = f'"{column.name}"'
        value = name
        if column.name == "id":
            value = f"id + {offsets[table.name] * copy}"
        elif column.name in moved:
            value = f"{name} + {offsets[moved[column.name]] * copy}"
        elif column.name in unique:
            value = f"'{copy}.' || {name}" if column.name in IN_FRONT else f"{name} || '.{copy}'"
        read[name] = value
    owned = " OR ".join(f'"{name}" IS NOT NULL' for name in moved) or "true"
    return (
        f"INSERT INTO {table.name} ({', '.join(read)}) SELECT {', '.join(read.values())} "
        f"FROM {table.name} WHERE id <= {offsets[table.name]} AND ({owned}) ORDER BY id"
    )


async def multiply(url: str, times: int) -> None:
    """Let a database hold its customers so many times over."""
    tables = moved_tables()
    async with writer_for(url, Silent()) as writer:
        offsets = {}
        for table in tables:
            ((highest,),) = await writer.fetch(f"SELECT coalesce(max(id), 0) FROM {table.name}")
            offsets[table.name] = highest
        for table in tables:
            if offsets[table.name]:
                await _copy(writer, table, offsets, times)
        await writer.analyze()


async def _copy(writer: DatabaseWriter, table: Table, offsets: Mapping[str, int], times: int) -> None:
    async with writer.transaction():
        remade = await writer.take_off(table.name)
        for copy in range(1, times):
            await writer.execute(copy_statement(table, offsets, copy))
        for sql in remade:
            # Foreign keys hold by construction; peers know relations by them, but no row has to be looked at.
            await writer.execute(f"{sql} NOT VALID" if "FOREIGN KEY" in sql else sql)
        await writer.synchronise(table.name)


@cache
def _fingerprint() -> str:
    """What the migrations come to: data made by others is of no use."""
    found = sorted((Path(migrations.__file__).parent / "versions").glob("*.py"))
    return blake2b(b"".join(path.read_bytes() for path in found), digest_size=4).hexdigest()


def _migrate(url: str) -> None:
    with ThreadPoolExecutor(1) as pool:
        pool.submit(migrations.upgrade, url).result()


class Data:
    """The databases of a benchmark, made when they are first asked for and kept."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)
        self._postgres: Postgres | None = None
        self._urls: dict[tuple[str, int], str] = {}

    @property
    def postgres(self) -> Postgres:
        """The one server."""
        if self._postgres is None:
            self._postgres = Postgres(self.folder / "postgres")
        return self._postgres

    def url(self, kind: str, times: int) -> str:
        """A database of a kind and size."""
        if (kind, times) not in self._urls:
            self._urls[kind, times] = self._made(kind, times)
        return self._urls[kind, times]

    def _made(self, kind: str, times: int) -> str:
        began = time.perf_counter()
        url = self._postgresql(times) if kind == "postgresql" else self._sqlite(times)
        if (took := time.perf_counter() - began) > 5:
            print(f"made {kind}, {times} times the customers, in {took:.0f} s", flush=True)
        return url

    async def keep_years(self, kind: str, times: int) -> None:
        """Work out what customers bought within the year, as the gateway's jobs do, which don't run meanwhile."""
        engine = make_engine(await asyncio.to_thread(self.url, kind, times))
        try:
            await keep_years(engine, datetime.now(UTC), 20)
        finally:
            await engine.dispose()

    @staticmethod
    def name(times: int) -> str:
        """What a database of a size is called; another one once the tables are made otherwise."""
        return f"crm_{times}_{_fingerprint()}"

    def sqlite_file(self, times: int) -> Path:
        """Where a SQLite database of a size is kept."""
        return self.folder / f"{self.name(times)}.sqlite"

    def _sqlite(self, times: int) -> str:
        path = self.sqlite_file(times)
        making = path.with_suffix(".making")
        if not path.exists():
            url = f"sqlite+aiosqlite:///{making}"
            for old in self.folder.glob(f"crm_{times}_*.sqlite*"):
                old.unlink()
            if times == 1:
                _migrate(url)
                asyncio.run(import_journey(url, today=datetime.now(UTC).date()))
            else:
                self._sqlite(1)
                shutil.copyfile(self.sqlite_file(1), making)
                asyncio.run(multiply(url, times))
            making.rename(path)
        return f"sqlite+aiosqlite:///{path}"

    def _postgresql(self, times: int) -> str:
        server = self.postgres
        asyncio.run(self._make_postgresql(times))
        return server.url(self.name(times))

    async def _make_postgresql(self, times: int) -> None:
        server, name = self.postgres, self.name(times)
        admin: Any = await asyncpg.connect(**server.address("postgres"))
        try:
            if await admin.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
                await _settle(server, name)
                return
            making = f"{name}_making"
            olds = await admin.fetch("SELECT datname FROM pg_database WHERE datname ~ $1", f"^crm_{times}(_|$)")
            for (old,) in olds:
                await admin.execute(f"DROP DATABASE {old} WITH (FORCE)")
            if times == 1:
                await admin.execute(f"CREATE DATABASE {making}")
                await asyncio.to_thread(_migrate, server.url(making))
                await import_journey(server.url(making), today=datetime.now(UTC).date())
            else:
                await self._make_postgresql(1)
                await admin.execute(f"CREATE DATABASE {making} TEMPLATE {self.name(1)} STRATEGY FILE_COPY")
                await multiply(server.url(making), times)
            await _settle(server, making)
            await admin.execute(f"ALTER DATABASE {making} RENAME TO {name}")
        finally:
            await admin.close()


async def _settle(server: Postgres, database: str) -> None:
    connection: Any = await asyncpg.connect(**server.address(database))
    try:
        await connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        await connection.execute(FUNCTIONS.read_text())
        vacuumed = "SELECT count(last_vacuum) FROM pg_stat_user_tables WHERE relname = 'customer'"
        if not await connection.fetchval(vacuumed):
            await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()
