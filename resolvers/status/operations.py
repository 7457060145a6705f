"""Statuses: the tiers of the programme, set by hand or reached by what a customer spends and collects.

A customer's current status record is the one that has not ended. It is never altered but for its end: a change ends
it and begins the next, so that the history stays. Whoever changes it holds the customer's row locked.
"""

from __future__ import annotations

from sqlalchemy import select

import models
from models.event_kinds import EventKind
from models.rules import qualification as rules
from models.rules.error_codes import ErrorCode
from resolvers.errors import Refused
from resolvers.operation import input_fields, validation
from resolvers.operation.references import References
from resolvers.operation.validation import Values
from resolvers.status.achievements import ZONE, read_programme
from resolvers.storage.context import RowRef
from resolvers.storage.transaction import Transaction


async def set_by_hand(transaction: Transaction, given: Values) -> Values:
    """Give a customer a status by hand; the one they hold ends, and stays in the history."""
    customer = await transaction.find(models.Customer, given["customer"], "customer")
    status = await References(transaction).find(models.Status, given["status"], "status")
    if status.state is not models.State.ACTIVE:
        raise Refused(ErrorCode.INACTIVE, "This status is not in use.", "status")
    valid_to = rules.valid_until(status.validity, transaction.now, ZONE)
    if given.get("valid_to") is not None:
        valid_to = validation.instant(given["valid_to"], "validTo")
        if valid_to <= transaction.now:
            raise Refused(ErrorCode.DATE_PASSED, "The status would have ended already.", "validTo")
    held = rules.Status(status.id, status.rank)
    decision = rules.StatusDecision(held, rules.StatusChange.SET, transaction.now, valid_to)
    current = await current_record(transaction, customer.id)
    record = await replace_record(transaction, customer.id, current, decision, input_fields.text(given, "note"))
    assert record is not None
    return {"status_record": RowRef("StatusRecord", record.id)}


async def requalify(transaction: Transaction, customer_id: int) -> models.StatusRecord | None:
    """Give a customer the status that they should have now; the record that begins, none where none does.

    Called after anything that counts towards a status has changed, and when a status' validity ends.
    """
    if not await _lock(transaction, customer_id):
        return None
    context = await transaction.inside()
    programme = await read_programme(context, [customer_id])
    current = await current_record(transaction, customer_id)
    holding = rules.Holding(current.status_id, current.valid_to) if current else None
    achieved = programme.achievements(customer_id)
    decision = rules.qualify(holding, programme.statuses, achieved, at=transaction.now, zone=ZONE)
    if decision is None:
        return None
    return await replace_record(transaction, customer_id, current, decision)


async def current_record(transaction: Transaction, customer_id: int) -> models.StatusRecord | None:
    """The status record of a customer that has not ended."""
    record = models.StatusRecord
    found: models.StatusRecord | None = await transaction.session.scalar(
        select(record).where(record.customer_id == customer_id, record.ended_at.is_(None))
    )
    return found


async def _lock(transaction: Transaction, customer_id: int) -> bool:
    """Lock a customer's row; false where the customer is gone."""
    customer = models.Customer
    alive = select(customer.id).where(customer.id == customer_id, customer.state != models.State.DELETED)
    return await transaction.session.scalar(alive.with_for_update()) is not None


async def replace_record(
    transaction: Transaction,
    customer_id: int,
    current: models.StatusRecord | None,
    decision: rules.StatusDecision,
    note: str | None = None,
) -> models.StatusRecord | None:
    """End the current record and begin the next one, where there is a status to have."""
    if current is not None:
        current.ended_at = transaction.now
        # The current record is unique: the old one must have ended before the new one begins.
        await transaction.session.flush()
    if decision.status is None:
        if current is not None:
            transaction.emit(EventKind.STATUS_ENDED, current, customer_id=customer_id)
        return None
    record = models.StatusRecord(
        customer_id=customer_id,
        status_id=decision.status.id,
        change=models.StatusChange(decision.change),
        valid_from=decision.valid_from,
        valid_to=decision.valid_to,
        note=note,
    )
    transaction.session.add(record)
    await transaction.session.flush()
    transaction.emit(EventKind.STATUS_CHANGED, record, customer_id=customer_id, data={"change": record.change.value})
    return record
