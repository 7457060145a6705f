"""Customers: made, changed, switched off and on. What two may not share is settled by the database's own indexes.

The customer's row is locked before anything of theirs is changed. Nothing of what an event tells is personal.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

import models
from models import Customer, State
from models.event_kinds import EventKind
from models.rules.error_codes import ErrorCode
from resolvers.customer.consent import answer_all
from resolvers.customer.person import PERSON, columns
from resolvers.customer.search_terms import renew_terms
from resolvers.customer.source import add_accounts, holder_of, source_key
from resolvers.errors import Refused, UserError
from resolvers.operation import input_fields
from resolvers.operation.perform import Values
from resolvers.operation.upsert import set_values
from resolvers.status.requalifying import requalify
from resolvers.storage.context import RowRef
from resolvers.storage.transaction import Transaction

MOST_SOURCES = 20
UNIQUE = {
    "email_key": UserError(ErrorCode.EMAIL_TAKEN, "Another customer has this e-mail address.", f"{PERSON}.email"),
    "phone": UserError(ErrorCode.PHONE_TAKEN, "Another customer has this phone number.", f"{PERSON}.phone"),
}


def _shown(customer: Customer) -> dict[str, RowRef]:
    return {"customer": RowRef("Customer", customer.id)}


async def create(transaction: Transaction, given: Values) -> Values:
    """Create a customer. The same person with the same account in an outside system is not created twice."""
    sources = given.get("sources") or []
    if len(sources) > MOST_SOURCES:
        raise Refused(ErrorCode.TOO_MANY, f"This takes {MOST_SOURCES} items at most.", "sources")
    changes = columns(given.get("personal_information") or {}, Customer(), transaction.now.date())
    changes["store_id"] = await input_fields.reference(transaction, models.Store, given, "store")
    known = await _known(transaction, sources, changes)
    if known is not None:
        return {**_shown(known), "repeated": True}
    customer = Customer(**changes, created_at=transaction.now, updated_at=transaction.now)
    await _settle(transaction, customer)
    transaction.emit(EventKind.CUSTOMER_CREATED, customer, customer_id=customer.id)
    await add_accounts(transaction, customer.id, sources, "sources")
    await answer_all(transaction, customer.id, given.get("consents") or [])
    await renew_terms(transaction, customer.id)
    await requalify(transaction, customer.id)
    return _shown(customer)


async def _known(transaction: Transaction, sources: list[Values], changes: Mapping[str, Any]) -> Customer | None:
    """The customer who has one of the accounts already; refused where that is somebody else."""
    for place, one in enumerate(sources):
        source_id = await source_key(transaction, one, f"sources[{place}].source")
        external_id = input_fields.required_text(one, "external_id", 128, f"sources[{place}].externalId")
        key = await holder_of(transaction, source_id, external_id)
        if key is None:
            continue
        customer = await transaction.session.get(Customer, key)
        if customer is None or any(getattr(customer, name) != value for name, value in changes.items()):
            message = "Another customer has this account; change them by `customerUpdate`."
            raise Refused(ErrorCode.EXTERNAL_ID_TAKEN, message, f"sources[{place}].externalId")
        return customer
    return None


async def update(transaction: Transaction, given: Values) -> Values:
    """Change what is given of a customer. What is left out stays as it is, null clears."""
    customer = await transaction.find(Customer, given["id"], "id")
    changes: dict[str, Any] = {}
    if "personal_information" in given:
        if given["personal_information"] is None:
            raise Refused(
                ErrorCode.REQUIRED, "Say which of its fields to clear; all at once are cleared by erasing.", PERSON
            )
        changes = columns(given["personal_information"], customer, transaction.now.date())
    if "store" in given:
        changes["store_id"] = await input_fields.reference(transaction, models.Store, given, "store")
    if set_values(customer, changes):
        customer.updated_at = transaction.now
        await _settle(transaction, customer)
        await renew_terms(transaction, customer.id)
        transaction.emit(EventKind.CUSTOMER_UPDATED, customer, customer_id=customer.id)
    return _shown(customer)


async def _settle(transaction: Transaction, customer: Customer) -> None:
    """Write a customer, unless somebody has their e-mail address or phone number: the indexes have the last word."""
    taken = [told for name, told in UNIQUE.items() if await _is_taken(transaction, customer, name)]
    if not taken:
        transaction.session.add(customer)
        try:
            await transaction.session.flush()
        except IntegrityError as error:
            # The driver's own words; SQLAlchemy's would tell the values as well.
            named = str(error.orig)
            taken = [UNIQUE[name] for name in UNIQUE if f"customer_{name}" in named or f"customer.{name}" in named]
            if not taken:
                raise
    if taken:
        raise Refused.because_of(taken) from None


async def _is_taken(transaction: Transaction, customer: Customer, name: str) -> bool:
    value = getattr(customer, name)
    if value is None:
        return False
    others = select(Customer.id).where(
        getattr(Customer, name) == value, Customer.state != State.DELETED, Customer.id.is_distinct_from(customer.id)
    )
    with transaction.session.no_autoflush:
        return await transaction.session.scalar(others) is not None


async def deactivate(transaction: Transaction, given: Values) -> Values:
    """Switch a customer's account off: nothing is collected, spent or given to them until it is switched on."""
    return await _switch(transaction, given, State.ACTIVE, State.INACTIVE, EventKind.CUSTOMER_DEACTIVATED)


async def reactivate(transaction: Transaction, given: Values) -> Values:
    """Switch a customer's account on again."""
    return await _switch(transaction, given, State.INACTIVE, State.ACTIVE, EventKind.CUSTOMER_REACTIVATED)


async def _switch(transaction: Transaction, given: Values, before: State, after: State, kind: EventKind) -> Values:
    customer = await transaction.find(Customer, given["id"], "id")
    if customer.state is not before:
        raise Refused(ErrorCode.WRONG_STATE, f"The customer is already {customer.state.lower()}.", "id")
    customer.state, customer.updated_at = after, transaction.now
    await transaction.session.flush()
    transaction.emit(kind, customer, customer_id=customer.id)
    return _shown(customer)
