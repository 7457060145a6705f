"""Undoing bills: what the customer got goes back the way it came, as far as the goods do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import case, select, update

import models
from models import (
    PointEntry,
    PointEntryKind,
    PointEntryLot,
    Purchase,
    PurchaseDiscount,
    PurchaseItem,
    Voucher,
    VoucherChange,
    VoucherState,
)
from models.event_kinds import EventKind
from models.rules import ledger
from models.rules.money import ZERO
from models.rules.returning import GoingBack, Sold, all_back, going_back
from resolvers.customer.lock import lock_customer
from resolvers.operation.refusal import accepted
from resolvers.point import booking
from resolvers.purchase.recording import FOR_REWARD
from resolvers.purchase.status_change import demote
from resolvers.storage.transaction import Transaction
from resolvers.voucher import issuing

QUIETLY = {"synchronize_session": False}


@dataclass(frozen=True, slots=True)
class Undoing:
    """A bill that is locked, with its lines before and after what is being undone."""

    purchase: Purchase
    before: Sequence[Sold]
    after: Sequence[Sold]
    note: str | None = None

    @property
    def is_whole(self) -> bool:
        """Whether nothing of the bill is left."""
        return all_back(self.after)


async def sold_lines(transaction: Transaction, purchase_id: int) -> list[tuple[Sold, str | None]]:
    """The lines of a bill, with their ids at the till."""
    item = PurchaseItem
    columns = (item.id, item.quantity, item.price, item.returned_quantity, item.loyalty_off, item.external_id)
    rows = await transaction.session.execute(
        select(*columns).where(item.purchase_id == purchase_id).order_by(item.line)
    )
    return [(Sold(*row[:5]), row[5]) for row in rows]


async def undo(transaction: Transaction, undoing: Undoing, *, counts: bool = True) -> GoingBack:
    """Book what goes back. A cancelled bill was none: its lines aren't noted as returned."""
    purchase = undoing.purchase
    entries = await _entries(transaction, purchase.id)
    paid = -sum((entry.amount for entry in entries if entry.kind is PointEntryKind.SPEND and _pays(entry)), ZERO)
    back = going_back(undoing.before, undoing.after, earned=purchase.points_earned, paid=paid)
    if counts:
        await _note_returned(transaction, undoing)
    benefits = await _benefits_back(transaction, undoing)
    for key in sorted(benefits.vouchers):
        await _restore(transaction, purchase, key, undoing.note)
    if undoing.is_whole:
        await _cancel_earned(transaction, purchase, undoing.note)
    if purchase.customer_id is not None and await lock_customer(transaction, purchase.customer_id):
        for entry in entries:
            await _points_back(transaction, undoing, entry, back, benefits.rewards)
        await transaction.session.flush()
    return back


async def status_back(transaction: Transaction, purchase: Purchase) -> None:
    """The status that the customer has without what was undone."""
    if purchase.customer_id is not None and await lock_customer(transaction, purchase.customer_id):
        await demote(transaction, purchase.customer_id, purchase.created_at)


@dataclass(frozen=True, slots=True)
class _Benefits:
    """What was given on a bill and goes back: vouchers by key, rewards applied directly by code."""

    vouchers: frozenset[int]
    rewards: frozenset[str]


async def _entries(transaction: Transaction, purchase_id: int) -> Sequence[PointEntry]:
    moved = PointEntry.kind.in_([PointEntryKind.EARN, PointEntryKind.SPEND])
    found = await transaction.session.scalars(
        select(PointEntry).where(PointEntry.purchase_id == purchase_id, moved).order_by(PointEntry.id)
    )
    return found.all()


def _pays(entry: PointEntry) -> bool:
    return FOR_REWARD not in (entry.extended_data or {})


async def _note_returned(transaction: Transaction, undoing: Undoing) -> None:
    for before, after in zip(undoing.before, undoing.after, strict=True):
        if after.returned != before.returned:
            noted = update(PurchaseItem).where(PurchaseItem.id == after.id).values(returned_quantity=after.returned)
            await transaction.session.execute(noted, execution_options=QUIETLY)


async def _benefits_back(transaction: Transaction, undoing: Undoing) -> _Benefits:
    """A benefit goes back once all the lines on which it was given are returned; one given on none, with the last."""
    discount, purchase_id = PurchaseDiscount, undoing.purchase.id
    rows = await transaction.session.execute(
        select(discount.item_id, discount.voucher_id, models.Reward.code)
        .join(models.Reward, models.Reward.id == discount.reward_id)
        .where(discount.purchase_id == purchase_id)
    )
    lines = {line.id: line for line in undoing.after}
    given: dict[tuple[int | None, str], set[int]] = {}
    for item, voucher, reward in rows:
        given.setdefault((voucher, reward), set()).update(() if item is None else (item,))
    applied = await transaction.session.scalars(select(Voucher.id).where(Voucher.purchase_id == purchase_id))
    used = set(applied)
    seen = {voucher for voucher, _ in given}
    over = [key for key, items in given.items() if _over(items, lines, undoing)]
    vouchers = {voucher for voucher, _ in over if voucher is not None} & used
    if undoing.is_whole:
        vouchers |= used - seen
    return _Benefits(frozenset(vouchers), frozenset(reward for voucher, reward in over if voucher is None))


def _over(items: Iterable[int], lines: Mapping[int, Sold], undoing: Undoing) -> bool:
    on = [lines[item] for item in items]
    return all_back(on) if on else undoing.is_whole


async def _restore(transaction: Transaction, purchase: Purchase, key: int, note: str | None) -> None:
    """A voucher comes back as it was: put aside for the bill if it still is, else free to be used."""
    held = Voucher.reserved_until > transaction.now
    state = case((held, VoucherState.RESERVED.value), else_=VoucherState.ACTIVE.value)
    cleared = {"redeemed_at": None, "purchase_id": None, "store_id": None, "updated_at": transaction.now}
    applied = update(Voucher).where(Voucher.id == key, Voucher.purchase_id == purchase.id)
    changed = applied.values(state=state, **cleared).returning(Voucher.customer_id)
    owner = await transaction.session.scalar(changed, execution_options=QUIETLY)
    assert owner is not None
    await issuing.record(transaction, key, owner, VoucherChange.RESTORED, note)


async def _cancel_earned(transaction: Transaction, purchase: Purchase, note: str | None) -> None:
    """Vouchers that the bill itself earned are void; one that was used already stays used."""
    usable = Voucher.state.in_([VoucherState.ACTIVE, VoucherState.RESERVED])
    earned = update(Voucher).where(Voucher.earned_by_id == purchase.id, usable)
    changed = earned.values(state=VoucherState.CANCELLED, updated_at=transaction.now)
    rows = await transaction.session.execute(
        changed.returning(Voucher.id, Voucher.customer_id), execution_options=QUIETLY
    )
    for key, owner in sorted(tuple(row) for row in rows):
        await issuing.record(transaction, key, owner, VoucherChange.CANCELLED, note)


async def _points_back(
    transaction: Transaction, undoing: Undoing, entry: PointEntry, back: GoingBack, rewards: frozenset[str]
) -> None:
    if entry.kind is PointEntryKind.EARN:
        await _unearn(transaction, undoing, entry, back.unearned)
    elif _pays(entry):
        await _unspend(transaction, undoing, entry, back.unspent)
    elif entry.extended_data is not None and entry.extended_data[FOR_REWARD] in rewards:
        await _unspend(transaction, undoing, entry, None)


async def _unearn(transaction: Transaction, undoing: Undoing, entry: PointEntry, points: Decimal) -> None:
    """Points that were earned are taken back, first from their own lot; what is gone is written off."""
    if not points:
        return
    lot_id = await transaction.session.scalar(select(PointEntryLot.lot_id).where(PointEntryLot.entry_id == entry.id))
    assert lot_id is not None
    account = await booking.account(transaction, entry.customer_id, also=[lot_id])
    withdrawn = ledger.withdraw(account.lots, lot_id, points, at=transaction.now)
    about: dict[str, Any] = {"purchase_id": undoing.purchase.id, "store_id": entry.store_id}
    await booking.debit(
        transaction, entry.customer_id, withdrawn.takens, PointEntryKind.REVERSE, reverses_id=entry.id, **about
    )
    if withdrawn.written_off:
        data = {"amount": str(withdrawn.written_off)}
        transaction.emit(EventKind.POINTS_WRITTEN_OFF, entry, customer_id=entry.customer_id, data=data)


async def _unspend(transaction: Transaction, undoing: Undoing, entry: PointEntry, points: Decimal | None) -> None:
    """Points go back to their own lots; all that are still out where no number is given."""
    out = await booking.outstanding(transaction, entry.id)
    wanted = sum((taken.amount for taken in out), ZERO) if points is None else points
    if not wanted:
        return
    givens = accepted(ledger.reverse_part(out, wanted))
    about: dict[str, Any] = {"purchase_id": undoing.purchase.id, "store_id": entry.store_id}
    await booking.give_back(transaction, entry.customer_id, givens, entry.id, **about)
