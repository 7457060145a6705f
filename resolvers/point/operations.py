"""Points: assigned, spent, reserved, transferred and taken back. Rules decide, the ledger keeps what they decided.

Every operation locks the customer's row first, so that only one at a time moves a customer's points.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import func, select

import models
from models import PointEntryKind
from models.rules import ledger
from models.rules.error_codes import ErrorCode
from models.rules.money import ZERO
from models.rules.refusals import Shortfall
from resolvers.errors import Refused
from resolvers.operation.refusal import accepted
from resolvers.point.about import about
from resolvers.point.account import account, outstanding
from resolvers.point.booking import credit, credit_lots, debit, give_back, shape
from resolvers.point.inputs import EntryAnswer, PointsAssign, PointsReverse, PointsSpend, PointsTransfer, TransferAnswer
from resolvers.point.owing import repaid_from, withdraw
from resolvers.status.requalifying import count_points
from resolvers.storage.context import RowRef
from resolvers.storage.transaction import Transaction

REVERSIBLE = {PointEntryKind.SPEND, PointEntryKind.ASSIGN, PointEntryKind.EARN}


def _answer(entry: models.PointEntry | None) -> EntryAnswer:
    assert entry is not None
    return EntryAnswer(entry=RowRef("PointEntry", entry.id), account=RowRef("PointAccount", entry.customer_id))


async def assign(transaction: Transaction, given: PointsAssign) -> EntryAnswer:
    """Assign points: a lot of their own, active at once or from a date on. They count for statuses from now on."""
    await transaction.lock_customer(given.customer, "customer", active=True)
    told = await about(transaction, given, given.customer, given.type)
    lot = ledger.assign(given.amount, at=transaction.now, active_from=given.active_from, expires_at=given.expires_at)
    lots = [accepted(lot, "amount")]
    entry = await credit(transaction, given.customer, lots, PointEntryKind.ASSIGN, **told)
    await count_points(transaction, given.customer)
    return _answer(entry)


async def spend(transaction: Transaction, given: PointsSpend) -> EntryAnswer:
    """Spend points, those that expire soonest first."""
    await transaction.lock_customer(given.customer, "customer", active=True)
    told = await about(transaction, given, given.customer)
    has = await account(transaction, given.customer)
    takens = accepted(ledger.spend(has.lots, given.amount, reserved=has.reserved, at=transaction.now), "amount")
    return _answer(await debit(transaction, given.customer, takens, PointEntryKind.SPEND, **told))


async def transfer(transaction: Transaction, given: PointsTransfer) -> TransferAnswer:
    """Transfer points to another customer; they keep the expiry they had."""
    sender, receiver = given.from_, given.to
    if sender == receiver:
        raise Refused(ErrorCode.SAME_CUSTOMER, "Points are transferred to another customer.", "to")
    await transaction.lock_named({"from": sender, "to": receiver}, active=True)
    told = await about(transaction, given, sender) | await about(transaction, given, receiver)
    has = await account(transaction, sender)
    moved = accepted(ledger.transfer(has.lots, given.amount, reserved=has.reserved, at=transaction.now), "amount")
    sent = await debit(transaction, sender, [move.taken for move in moved], PointEntryKind.TRANSFER_OUT, **told)
    assert sent is not None
    lots = await _continued(transaction, receiver, moved)
    received = await credit_lots(transaction, receiver, lots, PointEntryKind.TRANSFER_IN, **told)
    entries = [RowRef("PointEntry", sent.id), RowRef("PointEntry", received.id)]
    return TransferAnswer(entries=entries, account=RowRef("PointAccount", sender))


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


async def reverse(transaction: Transaction, given: PointsReverse) -> EntryAnswer:
    """Take an entry back, or a part of it: spent points return to their lots, assigned ones leave the lot they made."""
    entry = await _reversible(transaction, given.entry)
    told = await about(transaction, given, entry.customer_id)
    if entry.kind is PointEntryKind.SPEND:
        return _answer(await _give_back(transaction, entry, given.amount, told))
    made = await _retract(transaction, entry, given.amount, told)
    await count_points(transaction, entry.customer_id, undone=entry.at)
    return _answer(made)


async def _reversible(transaction: Transaction, key: int) -> models.PointEntry:
    """The entry, its customer locked. What belongs to a bill or a voucher goes back with that."""
    if await transaction.lock_owner(select(models.PointEntry.customer_id).where(models.PointEntry.id == key)) is None:
        raise Refused(ErrorCode.NOT_FOUND, "There is no PointEntry with this id.", "entry")
    entry = await transaction.session.get_one(models.PointEntry, key)
    if entry.purchase_id is not None or entry.voucher_id is not None:
        whole = "voucher" if entry.purchase_id is None else "bill"
        raise Refused(ErrorCode.NOT_REVERSIBLE, f"These points go back with their {whole}: cancel that.", "entry")
    if entry.kind not in REVERSIBLE:
        message = f"An entry of the kind {entry.kind.value} can't be reversed."
        raise Refused(ErrorCode.NOT_REVERSIBLE, message, "entry")
    return entry


async def _give_back(
    transaction: Transaction, entry: models.PointEntry, amount: Decimal | None, told: dict[str, object]
) -> models.PointEntry:
    takens = await outstanding(transaction, entry.id)
    if not takens:
        raise _already_reversed()
    givens = ledger.reverse(takens) if amount is None else accepted(ledger.reverse_part(takens, amount), "amount")
    made = await give_back(transaction, entry.customer_id, givens, entry.id, **told)
    assert made is not None
    return made


async def _retract(
    transaction: Transaction, entry: models.PointEntry, amount: Decimal | None, told: dict[str, object]
) -> models.PointEntry:
    part, other = models.PointEntryLot, models.PointEntry
    lot_id = await transaction.session.scalar(select(part.lot_id).where(part.entry_id == entry.id))
    taken = func.sum(other.amount - other.owed)
    back = await transaction.session.scalar(select(taken).where(other.reverses_id == entry.id))
    left = entry.amount + (back or ZERO)
    if lot_id is None or left <= ZERO:
        raise _already_reversed()
    wanted = left if amount is None else amount
    if wanted > left:
        over = Shortfall(points=wanted - left)
        raise Refused(ErrorCode.LIMIT_REACHED, "More points can't be taken back than were assigned.", "amount", over)
    has = await account(transaction, entry.customer_id, also=[lot_id])
    repaid = await repaid_from(transaction, lot_id)
    withdrawn = ledger.retract(has.lots, lot_id, wanted, reserved=has.reserved, at=transaction.now, repaid=repaid)
    return await withdraw(transaction, entry, accepted(withdrawn, "amount"), **told)


def _already_reversed() -> Refused:
    return Refused(ErrorCode.ALREADY_REVERSED, "The whole entry was taken back before.", "entry")
