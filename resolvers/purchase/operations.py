"""Bills: closed at the till or in the e-shop, and undone.

A bill is known by its store and its id there, and counts once, however often and from wherever it is sent. Locks are
taken in one order everywhere: the customer, limited rewards, vouchers by key; points move last.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from models import Purchase, PurchaseState, PurchaseType, State
from models.event_kinds import EventKind
from models.rules.error_codes import ErrorCode
from models.rules.late import is_late
from models.rules.refusals import Shortfall, in_words
from resolvers.errors import CrmError, Refused, UserError
from resolvers.operation.perform import Stage, after
from resolvers.purchase.beside import read_beside
from resolvers.purchase.bill import TillBill, read_bill, recognised
from resolvers.purchase.checkout import judged_at, read_checkout
from resolvers.purchase.inputs import BillToClose, CancelAnswer, LeftOut, PurchaseCancel, PurchaseSend, SentAnswer
from resolvers.purchase.known import First, read_first, sent_before
from resolvers.purchase.previewing import RefusedBenefit, refused_benefits
from resolvers.purchase.recording import Closing, record
from resolvers.purchase.reversal import status_back, undo
from resolvers.purchase.sale import read_closed
from resolvers.storage.context import RequestContext, RowRef
from resolvers.storage.transaction import Transaction
from resolvers.values import money
from resolvers.voucher.guessing import guessed

UTM = ("source", "medium", "campaign")
AMOUNTS = {ErrorCode.TO_PAY_DIFFERS: "toPay", ErrorCode.PAYMENTS_DIFFER: "payments"}
"""What the till told, by the codes with which it is refused."""


async def _before_send(stage: Stage, given: PurchaseSend) -> frozenset[str]:
    return await guesses(stage.context, given, given.benefit_codes or ())


async def guesses(context: RequestContext, given: BillToClose, codes: Sequence[str]) -> frozenset[str]:
    """The codes of a bill of which nothing is to be told."""
    if not codes:
        return frozenset()
    try:
        found = await recognised(context, given.customer, given.bill.card_number, given.bill.paid_at)
    except CrmError:
        found = None
    return await guessed(context, codes, None if found is None else found.id)


@after(_before_send)
async def send(transaction: Transaction, given: PurchaseSend, untold: frozenset[str]) -> SentAnswer:
    """Close a bill: discounts, vouchers, points, status and automatic rewards.

    All of it or nothing where the bill is being paid; of one that was paid before, what can't be had is left out.
    """
    context = await transaction.inside()
    bill = await read_bill(context, given.bill, given.customer)
    first = await read_first(context, bill, given, judged_at(context, bill))
    if (done := await sent_before(transaction, bill, given, first)) is not None:
        return _sent(done, repeated=True)
    try:
        purchase_id, left_out = await _close(transaction, given, bill, first, untold)
    except Refused:
        # What it asked for may just have been used by the same bill, sent a moment earlier.
        if (done := await sent_before(transaction, bill, given)) is not None:
            return _sent(done, repeated=True)
        raise
    if purchase_id is None:
        done = await sent_before(transaction, bill, given)
        assert done is not None
        return _sent(done, repeated=True)
    return _sent(purchase_id, left_out)


async def cancel(transaction: Transaction, given: PurchaseCancel) -> CancelAnswer:
    """Cancel a bill, or what is left of it: it counts no longer, and points and vouchers go back the way they came."""
    purchase = await lock_purchase(transaction, given.id)
    shown = RowRef("Purchase", purchase.id)
    if purchase.state is PurchaseState.CANCELLED:
        return CancelAnswer(purchase=shown, repeated=True)
    if purchase.state is PurchaseState.RETURNED:
        raise Refused(ErrorCode.WRONG_STATE, "All of the bill has been returned already.", "id")
    closed = await read_closed(transaction, purchase)
    _, undone = await undo(transaction, closed, closed.sale.whole(), given.reason, counts=False)
    await change(transaction, purchase, PurchaseState.CANCELLED, EventKind.PURCHASE_CANCELLED)
    currency = purchase.currency_code
    return CancelAnswer(
        purchase=shown, refund=money(undone.refund, currency), withheld=money(undone.withheld, currency)
    )


async def details(transaction: Transaction, given: BillToClose) -> dict[str, object]:
    """Columns of a purchase that no rule looks at."""
    return {
        "type_id": await _type(transaction, given.type),
        "source": given.source,
        "payment_type": given.payment_type,
        "is_fiscal": given.is_fiscal,
        **{f"utm_{name}": getattr(given.utm, name) if given.utm else None for name in UTM},
    }


async def lock_purchase(transaction: Transaction, key: int) -> Purchase:
    """A bill, its customer locked before it."""
    await transaction.lock_owner(select(Purchase.customer_id).where(Purchase.id == key))
    purchase = await transaction.session.get(Purchase, key, with_for_update={"key_share": True}, populate_existing=True)
    if purchase is None:
        raise Refused(ErrorCode.NOT_FOUND, "There is no Purchase with this id.", "id")
    return purchase


async def change(
    transaction: Transaction, purchase: Purchase, state: PurchaseState, kind: EventKind, **data: Any
) -> None:
    """Give a bill the state that it has by what was undone, and its customer the status that they have by that."""
    purchase.state = state
    purchase.updated_at = transaction.now
    await transaction.session.flush()
    transaction.emit(kind, purchase, customer_id=purchase.customer_id, data=data or None)
    await status_back(transaction, purchase)


async def _close(
    transaction: Transaction, given: PurchaseSend, bill: TillBill, first: First, untold: frozenset[str]
) -> tuple[int | None, list[LeftOut]]:
    context = await transaction.inside()
    late = is_late(bill.paid_at, transaction.now, first.terms.clocks_differ)
    at = bill.paid_at if late else None
    customer = await recognised(context, given.customer, given.bill.card_number, at, first.customer)
    about, beside = await details(transaction, given), await read_beside(transaction, given, at)
    if customer is not None:
        if not await transaction.lock_customers([customer.id]):
            raise Refused(ErrorCode.NOT_FOUND, "There is no such customer.", "customer")
        about["card_number"] = given.bill.card_number or customer.card_number
    key = customer.id if customer else None
    codes = given.benefit_codes or ()
    case = await read_checkout(context, bill, key, codes, terms=first.terms, locked=True, untold=untold)
    settled = await case.settle(given.spend_points or None)
    currency = bill.rules.currency
    refused = [*refused_benefits(settled, case.named), *_as_expected(given.to_pay, settled.to_pay, currency)]
    differing = beside.differing(settled.combination.to_pay, settled.payment.amount, currency)
    refused += [RefusedBenefit(one.code, one.message, one.missing, None) for one in differing]
    if refused and not late:
        _all_or_nothing(refused)
    kept = beside.without_payments() if differing else beside
    return await record(transaction, Closing(case, settled, about, kept)), [_left_out(one) for one in refused]


def _left_out(one: RefusedBenefit) -> LeftOut:
    missing = in_words(one.missing)
    return LeftOut(index=0, code=one.code, benefit_code=one.benefit_code, message=one.message, missing=missing)


def _all_or_nothing(refused: Sequence[RefusedBenefit]) -> None:
    """The till told the shopper what it previewed: if any of it can't be had, the bill isn't closed."""
    errors = [UserError(one.code, one.message, _field(one), one.missing) for one in refused]
    raise Refused.because_of(errors)


def _field(one: RefusedBenefit) -> str:
    if one.benefit_code is not None:
        return "benefitCodes"
    return AMOUNTS.get(one.code, "spendPoints")


def _as_expected(expected: Decimal | None, to_pay: Decimal, currency: str) -> Iterable[RefusedBenefit]:
    if expected is not None and expected != to_pay:
        message = f"The bill comes to {to_pay:.2f}, not to {expected:.2f}; preview it again."
        yield RefusedBenefit(ErrorCode.TO_PAY_DIFFERS, message, Shortfall(to_pay - expected, currency), None)


async def _type(transaction: Transaction, code: str | None) -> int | None:
    if code is None:
        return None
    key: int | None = await transaction.session.scalar(
        select(PurchaseType.id).where(PurchaseType.code == code, PurchaseType.state != State.DELETED)
    )
    if key is None:
        raise Refused(ErrorCode.NOT_FOUND, "There is no such kind of bill.", "type")
    return key


def _sent(purchase_id: int, left_out: Sequence[LeftOut] = (), *, repeated: bool = False) -> SentAnswer:
    return SentAnswer(purchase=RowRef("Purchase", purchase_id), left_out=list(left_out), repeated=repeated)
