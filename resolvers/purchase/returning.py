"""Returning items of a bill: each return counts once, and what changed hands is kept with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from sqlalchemy import select

from models import PurchaseReturn as ReturnRow
from models import PurchaseReturnItem, PurchaseState
from models.event_kinds import EventKind
from models.rules.error_codes import ErrorCode
from models.rules.returning import Sold
from resolvers.errors import Refused
from resolvers.operation.refusal import accepted
from resolvers.purchase.inputs import PurchaseReturn, ReturnAnswer, ReturnedItemInput
from resolvers.purchase.operations import change, lock_purchase
from resolvers.purchase.reversal import Undone, undo
from resolvers.purchase.sale import ClosedBill, read_closed
from resolvers.storage.context import RowRef
from resolvers.storage.transaction import Transaction
from resolvers.values import money, points


async def give_back(transaction: Transaction, given: PurchaseReturn) -> ReturnAnswer:
    """Return some items of a bill: what was paid for them goes back as it came, vouchers once they gave nothing."""
    purchase = await lock_purchase(transaction, given.id)
    closed = await read_closed(transaction, purchase)
    if (done := await _returned_before(transaction, closed, given)) is not None:
        return _answer(done, purchase.currency_code, repeated=True)
    if purchase.state in {PurchaseState.CANCELLED, PurchaseState.RETURNED}:
        raise Refused(ErrorCode.WRONG_STATE, f"The bill is {purchase.state.lower()}; nothing is left to return.", "id")
    lines = _after(given.items, closed)
    after, undone = await undo(transaction, closed, closed.sale.after(lines), given.reason)
    purchase.returned += undone.back.worth
    purchase.returned_with_points += undone.back.with_points
    made = await _record(transaction, closed, given, lines, undone)
    state = PurchaseState.RETURNED if after.is_over else PurchaseState.PARTLY_RETURNED
    await change(transaction, purchase, state, EventKind.PURCHASE_RETURNED, refund=str(undone.refund))
    return _answer(made, purchase.currency_code)


def _after(items: Sequence[ReturnedItemInput], closed: ClosedBill) -> tuple[Sold, ...]:
    """The lines once the items named are returned; one named without a quantity, as far as it is still there."""
    if not items:
        raise Refused(ErrorCode.REQUIRED, "Say which items are returned.", "items")
    after = {line.id: line for line in closed.sale.lines}
    named: set[int] = set()
    for place, item in enumerate(items):
        field = f"items[{place}]"
        line = after[_line_of(item, closed, field)]
        if line.id in named:
            raise Refused(ErrorCode.DUPLICATE_ITEM, "An item is named twice.", field)
        named.add(line.id)
        quantity = line.kept if item.quantity is None else item.quantity
        if item.quantity is not None and quantity <= 0:
            raise Refused(ErrorCode.NEGATIVE_AMOUNT, "This must be above zero.", f"{field}.quantity")
        if not quantity:
            raise Refused(ErrorCode.LIMIT_REACHED, "All of this line has been returned.", field)
        after[line.id] = accepted(line.back(quantity), f"{field}.quantity")
    return tuple(after.values())


def _line_of(item: ReturnedItemInput, closed: ClosedBill, field: str) -> int:
    key = item.id if item.bill_item_id is None else closed.external_ids.get(item.bill_item_id)
    if key is None or all(line.id != key for line in closed.sale.lines):
        raise Refused(ErrorCode.ITEM_NOT_FOUND, "There is no such item on the bill.", field)
    return key


async def _returned_before(transaction: Transaction, closed: ClosedBill, given: PurchaseReturn) -> ReturnRow | None:
    """The return of the same id; other items under it are refused."""
    if given.external_id is None:
        return None
    same = (ReturnRow.purchase_id == closed.purchase.id, ReturnRow.external_id == given.external_id)
    done: ReturnRow | None = await transaction.session.scalar(select(ReturnRow).where(*same))
    if done is None:
        return None
    item = PurchaseReturnItem
    rows = await transaction.session.execute(
        select(item.item_id, item.quantity).where(item.purchase_return_id == done.id)
    )
    if not _same_items({row[0]: row[1] for row in rows}, given.items, closed):
        raise Refused(ErrorCode.ID_REUSED, "Other items were returned under this id.", "externalId")
    return done


def _same_items(returned: Mapping[int, Decimal], items: Sequence[ReturnedItemInput], closed: ClosedBill) -> bool:
    """Whether what is named now was returned then; what is named without a quantity may have been any."""
    named = {_line_of(item, closed, f"items[{place}]"): item.quantity for place, item in enumerate(items)}
    return returned.keys() == named.keys() and all(
        quantity is None or quantity == returned[key] for key, quantity in named.items()
    )


async def _record(
    transaction: Transaction, closed: ClosedBill, given: PurchaseReturn, lines: Sequence[Sold], undone: Undone
) -> ReturnRow:
    back = undone.back
    made = ReturnRow(
        purchase_id=closed.purchase.id,
        external_id=given.external_id,
        at=transaction.now,
        note=given.reason,
        refund=undone.refund,
        withheld=undone.withheld,
        paid_with_points=back.with_points,
        points_back=back.unspent,
        points_withdrawn=back.unearned - undone.owed,
        points_owed=undone.owed,
    )
    transaction.session.add(made)
    await transaction.session.flush()
    for old, line in zip(closed.sale.lines, lines, strict=True):
        if line.returned != old.returned:
            row = PurchaseReturnItem(purchase_return_id=made.id, item_id=line.id, quantity=line.returned - old.returned)
            transaction.session.add(row)
    await transaction.session.flush()
    return made


def _answer(made: ReturnRow, currency: str, *, repeated: bool = False) -> ReturnAnswer:
    return ReturnAnswer(
        purchase=RowRef("Purchase", made.purchase_id),
        refund=money(made.refund, currency),
        withheld=money(made.withheld, currency),
        points_back=points(made.points_back),
        points_withdrawn=points(made.points_withdrawn),
        points_owed=points(made.points_owed),
        repeated=repeated,
    )
