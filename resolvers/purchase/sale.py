"""A bill that was closed, as rules see what goes back of it: its lines, its benefits, and what they still justify."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from sqlalchemy import select

from models import PointEntry, PointEntryKind, Purchase, PurchaseDiscount, PurchaseItem, Voucher, VoucherState
from models.rules import basket
from models.rules.money import ZERO, unit_of
from models.rules.returning import BenefitKey, Given, Sale, Sold, is_justified
from resolvers.benefit.kept_terms import kept
from resolvers.benefit.offers import offers_by_key
from resolvers.purchase.goods import goods_by_key
from resolvers.purchase.recording import FOR_REWARD
from resolvers.storage.transaction import Transaction


@dataclass(frozen=True, slots=True)
class ClosedBill:
    """A bill that is locked, with all that decides about what goes back of it."""

    purchase: Purchase
    sale: Sale
    entries: Sequence[PointEntry]
    """The points that it earned and spent."""
    external_ids: Mapping[str, int]
    """Its lines by their ids at the till."""
    products: Mapping[int, int | None]
    """What was bought, by line."""
    gifts: Collection[BenefitKey] = ()
    """Benefits that were given on no line."""


async def read_closed(transaction: Transaction, purchase: Purchase) -> ClosedBill:
    """A bill as it stands."""
    item = PurchaseItem
    columns = (item.id, item.quantity, item.price, item.returned_quantity, item.loyalty_off)
    found = await transaction.session.execute(
        select(*columns, item.external_id, item.product_id).where(item.purchase_id == purchase.id).order_by(item.line)
    )
    rows = found.all()
    entries = await _entries(transaction, purchase.id)
    paid = -sum((entry.amount for entry in entries if entry.kind is PointEntryKind.SPEND and pays(entry)), ZERO)
    benefits, gifts = await _benefits(transaction, purchase.id)
    sale = Sale(
        tuple(Sold(*row[:5]) for row in rows),
        benefits,
        unit_of(purchase.currency_code),
        points_earned=sum((entry.amount for entry in entries if entry.kind is PointEntryKind.EARN), ZERO),
        points_paid=paid,
        paid_with_points=purchase.paid_with_points,
    )
    external_ids = {row[5]: row[0] for row in rows if row[5] is not None}
    return ClosedBill(purchase, sale, entries, external_ids, {row[0]: row[6] for row in rows}, gifts)


def pays(entry: PointEntry) -> bool:
    """Whether points were spent to pay the bill, and not for a reward."""
    return FOR_REWARD not in (entry.extended_data or {})


async def unjustified(transaction: Transaction, closed: ClosedBill, lines: Sequence[Sold]) -> list[BenefitKey]:
    """The benefits whose rewards are to be withdrawn, as what is kept would not have got them."""
    given = {key[1] for key in (one.key for one in closed.sale.benefits if not one.withdrawn) if key[1] is not None}
    rewards = await _as_paid(transaction, closed, given)
    without = await _without_reason(transaction, closed, lines, [one for one in rewards if one.withdrawn_on_return])
    return [one.key for one in closed.sale.benefits if one.key[1] in without]


async def rewards_without_reason(
    transaction: Transaction, closed: ClosedBill, lines: Sequence[Sold], rewards: Iterable[int]
) -> set[int]:
    """Those of some rewards that what is kept of a bill would not have got, as they were when it was paid."""
    return await _without_reason(transaction, closed, lines, await _as_paid(transaction, closed, set(rewards)))


async def _as_paid(transaction: Transaction, closed: ClosedBill, keys: Collection[int]) -> list[basket.Reward]:
    """Rewards with what they asked for when the bill was paid."""
    offers = await offers_by_key(await transaction.inside(), keys)
    return [kept(closed.purchase.reward_terms, offer.terms) for offer in offers.values()]


async def _without_reason(
    transaction: Transaction, closed: ClosedBill, lines: Sequence[Sold], rewards: Sequence[basket.Reward]
) -> set[int]:
    if not rewards:
        return set()
    left = await _kept(transaction, closed, lines)
    uses = [one.key[1] for one in closed.sale.benefits]
    return {one.id for one in rewards if not is_justified(one, left, max(1, uses.count(one.id)))}


async def _kept(transaction: Transaction, closed: ClosedBill, lines: Sequence[Sold]) -> basket.Bill:
    """A bill of just what is kept, at the prices before any benefit."""
    keys = {key for key in closed.products.values() if key is not None}
    goods = await goods_by_key(await transaction.inside(), keys)
    before = {line.id: line.price for line in lines}
    for benefit in closed.sale.benefits:
        for line_id, amount in benefit.amounts.items():
            before[line_id] += amount
    left = []
    for line in lines:
        if line.kept > ZERO:
            paid = before[line.id] * line.kept / line.quantity
            known = basket.Line(str(line.id), line.kept, paid, loyalty_off=line.loyalty_off)
            found = goods.get(closed.products[line.id] or 0)
            if found is not None:
                known = replace(known, product_id=found.product_id, group_ids=found.group_ids, brand_id=found.brand_id)
            left.append(known)
    return basket.Bill(closed.purchase.currency_code, closed.purchase.store_id, tuple(left))


async def _entries(transaction: Transaction, purchase_id: int) -> Sequence[PointEntry]:
    moved = PointEntry.kind.in_([PointEntryKind.EARN, PointEntryKind.SPEND])
    found = await transaction.session.scalars(
        select(PointEntry).where(PointEntry.purchase_id == purchase_id, moved).order_by(PointEntry.id)
    )
    return found.all()


async def _benefits(transaction: Transaction, purchase_id: int) -> tuple[list[Given], list[BenefitKey]]:
    """What was given on the lines, and what was given on none; vouchers of offline bills left no discount."""
    discount = PurchaseDiscount
    columns = (discount.voucher_id, discount.reward_id, discount.item_id)
    rows = await transaction.session.execute(
        select(*columns, discount.amount, discount.share, discount.withdrawn_at)
        .where(discount.purchase_id == purchase_id, discount.kind.is_(None))
        .order_by(discount.id)
    )
    amounts: dict[BenefitKey, dict[int, Decimal]] = {}
    shares: dict[BenefitKey, dict[int, Decimal]] = {}
    withdrawn: set[BenefitKey] = set()
    gifts: list[BenefitKey] = []
    for voucher, reward, item, amount, share, withdrawn_at in rows:
        key = (voucher, reward)
        if item is None:
            gifts.append(key)
            continue
        its, part = amounts.setdefault(key, {}), shares.setdefault(key, {})
        its[item] = its.get(item, ZERO) + amount
        part[item] = part.get(item, ZERO) + (amount if share is None else share)
        if withdrawn_at is not None:
            withdrawn.add(key)
    used = await transaction.session.scalars(
        select(Voucher.id).where(Voucher.purchase_id == purchase_id, Voucher.state == VoucherState.APPLIED)
    )
    gifts += [(key, None) for key in used if all(key != voucher for voucher, _ in [*amounts, *gifts])]
    return [Given(key, amounts[key], shares[key], key in withdrawn) for key in amounts], gifts
