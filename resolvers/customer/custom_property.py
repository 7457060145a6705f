"""Custom properties of customers, one at a time."""

from __future__ import annotations

from sqlalchemy import select

from models import Property, PropertyRecord
from models.event_kinds import EventKind
from resolvers.customer.inputs import CustomerAnswer, PropertySet
from resolvers.operation.property_values import checked, refuse_shared
from resolvers.operation.references import in_use
from resolvers.storage.context import RowRef
from resolvers.storage.transaction import Transaction


async def set_property(transaction: Transaction, given: PropertySet) -> CustomerAnswer:
    """Give a customer's property a value; null takes it away."""
    customer_id, key = given.id, given.property
    await transaction.lock_customer(customer_id, "id")
    await in_use(transaction, Property, key, "property")
    # Those who set the same unique property wait for each other here.
    kind = await transaction.lock(Property, key)
    value = await checked(transaction, kind, given.value, "value")
    record = PropertyRecord
    row = await transaction.session.scalar(
        select(record).where(record.customer_id == customer_id, record.property_id == key)
    )
    if value is None and row is not None:
        transaction.emit(EventKind.CUSTOMER_PROPERTY_CLEARED, row, customer_id=customer_id)
        await transaction.session.delete(row)
    elif value is not None and (row is None or row.value != value):
        await refuse_shared(transaction, kind, value, record.customer_id, customer_id, "value")
        if row is None:
            row = record(customer_id=customer_id, property_id=key, created_at=transaction.now)
            transaction.session.add(row)
        row.value, row.updated_at = value, transaction.now
        await transaction.session.flush()
        transaction.emit(EventKind.CUSTOMER_PROPERTY_SET, row, customer_id=customer_id)
    return CustomerAnswer(customer=RowRef("Customer", customer_id))
