"""A customer's accounts in outside systems: each known by the system's code and the id there, which no two share."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from models import Customer, CustomerSource, CustomerSourceRecord, State
from models.event_kinds import EventKind
from models.rules.error_codes import ErrorCode
from resolvers.customer.lock import locked
from resolvers.errors import Refused
from resolvers.operation import input_fields
from resolvers.operation.perform import Values
from resolvers.operation.upsert import UpsertSpec, upsert
from resolvers.storage.context import RowRef
from resolvers.storage.transaction import Transaction

SOURCE = UpsertSpec(
    CustomerSource,
    columns={name: name for name in ("code", "name", "state")},
    required=("code", "name"),
    known_by="code",
)


async def upsert_source(transaction: Transaction, given: Values) -> Values:
    """Put a place that customers come from on the list, or change it."""
    return {"customer_source": RowRef("CustomerSource", (await upsert(SOURCE, transaction, given)).id)}


async def add_source(transaction: Transaction, given: Values) -> Values:
    """Note a customer's account in an outside system; the same account twice is one."""
    customer_id = await locked(transaction, given, "id")
    repeated = not await add_accounts(transaction, customer_id, [given])
    return {"customer": RowRef("Customer", customer_id), "repeated": repeated}


async def add_accounts(
    transaction: Transaction, customer_id: int, given: Sequence[Values], path: str = ""
) -> list[CustomerSourceRecord]:
    """The accounts that were new to the customer."""
    added = []
    for place, one in enumerate(given):
        where = f"{path}[{place}]." if path else ""
        source_id = await source_key(transaction, one, f"{where}source")
        external_id = input_fields.required_text(one, "external_id", 128, f"{where}externalId")
        holder = await holder_of(transaction, source_id, external_id)
        if holder == customer_id:
            continue
        if holder is not None:
            raise _taken(f"{where}externalId")
        record = CustomerSourceRecord(
            customer_id=customer_id,
            source_id=source_id,
            external_id=external_id,
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


async def source_key(transaction: Transaction, given: Values, field: str) -> int:
    """The key of a source that is in use, by its code."""
    code = input_fields.required_text(given, "source", 64, field)
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


async def remove_source(transaction: Transaction, given: Values) -> Values:
    """Forget a customer's account in an outside system."""
    customer_id = await locked(transaction, given, "id")
    code, external_id = input_fields.required_text(given, "source", 64), input_fields.text(given, "external_id", 128)
    record = CustomerSourceRecord
    mine = (
        select(record)
        .join(CustomerSource, CustomerSource.id == record.source_id)
        .where(record.customer_id == customer_id, CustomerSource.code == code)
    )
    if external_id is not None:
        mine = mine.where(record.external_id == external_id)
    found = list(await transaction.session.scalars(mine))
    if not found:
        raise Refused(ErrorCode.NOT_FOUND, "The customer has no such account.", "source")
    for account in found:
        transaction.emit(EventKind.CUSTOMER_SOURCE_REMOVED, account, customer_id=customer_id)
        await transaction.session.delete(account)
    return {"customer": RowRef("Customer", customer_id)}
