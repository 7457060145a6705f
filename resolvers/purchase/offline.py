"""Bills that come late: closed offline and imported, or given to their customer afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
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
from models.rules.programme import PROGRAMME
from models.rules.refusals import RefusalCode
from models.rules.settlement import settled_offline
from resolvers.customer.find import Found, find_customer
from resolvers.customer.lock import lock_customer
from resolvers.errors import CrmError, Refused
from resolvers.operation.perform import Values
from resolvers.operation.refusal import refuse
from resolvers.purchase.bill import Item, TillBill, read_bill
from resolvers.purchase.checkout import Checkout, read_checkout
from resolvers.purchase.goods import goods_by_key
from resolvers.purchase.operations import details, lock_purchase, recognised, sent_before
from resolvers.purchase.recording import Closing, record, reward_customer
from resolvers.purchase.reversal import Undoing, sold_lines, undo
from resolvers.storage.context import RequestContext, RowRef
from resolvers.storage.transaction import Transaction

MOST_BILLS = 500
MOST_ITEMS = 5000

USED_UP = frozenset(
    {
        RefusalCode.ALREADY_APPLIED,
        RefusalCode.WRONG_STATE,
        RefusalCode.EXPIRED,
        RefusalCode.WRONG_CUSTOMER,
        RefusalCode.RESERVED_ELSEWHERE,
    }
)
"""Why a voucher can't have been used offline; what the bill had to be, the till judged there and then."""


@dataclass(frozen=True, slots=True)
class RefusedBill:
    """A bill that was not imported."""

    index: int
    code: ErrorCode
    message: str
    field: str | None
    missing: str | None


@dataclass(slots=True)
class _Offline:
    """A bill of an import, as far as it is known."""

    index: int
    given: Values
    bill: TillBill | None = None
    customer: Found | None = None
    refused: RefusedBill | None = None

    def refuse(self, error: CrmError) -> None:
        """Note why it is not imported."""
        field, missing = getattr(error, "field", None), getattr(error, "missing", None)
        self.refused = RefusedBill(self.index, ErrorCode(error.code), str(error), field, missing)


async def import_bills(transaction: Transaction, given: Values) -> Values:
    """Bring bills in that were closed offline, oldest first; each counts once, and a refused one stops no other."""
    bills = [_Offline(index, each) for index, each in enumerate(given["bills"])]
    if len(bills) > MOST_BILLS or sum(len(each.given["bill"]["items"]) for each in bills) > MOST_ITEMS:
        raise Refused(ErrorCode.TOO_MANY, f"A call takes {MOST_BILLS} bills and {MOST_ITEMS} items at most.", "bills")
    for each in bills:
        await _prepare(transaction, each)
    for key in sorted({each.customer.id for each in bills if each.customer is not None}):
        await lock_customer(transaction, key)
    imported = 0
    ready = [(each, each.bill) for each in bills if each.refused is None and each.bill is not None]
    for each, bill in sorted(ready, key=lambda pair: (pair[1].paid_at, pair[1].rules.store_id, pair[1].external_id)):
        imported += await _bring_in(transaction, each, bill)
    refused = [each.refused for each in bills if each.refused is not None]
    return {"imported": imported, "repeated_bills": len(bills) - imported - len(refused), "refused": refused}


async def assign_customer(transaction: Transaction, given: Values) -> Values:
    """Give a bill without a customer to one: it earns them points, counts for their status and is rewarded."""
    found = await find_customer(await transaction.inside(), given["customer"], "customer")
    if not await lock_customer(transaction, found.id):
        raise Refused(ErrorCode.NOT_FOUND, "There is no such customer.", "customer")
    purchase = await lock_purchase(transaction, given["id"])
    if purchase.customer_id == found.id:
        return {"purchase": RowRef("Purchase", purchase.id), "repeated": True}
    if purchase.customer_id is not None:
        raise Refused(ErrorCode.ALREADY_ASSIGNED, "The bill belongs to a customer already.", "id")
    if purchase.state in {PurchaseState.CANCELLED, PurchaseState.RETURNED}:
        raise Refused(ErrorCode.WRONG_STATE, f"The bill is {purchase.state.lower()}.", "id")
    context = await transaction.inside()
    case = await read_checkout(context, await _as_sent(transaction, context, purchase), found.id, locked=True)
    earned = settled_offline([], case.bill.rules, case.shopper, PROGRAMME).earned
    purchase.customer_id, purchase.points_earned, purchase.updated_at = found.id, earned, transaction.now
    purchase.card_number = purchase.card_number or found.card_number
    await transaction.session.flush()
    transaction.emit(EventKind.PURCHASE_ASSIGNED, purchase, customer_id=found.id)
    await reward_customer(transaction, case, earned, purchase.id)
    await _as_if_returned_since(transaction, purchase)
    return {"purchase": RowRef("Purchase", purchase.id), "repeated": False}


async def _prepare(transaction: Transaction, each: _Offline) -> None:
    try:
        each.bill = await read_bill(await transaction.inside(), _as_paid(each.given["bill"]))
        if await sent_before(transaction, each.bill) is None:
            each.customer = await recognised(transaction, each.given)
    except CrmError as error:
        each.refuse(error)


def _as_paid(bill: Values) -> Values:
    """The till has judged what was sold: something paid for but not counted is one piece."""
    items = [
        item if item["quantity"] or not item.get("paid") else {**item, "quantity": Decimal(1)} for item in bill["items"]
    ]
    return {**bill, "items": items}


async def _bring_in(transaction: Transaction, each: _Offline, bill: TillBill) -> bool:
    """One bill in a savepoint of its own, so that refusing it undoes nothing else; whether it was new."""
    if await sent_before(transaction, bill) is not None:
        return False
    try:
        async with transaction.attempt():
            return await _close(transaction, each, bill) is not None
    except CrmError as error:
        # What it used may just have been used by the same bill, brought in by somebody else.
        if await sent_before(transaction, bill) is None:
            each.refuse(error)
        return False


async def _close(transaction: Transaction, each: _Offline, bill: TillBill) -> int | None:
    about = await details(transaction, each.given)
    customer = each.customer
    if customer is not None:
        about["card_number"] = bill.card_number or customer.card_number
    key = customer.id if customer else None
    codes: Sequence[str] = each.given.get("voucher_codes") or ()
    case = await read_checkout(await transaction.inside(), bill, key, codes, locked=True)
    refuse((reason for _, reason in case.named.unknown), "voucherCodes")
    if case.named.direct:
        raise Refused(ErrorCode.VOUCHER_REQUIRED, "Offline, rewards are used through vouchers only.", "voucherCodes")
    for voucher in case.named.vouchers:
        refuse(_used_up(voucher, case), "voucherCodes")
    settled = settled_offline(case.named.vouchers, bill.rules, case.shopper, PROGRAMME)
    return await record(transaction, Closing(case, settled, about))


def _used_up(voucher: Voucher, case: Checkout) -> list[Any]:
    reasons = refusals(voucher, case.bill.rules, case.shopper, case.at)
    return [reason for reason in reasons if reason.code in USED_UP]


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
        items.append(Item(line, None, None, None, row.retail_discount))
    lines = tuple(item.line for item in items)
    bill = basket.Bill(purchase.currency_code, purchase.store_id, lines, zone or "UTC", purchase.external_id)
    paid_at: datetime = purchase.paid_at.astimezone(UTC)
    return TillBill(bill, items, purchase.external_id, paid_at, purchase.total, None, None, None, None)


async def _as_if_returned_since(transaction: Transaction, purchase: Purchase) -> None:
    """What was returned before there was a customer is taken back from what they were just given."""
    lines = [line for line, _ in await sold_lines(transaction, purchase.id)]
    whole = [replace(line, returned=ZERO) for line in lines]
    if whole != lines:
        await undo(transaction, Undoing(purchase, whole, lines), counts=False)
