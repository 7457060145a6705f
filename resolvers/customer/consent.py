"""What customers agree to."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from models import Consent, ConsentValue, CustomerConsent
from models.event_kinds import EventKind
from models.rules.error_codes import ErrorCode
from resolvers.customer.lock import locked
from resolvers.errors import Refused
from resolvers.operation import input_fields
from resolvers.operation.perform import Values
from resolvers.storage.context import RowRef
from resolvers.storage.transaction import Transaction

MOST_CONSENTS = 100


async def set_consent(transaction: Transaction, given: Values) -> Values:
    """Note what a customer answered to a consent, and when; the same answer again changes nothing."""
    customer_id = await locked(transaction, given, "id")
    consent_id = await input_fields.reference(transaction, Consent, given, "consent")
    assert consent_id is not None
    await _answer(transaction, customer_id, consent_id, given["value"])
    return {"customer": RowRef("Customer", customer_id)}


async def answer_all(transaction: Transaction, customer_id: int, given: Sequence[Values]) -> None:
    """What a new customer answered."""
    if len(given) > MOST_CONSENTS:
        raise Refused(ErrorCode.TOO_MANY, f"This takes {MOST_CONSENTS} items at most.", "consents")
    for place, one in enumerate(given):
        try:
            consent_id = await input_fields.reference(transaction, Consent, one, "consent")
        except Refused as refused:
            raise Refused(refused.code, str(refused), f"consents[{place}].consent") from refused
        assert consent_id is not None
        await _answer(transaction, customer_id, consent_id, one["value"])


async def _answer(transaction: Transaction, customer_id: int, consent_id: int, value: ConsentValue) -> None:
    answer = CustomerConsent
    there = select(answer).where(answer.customer_id == customer_id, answer.consent_id == consent_id)
    row = await transaction.session.scalar(there)
    if row is None:
        row = answer(customer_id=customer_id, consent_id=consent_id, value=value, changed_at=transaction.now)
        transaction.session.add(row)
    elif row.value is value:
        return
    row.value, row.changed_at = value, transaction.now
    await transaction.session.flush()
    transaction.emit(EventKind.CUSTOMER_CONSENT_SET, row, customer_id=customer_id, data={"value": value.value})
