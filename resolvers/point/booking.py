"""Booking points: what rules say is taken from lots or put into them, written down so that it can go back.

Whoever books holds the customer's row locked, and so is the only one who moves that customer's points. What is owed
comes first out of whatever comes in.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import models
from models import PointEntryKind
from models.rules.ledger import Given, NewLot, Taken
from resolvers.point.account import account, outstanding
from resolvers.point.entries import add_lot, book, move
from resolvers.point.owing import repay, take_back
from resolvers.storage.transaction import Transaction

__all__ = [
    "account",
    "credit",
    "credit_lots",
    "debit",
    "give_back",
    "outstanding",
    "shape",
    "take_back",
]


async def credit(
    transaction: Transaction, customer_id: int, lots: Sequence[NewLot], kind: PointEntryKind, **about: object
) -> models.PointEntry:
    """Make lots, with the one entry that puts their points there. `about` is what else the entry tells."""
    origin = {name: about.get(name) for name in ("point_type_id", "partner_id", "note")}
    made_at = about.get("at") or transaction.now
    made = [models.PointLot(customer_id=customer_id, created_at=made_at, **shape(lot), **origin) for lot in lots]
    return await credit_lots(transaction, customer_id, made, kind, **about)


async def credit_lots(
    transaction: Transaction, customer_id: int, lots: Sequence[models.PointLot], kind: PointEntryKind, **about: Any
) -> models.PointEntry:
    """Add lots that were made, with the one entry that puts their points there."""
    keys = [await add_lot(transaction, lot) for lot in lots]
    touched = [(key, lot.amount) for key, lot in zip(keys, lots, strict=True)]
    entry = await book(transaction, customer_id, kind, touched, **about)
    await repay(transaction, customer_id, [Given(*one) for one in touched], about)
    return entry


def shape(lot: NewLot) -> dict[str, object]:
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
    return await move(transaction, customer_id, kind, touched, **about)


async def give_back(
    transaction: Transaction, customer_id: int, givens: Sequence[Given], reverses_id: int, **about: Any
) -> models.PointEntry | None:
    """Give points back to the lots they came from, with the entry that reverses their taking."""
    if not givens:
        return None
    touched = [(given.lot_id, given.amount) for given in givens]
    told = {**about, "reverses_id": reverses_id}
    entry = await move(transaction, customer_id, PointEntryKind.REVERSE, touched, **told)
    await repay(transaction, customer_id, givens, about)
    return entry
