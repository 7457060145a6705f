"""Statuses: the tiers of the programme, set by hand or reached by what a customer spends and collects.

A customer's current status record is the one that has not ended. It is never altered but for its end: a change ends
it and begins the next, so that the history stays. Whoever changes it holds the customer's row locked.
"""

from __future__ import annotations

from sqlalchemy import select

import models
from models.rules import qualification as rules
from resolvers import checking, inputs
from resolvers.achievements import ZONE, read_programme
from resolvers.bill_rows import inside
from resolvers.checking import Values
from resolvers.errors import Refused
from resolvers.finding import References
from resolvers.reading import RowRef
from resolvers.writing import Writing


async def set_by_hand(writing: Writing, given: Values) -> Values:
    """Give a customer a status by hand; the one they hold ends, and stays in the history."""
    customer = await writing.find(models.Customer, given["customer"], "customer")
    status = await References(writing).find(models.Status, given["status"], "status")
    if status.state is not models.State.ACTIVE:
        raise Refused("INACTIVE", "This status is not in use.", "status")
    valid_to = rules.valid_until(status.validity, writing.now, ZONE)
    if given.get("valid_to") is not None:
        valid_to = checking.instant(given["valid_to"], "validTo")
        if valid_to <= writing.now:
            raise Refused("DATE_PASSED", "The status would have ended already.", "validTo")
    held = rules.Status(status.id, status.rank)
    decision = rules.StatusDecision(held, rules.StatusChange.SET, writing.now, valid_to)
    current = await current_record(writing, customer.id)
    record = await replace_record(writing, customer.id, current, decision, inputs.text(given, "note"))
    assert record is not None
    return {"status_record": RowRef("StatusRecord", record.id)}


async def requalify(writing: Writing, customer_id: int) -> models.StatusRecord | None:
    """Give a customer the status that they should have now; the record that begins, none where none does.

    Called after anything that counts towards a status has changed, and when a status' validity ends.
    """
    if not await _lock(writing, customer_id):
        return None
    reading = await inside(writing)
    programme = await read_programme(reading, [customer_id])
    current = await current_record(writing, customer_id)
    holding = rules.Holding(current.status_id, current.valid_to) if current else None
    achieved = programme.achievements(customer_id)
    decision = rules.qualify(holding, programme.statuses, achieved, at=writing.now, zone=ZONE)
    if decision is None:
        return None
    return await replace_record(writing, customer_id, current, decision)


async def current_record(writing: Writing, customer_id: int) -> models.StatusRecord | None:
    """The status record of a customer that has not ended."""
    record = models.StatusRecord
    found: models.StatusRecord | None = await writing.session.scalar(
        select(record).where(record.customer_id == customer_id, record.ended_at.is_(None))
    )
    return found


async def _lock(writing: Writing, customer_id: int) -> bool:
    """Lock a customer's row; false where the customer is gone."""
    customer = models.Customer
    alive = select(customer.id).where(customer.id == customer_id, customer.state != models.State.DELETED)
    return await writing.session.scalar(alive.with_for_update()) is not None


async def replace_record(
    writing: Writing,
    customer_id: int,
    current: models.StatusRecord | None,
    decision: rules.StatusDecision,
    note: str | None = None,
) -> models.StatusRecord | None:
    """End the current record and begin the next one, where there is a status to have."""
    if current is not None:
        current.ended_at = writing.now
        # The current record is unique: the old one must have ended before the new one begins.
        await writing.session.flush()
    if decision.status is None:
        if current is not None:
            writing.emit("STATUS_ENDED", current, customer_id=customer_id)
        return None
    record = models.StatusRecord(
        customer_id=customer_id,
        status_id=decision.status.id,
        change=models.StatusChange(decision.change),
        valid_from=decision.valid_from,
        valid_to=decision.valid_to,
        note=note,
    )
    writing.session.add(record)
    await writing.session.flush()
    writing.emit("STATUS_CHANGED", record, customer_id=customer_id, data={"change": record.change.value})
    return record
