"""What an entry of the ledger tells besides its amount. It stays for good, so it may name no person."""

from __future__ import annotations

import json
import re
from typing import Any

from sqlalchemy import select

import models
from models.rules.error_codes import ErrorCode
from resolvers.errors import Refused
from resolvers.normalise import email_key, fold, words
from resolvers.operation.references import in_use
from resolvers.operation.structs import camel
from resolvers.point.inputs import Told
from resolvers.storage.transaction import Transaction

SIGNIFICANT_DIGITS = 9


async def about(
    transaction: Transaction, given: Told, customer_id: int, point_type: int | None = None
) -> dict[str, object]:
    """The columns of an entry that the input tells: type, partner, store, note and the caller's own data."""
    told: dict[str, Any] = {
        "point_type_id": await in_use(transaction, models.PointType, point_type, "type"),
        "partner_id": await in_use(transaction, models.Partner, given.partner, "partner"),
        "store_id": await in_use(transaction, models.Store, given.store, "store"),
        "note": given.note,
        "extended_data": given.extended_data,
    }
    customer = models.Customer
    columns = (customer.first_name, customer.last_name, customer.email, customer.phone)
    person = (await transaction.session.execute(select(*columns).where(customer.id == customer_id))).one()
    for name in ("note", "extended_data"):
        written = told[name] if isinstance(told[name], str) else json.dumps(told[name], ensure_ascii=False)
        if told[name] and names_person(written, *person):
            message = "The ledger keeps this for good: it must not name the customer."
            raise Refused(ErrorCode.PERSONAL_DATA, message, camel(name))
    return told


def names_person(
    written: str, first_name: str | None, last_name: str | None, email: str | None, phone: str | None
) -> bool:
    """Whether a text holds a customer's whole name, e-mail address or phone number."""
    if email and email_key(email) in written.casefold():
        return True
    if phone and phone[-SIGNIFICANT_DIGITS:] in re.sub(r"\D", "", written):
        return True
    names = words(f"{first_name or ''} {last_name or ''}")
    return len(names) > 1 and set(names) <= set(words(fold(written)))
