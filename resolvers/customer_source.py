"""A customer's accounts in outside systems: each known by the system's code and the id there, which no two share."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from models import Customer, CustomerSource, CustomerSourceRecord, State
from resolvers import inputs
from resolvers.customer_locked import locked
from resolvers.errors import Refused
from resolvers.reading import RowRef
from resolvers.upserting import Form, upsert
from resolvers.writing import Values, Writing

SOURCE = Form(
    CustomerSource,
    columns={name: name for name in ("code", "name", "state")},
    required=("code", "name"),
    known_by="code",
)


async def upsert_source(writing: Writing, given: Values) -> Values:
    """Put a place that customers come from on the list, or change it."""
    return {"customer_source": RowRef("CustomerSource", (await upsert(SOURCE, writing, given)).id)}


async def add(writing: Writing, given: Values) -> Values:
    """Note a customer's account in an outside system; the same account twice is one."""
    customer_id = await locked(writing, given, "id")
    repeated = not await add_accounts(writing, customer_id, [given])
    return {"customer": RowRef("Customer", customer_id), "repeated": repeated}


async def add_accounts(
    writing: Writing, customer_id: int, given: Sequence[Values], path: str = ""
) -> list[CustomerSourceRecord]:
    """The accounts that were new to the customer."""
    added = []
    for place, one in enumerate(given):
        where = f"{path}[{place}]." if path else ""
        source_id = await source_key(writing, one, f"{where}source")
        external_id = inputs.required_text(one, "external_id", 128, f"{where}externalId")
        holder = await holder_of(writing, source_id, external_id)
        if holder == customer_id:
            continue
        if holder is not None:
            raise _taken(f"{where}externalId")
        record = CustomerSourceRecord(
            customer_id=customer_id,
            source_id=source_id,
            external_id=external_id,
            created_at=writing.now,
            updated_at=writing.now,
        )
        writing.session.add(record)
        added.append(record)
        try:
            await writing.session.flush()
        except IntegrityError as error:
            # Somebody else gave it to another customer at this moment.
            raise _taken(f"{where}externalId") from error
        writing.emit("CUSTOMER_SOURCE_ADDED", record, customer_id=customer_id)
    return added


def _taken(field: str) -> Refused:
    return Refused("EXTERNAL_ID_TAKEN", "Another customer has this account.", field)


async def source_key(writing: Writing, given: Values, field: str) -> int:
    """The key of a source that is in use, by its code."""
    code = inputs.required_text(given, "source", 64, field)
    active = CustomerSource.state == State.ACTIVE
    key = await writing.session.scalar(select(CustomerSource.id).where(CustomerSource.code == code, active))
    if key is None:
        raise Refused("UNKNOWN_SOURCE", "No customer source in use has this code.", field)
    return key


async def holder_of(writing: Writing, source_id: int, external_id: str) -> int | None:
    """The key of the customer who has an account."""
    record = CustomerSourceRecord
    found: int | None = await writing.session.scalar(
        select(record.customer_id)
        .join(Customer, Customer.id == record.customer_id)
        .where(record.source_id == source_id, record.external_id == external_id)
    )
    return found


async def remove(writing: Writing, given: Values) -> Values:
    """Forget a customer's account in an outside system."""
    customer_id = await locked(writing, given, "id")
    code, external_id = inputs.required_text(given, "source", 64), inputs.text(given, "external_id", 128)
    record = CustomerSourceRecord
    mine = (
        select(record)
        .join(CustomerSource, CustomerSource.id == record.source_id)
        .where(record.customer_id == customer_id, CustomerSource.code == code)
    )
    if external_id is not None:
        mine = mine.where(record.external_id == external_id)
    found = list(await writing.session.scalars(mine))
    if not found:
        raise Refused("NOT_FOUND", "The customer has no such account.", "source")
    for account in found:
        writing.emit("CUSTOMER_SOURCE_REMOVED", account, customer_id=customer_id)
        await writing.session.delete(account)
    return {"customer": RowRef("Customer", customer_id)}
