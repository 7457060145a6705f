"""Bills that come late: closed offline and imported, or given to their customer afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from models import Purchase, PurchaseItem, PurchaseState, Store
from models.event_kinds import EventKind
from models.rules import basket
from models.rules.applicability import refusals
from models.rules.basket import Voucher
from models.rules.error_codes import ErrorCode
from models.rules.money import ZERO
from models.rules.programme import Earnings
from models.rules.refusals import Refusal, in_words
from models.rules.returning import going_back
from models.rules.settlement import settled_offline
from resolvers.benefit.kept_terms import written
from resolvers.customer.find import Found, find_customer
from resolvers.errors import CrmError, Refused
from resolvers.operation.checks import By
from resolvers.operation.inputs import read
from resolvers.operation.perform import Stage, after
from resolvers.operation.refusal import refuse
from resolvers.purchase.beside import read_beside
from resolvers.purchase.bill import Item, TillBill, read_bill, recognised
from resolvers.purchase.checkout import Checkout, read_checkout
from resolvers.purchase.goods import goods_by_key
from resolvers.purchase.inputs import (
    BillInput,
    ImportAnswer,
    LeftOut,
    OfflineBillInput,
    PurchaseAnswer,
    PurchaseAssignCustomer,
    PurchasesImport,
    RefusedBill,
)
from resolvers.purchase.known import sent_before
from resolvers.purchase.operations import details, guesses, lock_purchase
from resolvers.purchase.recording import Closing, earned_rewards, record, reward_customer
from resolvers.purchase.reversal import points_back
from resolvers.purchase.sale import read_closed
from resolvers.purchase.withdrawal import withdraw_earned
from resolvers.storage.context import RequestContext, RowRef
from resolvers.storage.transaction import Transaction

MOST_ITEMS = 5000

USED_UP = frozenset(
    {
        ErrorCode.NOT_YET_VALID,
        ErrorCode.ALREADY_APPLIED,
        ErrorCode.WRONG_STATE,
        ErrorCode.EXPIRED,
        ErrorCode.WRONG_CUSTOMER,
        ErrorCode.RESERVED_ELSEWHERE,
    }
)
"""Why a voucher can't have been used offline; what the bill had to be, the till judged there and then."""

DIRECT = Refusal(ErrorCode.VOUCHER_REQUIRED, "Offline, rewards are used through vouchers only.")
HISTORY = Refusal(ErrorCode.WRONG_STATE, "Bills that are kept without effects use no vouchers up.")


@dataclass(slots=True)
class _Offline:
    """A bill of an import, as far as it is known."""

    index: int
    raw: Mapping[str, Any]
    untold: frozenset[str] = frozenset()
    given: OfflineBillInput | None = None
    bill: TillBill | None = None
    customer: Found | None = None
    refused: RefusedBill | None = None
    left_out: list[LeftOut] = field(default_factory=list)

    def refuse(self, error: CrmError) -> None:
        """Note why it is not imported."""
        at, missing = getattr(error, "field", None), getattr(error, "missing", None)
        self.refused = RefusedBill(
            index=self.index, code=ErrorCode(error.code), message=str(error), field=at, missing=in_words(missing)
        )

    def leave_out(self, code: str, reason: Refusal) -> None:
        """Note what it is imported without."""
        self.left_out.append(
            LeftOut(
                index=self.index,
                benefit_code=code,
                code=ErrorCode(reason.code),
                message=reason.message,
                missing=in_words(reason.missing),
            )
        )


async def _before_import(stage: Stage, given: PurchasesImport) -> list[frozenset[str]]:
    """Of each bill, the codes of which nothing is to be told."""
    untold: list[frozenset[str]] = []
    for raw in given.bills:
        try:
            named = raw.get("benefitCodes") or raw.get("voucherCodes")
            bill = read(OfflineBillInput, _as_paid(raw)) if named else None
        except CrmError:
            bill = None
        codes = bill.codes() if bill else ()
        untold.append(await guesses(stage.context, bill, codes) if bill and codes else frozenset())
    return untold


@after(_before_import)
async def import_bills(
    transaction: Transaction, given: PurchasesImport, untold: Sequence[frozenset[str]]
) -> ImportAnswer:
    """Bring bills in that were closed offline, oldest first; each counts once, and a refused one stops no other."""
    bills = [_Offline(index, each, codes) for index, (each, codes) in enumerate(zip(given.bills, untold, strict=True))]
    if sum(len(each.raw["bill"]["items"]) for each in bills) > MOST_ITEMS:
        raise Refused(ErrorCode.TOO_MANY, f"A call takes {MOST_ITEMS} items at most.", "bills")
    for each in bills:
        await _prepare(transaction, each)
    await transaction.lock_customers(each.customer.id for each in bills if each.customer is not None)
    imported = 0
    ready = [(each, each.bill) for each in bills if each.refused is None and each.bill is not None]
    for each, bill in sorted(ready, key=lambda pair: (pair[1].paid_at, pair[1].rules.store_id, pair[1].external_id)):
        imported += await _bring_in(transaction, each, bill, history=given.without_effects)
    refused = [each.refused for each in bills if each.refused is not None]
    there = len(bills) - imported - len(refused)
    return ImportAnswer(
        imported=imported,
        already_imported=there,
        repeated=there,
        refused=refused,
        left_out=[one for each in bills if each.refused is None for one in each.left_out],
    )


async def assign_customer(transaction: Transaction, given: PurchaseAssignCustomer) -> PurchaseAnswer:
    """Give a bill without a customer to one: it earns them points, counts for their status and is rewarded."""
    found = await find_customer(await transaction.inside(), given.customer, "customer")
    if not await transaction.lock_customers([found.id]):
        raise Refused(ErrorCode.NOT_FOUND, "There is no such customer.", "customer")
    purchase = await lock_purchase(transaction, given.id)
    shown = RowRef("Purchase", purchase.id)
    if purchase.customer_id == found.id:
        return PurchaseAnswer(purchase=shown, repeated=True)
    if purchase.customer_id is not None:
        raise Refused(ErrorCode.ALREADY_ASSIGNED, "The bill belongs to a customer already.", "id")
    if purchase.state in {PurchaseState.CANCELLED, PurchaseState.RETURNED}:
        raise Refused(ErrorCode.WRONG_STATE, f"The bill is {purchase.state.lower()}.", "id")
    context = await transaction.inside()
    case = await read_checkout(context, await _as_sent(transaction, context, purchase), found.id, locked=True)
    earnings = settled_offline([], case.bill.rules, case.shopper, case.programme, case.at).earnings
    purchase.customer_id, purchase.points_earned, purchase.updated_at = found.id, earnings.points, transaction.now
    purchase.card_number = purchase.card_number or found.card_number
    purchase.reward_terms = {**(purchase.reward_terms or {}), **(written(earned_rewards(case)) or {})} or None
    await transaction.session.flush()
    transaction.emit(EventKind.PURCHASE_ASSIGNED, purchase, customer_id=found.id)
    await reward_customer(transaction, case, earnings, purchase.id)
    await _as_if_returned_since(transaction, purchase)
    return PurchaseAnswer(purchase=shown)


async def _prepare(transaction: Transaction, each: _Offline) -> None:
    try:
        each.given = read(OfflineBillInput, _as_paid(each.raw))
        each.bill = await read_bill(await transaction.inside(), each.given.bill)
        if await sent_before(transaction, each.bill, each.given) is None:
            each.customer = await recognised(
                await transaction.inside(), each.given.customer, each.bill.given.card_number, each.bill.paid_at
            )
    except CrmError as error:
        each.refuse(error)


def _as_paid(given: Mapping[str, Any]) -> Mapping[str, object]:
    """The till has judged what was sold: something paid for but not counted is one piece."""
    items = [
        item if item["quantity"] or not item.get("paid") else {**item, "quantity": Decimal(1)}
        for item in given["bill"]["items"]
    ]
    return {**given, "bill": {**given["bill"], "items": items}}


async def _bring_in(transaction: Transaction, each: _Offline, bill: TillBill, *, history: bool) -> bool:
    """One bill in a savepoint of its own, so that refusing it undoes nothing else; whether it was new."""
    assert each.given is not None
    try:
        if await sent_before(transaction, bill, each.given) is not None:
            return False
        async with transaction.attempt():
            return await _close(transaction, each, bill, history=history) is not None
    except CrmError as error:
        each.refuse(error)
        return False


async def _close(transaction: Transaction, each: _Offline, bill: TillBill, *, history: bool) -> int | None:
    assert each.given is not None
    about = await details(transaction, each.given)
    beside = await read_beside(transaction, each.given, each.given.bill.paid_at)
    refuse(beside.differing(bill.total, ZERO, bill.rules.currency), "payments")
    customer = each.customer
    if customer is not None:
        about["card_number"] = each.given.bill.card_number or customer.card_number
    key = customer.id if customer else None
    codes, context = each.given.codes(), await transaction.inside()
    case = await read_checkout(context, bill, key, codes, locked=True, untold=each.untold)
    vouchers = _usable(each, case, history=history)
    settled = settled_offline(vouchers, bill.rules, case.shopper, case.programme, case.at)
    if history:
        settled = replace(settled, earnings=Earnings())
    return await record(transaction, Closing(case, settled, about, beside, has_effects=not history))


def _usable(each: _Offline, case: Checkout, *, history: bool) -> list[Voucher]:
    """The vouchers that can have been used; the bill was paid, so what can't is only told."""
    for code, reason in case.named.unknown:
        each.leave_out(code, reason)
    usable: list[Voucher] = []
    for benefit in case.named.benefits:
        reasons = [HISTORY] if history else _reasons(benefit, case)
        if benefit in usable:
            reasons = [Refusal(ErrorCode.DUPLICATE_CODE, "The voucher is named twice.")]
        for reason in reasons:
            each.leave_out(benefit.code, reason)
        if not reasons and isinstance(benefit, Voucher):
            usable.append(benefit)
    return usable


def _reasons(benefit: basket.Benefit, case: Checkout) -> list[Refusal]:
    if not isinstance(benefit, Voucher):
        return [DIRECT]
    return [one for one in refusals(benefit, case.bill.rules, case.shopper, case.at) if one.code in USED_UP]


async def _as_sent(transaction: Transaction, context: RequestContext, purchase: Purchase) -> TillBill:
    """A bill as the till would have sent it, from what was kept of it."""
    zone = await transaction.session.scalar(select(Store.time_zone).where(Store.id == purchase.store_id))
    rows = (
        await transaction.session.scalars(
            select(PurchaseItem).where(PurchaseItem.purchase_id == purchase.id).order_by(PurchaseItem.line)
        )
    ).all()
    goods = await goods_by_key(context, {row.product_id for row in rows if row.product_id is not None})
    items = []
    for row in rows:
        found = goods.get(row.product_id or 0)
        line = basket.Line(str(row.line), row.quantity, row.price, loyalty_off=row.loyalty_off)
        if found is not None:
            line = replace(line, product_id=found.product_id, group_ids=found.group_ids, brand_id=found.brand_id)
        items.append(Item(line, None, None, None, row.retail_discount, row.coupon_discount))
    lines = tuple(item.line for item in items)
    bill = basket.Bill(purchase.currency_code, purchase.store_id, lines, zone or "UTC", purchase.external_id)
    given = BillInput(
        store=By("id", purchase.store_id),
        external_id=purchase.external_id,
        currency=purchase.currency_code,
        items=(),
    )
    paid_at: datetime = purchase.paid_at.astimezone(UTC)
    return TillBill(bill, items, given, paid_at, purchase.total)


async def _as_if_returned_since(transaction: Transaction, purchase: Purchase) -> None:
    """What was returned before there was a customer is taken back from what they were just given."""
    closed = await read_closed(transaction, purchase)
    sold = closed.sale.as_sold()
    if sold != closed.sale:
        await withdraw_earned(transaction, closed, closed.sale.lines, ZERO, None)
        await points_back(transaction, closed, going_back(sold, closed.sale))
