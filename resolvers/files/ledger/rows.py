"""Customers' ledgers as files write them: lots and entries numbered from 1, and who touched what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from itertools import count
from typing import Any

from sqlalchemy import exists, func, or_, select

import models
from resolvers.files.format.record_schema import ListOf
from resolvers.files.ledger.record_schema import LEDGER
from resolvers.files.record.key_resolver import Names, chunks
from resolvers.files.record.natural_keys import show_ref, table_of
from resolvers.files.shown.showing import Showing, Shown, by_name, grouped

ENTRY = table_of(models.PointEntry)
LOT = table_of(models.PointLot)
RESERVATION = table_of(models.PointReservation)
LOTS, ENTRIES, RESERVATIONS = (LEDGER.lists[name] for name in ("lots", "entries", "reservations"))
TOUCHED = ENTRIES.shape.lists["lots"]
BESIDE = {ENTRIES.shape.model: ("reverses_id",), TOUCHED.shape.model: ("lot_id",)}
"""What is read of a table beside what is shown as it is."""

CUSTOMER = table_of(models.Customer)
HOLDS = or_(*(exists().where(table.c.customer_id == CUSTOMER.c.id) for table in (ENTRY, LOT, RESERVATION)))
PAGE = 200
Grouped = Mapping[int, list[object]]


async def pages(names: Names) -> AsyncIterator[list[Shown]]:
    """The ledgers of all customers who have or had points."""
    last, showing = 0, Showing(names)
    while True:
        query = select(CUSTOMER.c.id).where(CUSTOMER.c.id > last, HOLDS).order_by(CUSTOMER.c.id).limit(PAGE)
        customers = list(await names.connection.scalars(query))
        if not customers:
            return
        found = await _ledgers(showing, customers)
        yield [found[customer] for customer in customers]
        last = customers[-1]


async def ledgers(names: Names, customers: Sequence[int]) -> dict[int, Shown]:
    """The ledgers of those customers who have or had points."""
    showing, found = Showing(names), dict[int, Shown]()
    for some in chunks(customers, PAGE):
        found |= await _ledgers(showing, some)
    return found


async def _ledgers(showing: Showing, customers: Sequence[int]) -> dict[int, Shown]:
    lots, entries, reservations = [await _of(showing, part, customers) for part in (LOTS, ENTRIES, RESERVATIONS)]
    lists = {
        "lots": await _shown(showing, LOTS, lots),
        "entries": await _entries(showing, entries, lots),
        "reservations": await _shown(showing, RESERVATIONS, reservations),
    }
    holders = [customer for customer in customers if any(customer in each for each in lists.values())]
    called = await showing.names.names(models.Customer, holders)
    return {
        customer: {
            "customer": show_ref(models.Customer, called[customer]),
            **{name: every.get(customer, []) for name, every in lists.items()},
        }
        for customer in holders
    }


async def _of(showing: Showing, part: ListOf, owners: Sequence[int]) -> dict[str, Sequence[Any]]:
    """The columns of a list's rows, in the order in which they were made; nothing where there are none."""
    table = table_of(part.shape.model)
    beside = BESIDE.get(part.shape.model, ())
    names = ("id", "owner", *beside, *(item.column for item in part.shape.columns))
    read = [table.c.id, table.c[part.parent], *(table.c[name] for name in beside), *showing.selected(part.shape)]
    rows = list[Any]()
    for some in chunks(owners):
        query = select(*read).where(table.c[part.parent].in_(some)).order_by(table.c.id)
        rows += await showing.names.connection.execute(query)
    return by_name(names, rows) if rows else dict.fromkeys(names, ())


async def _shown(showing: Showing, part: ListOf, columns: Mapping[str, Sequence[Any]], **lists: Any) -> Grouped:
    rows = await showing.shown(part.shape, len(columns["id"]), columns, lists)
    return grouped(columns["owner"], rows)


async def _entries(showing: Showing, entries: dict[str, Sequence[Any]], lots: Mapping[str, Sequence[Any]]) -> Grouped:
    touched = await _of(showing, TOUCHED, entries["id"])
    places = _places(lots)
    touched["lot"] = [places[lot] for lot in touched["lot_id"]]
    parts = await _shown(showing, TOUCHED, touched)
    places = _places(entries)
    entries["reverses"] = [places.get(entry) for entry in entries["reverses_id"]]
    return await _shown(showing, ENTRIES, entries, lots=[parts.get(entry, []) for entry in entries["id"]])


def _places(columns: Mapping[str, Sequence[Any]]) -> dict[Any, int]:
    """Where each row stands among those of its customer, from 1."""
    next_place: defaultdict[int, count[int]] = defaultdict(lambda: count(1))
    return {key: next(next_place[owner]) for key, owner in zip(columns["id"], columns["owner"], strict=True)}


async def holders(names: Names) -> int:
    """How many customers have or had points."""
    return int(await names.connection.scalar(select(func.count()).select_from(CUSTOMER).where(HOLDS)) or 0)
