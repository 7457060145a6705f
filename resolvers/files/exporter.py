"""Exporting everything to files that the importer takes back, from one moment of the database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

import orjson
from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from models import postgres
from models.postgres import backend_of
from resolvers.files.format import csv_columns
from resolvers.files.format.record_schema import RecordSchema
from resolvers.files.ledger import rows as ledger_rows
from resolvers.files.progress import ProgressListener, Silent
from resolvers.files.record.key_resolver import Names
from resolvers.files.resources import RESOURCES, Resource
from resolvers.files.shown import rows

Rows = list[dict[str, object]]


async def export_files(
    url: str,
    folder: Path,
    *,
    kind: Literal["jsonl", "csv"] = "jsonl",
    resources: Collection[str] | None = None,
    progress: ProgressListener | None = None,
) -> dict[str, int]:
    """Write a file for each resource that has rows, and tell how many it has.

    What the folder held of the resources before is gone. Rows stand in the order in which they were made, so
    that the same rows always give the same bytes.
    """
    told = Silent() if progress is None else progress
    chosen = [RESOURCES[name] for name in RESOURCES if resources is None or name in resources]
    if unknown := sorted(set(resources or ()) - RESOURCES.keys()):
        near = get_close_matches(unknown[0], RESOURCES, n=1)
        meant = f"did you mean {near[0]}?" if near else f"there are: {', '.join(RESOURCES)}."
        raise ValueError(f"There is no resource called {unknown[0]}; {meant}")
    folder.mkdir(parents=True, exist_ok=True)
    counts = {}
    async with _snapshot(url) as connection:
        names = Names(connection)
        for resource in chosen:
            if not resource.taking:
                told.step(resource.name, await _count(names, resource))
                counts[resource.name] = await _write(names, resource, folder / f"{resource.name}.{kind}", told)
    return counts


@asynccontextmanager
async def _snapshot(url: str) -> AsyncIterator[AsyncConnection]:
    """A connection that sees the database as it is at the first question, and changes nothing."""
    if backend_of(url) == "postgresql":
        engine = postgres.make_engine(url, poolclass=NullPool, isolation_level="REPEATABLE READ", hide_parameters=True)
    else:
        engine = create_async_engine(url, poolclass=NullPool, hide_parameters=True)
        event.listen(engine.sync_engine, "connect", _read_only)
        event.listen(engine.sync_engine, "begin", _begin)
    try:
        async with engine.connect() as connection:
            yield connection
    finally:
        await engine.dispose()


def _read_only(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA query_only=ON")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


async def _count(names: Names, resource: Resource) -> int:
    return await (ledger_rows.holders(names) if resource.ledger else rows.count(names, resource))


async def _write(names: Names, resource: Resource, path: Path, progress: ProgressListener) -> int:
    """A file appears only when it is whole."""
    line = (_csv_lines if path.suffix == ".csv" else _json_lines)(resource.shape)
    written = 0
    unfinished = path.with_suffix(f"{path.suffix}.part")
    with unfinished.open("wb") as file:
        async for page in ledger_rows.pages(names) if resource.ledger else rows.pages(names, resource):
            file.write(line(page, not written))
            written += len(page)
            progress.advance(len(page))
    if written:
        unfinished.replace(path)
    else:
        unfinished.unlink()
        path.unlink(missing_ok=True)
    return written


def _json_lines(_shape: RecordSchema) -> Callable[[Rows, bool], bytes]:
    def lines(page: Rows, _first: bool) -> bytes:
        return b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in page)

    return lines


def _csv_lines(shape: RecordSchema) -> Callable[[Rows, bool], bytes]:
    columns = csv_columns.columns(shape)

    def lines(page: Rows, first: bool) -> bytes:
        header = [list(columns)] if first else []
        return csv_columns.table(
            [*header, *([csv_columns.write_cell(row, path) for path in columns.values()] for row in page)]
        )

    return lines
