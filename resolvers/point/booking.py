"""Booking points: what rules say is taken from lots or put into them, written down so that it can go back.

Whoever books holds the customer's row locked, and so is the only one who moves that customer's points. Entries are
only ever added; a lot changes by what an entry says, in a statement that refuses to go below zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy import or_, select, update

import models
from models import PointEntryKind
from models.event_kinds import EventKind
from models.rules import ledger
from models.rules import point_reservation as holding
from models.rules.ledger import Given, NewLot, Taken
from models.rules.money import ZERO
from models.types import POINTS, BigKey
from resolvers.query.compiled_writes import Insert, Update
from resolvers.storage.statement import parameter
from resolvers.storage.transaction import Transaction

T = TypeVar("T")

EVENTS = {
    PointEntryKind.ASSIGN: EventKind.POINTS_ASSIGNED,
    PointEntryKind.EARN: EventKind.POINTS_EARNED,
    PointEntryKind.SPEND: EventKind.POINTS_SPENT,
    PointEntryKind.EXPIRE: EventKind.POINTS_EXPIRED,
    PointEntryKind.TRANSFER_IN: EventKind.POINTS_RECEIVED,
    PointEntryKind.TRANSFER_OUT: EventKind.POINTS_SENT,
    PointEntryKind.REVERSE: EventKind.POINTS_REVERSED,
}


LOT_COLUMNS = "customer_id point_type_id partner_id amount remaining active_from expires_at created_at note"
LOT = Insert(models.PointLot, LOT_COLUMNS, returning="id")
ENTRY = Insert(
    models.PointEntry,
    "customer_id kind amount at note point_type_id partner_id store_id purchase_id voucher_id reverses_id"
    " extended_data",
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


@dataclass(frozen=True, slots=True)
class Account:
    """A customer's lots and what reservations hold of them, while nobody else can change them."""

    lots: Sequence[ledger.Lot]
    reserved: Decimal


async def account(transaction: Transaction, customer_id: int, *, also: Iterable[int] = ()) -> Account:
    """The account of a customer who is locked: the lots with something left in them, and those named in `also`."""
    lot, kept = models.PointLot, models.PointReservation
    columns = (lot.id, lot.amount, lot.remaining, lot.active_from, lot.expires_at, lot.created_at)
    named = list(also)
    left = or_(lot.remaining > ZERO, lot.id.in_(named)) if named else lot.remaining > ZERO
    lots = await transaction.session.execute(select(*columns).where(lot.customer_id == customer_id, left))
    active = kept.state == models.PointReservationState.ACTIVE
    held = await transaction.session.execute(
        select(kept.id, kept.amount, kept.expires_at).where(kept.customer_id == customer_id, active)
    )
    reserved = holding.reserved((holding.PointReservation(*row) for row in held), transaction.now)
    return Account([ledger.Lot(*row) for row in lots], reserved)


async def credit(
    transaction: Transaction, customer_id: int, lot: NewLot, kind: PointEntryKind, **about: Any
) -> models.PointEntry:
    """Make a lot, with the entry that puts its points there. `about` is what else the entry tells."""
    origin = {name: about.get(name) for name in ("point_type_id", "partner_id", "note")}
    made = models.PointLot(
        customer_id=customer_id, created_at=about.get("at") or transaction.now, **shape(lot), **origin
    )
    return await credit_lots(transaction, customer_id, [made], kind, **about)


async def credit_lots(
    transaction: Transaction, customer_id: int, lots: Sequence[models.PointLot], kind: PointEntryKind, **about: Any
) -> models.PointEntry:
    """Add lots that were made, with the one entry that puts their points there."""
    for lot in lots:
        lot.id = await LOT.one(transaction, **{name: getattr(lot, name) for name in LOT_COLUMNS.split()})
    return await _book(transaction, customer_id, kind, [(lot.id, lot.amount) for lot in lots], about)


def shape(lot: NewLot) -> dict[str, Any]:
    """The columns of a lot that the rule decides."""
    return {
        "amount": lot.amount,
        "remaining": lot.amount,
        "active_from": lot.active_from,
        "expires_at": lot.expires_at,
    }


async def debit(
    transaction: Transaction, customer_id: int, takens: Sequence[Taken], kind: PointEntryKind, **about: Any
) -> models.PointEntry | None:
    """Take points from their lots, with the entry that says so; none where nothing is taken."""
    if not takens:
        return None
    touched = [(taken.lot_id, -taken.amount) for taken in takens]
    await _move(transaction, touched)
    return await _book(transaction, customer_id, kind, touched, about)


async def give_back(
    transaction: Transaction, customer_id: int, givens: Sequence[Given], reverses_id: int, **about: Any
) -> models.PointEntry | None:
    """Give points back to the lots they came from, with the entry that reverses their taking."""
    if not givens:
        return None
    touched = [(given.lot_id, given.amount) for given in givens]
    await _move(transaction, touched)
    about["reverses_id"] = reverses_id
    return await _book(transaction, customer_id, PointEntryKind.REVERSE, touched, about)


async def outstanding(transaction: Transaction, entry_id: int) -> list[Taken]:
    """What an entry took and what was not given back since, in the order in which it was taken."""
    part, entry = models.PointEntryLot, models.PointEntry
    taken = await transaction.session.execute(
        select(part.lot_id, -part.amount).where(part.entry_id == entry_id).order_by(part.id)
    )
    given = await transaction.session.execute(
        select(part.lot_id, part.amount).join(entry, entry.id == part.entry_id).where(entry.reverses_id == entry_id)
    )
    return ledger.outstanding([Taken(*row) for row in taken], [Given(*row) for row in given])


async def _move(transaction: Transaction, changes: Iterable[tuple[int, Decimal]]) -> None:
    """Change what lots hold, by key; the constraint on `remaining` is what finally forbids an overdraft."""
    for key, amount in sorted(changes):
        await MOVE.run(transaction, key=key, amount=amount)


async def _book(
    transaction: Transaction,
    customer_id: int,
    kind: PointEntryKind,
    touched: Sequence[tuple[int, Decimal]],
    about: dict[str, Any],
) -> models.PointEntry:
    amount = sum((part for _, part in touched), ZERO)
    moment = about.pop("at", None) or transaction.now
    told = {"customer_id": customer_id, "kind": kind, "amount": amount, "at": moment, **about}
    entry = models.PointEntry(id=await ENTRY.one(transaction, **told), **told)
    parts = [{"entry_id": entry.id, "lot_id": lot_id, "amount": part} for lot_id, part in touched]
    await ENTRY_LOT.rows(transaction, parts)
    transaction.emit(EVENTS[kind], entry, customer_id=customer_id, data={"amount": str(amount)})
    return entry
