"""What working all recommendations out costs, on The Complete Journey and on copies of its customers with their bills.

    python -m tests.benchmarks.recommending data/crm360.sqlite --times 1 10

The file is one that `crm360 import journey` has filled; it is copied, and not changed. Each size is worked out twice:
at first all rows are new, then those are written whose values changed within a day.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import shutil
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from models.base import utc_now
from resolvers.recommendation.schedule import ALL, work
from resolvers.storage.engine import make_engine

COPIED = {
    "customer": ("id",),
    "purchase": ("id", "customer_id"),
    "purchase_item": ("id", "purchase_id"),
}
"""The tables of which copies are made, those first that others refer to, with the keys to move."""
TOLD_APART = {"purchase": ("external_id",), "customer": ("email", "phone")}
"""What must be unique: of copies it tells which one they are, or is left out."""
MOVES = {"id": "", "customer_id": "customer", "purchase_id": "purchase"}


def multiply(file: Path, times: int) -> None:
    """Let the file have so many times as many customers, all with the bills of those that are there."""
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        steps = {table: connection.execute(f"SELECT max(id) FROM {table}").fetchone()[0] for table in COPIED}
        for copy in range(1, times):
            for table in COPIED:
                connection.execute(_copying(connection, table, steps, copy))
        connection.execute("DELETE FROM recommendation WHERE basis IS NOT NULL")
        connection.execute("ANALYZE")
    connection.close()


def _copying(connection: sqlite3.Connection, table: str, steps: dict[str, int], copy: int) -> str:
    found = {name: _value(table, name, steps, copy) for name in _columns(connection, table)}
    last = steps[table]
    return (
        f"INSERT INTO {table} ({', '.join(found)}) SELECT {', '.join(found.values())} FROM {table} WHERE id <= {last}"
    )


def _columns(connection: sqlite3.Connection, table: str) -> Iterator[str]:
    """All but those that the database works out."""
    return (row[1] for row in connection.execute(f"PRAGMA table_xinfo({table})") if not row[6])


def _value(table: str, name: str, steps: dict[str, int], copy: int) -> str:
    if name in COPIED[table]:
        return f"{name} + {steps[MOVES[name] or table] * copy}"
    if name in TOLD_APART.get(table, ()):
        return "NULL" if table == "customer" else f"{name} || '.{copy}'"
    return "NULL" if name.startswith(("email", "phone")) and table == "customer" else name


async def measure(file: Path) -> Iterator[dict[str, Any]]:
    """Work all out as of now, and as of a day later."""
    engine = make_engine(f"sqlite+aiosqlite:///{file}")
    done = []
    for days in (0, 1):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        found = await work(engine, ALL, utc_now() + timedelta(days=days))
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        done.append({**found, "cpu": cpu})
    await engine.dispose()
    return iter(done)


def main() -> None:
    """Measure, and print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--times", type=int, nargs="+", default=[1, 10])
    given = parser.parse_args()
    print("| customers | lines | changed | read | work out | write | together | CPU | memory |")
    print("|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
    for times in given.times:
        with TemporaryDirectory(dir=given.file.parent) as folder:
            file = Path(folder) / "measured.sqlite"
            shutil.copy(given.file, file)
            multiply(file, times)
            for one in asyncio.run(measure(file)):
                parts = [one["reading"], one["thinking"], one["writing"]]
                seconds = " | ".join(f"{part:.0f} s" for part in (*parts, sum(parts), one["cpu"]))
                memory = f"{one['memory'] / 1e6:,.0f} MB"
                print(
                    f"| {one['customers']:,} | {one['lines']:,} | {one['changed']:,} | {seconds} | {memory} |",
                    flush=True,
                )


if __name__ == "__main__":
    main()
