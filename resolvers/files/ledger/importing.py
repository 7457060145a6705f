"""Points from files: opening balances, and whole ledgers. The books balance after every row."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

import models
from resolvers.files.format.record_schema import Draft
from resolvers.files.format.value_formats import plain
from resolvers.files.ledger import rows as ledger_rows
from resolvers.files.record.batch import RecordBatch
from resolvers.files.record.bulk_insert import Values
from resolvers.files.record.natural_keys import table_of
from resolvers.files.report import Count

ENTRY = table_of(models.PointEntry)
LOT = table_of(models.PointLot)
ENTRY_LOT = table_of(models.PointEntryLot)
RESERVATION = table_of(models.PointReservation)
ZERO = Decimal(0)
TAKEN_AS = "openingBalance"
"""Where an entry's extended data keeps by which row of which system it came."""


class OpeningBatch(RecordBatch):
    """Balances that customers bring along. Each is taken once: a lot, and the entry that put its points there."""

    async def write(self) -> Count:
        """Write the balances that are new."""
        for draft in self.drafts:
            draft.refuse_missing(self.resource.shape)
            if draft.values.get("amount", 1) < 0:
                draft.refuse("amount", "must be greater than zero")
        await self._refer()
        self._leave_out_nothing()
        await self._leave_out_taken()
        made = self.good
        self.count.created = len(made)
        entries = await self.writer.new_keys(ENTRY, len(made))
        lots = await self.writer.new_keys(LOT, len(made))
        rows = [_opening(draft, *keys) for draft, *keys in zip(made, entries, lots, strict=True)]
        await self.writer.insert(ENTRY, [entry for entry, _, _ in rows])
        await self.writer.insert(LOT, [lot for _, lot, _ in rows])
        await self.writer.insert(ENTRY_LOT, [both for _, _, both in rows])
        return self.count

    def _leave_out_nothing(self) -> None:
        """Who has no points brings none along."""
        nothing = [draft for draft in self.good if not draft.values["amount"]]
        self.count.unchanged += len(nothing)
        self.drafts = [draft for draft in self.drafts if draft.errors or draft.values["amount"]]

    async def _leave_out_taken(self) -> None:
        customers = {draft.values["customer_id"] for draft in self.good}
        query = select(ENTRY.c.customer_id, ENTRY.c.amount, ENTRY.c.extended_data).where(
            ENTRY.c.customer_id.in_(customers), ENTRY.c.kind == models.PointEntryKind.ASSIGN
        )
        taken = {}
        for customer, amount, data in await self.connection.execute(query):
            if isinstance(data, dict) and isinstance(named := data.get(TAKEN_AS), dict):
                taken[customer, named.get("source"), named.get("externalId")] = amount
        new = []
        for draft in self.good:
            values = draft.values
            amount = taken.get((values["customer_id"], values["source"], values["external_id"]))
            if amount is None:
                new.append(draft)
            elif amount == values["amount"]:
                self.count.unchanged += 1
            else:
                draft.refuse("amount", f"was taken before as {plain(amount)}; entries never change")
        self.drafts = new


def _opening(draft: Draft, entry: int, lot: int) -> tuple[Values, Values, Values]:
    """An entry, its lot, and how much of the entry went to the lot."""
    given = draft.values
    made = given.get("created_at") or datetime.now(UTC)
    named = {TAKEN_AS: {"source": given["source"], "externalId": given["external_id"]}}
    shared = {name: given.get(name) for name in ("customer_id", "point_type_id", "partner_id", "note", "amount")}
    times = {"created_at": made, "active_from": given.get("active_from") or made, "expires_at": given.get("expires_at")}
    return (
        {"id": entry, **shared, "kind": models.PointEntryKind.ASSIGN.value, "at": made, "extended_data": named},
        {"id": lot, **shared, **times, "remaining": given["amount"]},
        {"entry_id": entry, "lot_id": lot, "amount": given["amount"]},
    )


class LedgerBatch(RecordBatch):
    """Whole ledgers of customers who have no points yet. One that is there already must be the same."""

    async def write(self) -> Count:
        """Write the ledgers that are new."""
        for draft in self.drafts:
            draft.refuse_missing(self.resource.shape)
            _balance(draft)
        await self._refer()
        await self._leave_out_known()
        self.count.created = len(self.good)
        await self._write_lots()
        await self._write_entries()
        rows = [
            {"customer_id": draft.values["customer_id"], **item.values} for draft, item in self._all("reservations")
        ]
        await self.writer.insert(RESERVATION, rows)
        return self.count

    async def _leave_out_known(self) -> None:
        customers = {draft.values["customer_id"]: draft for draft in self.good}
        known = await ledger_rows.ledgers(self.names, sorted(customers))
        for customer, raw in known.items():
            there = self.resource.shape.read(raw, Draft(0))
            if essence(there) == essence(customers[customer]):
                self.count.unchanged += 1
            else:
                customers[customer].refuse("customer", "has points already, and other ones; entries never change")
        self.drafts = [draft for draft in self.drafts if draft.errors or draft.values["customer_id"] not in known]

    def _all(self, name: str) -> list[tuple[Draft, Draft]]:
        return [(draft, item) for draft in self.good for item in draft.lists.get(name, ())]

    async def _write_lots(self) -> None:
        lots = self._all("lots")
        rows = []
        for (draft, lot), key in zip(lots, await self.writer.new_keys(LOT, len(lots)), strict=True):
            lot.key = key
            rows.append({"id": key, "customer_id": draft.values["customer_id"], **lot.values})
        await self.writer.insert(LOT, rows)

    async def _write_entries(self) -> None:
        """Entries refer to those before them, so they are written in their order."""
        entries = self._all("entries")
        rows, both = [], []
        for (draft, entry), key in zip(entries, await self.writer.new_keys(ENTRY, len(entries)), strict=True):
            entry.key = key
            values = {name: value for name, value in entry.values.items() if name in ENTRY.columns}
            reversed_ = entry.values.get("reverses")
            values["reverses_id"] = draft.lists["entries"][reversed_ - 1].key if reversed_ else None
            rows.append({"id": key, "customer_id": draft.values["customer_id"], **values})
            both += [
                {
                    "entry_id": key,
                    "lot_id": draft.lists["lots"][part.values["lot"] - 1].key,
                    "amount": part.values["amount"],
                }
                for part in entry.lists.get("lots", ())
            ]
        await self.writer.insert(ENTRY, rows, in_order=True)
        await self.writer.insert(ENTRY_LOT, both)


def _balance(draft: Draft) -> None:
    """Every entry must be the sum of what it did to lots, and no lot may give more than it has."""
    if draft.errors:
        return
    lots = draft.lists.setdefault("lots", [])
    for reservation in draft.lists.get("reservations", ()):
        reservation.values.setdefault("state", models.PointReservationState.ACTIVE.value)
    _check_owed(draft)
    left = [ZERO] * len(lots)
    for place, entry in enumerate(draft.lists.get("entries", ())):
        touched = entry.lists.get("lots", ())
        if any(not 1 <= part.values["lot"] <= len(lots) for part in touched):
            draft.refuse(f"entries[{place}].lots", "names a lot that is not in the ledger")
            return
        if not 1 <= (entry.values.get("reverses") or 1) <= max(place, 1):
            draft.refuse(f"entries[{place}].reverses", "must be an entry that comes before")
            return
        for part in touched:
            left[part.values["lot"] - 1] += part.values["amount"]
        if sum((part.values["amount"] for part in touched), ZERO) != entry.values["amount"]:
            draft.refuse(f"entries[{place}].amount", "differs from what its lots got")
    for place, (lot, remaining) in enumerate(zip(lots, left, strict=True)):
        lot.values["remaining"] = remaining
        if not 0 <= remaining <= lot.values["amount"]:
            draft.refuse(f"lots[{place}]", f"would be left with {plain(remaining)} points")


def _check_owed(draft: Draft) -> None:
    """No more is paid for than is owed."""
    owed = ZERO
    for place, entry in enumerate(draft.lists.get("entries", ())):
        owed += entry.values.setdefault("owed", ZERO)
        if owed < 0:
            draft.refuse(f"entries[{place}].owed", "pays for more points than are owed")


def essence(draft: Draft) -> object:
    """What a row says, however it was written: what is empty and what is not given are the same."""
    refs = _given(draft.refs)
    values = [pair for pair in _given(draft.values) if pair[0] not in draft.refs and pair[0] != "remaining"]
    return values, refs, [(name, [essence(item) for item in items]) for name, items in _given(draft.lists) if items]


def _given(values: dict[str, Any]) -> list[tuple[str, Any]]:
    return sorted((pair for pair in values.items() if pair[1] is not None), key=lambda pair: pair[0])
