"""Bills: closed at the till or in the e-shop, undone, and given to a customer afterwards.

A bill is known by its store and its id there, and counts once, however often and from wherever it is sent. Locks are
taken in one order everywhere: the customer, limited rewards, vouchers by key; points move last.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import select

import models
from models import Purchase, PurchaseState, PurchaseType, State
from models.event_kinds import EventKind
from models.rules.error_codes import ErrorCode
from models.rules.returning import Sold
from models.types import MONEY, QUANTITY, BigKey, text
from resolvers.customer.find import Found, find_customer
from resolvers.customer.lock import lock_customer
from resolvers.errors import Refused, UserError
from resolvers.ids import key_of
from resolvers.operation import validation
from resolvers.operation.input_fields import optional
from resolvers.operation.perform import Values
from resolvers.operation.refusal import accepted
from resolvers.purchase.bill import TillBill, read_bill
from resolvers.purchase.checkout import points_given, read_checkout
from resolvers.purchase.previewing import refused_benefits
from resolvers.purchase.recording import Closing, record
from resolvers.purchase.reversal import Undoing, sold_lines, status_back, undo
from resolvers.query.compiled_query import CompiledQuery
from resolvers.storage.context import RowRef
from resolvers.storage.statement import parameter
from resolvers.storage.transaction import Transaction
from resolvers.values import Money

UTM = ("source", "medium", "campaign")
SAME = CompiledQuery(
    lambda _: select(Purchase.id).where(
        Purchase.store_id == parameter("store", BigKey), Purchase.external_id == parameter("external_id", text())
    )
)


async def send(transaction: Transaction, given: Values) -> Values:
    """Close a bill: discounts, vouchers, points, status and automatic rewards, all of it or nothing."""
    context = await transaction.inside()
    bill = await read_bill(context, given["bill"])
    if (done := await sent_before(transaction, bill)) is not None:
        return _answer(done, repeated=True)
    try:
        purchase_id = await _close(transaction, given, bill)
    except Refused:
        # What it asked for may just have been used by the same bill, sent a moment earlier.
        if (done := await sent_before(transaction, bill)) is not None:
            return _answer(done, repeated=True)
        raise
    if purchase_id is None:
        done = await sent_before(transaction, bill)
        assert done is not None
        return _answer(done, repeated=True)
    return _answer(purchase_id)


async def cancel(transaction: Transaction, given: Values) -> Values:
    """Undo a bill, or what is left of it: it counts no longer, and points and vouchers go back the way they came."""
    purchase, lines = await _locked(transaction, given)
    if purchase.state is PurchaseState.CANCELLED:
        return _answer(purchase.id, repeated=True)
    if purchase.state is PurchaseState.RETURNED:
        raise Refused(ErrorCode.WRONG_STATE, "All of the bill has been returned already.", "id")
    before = [line for line, _ in lines]
    undoing = Undoing(purchase, before, [line.whole() for line in before], optional(given, "reason", 1000, ""))
    await undo(transaction, undoing, counts=False)
    await _change(transaction, purchase, PurchaseState.CANCELLED, EventKind.PURCHASE_CANCELLED)
    return _answer(purchase.id)


async def give_back(transaction: Transaction, given: Values) -> Values:
    """Return some items of a bill: money line by line, points in proportion, vouchers once they gave nothing."""
    purchase, lines = await _locked(transaction, given)
    if purchase.state in {PurchaseState.CANCELLED, PurchaseState.RETURNED}:
        raise Refused(ErrorCode.WRONG_STATE, f"The bill is {purchase.state.lower()}; nothing is left to return.", "id")
    before = [line for line, _ in lines]
    after = _returned(given["items"], lines)
    undoing = Undoing(purchase, before, after, optional(given, "reason", 1000, ""))
    back = await undo(transaction, undoing)
    purchase.returned += back.refund
    state = PurchaseState.RETURNED if undoing.is_whole else PurchaseState.PARTLY_RETURNED
    await _change(transaction, purchase, state, EventKind.PURCHASE_RETURNED, refund=str(back.refund))
    moved = {"refund": Money(back.refund, purchase.currency_code), "points_back": back.unspent}
    return _answer(purchase.id) | moved | {"points_withdrawn": back.unearned}


async def sent_before(transaction: Transaction, bill: TillBill) -> int | None:
    """The key of the bill of the same store and id, if it is there."""
    found = await SAME.read(await transaction.inside(), store=bill.rules.store_id, external_id=bill.external_id)
    return found[0][0] if found else None


async def recognised(transaction: Transaction, given: Values) -> Found | None:
    """The customer that a bill names: outright, or by the card that it shows."""
    context = await transaction.inside()
    if given.get("customer") is not None:
        return await find_customer(context, given["customer"], "customer")
    number = given["bill"].get("card_number")
    return await find_customer(context, {"card_number": number}, "bill") if number is not None else None


async def details(transaction: Transaction, given: Values) -> dict[str, Any]:
    """Columns of a purchase that no rule looks at."""
    utm = given.get("utm") or {}
    payment: Any = given.get("payment_type")
    return {
        "type_id": await _type(transaction, given.get("type")),
        "source": optional(given, "source", 64, ""),
        "payment_type": None if payment is None else models.PaymentType(getattr(payment, "value", payment)),
        "is_fiscal": given.get("is_fiscal") is not False,
        **{f"utm_{name}": optional(utm, name, 255, "utm.") for name in UTM},
    }


async def _close(transaction: Transaction, given: Values, bill: TillBill) -> int | None:
    customer = await recognised(transaction, given)
    points = points_given(given)
    about = await details(transaction, given)
    if customer is not None:
        if not await lock_customer(transaction, customer.id):
            raise Refused(ErrorCode.NOT_FOUND, "There is no such customer.", "customer")
        about["card_number"] = bill.card_number or customer.card_number
    codes: Sequence[str] = given.get("benefit_codes") or ()
    key = customer.id if customer else None
    case = await read_checkout(await transaction.inside(), bill, key, codes, locked=True)
    settled = case.settle(points)
    _all_or_nothing(
        [
            UserError(one.code, one.message, "spendPoints" if one.benefit_code is None else "benefitCodes", one.missing)
            for one in refused_benefits(settled, case.named)
        ]
    )
    _as_expected(given.get("to_pay"), settled.to_pay)
    return await record(transaction, Closing(case, settled, about))


def _all_or_nothing(errors: Sequence[UserError]) -> None:
    """The till told the shopper what it previewed: if any of it can't be had, the bill isn't closed."""
    if errors:
        raise Refused.because_of(errors)


def _as_expected(expected: Decimal | None, to_pay: Decimal) -> None:
    if expected is not None and validation.exact(MONEY, expected, "toPay", lowest=None) != to_pay:
        message = f"The bill comes to {to_pay:.2f}, not to {expected:.2f}; preview it again."
        raise Refused(ErrorCode.TO_PAY_DIFFERS, message, "toPay", f"{to_pay - expected:.2f}")


async def _type(transaction: Transaction, code: str | None) -> int | None:
    if code is None:
        return None
    known = PurchaseType.code == validation.text(code, "type", 64)
    key: int | None = await transaction.session.scalar(
        select(PurchaseType.id).where(known, PurchaseType.state != State.DELETED)
    )
    if key is None:
        raise Refused(ErrorCode.NOT_FOUND, "There is no such kind of bill.", "type")
    return key


async def lock_purchase(transaction: Transaction, opaque: str) -> Purchase:
    """A bill, its customer locked before it."""
    key = key_of(opaque, "Purchase")
    owner = await transaction.session.scalar(select(Purchase.customer_id).where(Purchase.id == key))
    if owner is not None:
        await lock_customer(transaction, owner)
    purchase = await transaction.session.get(Purchase, key, with_for_update={"key_share": True}, populate_existing=True)
    if purchase is None:
        raise Refused(ErrorCode.NOT_FOUND, "There is no Purchase with this id.", "id")
    return purchase


async def _locked(transaction: Transaction, given: Values) -> tuple[Purchase, list[tuple[Sold, str | None]]]:
    purchase = await lock_purchase(transaction, given["id"])
    return purchase, await sold_lines(transaction, purchase.id)


def _returned(items: Sequence[Values], lines: Sequence[tuple[Sold, str | None]]) -> list[Sold]:
    """The lines once the items named are returned; one named without a quantity, as far as it is still there."""
    if not items:
        raise Refused(ErrorCode.REQUIRED, "Say which items are returned.", "items")
    after = {line.id: line for line, _ in lines}
    named: set[int] = set()
    for place, item in enumerate(items):
        field = f"items[{place}]"
        line = after[_line_of(item, lines, field)]
        if line.id in named:
            raise Refused(ErrorCode.DUPLICATE_ITEM, "An item is named twice.", field)
        named.add(line.id)
        given = item.get("quantity")
        quantity = line.kept if given is None else validation.above_zero(QUANTITY, given, f"{field}.quantity")
        if not quantity:
            raise Refused(ErrorCode.LIMIT_REACHED, "All of this line has been returned.", field)
        after[line.id] = accepted(line.back(quantity), f"{field}.quantity")
    return [after[line.id] for line, _ in lines]


def _line_of(item: Values, lines: Sequence[tuple[Sold, str | None]], field: str) -> int:
    if (item.get("id") is None) == (item.get("bill_item_id") is None):
        raise Refused(ErrorCode.REQUIRED, "Name the item by its id, or by its id at the till.", field)
    key = None if item.get("id") is None else key_of(item["id"], "PurchaseItem")
    for line, external_id in lines:
        if line.id == key or (key is None and external_id == item["bill_item_id"]):
            return line.id
    raise Refused(ErrorCode.ITEM_NOT_FOUND, "There is no such item on the bill.", field)


async def _change(
    transaction: Transaction, purchase: Purchase, state: PurchaseState, kind: EventKind, **data: Any
) -> None:
    purchase.state = state
    purchase.updated_at = transaction.now
    await transaction.session.flush()
    transaction.emit(kind, purchase, customer_id=purchase.customer_id, data=data or None)
    await status_back(transaction, purchase)


def _answer(purchase_id: int, *, repeated: bool = False) -> dict[str, Any]:
    return {"purchase": RowRef("Purchase", purchase_id), "repeated": repeated}
