"""Points: assigned, spent, put aside, handed on and taken back. Rules decide, the ledger keeps what they decided.

Every operation locks the customer's row first, so that only one at a time moves a customer's points.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

import models
from models import PointEntryKind
from models.rules import ledger
from models.rules.error_codes import ErrorCode
from models.rules.money import ZERO
from models.rules.refusals import in_points
from resolvers.customer.lock import lock_by_key, locked, locked_both
from resolvers.errors import Refused
from resolvers.ids import key_of
from resolvers.operation import input_fields
from resolvers.operation.perform import Values
from resolvers.operation.refusal import accepted
from resolvers.point.about import about
from resolvers.point.booking import account, credit, credit_lots, debit, give_back, outstanding, shape
from resolvers.storage.context import RowRef
from resolvers.storage.transaction import Transaction

REVERSIBLE = {PointEntryKind.SPEND, PointEntryKind.ASSIGN, PointEntryKind.EARN}


def _account(customer_id: int) -> RowRef:
    return RowRef("PointAccount", customer_id)


async def assign(transaction: Transaction, given: Values) -> Values:
    """Assign points: a lot of their own, active at once or from a date on."""
    customer_id = await locked(transaction, given, "customer", active=True)
    told = await about(transaction, given, customer_id)
    start, end = input_fields.moment(given, "active_from"), input_fields.moment(given, "expires_at")
    lot = ledger.assign(given["amount"], at=transaction.now, active_from=start, expires_at=end)
    entry = await credit(transaction, customer_id, accepted(lot, "amount"), PointEntryKind.ASSIGN, **told)
    return {"entry": RowRef("PointEntry", entry.id), "account": _account(customer_id)}


async def spend(transaction: Transaction, given: Values) -> Values:
    """Spend points, those that expire soonest first."""
    customer_id = await locked(transaction, given, "customer", active=True)
    told = await about(transaction, given, customer_id)
    has = await account(transaction, customer_id)
    takens = accepted(ledger.spend(has.lots, given["amount"], reserved=has.reserved, at=transaction.now), "amount")
    entry = await debit(transaction, customer_id, takens, PointEntryKind.SPEND, **told)
    assert entry is not None
    return {"entry": RowRef("PointEntry", entry.id), "account": _account(customer_id)}


async def transfer(transaction: Transaction, given: Values) -> Values:
    """Hand points on to another customer; they keep the expiry they had."""
    if given["from"] == given["to"]:
        raise Refused(ErrorCode.SAME_CUSTOMER, "Points are handed on to somebody else.", "to")
    sender, receiver = await locked_both(transaction, given, ("from", "to"))
    told = await about(transaction, given, sender) | await about(transaction, given, receiver)
    has = await account(transaction, sender)
    moved = accepted(ledger.transfer(has.lots, given["amount"], reserved=has.reserved, at=transaction.now), "amount")
    sent = await debit(transaction, sender, [move.taken for move in moved], PointEntryKind.TRANSFER_OUT, **told)
    assert sent is not None
    lots = await _continued(transaction, receiver, moved)
    received = await credit_lots(transaction, receiver, lots, PointEntryKind.TRANSFER_IN, **told)
    return {
        "entries": [RowRef("PointEntry", sent.id), RowRef("PointEntry", received.id)],
        "account": _account(sender),
    }


async def _continued(transaction: Transaction, receiver: int, moved: Sequence[ledger.Moved]) -> list[models.PointLot]:
    """The lots that points go on in, of the same type and partner as those they left."""
    lot = models.PointLot
    columns = (lot.id, lot.point_type_id, lot.partner_id)
    left = await transaction.session.execute(select(*columns).where(lot.id.in_([move.taken.lot_id for move in moved])))
    origin = {row.id: {"point_type_id": row.point_type_id, "partner_id": row.partner_id} for row in left}
    return [
        lot(customer_id=receiver, created_at=transaction.now, **shape(move.lot), **origin[move.taken.lot_id])
        for move in moved
    ]


async def reverse(transaction: Transaction, given: Values) -> Values:
    """Take an entry back, or a part of it: spent points return to their lots, assigned ones leave the lot they made."""
    entry = await _reversible(transaction, given["entry"])
    told = await about(transaction, given, entry.customer_id)
    if entry.kind is PointEntryKind.SPEND:
        made = await _give_back(transaction, entry, given.get("amount"), told)
    else:
        made = await _retract(transaction, entry, given.get("amount"), told)
    return {"entry": RowRef("PointEntry", made.id), "account": _account(entry.customer_id)}


async def _reversible(transaction: Transaction, opaque: str) -> models.PointEntry:
    """The entry, its customer locked. What belongs to a bill or a voucher goes back with that."""
    entry = await transaction.session.get(models.PointEntry, key_of(opaque, "PointEntry"))
    if entry is None:
        raise Refused(ErrorCode.NOT_FOUND, "There is no PointEntry with this id.", "entry")
    await lock_by_key(transaction, entry.customer_id, "entry")
    if entry.purchase_id is not None or entry.voucher_id is not None:
        whole = "voucher" if entry.purchase_id is None else "bill"
        raise Refused(ErrorCode.NOT_REVERSIBLE, f"These points go back with their {whole}: cancel that.", "entry")
    if entry.kind not in REVERSIBLE:
        message = f"An entry of the kind {entry.kind.value} can't be reversed."
        raise Refused(ErrorCode.NOT_REVERSIBLE, message, "entry")
    return entry


async def _give_back(
    transaction: Transaction, entry: models.PointEntry, amount: Decimal | None, told: dict[str, Any]
) -> models.PointEntry:
    takens = await outstanding(transaction, entry.id)
    if not takens:
        raise _already_reversed()
    givens = ledger.reverse(takens) if amount is None else accepted(ledger.reverse_part(takens, amount), "amount")
    made = await give_back(transaction, entry.customer_id, givens, entry.id, **told)
    assert made is not None
    return made


async def _retract(
    transaction: Transaction, entry: models.PointEntry, amount: Decimal | None, told: dict[str, Any]
) -> models.PointEntry:
    part, other = models.PointEntryLot, models.PointEntry
    lot_id = await transaction.session.scalar(select(part.lot_id).where(part.entry_id == entry.id))
    back = await transaction.session.scalar(select(func.sum(other.amount)).where(other.reverses_id == entry.id))
    left = entry.amount + (back or ZERO)
    if lot_id is None or left <= ZERO:
        raise _already_reversed()
    wanted = left if amount is None else amount
    if wanted > left:
        over = in_points(wanted - left)
        raise Refused(ErrorCode.LIMIT_REACHED, "More points can't be taken back than were assigned.", "amount", over)
    has = await account(transaction, entry.customer_id, also=[lot_id])
    takens = ledger.retract(has.lots, lot_id, wanted, reserved=has.reserved, at=transaction.now)
    made = await debit(
        transaction,
        entry.customer_id,
        accepted(takens, "amount"),
        PointEntryKind.REVERSE,
        **{**told, "reverses_id": entry.id},
    )
    assert made is not None
    return made


def _already_reversed() -> Refused:
    return Refused(ErrorCode.ALREADY_REVERSED, "The whole entry was taken back before.", "entry")
