"""Writing a closed bill down: its lines and discounts, the vouchers it used up, the points it moved."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from sqlalchemy import update

import models
from models import PointEntryKind, Purchase, PurchaseDiscount, PurchaseItem, Voucher, VoucherChange, VoucherState
from models.event_kinds import EventKind
from models.rules import ledger
from models.rules.applicability import refusals
from models.rules.basket import Benefit, Reward
from models.rules.basket import Voucher as RuleVoucher
from models.rules.error_codes import ErrorCode
from models.rules.money import ZERO
from models.rules.plans import is_gift
from models.rules.programme import Earnings
from models.rules.settlement import Settlement
from models.rules.sharing import shares
from models.rules.till_discounts import TillDiscount
from models.types import BigKey, Instant
from resolvers.benefit.kept_terms import written
from resolvers.errors import Refused
from resolvers.operation.refusal import accepted
from resolvers.point import booking
from resolvers.point.earned import earned_by, kept
from resolvers.purchase.beside import Beside, write_beside
from resolvers.purchase.bill import TillBill
from resolvers.purchase.checkout import Checkout
from resolvers.query.compiled_writes import Insert, Update
from resolvers.query.expressions import word
from resolvers.status.requalifying import promote
from resolvers.storage.statement import parameter
from resolvers.storage.transaction import Transaction
from resolvers.voucher import issuing

FOR_REWARD = "reward"
"""In an entry's own data: the reward applied directly that the points were spent on."""

USABLE = (VoucherState.ACTIVE, VoucherState.RESERVED, VoucherState.EXPIRED)
"""One that has expired may have been used before, on a bill that comes late: rules have judged that."""

BILL = Insert(
    Purchase,
    "customer_id store_id type_id source external_id number paid_at currency_code total returned items_count state"
    " payment_type is_fiscal card_number cashdesk created_by points_earned points_spent paid_with_points"
    " returned_with_points reward_terms paid_with_vouchers withheld utm_source utm_medium"
    " utm_campaign created_at updated_at",
    returning="id",
    unless=["store_id", "external_id"],
)
LINE = Insert(
    PurchaseItem,
    "line external_id product_id product_name type_id quantity price vat_rate retail_discount coupon_discount"
    " loyalty_off category_code bought_for_id",
    same="purchase_id coupon_match_discount returned_quantity",
    returning="id external_id",
)
OFF = ("item_id", "amount", "share", "description", "reward_id", "voucher_id", "kind", "code")
DISCOUNT = Insert(PurchaseDiscount, " ".join(OFF), same="purchase_id")
USE_UP = Update(
    lambda: (
        update(Voucher)
        .where(
            Voucher.id == parameter("key", BigKey),
            Voucher.state.in_([word(state) for state in USABLE]),
        )
        .values(
            state=word(VoucherState.APPLIED),
            redeemed_at=parameter("at", Instant()),
            purchase_id=parameter("purchase", BigKey),
            store_id=parameter("store", BigKey),
            updated_at=parameter("changed", Instant()),
        )
        .returning(Voucher.id)
    )
)


@dataclass(frozen=True, slots=True)
class Closing:
    """A bill that is decided: what was known, and what it comes to."""

    case: Checkout
    settled: Settlement
    details: dict[str, object] = field(default_factory=dict)
    """Columns of the purchase that no rule looks at."""
    beside: Beside = field(default_factory=Beside)
    has_effects: bool = True


async def record(transaction: Transaction, closing: Closing) -> int | None:
    """Write a bill down with all that follows from it; its key, or none where the same bill is there already.

    History is only written down: nothing follows from it.
    """
    purchase_id = await _purchase(transaction, closing)
    if purchase_id is None:
        return None
    items = await _items(transaction, closing, purchase_id)
    await asyncio.sleep(0)
    await _discounts(transaction, closing, purchase_id, items)
    await write_beside(transaction, closing.beside, closing.settled.payment.amount, purchase_id, items)
    for applied in closing.settled.combination.applied:
        if isinstance(applied.benefit, RuleVoucher):
            await _use_up(transaction, closing, purchase_id, applied.benefit)
    await _spend(transaction, closing, purchase_id)
    transaction.emit(EventKind.PURCHASE_CLOSED, Purchase(id=purchase_id), customer_id=closing.case.shopper.customer_id)
    if closing.has_effects:
        await reward_customer(transaction, closing.case, closing.settled.earnings, purchase_id)
    return purchase_id


async def reward_customer(transaction: Transaction, case: Checkout, earnings: Earnings, purchase_id: int) -> None:
    """What a customer gets for a bill: points, a better status perhaps, and vouchers of automatic rewards."""
    customer_id = case.shopper.customer_id
    if customer_id is None:
        return
    bill = case.bill.rules
    if earnings.points > ZERO:
        lots = case.programme.lots(earnings, case.at)
        about = {"at": case.at, "store_id": bill.store_id, "purchase_id": purchase_id}
        rules = kept(earned_by(case.programme.code, earnings))
        await booking.earn(transaction, customer_id, lots, case.owed, earned_by=rules, **about)
    assert case.before is not None
    await promote(transaction, customer_id, purchase_id, case.at, case.before)
    for reward in earned_rewards(case):
        await issuing.make(transaction, reward.id, customer_id, zone=bill.store_zone, earned_by_id=purchase_id)


def earned_rewards(case: Checkout) -> list[Reward]:
    """The rewards of which a bill brings its customer a voucher."""
    if case.shopper.customer_id is None:
        return []
    earned = (offer.terms for offer in case.automatic if offer.needs_voucher)
    return [reward for reward in earned if not refusals(reward, case.bill.rules, case.shopper, case.at)]


def _rewards(closing: Closing) -> Iterable[Reward]:
    """The rewards that a bill got: those that were applied, by voucher or not, and those that it brings."""
    for one in closing.settled.combination.applied:
        yield one.benefit.reward if isinstance(one.benefit, RuleVoucher) else one.benefit
    if closing.has_effects:
        yield from earned_rewards(closing.case)


async def _purchase(transaction: Transaction, closing: Closing) -> int | None:
    case, settled, bill = closing.case, closing.settled, closing.case.bill
    values = {
        "customer_id": case.shopper.customer_id,
        "store_id": bill.rules.store_id,
        "external_id": bill.external_id,
        "number": bill.given.number,
        "paid_at": bill.paid_at,
        "currency_code": bill.rules.currency,
        "total": settled.combination.to_pay,
        "returned": ZERO,
        "items_count": len(bill.items),
        "state": models.PurchaseState.CLOSED,
        "card_number": bill.given.card_number,
        "cashdesk": bill.given.cashdesk,
        "created_by": bill.given.created_by,
        "points_earned": settled.earned,
        "points_spent": settled.points_spent,
        "paid_with_points": settled.payment.amount,
        "returned_with_points": ZERO,
        "reward_terms": written(_rewards(closing)),
        "paid_with_vouchers": _with_vouchers(settled),
        "withheld": ZERO,
        "created_at": transaction.now,
        "updated_at": transaction.now,
    } | closing.details
    # Of two that bring the same bill at once, the later one waits here, and then finds it there.
    key: int | None = await BILL.one(transaction, **values)
    return key


async def _items(transaction: Transaction, closing: Closing, purchase_id: int) -> dict[str, int]:
    bill, recipients = closing.case.bill, closing.beside.recipients
    lines = [item.line for item in bill.items]
    columns: dict[str, Sequence[object]] = {
        "line": range(1, len(lines) + 1),
        "external_id": [line.id for line in lines],
        "product_id": [line.product_id for line in lines],
        "product_name": [item.product_name for item in bill.items],
        "type_id": [item.type_id for item in bill.items],
        "quantity": [line.quantity for line in lines],
        "price": closing.settled.combination.left,
        "vat_rate": [item.vat_rate for item in bill.items],
        "retail_discount": [item.retail_discount for item in bill.items],
        "coupon_discount": [item.coupon_discount for item in bill.items],
        "loyalty_off": [line.loyalty_off for line in lines],
        "category_code": [item.category_code for item in bill.items],
        "bought_for_id": [recipients.get(line.id) for line in lines],
    }
    # Of a long bill, writing takes as long as what came before: a turn for others.
    await asyncio.sleep(0)
    same = {"purchase_id": purchase_id, "coupon_match_discount": ZERO, "returned_quantity": ZERO}
    return {line: key for key, line in await LINE.columns(transaction, columns, **same)}


def _with_vouchers(settled: Settlement) -> Decimal:
    vouchers = (one for one in settled.combination.applied if isinstance(one.benefit, RuleVoucher))
    return sum((off for one in vouchers for off in one.discounts.values()), ZERO)


@dataclass(frozen=True, slots=True)
class Off:
    """What came off the lines of a bill, or the whole of it, column by column."""

    columns: dict[str, list[object]] = field(default_factory=lambda: {name: [] for name in OFF})

    def add(self, items: Sequence[int | None], amounts: Sequence[Decimal], **of_all: object) -> None:
        """So much off each of some lines; what else there is to say is a list of it, or the same for all of them."""
        self.columns["item_id"] += items
        self.columns["amount"] += amounts
        for name in OFF[2:]:
            value = of_all.get(name)
            self.columns[name] += value if isinstance(value, list) else [value] * len(items)


async def _discounts(transaction: Transaction, closing: Closing, purchase_id: int, items: Mapping[str, int]) -> None:
    combined, bill = closing.settled.combination, closing.case.bill.rules
    off = Off()
    _by_the_till(off, closing.case.bill, items)
    for one, shared in zip(combined.applied, shares(combined.applied, combined.lines, bill), strict=True):
        about = {**_origin(one.benefit), "description": one.benefit.terms.name}
        parts = {bill.lines[place].id: share * bill.goods.unit for place, share in shared.items()}
        lines = [*one.discounts, *(line for line in parts if line not in one.discounts)]
        amounts = [one.discounts.get(line, ZERO) for line in lines]
        falls = [parts.get(line, ZERO) for line in lines]
        its_share = [None if its == amount else its for its, amount in zip(falls, amounts, strict=True)]
        off.add([items[line] for line in lines], amounts, share=its_share, **about)
        if is_gift(one.benefit):
            off.add([None], [ZERO], **about)
    off.add([items[line] for line in combined.basic], list(combined.basic.values()))
    # Of a long bill, as many rows as lines may follow: a turn for others.
    await asyncio.sleep(0)
    await DISCOUNT.columns(transaction, off.columns, purchase_id=purchase_id)


def _by_the_till(off: Off, bill: TillBill, items: Mapping[str, int]) -> None:
    """What the till had taken off by itself: off lines, and off the whole bill."""
    told: list[tuple[int | None, TillDiscount]]
    told = [(items[item.line.id], one) for item in bill.items for one in item.discounts]
    for key, one in [*told, *((None, one) for one in bill.discounts)]:
        off.add([key], [one.amount], description=one.description, kind=one.kind, code=one.code)


def _origin(benefit: Benefit) -> dict[str, int | None]:
    return {"reward_id": benefit.terms.id, "voucher_id": benefit.id if isinstance(benefit, RuleVoucher) else None}


async def _use_up(transaction: Transaction, closing: Closing, purchase_id: int, voucher: RuleVoucher) -> None:
    """A voucher is applied at most once: whoever finds it used up already changes nothing."""
    store_id = closing.case.bill.rules.store_id
    where = {"key": voucher.id, "purchase": purchase_id, "store": store_id}
    if not await USE_UP.run(transaction, **where, at=closing.case.at, changed=transaction.now):
        raise Refused(ErrorCode.ALREADY_APPLIED, "The voucher has been used.", "benefitCodes")
    await issuing.record(transaction, voucher.id, voucher.customer_id, VoucherChange.APPLIED)


async def _spend(transaction: Transaction, closing: Closing, purchase_id: int) -> None:
    """Rewards that cost points take theirs first, then the bill is paid: each with an entry of its own."""
    purse, customer_id = closing.case.purse, closing.case.shopper.customer_id
    costs = [
        (one.benefit.points_cost, {FOR_REWARD: one.benefit.code})
        for one in closing.settled.combination.applied
        if isinstance(one.benefit, Reward) and one.benefit.points_cost
    ]
    lots, taken = purse.lots, list[ledger.Taken]()
    for points, data in [*costs, (closing.settled.payment.points, None)]:
        if not points:
            continue
        assert customer_id is not None
        lots = ledger.after(lots, taken) if taken else lots
        taken = accepted(ledger.spend(lots, points, reserved=purse.reserved, at=transaction.now), "spendPoints")
        about = {"purchase_id": purchase_id, "store_id": closing.case.bill.rules.store_id, "extended_data": data}
        await booking.debit(transaction, customer_id, taken, PointEntryKind.SPEND, **about)
