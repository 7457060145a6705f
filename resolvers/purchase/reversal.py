"""Undoing bills: what the customer got goes back the way it came, as far as the goods do."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select, update

import models
from models import PointEntry, PointEntryKind, Purchase, PurchaseItem
from models.rules import ledger
from models.rules.money import ZERO
from models.rules.returning import BenefitKey, GoingBack, Sale, going_back
from resolvers.operation.refusal import accepted
from resolvers.point import booking
from resolvers.purchase.recording import FOR_REWARD
from resolvers.purchase.sale import ClosedBill, pays, unjustified
from resolvers.purchase.withdrawal import note_withdrawn, restore, withdraw_earned
from resolvers.status.requalifying import restore as restore_status
from resolvers.storage.transaction import Transaction

QUIETLY = {"synchronize_session": False}


@dataclass(frozen=True, slots=True)
class Undone:
    """What went back: of the money, what was withheld; of the points that had been earned, what is owed."""

    back: GoingBack
    withheld: Decimal
    owed: Decimal

    @property
    def refund(self) -> Decimal:
        """What is paid back in money."""
        return self.back.refund - self.withheld


async def undo(
    transaction: Transaction, closed: ClosedBill, wanted: Sale, note: str | None, *, counts: bool = True
) -> tuple[Sale, Undone]:
    """Book what goes back. A cancelled bill was none: its lines aren't noted as returned."""
    purchase, before = closed.purchase, closed.sale
    without = [] if wanted.is_over else await unjustified(transaction, closed, wanted.lines)
    after = before.after(wanted.lines, without)
    back = going_back(before, after)
    if counts:
        await _note_returned(transaction, before, after)
    taken = [
        one.key for one, old in zip(after.benefits, before.benefits, strict=True) if one.withdrawn != old.withdrawn
    ]
    await note_withdrawn(transaction, purchase.id, taken)
    gone = set(after.gone()) | (set(closed.gifts) if after.is_over else set())
    for key in sorted(voucher for voucher, _ in gone if voucher is not None):
        await restore(transaction, purchase.id, key, note)
    withheld = await withdraw_earned(transaction, closed, after.lines, back.refund, note)
    purchase.withheld += withheld
    return after, Undone(back, withheld, await points_back(transaction, closed, back, gone))


async def points_back(
    transaction: Transaction, closed: ClosedBill, back: GoingBack, gone: Collection[BenefitKey] = ()
) -> Decimal:
    """Move the points that go back; what of those that were earned is owed, as they were used already."""
    purchase = closed.purchase
    if purchase.customer_id is None or not await transaction.lock_customers([purchase.customer_id]):
        return ZERO
    rewards = await _direct(transaction, gone)
    owed = ZERO
    for entry in closed.entries:
        if entry.kind is PointEntryKind.EARN:
            owed += await _unearn(transaction, purchase, entry, back.unearned)
        elif pays(entry):
            await _unspend(transaction, purchase, entry, back.unspent)
        elif entry.extended_data is not None and entry.extended_data[FOR_REWARD] in rewards:
            await _unspend(transaction, purchase, entry, None)
    await transaction.session.flush()
    return owed


async def status_back(transaction: Transaction, purchase: Purchase) -> None:
    """The status that the customer has without what was undone."""
    if purchase.customer_id is not None and await transaction.lock_customers([purchase.customer_id]):
        await restore_status(transaction, purchase.customer_id)


async def _note_returned(transaction: Transaction, before: Sale, after: Sale) -> None:
    for old, line in zip(before.lines, after.lines, strict=True):
        if line.returned != old.returned:
            noted = update(PurchaseItem).where(PurchaseItem.id == line.id).values(returned_quantity=line.returned)
            await transaction.session.execute(noted, execution_options=QUIETLY)


async def _direct(transaction: Transaction, gone: Collection[BenefitKey]) -> set[str]:
    """The codes of the rewards applied directly that go back: the points that they cost do, too."""
    keys = [reward for voucher, reward in gone if voucher is None and reward is not None]
    if not keys:
        return set()
    return set(await transaction.session.scalars(select(models.Reward.code).where(models.Reward.id.in_(keys))))


async def _unearn(transaction: Transaction, purchase: Purchase, entry: PointEntry, points: Decimal) -> Decimal:
    """Points that were earned are taken back; what of them is owed, as it was used already."""
    if not points:
        return ZERO
    about: dict[str, object] = {"purchase_id": purchase.id, "store_id": entry.store_id}
    withdrawn = await booking.take_back(transaction, entry, points, **about)
    return withdrawn.owed


async def _unspend(transaction: Transaction, purchase: Purchase, entry: PointEntry, points: Decimal | None) -> None:
    """Points go back to their own lots; all that are still out where no number is given."""
    out = await booking.outstanding(transaction, entry.id)
    wanted = sum((taken.amount for taken in out), ZERO) if points is None else points
    if not wanted:
        return
    givens = accepted(ledger.reverse_part(out, wanted))
    about: dict[str, object] = {"purchase_id": purchase.id, "store_id": entry.store_id}
    await booking.give_back(transaction, entry.customer_id, givens, entry.id, **about)
