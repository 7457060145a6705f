"""Points that are owed: what is taken back after it was used, and how it is paid off.

A customer who owes points has none left: what is owed comes first out of whatever flows back or is earned.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal

from sqlalchemy import func, select

import models
from models import PointEntryKind
from models.rules import ledger
from models.rules.ledger import Given, Taken, Withdrawn
from models.rules.money import ZERO
from models.types import POINTS
from resolvers.point.account import account, outstanding, owed
from resolvers.point.entries import move
from resolvers.storage.transaction import Transaction

ORIGIN = ("at", "store_id", "purchase_id", "voucher_id")
"""What the entry that pays tells of the entry that brought the points."""


async def repay(
    transaction: Transaction, customer_id: int, incoming: Sequence[Given], about: dict[str, object]
) -> None:
    """Take what a customer owes out of points that have just come, as far as they go."""
    takens = ledger.repay(incoming, await owed(transaction, customer_id))
    if takens:
        touched = [(taken.lot_id, -taken.amount) for taken in takens]
        paid = -sum((taken.amount for taken in takens), ZERO)
        told = {name: about[name] for name in ORIGIN if name in about}
        await move(transaction, customer_id, PointEntryKind.REPAY, touched, owed=paid, **told)


async def take_back(transaction: Transaction, entry: models.PointEntry, points: Decimal, **about: object) -> Withdrawn:
    """Take back points that a bill earned; what of them was spent, transferred or turned into a voucher is owed.

    What had expired of the bill's own points was never used: it comes back to be taken, and is not owed.
    """
    part = models.PointEntryLot
    own = set(await transaction.session.scalars(select(part.lot_id).where(part.entry_id == entry.id)))
    await _unexpire(transaction, entry.customer_id, own, points)
    has = await account(transaction, entry.customer_id, also=own)
    withdrawn = ledger.withdraw(has.lots, own, points, at=transaction.now)
    if withdrawn.takens or withdrawn.owed:
        await withdraw(transaction, entry, withdrawn, **about)
    return withdrawn


async def withdraw(
    transaction: Transaction, entry: models.PointEntry, withdrawn: Withdrawn, **about: object
) -> models.PointEntry:
    """Book what is taken back of an entry, and what is owed for it."""
    touched = [(taken.lot_id, -taken.amount) for taken in withdrawn.takens]
    told = {**about, "reverses_id": entry.id}
    return await move(transaction, entry.customer_id, PointEntryKind.REVERSE, touched, owed=withdrawn.owed, **told)


async def repaid_from(transaction: Transaction, lot_id: int) -> Decimal:
    """What of a lot's points paid for points that were owed."""
    part, entry = models.PointEntryLot, models.PointEntry
    paid = select(-func.sum(part.amount, type_=POINTS)).join(entry, entry.id == part.entry_id)
    found = await transaction.session.scalar(paid.where(part.lot_id == lot_id, entry.kind == PointEntryKind.REPAY))
    return found or ZERO


async def _unexpire(transaction: Transaction, customer_id: int, own: Collection[int], wanted: Decimal) -> None:
    """Let points of some lots that were swept up as expired come back, as far as they are wanted."""
    lot, part, entry = models.PointLot, models.PointEntryLot, models.PointEntry
    left = await transaction.session.scalars(select(lot.remaining).where(lot.id.in_(own)))
    missing = wanted - sum(left, ZERO)
    swept = (
        select(entry.id)
        .join(part, part.entry_id == entry.id)
        .where(part.lot_id.in_(own), entry.kind == PointEntryKind.EXPIRE)
        .distinct()
        .order_by(entry.id)
    )
    for entry_id in await transaction.session.scalars(swept) if missing > ZERO else ():
        gone = [taken for taken in await outstanding(transaction, entry_id) if taken.lot_id in own]
        back = [(taken.lot_id, taken.amount) for taken in _first(gone, missing)]
        if back:
            await move(transaction, customer_id, PointEntryKind.REVERSE, back, reverses_id=entry_id)
            missing -= sum((amount for _, amount in back), ZERO)


def _first(takens: Sequence[Taken], wanted: Decimal) -> list[Taken]:
    return ledger.repay([Given(taken.lot_id, taken.amount) for taken in takens], wanted)
