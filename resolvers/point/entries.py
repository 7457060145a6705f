"""Writing entries of the ledger, and changing what lots hold by what they say. Entries are only ever added."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from sqlalchemy import update

import models
from models import PointEntryKind
from models.event_kinds import EventKind
from models.rules.money import ZERO
from models.types import POINTS, BigKey
from resolvers.query.compiled_writes import Insert, Update
from resolvers.storage.statement import parameter
from resolvers.storage.transaction import Transaction

EVENTS = {
    PointEntryKind.ASSIGN: EventKind.POINTS_ASSIGNED,
    PointEntryKind.EARN: EventKind.POINTS_EARNED,
    PointEntryKind.SPEND: EventKind.POINTS_SPENT,
    PointEntryKind.EXPIRE: EventKind.POINTS_EXPIRED,
    PointEntryKind.TRANSFER_IN: EventKind.POINTS_RECEIVED,
    PointEntryKind.TRANSFER_OUT: EventKind.POINTS_SENT,
    PointEntryKind.REVERSE: EventKind.POINTS_REVERSED,
    PointEntryKind.REPAY: EventKind.POINTS_REPAID,
}

LOT_COLUMNS = "customer_id point_type_id partner_id amount remaining active_from expires_at created_at note"
LOT = Insert(models.PointLot, LOT_COLUMNS, returning="id")
ENTRY = Insert(
    models.PointEntry,
    "customer_id kind amount owed at note point_type_id partner_id store_id purchase_id voucher_id reverses_id"
    " extended_data earned_by",
    returning="id",
)
ENTRY_LOT = Insert(models.PointEntryLot, "entry_id lot_id amount")
MOVE = Update(
    lambda: (
        update(models.PointLot)
        .where(models.PointLot.id == parameter("key", BigKey))
        .values(remaining=models.PointLot.remaining + parameter("amount", POINTS))
    )
)


async def add_lot(transaction: Transaction, lot: models.PointLot) -> int:
    """Write a lot that was made; its key."""
    lot.id = await LOT.one(transaction, **{name: getattr(lot, name) for name in LOT_COLUMNS.split()})
    return lot.id


async def move(
    transaction: Transaction,
    customer_id: int,
    kind: PointEntryKind,
    touched: Sequence[tuple[int, Decimal]],
    *,
    owed: Decimal = ZERO,
    **about: object,
) -> models.PointEntry:
    """Change what lots hold, by key, with the entry that says so.

    The constraint on `remaining` is what finally forbids an overdraft.
    """
    for key, amount in sorted(touched):
        await MOVE.run(transaction, key=key, amount=amount)
    return await book(transaction, customer_id, kind, touched, owed=owed, **about)


async def book(
    transaction: Transaction,
    customer_id: int,
    kind: PointEntryKind,
    touched: Iterable[tuple[int, Decimal]],
    *,
    owed: Decimal = ZERO,
    **about: object,
) -> models.PointEntry:
    """Write an entry down, with what it did to which lots. `about` is what else it tells."""
    parts = list(touched)
    amount = sum((part for _, part in parts), ZERO)
    moment = about.pop("at", None) or transaction.now
    told = {"customer_id": customer_id, "kind": kind, "amount": amount, "owed": owed, "at": moment, **about}
    entry = models.PointEntry(id=await ENTRY.one(transaction, **told), **told)
    rows = [{"entry_id": entry.id, "lot_id": lot_id, "amount": part} for lot_id, part in parts]
    await ENTRY_LOT.rows(transaction, rows)
    data = {"amount": str(amount)} | ({"owed": str(owed)} if owed else {})
    transaction.emit(EVENTS[kind], entry, customer_id=customer_id, data=data)
    return entry
