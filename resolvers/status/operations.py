"""Statuses: the tiers of the programme, set by hand or reached by what a customer spends and collects.

Whoever changes a customer's status holds the customer's row locked.
"""

from __future__ import annotations

import models
from models.rules import qualification as rules
from models.rules.error_codes import ErrorCode
from resolvers.errors import Refused
from resolvers.operation.references import References
from resolvers.status.inputs import CustomerStatusSet, StatusRecordAnswer
from resolvers.status.records import current_record, replace_record
from resolvers.status.standing import read_standing
from resolvers.storage.context import RowRef
from resolvers.storage.transaction import Transaction


async def set_by_hand(transaction: Transaction, given: CustomerStatusSet) -> StatusRecordAnswer:
    """Give a customer a status by hand; the one they hold ends, and stays in the history."""
    customer = given.customer
    await transaction.lock_customer(customer, "customer", active=True)
    status = await References(transaction).find(models.Status, given.status, "status")
    if status.state is not models.State.ACTIVE:
        raise Refused(ErrorCode.INACTIVE, "This status is not in use.", "status")
    if given.valid_to is not None and given.valid_to <= transaction.now:
        raise Refused(ErrorCode.DATE_PASSED, "The status would have ended already.", "validTo")
    zone = (await read_standing(await transaction.inside(), [])).zone
    valid_to = given.valid_to or rules.valid_until(status.validity, transaction.now, zone)
    held = rules.Status(status.id, status.rank)
    decision = rules.StatusDecision(held, rules.StatusChange.SET, transaction.now, valid_to)
    current = await current_record(transaction, customer)
    record = await replace_record(transaction, customer, current, decision, given.reason or given.note)
    assert record is not None
    return StatusRecordAnswer(status_record=RowRef("StatusRecord", record.id))
