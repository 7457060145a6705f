"""E-mail addresses and phone numbers that files give to two customers: they stay with the one who had them first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

import models
from resolvers.files.format.record_schema import Draft
from resolvers.files.record.key_resolver import chunks
from resolvers.files.record.natural_keys import table_of

if TYPE_CHECKING:
    from resolvers.files.record.batch import RecordBatch

CUSTOMER = table_of(models.Customer)
COMPARED = {"email": "email_key", "phone": "phone"}
"""Contacts that no two customers share, each with the column in which it is compared."""


async def leave_out_taken(batch: RecordBatch) -> None:
    """Bring in a customer without what is another's already, and tell."""
    for name, column in COMPARED.items():
        given = [draft for draft in batch.good if draft.values.get(column) is not None and not _deleted(draft)]
        holders = await _holders(batch, column, given)
        for draft in given:
            contact = draft.values[column]
            if holders.setdefault(contact, draft.key) != draft.key:
                for each in {name, column}:
                    del draft.values[each]
                draft.warn(name, "is another customer's already, and left out")


async def _holders(batch: RecordBatch, column: str, given: list[Draft]) -> dict[str, int]:
    """Who has contacts, without those who get others by these rows."""
    changing = {draft.key for draft in batch.good if not draft.new and column in draft.values}
    found: dict[str, int] = {}
    for some in chunks({draft.values[column] for draft in given}):
        query = select(CUSTOMER.c[column], CUSTOMER.c.id).where(
            CUSTOMER.c[column].in_(some), CUSTOMER.c.state != models.State.DELETED
        )
        found |= {contact: key for contact, key in await batch.connection.execute(query) if key not in changing}
    return found


def _deleted(draft: Draft) -> bool:
    return draft.values.get("state") == models.State.DELETED
