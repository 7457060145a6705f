"""How fast a retailer's own bills are imported: `python -m tests.benchmarks.importing`.

Bills of a few lines, of customers and products that were imported before, are brought in from JSON Lines and from CSV
into a new database of each kind; told are bills a second, and the CPU that each takes here and in the database.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import random
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import psutil

from resolvers.files import import_files
from tests import databases

STORES, PRODUCTS, CUSTOMERS = 20, 2_000, 20_000
MOST_LINES = 9
"""A bill has five lines in the middle."""

BEGIN = datetime(2025, 1, 1, 8, tzinfo=UTC)
AIM = 10_000
"""Bills a second, on PostgreSQL."""

SETTLES = 0.5
"""Seconds after which the database's process of an import has ended."""

Rows = Iterator[dict[str, Any]]


def shop() -> dict[str, Rows]:
    """What bills name, by the file that it stands in."""
    return {
        "stores": ({"code": f"S{each}", "name": f"Store {each}"} for each in range(STORES)),
        "customerSources": iter([{"code": "erp", "name": "ERP"}]),
        "products": (
            {**_of_erp(f"P{each}"), "code": f"P{each}", "name": f"Product {each}"} for each in range(PRODUCTS)
        ),
        "customers": ({**_of_erp(f"C{each}"), "firstName": "Eva", "lastName": f"N{each}"} for each in range(CUSTOMERS)),
    }


def bills(number: int) -> Rows:
    """So many bills, the same ones each time; of four in five it is known who bought."""
    chance = random.Random(7)
    for place in range(number):
        items = [
            {
                "product": _of_erp(f"P{chance.randrange(PRODUCTS)}"),
                "quantity": str(chance.randint(1, 4)),
                "price": str(Decimal(chance.randint(500, 90_000)) / 100),
            }
            for _ in range(chance.randint(1, MOST_LINES))
        ]
        yield {
            "store": f"S{place % STORES}",
            "externalId": f"B{place}",
            "customer": _of_erp(f"C{chance.randrange(CUSTOMERS)}") if chance.random() < 0.8 else None,
            "paidAt": (BEGIN + timedelta(seconds=47 * place)).isoformat(),
            "currencyCode": "CZK",
            "items": items,
        }


def _of_erp(external_id: str) -> dict[str, str]:
    return {"source": "erp", "externalId": external_id}


def write(folder: Path, number: int) -> tuple[list[Path], dict[str, Path]]:
    """The shop's files, and the bills in both forms."""
    made = [_json_lines(folder / f"{name}.jsonl", rows) for name, rows in shop().items()]
    forms = {
        "JSON Lines": _json_lines(folder / "purchases.jsonl", bills(number)),
        "CSV": _csv(folder / "purchases.csv", bills(number)),
    }
    return made, forms


def _json_lines(path: Path, rows: Rows) -> Path:
    path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    return path


def _csv(path: Path, rows: Rows) -> Path:
    with path.open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(
            ("store", "externalId", "customer.source", "customer.externalId", "paidAt", "currencyCode", "items")
        )
        for row in rows:
            customer = row["customer"] or {"source": "", "externalId": ""}
            lines = orjson.dumps(row["items"]).decode()
            table.writerow((row["store"], row["externalId"], *customer.values(), row["paidAt"], "CZK", lines))
    return path


async def measure(url: str, name: str, bills_file: Path, shop_files: list[Path], number: int, server: Path) -> None:
    """Import, and say what it took."""
    before = await import_files(url, shop_files)
    assert before.written, before.errors[:3]
    here, there, began = time.process_time(), _of_server(server), time.perf_counter()
    report = await import_files(url, [bills_file])
    seconds, here = time.perf_counter() - began, time.process_time() - here
    await asyncio.sleep(SETTLES)
    there = _of_server(server) - there
    assert report.written, report.errors[:3]
    assert report.counts["purchases"].created == number
    print(
        f"{name}: {number / seconds:,.0f} bills a second; "
        f"{1e6 * here / number:.0f} µs of CPU a bill here, {1e6 * there / number:.0f} µs in the database",
        flush=True,
    )


def _of_server(folder: Path) -> float:
    """Seconds of CPU of those of PostgreSQL's processes that have ended, as an import's has."""
    pid = folder / "postmaster.pid"
    if not pid.exists():
        return 0.0
    times = psutil.Process(int(pid.read_text().splitlines()[0])).cpu_times()
    return float(times.children_user + times.children_system)


def main() -> None:
    """Measure each form on each database."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.importing", description=__doc__)
    parser.add_argument("--bills", type=int, default=200_000)
    parser.add_argument("--backend", choices=sorted(databases.KINDS), action="append")
    parser.add_argument("--form", choices=("JSON Lines", "CSV"), action="append")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, databases.of_a_program() as made:
        server = databases.shared_folder() / "postgres"
        shop_files, forms = write(Path(folder), given.bills)
        for kind in given.backend or databases.KINDS:
            for form, path in forms.items():
                if form in (given.form or forms):
                    with made.database(kind) as url:
                        asyncio.run(measure(url, f"{kind}, {form}", path, shop_files, given.bills, server))
    print(f"aimed at: {AIM:,} bills a second on postgresql")


if __name__ == "__main__":
    main()
