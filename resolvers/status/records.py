"""Status records: the current one is the one that has not ended.

It is never altered but for its end: a change ends it and begins the next, so that the history stays.
"""

from __future__ import annotations

from sqlalchemy import select

import models
from models.event_kinds import EventKind
from models.rules import qualification as rules
from resolvers.storage.transaction import Transaction


async def current_record(transaction: Transaction, customer_id: int) -> models.StatusRecord | None:
    """The status record of a customer that has not ended."""
    record = models.StatusRecord
    found: models.StatusRecord | None = await transaction.session.scalar(
        select(record).where(record.customer_id == customer_id, record.ended_at.is_(None))
    )
    return found


async def replace_record(
    transaction: Transaction,
    customer_id: int,
    current: models.StatusRecord | None,
    decision: rules.StatusDecision,
    note: str | None = None,
) -> models.StatusRecord | None:
    """End the current record and begin the next one without a gap, where there is a status to have."""
    if current is not None:
        current.ended_at = decision.valid_from
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
    change = {"change": record.change.value}
    transaction.emit(EventKind.STATUS_CHANGED, record, customer_id=customer_id, data=change)
    return record
