"""The engine behind writing: one transaction an operation, begun the way each database needs it."""

from __future__ import annotations

import sqlite3
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from models import postgres
from resolvers.storage.patience.turns import turn_options
from resolvers.storage.sqlite_functions import FUNCTIONS

CONNECTIONS = 8
"""How many a process reads PostgreSQL through, unless told otherwise."""

SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    # An acknowledged write survives the loss of power.
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    # Replacing a row deletes it: a trigger that refuses that is to be heard then, too.
    "PRAGMA recursive_triggers=ON",
    "PRAGMA busy_timeout=5000",
    "PRAGMA cache_size=-65536",
    "PRAGMA mmap_size=1073741824",
    "PRAGMA temp_store=MEMORY",
)

ADDRESS = "address"
"""The option of an engine that holds the address it was made for, as it was given."""


def make_engine(url: str, **options: Any) -> AsyncEngine:
    """An engine for `sqlite+aiosqlite://` or `postgresql+asyncpg://`.

    SQLite's driver would begin a transaction late and take the write lock later still, so that two writers could
    both read and one would fail; BEGIN IMMEDIATE takes the lock first.
    """
    # What a statement was given may be personal: no error repeats it.
    options.setdefault("hide_parameters", True)
    options["execution_options"] = {ADDRESS: url} | options.get("execution_options", {})
    backend = postgres.backend_of(url)
    options["execution_options"] = turn_options(backend) | options["execution_options"]
    if backend == "postgresql":
        return postgres.make_engine(url, **options)
    engine = create_async_engine(url, **options)
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_immediate)
    return engine


def address_of(engine: AsyncEngine) -> str:
    """The address that an engine was made for, for another process to make its own. It may hold a password."""
    return str(engine.get_execution_options()[ADDRESS])


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in SQLITE_PRAGMAS:
        cursor.execute(pragma)
    cursor.close()
    for name, (arguments, function) in FUNCTIONS.items():
        connection.create_function(name, arguments, function, deterministic=True)


def _begin_immediate(connection: Connection) -> None:
    # Whoever says that nothing will be written leaves the lock to others.
    reading = connection.get_execution_options().get("reading")
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def sqlite_connection(path: str) -> sqlite3.Connection:
    """A bare connection to a SQLite file, prepared like the engine's, for bulk loading."""
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in SQLITE_PRAGMAS:
        connection.execute(pragma)
    return connection
