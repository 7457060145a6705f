"""Customers' ledgers as files write them: lots and entries numbered from 1, and who touched what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from typing import Any

from sqlalchemy import Row, Table, func, select, union

import models
from resolvers.files.format.record_schema import RecordSchema
from resolvers.files.ledger.record_schema import LEDGER
from resolvers.files.record.key_resolver import Names, chunks
from resolvers.files.record.natural_keys import show_ref, table_of

ENTRY = table_of(models.PointEntry)
LOT = table_of(models.PointLot)
ENTRY_LOT = table_of(models.PointEntryLot)
RESERVATION = table_of(models.PointReservation)
HOLDERS = union(*(select(table.c.customer_id) for table in (ENTRY, LOT, RESERVATION))).subquery()
PAGE = 200
Rows = Sequence[Row[Any]]


async def pages(names: Names) -> AsyncIterator[list[dict[str, object]]]:
    """The ledgers of all customers who have or had points."""
    last = 0
    while True:
        holder = HOLDERS.c.customer_id
        query = select(holder).where(holder > last).order_by(holder).limit(PAGE)
        customers = list(await names.connection.scalars(query))
        if not customers:
            return
        found = await ledgers(names, customers)
        yield [found[customer] for customer in customers]
        last = customers[-1]


async def ledgers(names: Names, customers: Sequence[int]) -> dict[int, dict[str, object]]:
    """The ledgers of those customers who have or had points."""
    found: dict[int, dict[str, object]] = {}
    for some in chunks(customers, PAGE):
        lots, entries = await _of(names, LOT, some), await _of(names, ENTRY, some)
        reservations = await _of(names, RESERVATION, some)
        holders = [customer for customer in some if lots[customer] or entries[customer] or reservations[customer]]
        called = await names.names(models.Customer, holders)
        touched = await _touched(names, [entry.id for rows in entries.values() for entry in rows])
        for customer in holders:
            found[customer] = {
                "customer": show_ref(models.Customer, called[customer]),
                "lots": [await _shown(names, LEDGER.lists["lots"].shape, lot) for lot in lots[customer]],
                "entries": await _entries(names, entries[customer], lots[customer], touched),
                "reservations": [
                    await _shown(names, LEDGER.lists["reservations"].shape, row) for row in reservations[customer]
                ],
            }
    return found


async def _of(names: Names, table: Table, customers: Sequence[int]) -> dict[int, list[Row[Any]]]:
    rows: dict[int, list[Row[Any]]] = defaultdict(list)
    query = select(table).where(table.c.customer_id.in_(customers)).order_by(table.c.id)
    for row in await names.connection.execute(query):
        rows[row.customer_id].append(row)
    return rows


async def _touched(names: Names, entries: Sequence[int]) -> dict[int, list[Row[Any]]]:
    rows: dict[int, list[Row[Any]]] = defaultdict(list)
    for some in chunks(entries):
        query = select(ENTRY_LOT).where(ENTRY_LOT.c.entry_id.in_(some)).order_by(ENTRY_LOT.c.id)
        for row in await names.connection.execute(query):
            rows[row.entry_id].append(row)
    return rows


async def _entries(
    names: Names, entries: Rows, lots: Rows, touched: dict[int, list[Row[Any]]]
) -> list[dict[str, object]]:
    shape = LEDGER.lists["entries"].shape
    amount = shape.lists["lots"].shape.fields["amount"]
    place_of_lot = {lot.id: place for place, lot in enumerate(lots, start=1)}
    place_of_entry = {entry.id: place for place, entry in enumerate(entries, start=1)}
    shown = []
    for entry in entries:
        row = await _shown(names, shape, entry)
        row["reverses"] = place_of_entry.get(entry.reverses_id)
        row["lots"] = [
            {"lot": place_of_lot[part.lot_id], "amount": amount.kind and amount.kind.show(part.amount)}
            for part in touched[entry.id]
        ]
        shown.append(row)
    return shown


async def _shown(names: Names, shape: RecordSchema, row: Row[Any]) -> dict[str, object]:
    shown: dict[str, object] = {}
    for item in shape.fields.values():
        value = getattr(row, item.column, None)
        if value is not None and item.to is not None:
            value = show_ref(item.to, (await names.names(item.to, [value]))[value])
        elif value is not None and item.kind is not None:
            value = item.kind.show(value)
        shown[item.name] = value
    return shown


async def count(names: Names) -> int:
    """How many customers have or had points."""
    return int(await names.connection.scalar(select(func.count()).select_from(HOLDERS)) or 0)
