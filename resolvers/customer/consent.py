"""What customers agree to."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from models import Consent, ConsentChange, ConsentValue, CustomerConsent
from models.event_kinds import EventKind
from resolvers.customer.inputs import ConsentAnswerInput, ConsentSet, CustomerAnswer
from resolvers.operation.references import in_use
from resolvers.storage.context import RowRef
from resolvers.storage.transaction import Transaction


async def set_consent(transaction: Transaction, given: ConsentSet) -> CustomerAnswer:
    """Note what a customer answered to a consent, and when; the same answer again changes nothing."""
    await transaction.lock_customer(given.id, "id")
    await in_use(transaction, Consent, given.consent, "consent")
    await _answer(transaction, given.id, given.consent, given.value)
    return CustomerAnswer(customer=RowRef("Customer", given.id))


async def answer_all(transaction: Transaction, customer_id: int, given: Sequence[ConsentAnswerInput]) -> None:
    """Note what a customer answered to several consents."""
    for place, one in enumerate(given):
        await in_use(transaction, Consent, one.consent, f"consents[{place}].consent")
        await _answer(transaction, customer_id, one.consent, one.value)


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
    viewer = transaction.viewer
    change = ConsentChange(
        customer_id=customer_id,
        consent_id=consent_id,
        value=value,
        changed_at=transaction.now,
        viewer_kind=viewer.kind,
        token_id=viewer.token_id,
    )
    transaction.session.add(change)
    await transaction.session.flush()
    transaction.emit(EventKind.CUSTOMER_CONSENT_SET, row, customer_id=customer_id, data={"value": value.value})
