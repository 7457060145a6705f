"""What customers agree to."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from models import Consent, ConsentValue, CustomerConsent
from resolvers import inputs
from resolvers.customer_locked import locked
from resolvers.errors import Refused
from resolvers.reading import RowRef
from resolvers.writing import Values, Writing

MOST_CONSENTS = 100


async def set_consent(writing: Writing, given: Values) -> Values:
    """Note what a customer answered to a consent, and when; the same answer again changes nothing."""
    customer_id = await locked(writing, given, "id")
    consent_id = await inputs.reference(writing, Consent, given, "consent")
    assert consent_id is not None
    await _answer(writing, customer_id, consent_id, given["value"])
    return {"customer": RowRef("Customer", customer_id)}


async def answer_all(writing: Writing, customer_id: int, given: Sequence[Values]) -> None:
    """What a new customer answered."""
    if len(given) > MOST_CONSENTS:
        raise Refused("TOO_MANY", f"This takes {MOST_CONSENTS} items at most.", "consents")
    for place, one in enumerate(given):
        try:
            consent_id = await inputs.reference(writing, Consent, one, "consent")
        except Refused as refused:
            raise Refused(refused.code, str(refused), f"consents[{place}].consent") from refused
        assert consent_id is not None
        await _answer(writing, customer_id, consent_id, one["value"])


async def _answer(writing: Writing, customer_id: int, consent_id: int, value: ConsentValue) -> None:
    answer = CustomerConsent
    there = select(answer).where(answer.customer_id == customer_id, answer.consent_id == consent_id)
    row = await writing.session.scalar(there)
    if row is None:
        row = answer(customer_id=customer_id, consent_id=consent_id, value=value, changed_at=writing.now)
        writing.session.add(row)
    elif row.value is value:
        return
    row.value, row.changed_at = value, writing.now
    await writing.session.flush()
    writing.emit("CUSTOMER_CONSENT_SET", row, customer_id=customer_id, data={"value": value.value})
