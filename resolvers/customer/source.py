"""A customer's accounts in outside systems: each known by the system's code and the id there, which no two share."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from models import Customer, CustomerSource, CustomerSourceRecord, State
from models.event_kinds import EventKind
from models.rules.error_codes import ErrorCode
from resolvers.customer.inputs import (
    CustomerAnswer,
    RepeatableCustomerAnswer,
    SourceAdd,
    SourceAnswer,
    SourceRemove,
    SourceUpsert,
)
from resolvers.errors import Refused
from resolvers.operation.parts import ExternalIdInput
from resolvers.operation.upsert import UpsertSpec, upsert
from resolvers.storage.context import RowRef
from resolvers.storage.transaction import Transaction

SOURCE = UpsertSpec[SourceUpsert](
    CustomerSource,
    columns={name: name for name in ("code", "name", "state")},
    required=("code", "name"),
    known_by="code",
)


async def upsert_source(transaction: Transaction, given: SourceUpsert) -> SourceAnswer:
    """Create or update a place that customers come from."""
    return SourceAnswer(customer_source=RowRef("CustomerSource", (await upsert(SOURCE, transaction, given)).id))


async def add_source(transaction: Transaction, given: SourceAdd) -> RepeatableCustomerAnswer:
    """Note a customer's account in an outside system; the same account twice is one."""
    await transaction.lock_customer(given.id, "id")
    account = ExternalIdInput(source=given.source, external_id=given.external_id)
    repeated = not await add_accounts(transaction, given.id, [account])
    return RepeatableCustomerAnswer(customer=RowRef("Customer", given.id), repeated=repeated)


async def add_accounts(
    transaction: Transaction, customer_id: int, given: Sequence[ExternalIdInput], path: str = ""
) -> list[CustomerSourceRecord]:
    """The accounts that were new to the customer."""
    added = []
    for place, one in enumerate(given):
        where = f"{path}[{place}]." if path else ""
        source_id = await source_key(transaction, one.source, f"{where}source")
        holder = await holder_of(transaction, source_id, one.external_id)
        if holder == customer_id:
            continue
        if holder is not None:
            raise _taken(f"{where}externalId")
        record = CustomerSourceRecord(
            customer_id=customer_id,
            source_id=source_id,
            external_id=one.external_id,
            created_at=transaction.now,
            updated_at=transaction.now,
        )
        transaction.session.add(record)
        added.append(record)
        try:
            await transaction.session.flush()
        except IntegrityError as error:
            # Somebody else gave it to another customer at this moment.
            raise _taken(f"{where}externalId") from error
        transaction.emit(EventKind.CUSTOMER_SOURCE_ADDED, record, customer_id=customer_id)
    return added


def _taken(field: str) -> Refused:
    return Refused(ErrorCode.EXTERNAL_ID_TAKEN, "Another customer has this account.", field)


async def source_key(transaction: Transaction, code: str, field: str) -> int:
    """The key of a source that is in use, by its code."""
    active = CustomerSource.state == State.ACTIVE
    key = await transaction.session.scalar(select(CustomerSource.id).where(CustomerSource.code == code, active))
    if key is None:
        raise Refused(ErrorCode.UNKNOWN_SOURCE, "No customer source in use has this code.", field)
    return key


async def holder_of(transaction: Transaction, source_id: int, external_id: str) -> int | None:
    """The key of the customer who has an account."""
    record = CustomerSourceRecord
    found: int | None = await transaction.session.scalar(
        select(record.customer_id)
        .join(Customer, Customer.id == record.customer_id)
        .where(record.source_id == source_id, record.external_id == external_id)
    )
    return found


async def remove_source(transaction: Transaction, given: SourceRemove) -> CustomerAnswer:
    """Forget a customer's account in an outside system."""
    customer_id = given.id
    await transaction.lock_customer(customer_id, "id")
    record = CustomerSourceRecord
    mine = (
        select(record)
        .join(CustomerSource, CustomerSource.id == record.source_id)
        .where(record.customer_id == customer_id, CustomerSource.code == given.source)
    )
    if given.external_id is not None:
        mine = mine.where(record.external_id == given.external_id)
    found = list(await transaction.session.scalars(mine))
    if not found:
        raise Refused(ErrorCode.NOT_FOUND, "The customer has no such account.", "source")
    for account in found:
        transaction.emit(EventKind.CUSTOMER_SOURCE_REMOVED, account, customer_id=customer_id)
        await transaction.session.delete(account)
    return CustomerAnswer(customer=RowRef("Customer", customer_id))
