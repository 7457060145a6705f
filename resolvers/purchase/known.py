"""A bill that comes again: known by its store and its id there, and told apart from another under the same id."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, select

from models import Purchase, PurchaseDiscount, PurchaseItem
from models.rules.error_codes import ErrorCode
from models.rules.money import ZERO
from models.rules.programme import Programme
from models.rules.same_bill import BillMark, KnownLine, difference
from models.types import MONEY, BigKey, text
from resolvers.customer.find import FINDERS, Sought, find_customer, sought
from resolvers.errors import CrmError, Refused
from resolvers.operation.checks import By
from resolvers.programme.reading import IN_FORCE, terms_of
from resolvers.purchase.bill import LookedUp, TillBill
from resolvers.purchase.inputs import BillToClose
from resolvers.query.compiled_query import CompiledQuery, Together
from resolvers.storage.context import RequestContext
from resolvers.storage.reader import Row
from resolvers.storage.statement import parameter
from resolvers.storage.transaction import Transaction

SAME = CompiledQuery(
    lambda _: select(
        Purchase.id, Purchase.currency_code, Purchase.paid_at, Purchase.cashdesk, Purchase.customer_id
    ).where(Purchase.store_id == parameter("store", BigKey), Purchase.external_id == parameter("external_id", text()))
)
LINES = CompiledQuery(
    lambda _: (
        select(
            PurchaseItem.external_id,
            PurchaseItem.quantity,
            PurchaseItem.price,
            func.sum(PurchaseDiscount.amount, type_=MONEY),
        )
        .join(
            PurchaseDiscount,
            (PurchaseDiscount.item_id == PurchaseItem.id) & PurchaseDiscount.kind.is_(None),
            isouter=True,
        )
        .where(PurchaseItem.purchase_id == parameter("purchase", BigKey))
        .group_by(PurchaseItem.id)
    )
)


FIRST = {key: Together(same=SAME, terms=IN_FORCE, customer=finder) for key, finder in FINDERS.items()}
FIRST_OF_NOBODY = Together(same=SAME, terms=IN_FORCE)


@dataclass(frozen=True, slots=True)
class First:
    """What is known of a bill once it is read: if it was here before, by which terms it is judged, whose it is."""

    same: Sequence[Row]
    terms: Programme
    customer: LookedUp | None
    """Whom the bill names, by their card where it doesn't say so outright; none where that makes no sense."""


async def read_first(context: RequestContext, bill: TillBill, given: BillToClose, at: datetime) -> First:
    """Look it up in one statement."""
    asked = _asked(given)
    read = FIRST_OF_NOBODY if asked is None else FIRST[asked.key]
    of_customer = {} if asked is None else asked.values
    found = await read.read(context, **_named(bill), at=at, **of_customer)
    customer = None if asked is None else LookedUp(asked, found["customer"])
    return First(found["same"], terms_of(found["terms"]), customer)


def _asked(given: BillToClose) -> Sought | None:
    try:
        if given.customer is not None:
            return sought(given.customer, "customer")
        number = given.bill.card_number
        return None if number is None else sought(By("card_number", number), "bill")
    except CrmError:
        # It is told when the customer is looked for: a bill that was here before is first.
        return None


def _named(bill: TillBill) -> dict[str, object]:
    return {"store": bill.rules.store_id, "external_id": bill.external_id}


async def sent_before(
    transaction: Transaction, bill: TillBill, given: BillToClose, first: First | None = None
) -> int | None:
    """The key of the bill of the same store and id, if it is there; another bill under it is refused."""
    context = await transaction.inside()
    found = await SAME.read(context, **_named(bill)) if first is None else first.same
    if not found:
        return None
    key, currency, paid_at, cashdesk, customer_id = found[0]
    lines = {
        name: KnownLine(quantity, frozenset({price, price + (off or ZERO)}))
        for name, quantity, price, off in await LINES.read(context, purchase=key)
        if name is not None
    }
    customer = await _customer(transaction, given)
    as_given = BillMark(bill.rules.currency, given.bill.paid_at, given.bill.cashdesk, customer, _lines(bill))
    if what := difference(BillMark(currency, paid_at, cashdesk, customer_id, lines), as_given):
        message = f"Another bill is known under this id; they differ in: {what}."
        raise Refused(ErrorCode.ID_REUSED, message, "bill.externalId")
    return int(key)


def _lines(bill: TillBill) -> dict[str, KnownLine]:
    return {item.line.id: KnownLine(item.line.quantity, frozenset[Decimal]({item.line.paid})) for item in bill.items}


async def _customer(transaction: Transaction, given: BillToClose) -> int | None:
    """Who is named outright, as far as they can be found now."""
    if given.customer is None:
        return None
    try:
        return (await find_customer(await transaction.inside(), given.customer, "customer")).id
    except CrmError:
        return None
