"""Merging two customers. Both are locked, in the order of their keys, before anything of theirs is read."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import select

import models
from models import Customer, CustomerMerge, StatusRecord
from models.event_kinds import EventKind
from models.rules.error_codes import ErrorCode
from models.rules.ledger import Given
from models.rules.money import ZERO
from resolvers.customer.search_terms import renew_terms
from resolvers.errors import Refused
from resolvers.ids import opaque_id
from resolvers.merging.inputs import CustomersToMerge, MergeAnswer, MergedRecords
from resolvers.merging.moves import Moved, move_all
from resolvers.merging.person import join_people
from resolvers.point.account import account, owed
from resolvers.point.owing import repay
from resolvers.status.records import current_record
from resolvers.status.requalifying import given_record, restore
from resolvers.storage.context import RowRef
from resolvers.storage.transaction import Transaction
from resolvers.values import points


async def merge(transaction: Transaction, given: CustomersToMerge) -> MergeAnswer:
    """Merge a customer into another one: all that belongs to the one follows, and its ids lead to the other."""
    # Whom `into` names may have become the other one.
    given.check()
    before = await _merged_before(transaction, given)
    if before is not None:
        return before
    await transaction.lock_named({"from": given.from_, "into": given.into})
    session = transaction.session
    merged = await session.get_one(Customer, given.from_, populate_existing=True)
    customer = await session.get_one(Customer, given.into, populate_existing=True)
    session.add(CustomerMerge(customer_id=customer.id, merged_id=merged.id, merged_at=transaction.now))
    anchors = await _end_status(transaction, merged.id, customer.id)
    taken_over, given_up = await join_people(transaction, merged, customer)
    moved = await move_all(transaction, merged.id, customer.id)
    repaid = await _repay(transaction, customer.id)
    await restore(transaction, customer.id, anchors)
    await renew_terms(transaction, merged.id)
    await renew_terms(transaction, customer.id)
    former = opaque_id("Customer", merged.id)
    transaction.emit(EventKind.CUSTOMER_MERGED, customer, customer_id=customer.id, data={"merged": former})
    return MergeAnswer(
        customer=RowRef("Customer", customer.id),
        merged_id=former,
        records=_told(moved),
        taken_over=taken_over,
        given_up=given_up,
        points_repaid=repaid,
    )


async def _merged_before(transaction: Transaction, given: CustomersToMerge) -> MergeAnswer | None:
    """The answer where the two are one already; a customer is merged once."""
    became = select(CustomerMerge.customer_id).where(CustomerMerge.merged_id == given.from_)
    key = await transaction.session.scalar(became)
    if key is None:
        return None
    if key != given.into:
        await transaction.raise_if_merged([given.into])
        raise Refused(ErrorCode.ALREADY_MERGED, "This customer was merged into another one before.", "from")
    return MergeAnswer(
        customer=RowRef("Customer", key),
        merged_id=opaque_id("Customer", given.from_),
        records=[],
        taken_over=[],
        given_up=[],
        points_repaid=ZERO,
        repeated=True,
    )


async def _end_status(transaction: Transaction, merged: int, customer: int) -> list[StatusRecord]:
    """End the status of the one, as a customer holds one at a time; what both of them hold of themselves."""
    current = await current_record(transaction, merged)
    if current is not None:
        current.ended_at = transaction.now
        transaction.emit(EventKind.STATUS_ENDED, current, customer_id=customer)
    anchors = [await given_record(transaction, key) for key in (customer, merged)]
    return [each for each in anchors if each is not None]


async def _repay(transaction: Transaction, customer: int) -> Decimal:
    """Pay what is owed out of what there is: whoever owes points has none left."""
    debt = await owed(transaction, customer)
    if not debt:
        return ZERO
    lots = [lot for lot in (await account(transaction, customer)).lots if not lot.is_expired(transaction.now)]
    lots.sort(key=lambda lot: (lot.expires_at is None, lot.expires_at or transaction.now, lot.created_at, lot.id))
    await repay(transaction, customer, [Given(lot.id, lot.remaining) for lot in lots], {})
    return points(debt - await owed(transaction, customer))


def _told(moved: list[Moved]) -> list[MergedRecords]:
    hidden = {models.Event, models.CustomerPassword, models.OneTimeCode, models.CodeMessage, CustomerMerge}
    return [
        MergedRecords(kind=each.entity.__name__, moved=each.moved, dropped=each.dropped)
        for each in moved
        if each.entity not in hidden
    ]
