"""Customers: created, updated, deactivated and reactivated. Indexes settle what two may not share.

The customer's row is locked before anything of theirs is changed. Nothing of what an event tells is personal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import UNSET, UnsetType
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

import models
from models import Customer, State
from models.event_kinds import EventKind
from models.rules.error_codes import ErrorCode
from resolvers.customer.consent import answer_all
from resolvers.customer.inputs import (
    ConsentAnswerInput,
    CreatedCustomerAnswer,
    CustomerAnswer,
    CustomerCreate,
    CustomerId,
    CustomersAnswer,
    CustomersUpsert,
    CustomerUpdate,
    CustomerUpsertInput,
    PersonalInformationInput,
)
from resolvers.customer.person import PERSON, columns
from resolvers.customer.search_terms import renew_terms
from resolvers.customer.source import add_accounts, holder_of, source_key
from resolvers.errors import Refused, UserError, below
from resolvers.operation.parts import ExternalIdInput
from resolvers.operation.references import in_use
from resolvers.operation.upsert import alone, set_values
from resolvers.status.requalifying import requalify
from resolvers.storage.context import RowRef
from resolvers.storage.transaction import Transaction

UNIQUE = {
    "email_key": UserError(ErrorCode.EMAIL_TAKEN, "Another customer has this e-mail address.", f"{PERSON}.email"),
    "phone": UserError(ErrorCode.PHONE_TAKEN, "Another customer has this phone number.", f"{PERSON}.phone"),
}


async def create(transaction: Transaction, given: CustomerCreate) -> CreatedCustomerAnswer:
    """Create a customer. One who has the same account outside, and is the same person, is not made twice."""
    changes = await _changes(transaction, Customer(), given.personal_information, given.store)
    known = await _known(transaction, given.sources or (), changes)
    if known is not None:
        return CreatedCustomerAnswer(customer=RowRef("Customer", known.id), repeated=True)
    key = await _create(transaction, changes, given.sources or (), given.consents or (), "sources")
    return CreatedCustomerAnswer(customer=RowRef("Customer", key))


async def _create(
    transaction: Transaction,
    changes: Mapping[str, object],
    sources: Sequence[ExternalIdInput],
    consents: Sequence[ConsentAnswerInput],
    path: str = "",
) -> int:
    customer = Customer(**changes, created_at=transaction.now, updated_at=transaction.now)
    await _settle(transaction, customer)
    transaction.emit(EventKind.CUSTOMER_CREATED, customer, customer_id=customer.id)
    await add_accounts(transaction, customer.id, sources, path)
    await answer_all(transaction, customer.id, consents)
    await renew_terms(transaction, customer.id)
    await requalify(transaction, customer.id)
    return customer.id


async def _changes(
    transaction: Transaction,
    customer: Customer,
    person: PersonalInformationInput | UnsetType | None,
    store: int | UnsetType | None,
) -> dict[str, object]:
    """The columns that change of a customer."""
    changes: dict[str, object] = {}
    if isinstance(person, PersonalInformationInput):
        changes = await columns(transaction, person, customer)
    if store is not UNSET:
        changes["store_id"] = await in_use(transaction, models.Store, store, "store")
    return changes


async def _known(
    transaction: Transaction, sources: Sequence[ExternalIdInput], changes: Mapping[str, object]
) -> Customer | None:
    """The customer who has one of the accounts already; refused where that is somebody else."""
    for place, one in enumerate(sources):
        source_id = await source_key(transaction, one.source, f"sources[{place}].source")
        key = await holder_of(transaction, source_id, one.external_id)
        if key is None:
            continue
        customer = await transaction.session.get(Customer, key)
        if customer is None or any(getattr(customer, name) != value for name, value in changes.items()):
            message = "Another customer has this account; change them by `customerUpdate`."
            raise Refused(ErrorCode.EXTERNAL_ID_TAKEN, message, f"sources[{place}].externalId")
        return customer
    return None


async def update(transaction: Transaction, given: CustomerUpdate) -> CustomerAnswer:
    """Change what is given of a customer. What is left out stays as it is, null clears."""
    customer = await transaction.customer(given.id, "id")
    await _change(transaction, customer, await _changes(transaction, customer, given.personal_information, given.store))
    return _shown(customer)


async def _change(transaction: Transaction, customer: Customer, changes: Mapping[str, object]) -> None:
    if set_values(customer, changes):
        customer.updated_at = transaction.now
        await _settle(transaction, customer)
        await renew_terms(transaction, customer.id)
        transaction.emit(EventKind.CUSTOMER_UPDATED, customer, customer_id=customer.id)


async def upsert(transaction: Transaction, given: CustomerUpsertInput) -> CustomerAnswer:
    """Create or update a customer, known by their account in an outside system."""
    await alone(transaction, Customer)
    return CustomerAnswer(customer=RowRef("Customer", await _put(transaction, given)))


async def upsert_all(transaction: Transaction, given: CustomersUpsert) -> CustomersAnswer:
    """Create or update several customers, all or none; their errors say where they stand in the list."""
    await alone(transaction, Customer)
    keys: list[int] = []
    errors: list[UserError] = []
    for place, one in enumerate(given.customers):
        try:
            async with transaction.attempt():
                keys.append(await _put(transaction, one))
        except Refused as refused:
            errors += below(f"customers[{place}]", refused.errors)
    if errors:
        raise Refused.because_of(errors)
    return CustomersAnswer(customers=[RowRef("Customer", key) for key in keys])


async def _put(transaction: Transaction, given: CustomerUpsertInput) -> int:
    source_id = await source_key(transaction, given.source, "source")
    key = await holder_of(transaction, source_id, given.external_id)
    if key is None:
        changes = await _changes(transaction, Customer(), given.personal_information, given.store)
        account = ExternalIdInput(source=given.source, external_id=given.external_id)
        return await _create(transaction, changes, [account], given.consents or ())
    customer = await transaction.customer(key, "externalId")
    await _change(transaction, customer, await _changes(transaction, customer, given.personal_information, given.store))
    await answer_all(transaction, customer.id, given.consents or ())
    return customer.id


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


async def deactivate(transaction: Transaction, given: CustomerId) -> CustomerAnswer:
    """Deactivate a customer's account: nothing is collected, spent or given to them until it is reactivated."""
    return await _switch(transaction, given.id, State.ACTIVE, State.INACTIVE, EventKind.CUSTOMER_DEACTIVATED)


async def reactivate(transaction: Transaction, given: CustomerId) -> CustomerAnswer:
    """Reactivate a customer's account."""
    return await _switch(transaction, given.id, State.INACTIVE, State.ACTIVE, EventKind.CUSTOMER_REACTIVATED)


async def _switch(transaction: Transaction, key: int, before: State, after: State, kind: EventKind) -> CustomerAnswer:
    customer = await transaction.customer(key, "id")
    if customer.state is not before:
        raise Refused(ErrorCode.WRONG_STATE, f"The customer is already {customer.state.lower()}.", "id")
    customer.state, customer.updated_at = after, transaction.now
    await transaction.session.flush()
    transaction.emit(kind, customer, customer_id=customer.id)
    return _shown(customer)


def _shown(customer: Customer) -> CustomerAnswer:
    return CustomerAnswer(customer=RowRef("Customer", customer.id))
