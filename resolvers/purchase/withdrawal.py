"""Vouchers that a bill had earned, once what is kept of it doesn't justify them: withdrawn, made up for, or owed."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import func, select, update

import models
from models import PurchaseDiscount, PurchaseItem, Voucher, VoucherChange, VoucherState
from models.rules.money import ZERO, half_up
from models.rules.returning import Sold, kept_back
from models.types import MONEY
from resolvers.purchase.sale import ClosedBill, rewards_without_reason
from resolvers.storage.transaction import Transaction
from resolvers.voucher import issuing

QUIETLY = {"synchronize_session": False}
USABLE = (VoucherState.ACTIVE, VoucherState.RESERVED)


async def withdraw_earned(
    transaction: Transaction, closed: ClosedBill, lines: Sequence[Sold], refund: Decimal, note: str | None
) -> Decimal:
    """Withdraw what the bill had earned and nothing justifies now; what of the refund stays for what was used.

    A voucher that was used can't be withdrawn: what it took off is kept back from the refund of the bill that had
    earned it, or owed where the refund doesn't come to as much.
    """
    vouchers = await _earned(transaction, closed, lines)
    debts: dict[int, Decimal] = {}
    for voucher in vouchers:
        if voucher.state in USABLE:
            voucher.state, voucher.updated_at = VoucherState.CANCELLED, transaction.now
            await issuing.record(transaction, voucher.id, voucher.customer_id, VoucherChange.CANCELLED, note)
        elif voucher.state is VoucherState.APPLIED and (debt := await _took_off(transaction, voucher, closed)):
            debts[voucher.id] = debt
    made_up = kept_back(refund, debts)
    for voucher in vouchers:
        if voucher.id in debts:
            voucher.withheld = made_up.get(voucher.id, ZERO)
            voucher.owed = debts[voucher.id] - voucher.withheld
            voucher.updated_at = transaction.now
    await transaction.session.flush()
    return sum(made_up.values(), ZERO)


async def restore(transaction: Transaction, purchase_id: int, key: int, note: str | None) -> None:
    """A voucher comes back as it was: reserved for the bill if it still is, else free to be used.

    One that nothing justifies any more doesn't, unless it was made up for.
    """
    voucher = await transaction.session.get_one(Voucher, key, populate_existing=True)
    if voucher.purchase_id != purchase_id:
        return
    held = voucher.reserved_until is not None and voucher.reserved_until > transaction.now
    back = VoucherState.RESERVED if held else VoucherState.ACTIVE
    voucher.state = VoucherState.CANCELLED if voucher.owed else back
    voucher.owed, voucher.redeemed_at, voucher.purchase_id, voucher.store_id = ZERO, None, None, None
    voucher.updated_at = transaction.now
    await transaction.session.flush()
    change = VoucherChange.CANCELLED if voucher.state is VoucherState.CANCELLED else VoucherChange.RESTORED
    await issuing.record(transaction, key, voucher.customer_id, change, note)


async def note_withdrawn(
    transaction: Transaction, purchase_id: int, keys: Sequence[tuple[int | None, int | None]]
) -> None:
    """Write down that benefits of a bill were taken back."""
    discount = PurchaseDiscount
    for voucher, reward in keys:
        its = update(discount).where(
            discount.purchase_id == purchase_id,
            discount.voucher_id.is_(None) if voucher is None else discount.voucher_id == voucher,
            discount.reward_id == reward,
        )
        await transaction.session.execute(its.values(withdrawn_at=transaction.now), execution_options=QUIETLY)


async def _earned(transaction: Transaction, closed: ClosedBill, lines: Sequence[Sold]) -> list[Voucher]:
    """The vouchers that the bill had earned and that what is kept doesn't justify, but for those made up for."""
    found = await transaction.session.scalars(
        select(Voucher)
        .where(
            Voucher.earned_by_id == closed.purchase.id,
            Voucher.state.in_([*USABLE, VoucherState.APPLIED]),
            Voucher.withheld == ZERO,
        )
        .order_by(Voucher.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    vouchers = list(found)
    if not vouchers or all(line.kept == ZERO for line in lines):
        return vouchers
    without = await rewards_without_reason(transaction, closed, lines, {one.reward_id for one in vouchers})
    return [one for one in vouchers if one.reward_id in without]


async def _took_off(transaction: Transaction, voucher: Voucher, closed: ClosedBill) -> Decimal:
    """What a voucher still takes off the bill that it was used on; nothing in another currency."""
    discount, item, purchase = PurchaseDiscount, PurchaseItem, models.Purchase
    rows = await transaction.session.execute(
        select(func.coalesce(discount.share, discount.amount, type_=MONEY), item.quantity, item.returned_quantity)
        .join(item, item.id == discount.item_id)
        .join(purchase, purchase.id == discount.purchase_id)
        .where(
            discount.voucher_id == voucher.id,
            discount.withdrawn_at.is_(None),
            discount.purchase_id == voucher.purchase_id,
            purchase.currency_code == closed.purchase.currency_code,
        )
    )
    kept = (share * (quantity - returned) / quantity for share, quantity, returned in rows if quantity)
    return half_up(sum(kept, ZERO), closed.sale.unit)
