"""Rows that PostgreSQL copies are the same as those that are written one by one, and so is what follows from them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

import models
from resolvers.files import ImportReport, import_files
from resolvers.files.behind import Behind
from resolvers.files.record import bulk_insert
from resolvers.files.record.natural_keys import table_of
from resolvers.storage.engine import make_engine

TABLES = (
    models.CustomerStatistics,
    models.CustomerMonth,
    models.Purchase,
    models.PurchaseItem,
    models.PurchasePayment,
    models.PropertyRecord,
    models.Product,
    models.CustomerTerm,
)
UNLIKE = {
    *((table_of(each).name, name) for each in TABLES for name in ("created_at", "updated_at")),
    ("customer_statistics", "revision"),
    ("customer_month", "id"),
}
"""When rows were made, how many statements changed a customer's figures, and which month came first."""


def files(folder: Path) -> list[Path]:
    """A shop's files: of its bills one has a property, one is nobody's, and one is refused by the database."""
    rows: dict[str, list[dict[str, Any]]] = {
        "stores": [{"code": "S", "name": "S"}],
        "properties": [{"code": "note", "name": "Note", "dataType": "TEXT"}],
        "products": [{**of(f"P{each}"), "code": f"P{each}", "name": f"Product {each}"} for each in range(12)],
        "customers": [{**of(f"C{each}"), "lastName": f"N{each}"} for each in range(10)],
        "purchases": [bill(each) for each in range(40)],
    }
    rows["purchases"][2]["items"][1]["properties"] = [{"property": "note", "value": "A gift"}]
    rows["purchases"][3]["customer"] = None
    rows["purchases"][4]["returned"] = "-1"
    rows["purchases"][5]["payments"] = [{"kind": "CARD", "amount": rows["purchases"][5]["items"][0]["price"]}]
    rows["purchases"][5]["items"][1:] = []
    for name, some in rows.items():
        (folder / f"{name}.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in some))
    return [folder / f"{name}.jsonl" for name in rows]


def bill(place: int) -> dict[str, Any]:
    lines = [{"product": of(f"P{(place + line) % 12}"), "quantity": "2", "price": f"{place}.5"} for line in range(3)]
    paid = f"2025-{1 + place % 12:02}-03T10:00:00Z"
    named = {"store": "S", "externalId": f"B{place}", "customer": of(f"C{place % 10}")}
    return {**named, "paidAt": paid, "currencyCode": "CZK", "items": lines}


def of(external_id: str) -> dict[str, str]:
    return {"source": "crm360", "externalId": external_id}


async def brought(url: str, paths: list[Path]) -> tuple[ImportReport, dict[str, list[str]]]:
    """The report of an import into a new database, and what the database holds then."""
    report = await import_files(url, paths, skip_bad=True)
    engine, found = make_engine(url), {}
    async with engine.connect() as connection:
        for table in map(table_of, TABLES):
            columns = [column for column in table.columns if (table.name, column.name) not in UNLIKE]
            rows = await connection.execute(select(*columns))
            found[table.name] = sorted(str(tuple(row)) for row in rows)
    await engine.dispose()
    return report, found


async def test_what_is_copied_is_what_is_written_row_by_row(
    new_database: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = files(tmp_path)
    copying = await brought(new_database("postgresql"), paths)
    monkeypatch.setattr(bulk_insert, "WORTH_COPYING", 10_000)
    slow = await brought(new_database("postgresql"), paths)

    report, rows = copying
    assert copying == slow
    assert [str(error) for error in report.errors] == ["purchases.jsonl, line 5: must satisfy returned >= 0"]
    assert report.counts["purchases"].created == 39
    counts = [len(rows[name]) for name in ("purchase", "purchase_item", "purchase_payment", "property_record")]
    assert counts == [39, 115, 1, 1]
    assert len(rows["customer_month"]) == 38


async def test_a_batch_that_is_left_is_ended_before_the_transaction_is() -> None:
    ended = []

    async def write() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("written")

    behind = Behind()
    await behind.start(write())
    await asyncio.sleep(0)

    await behind.give_up()
    await behind.end()

    assert ended == ["written"]
