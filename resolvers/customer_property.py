"""Custom properties of customers, one at a time."""

from __future__ import annotations

from sqlalchemy import select

from models import Property, PropertyRecord
from resolvers import inputs
from resolvers.customer_locked import locked
from resolvers.property_values import checked, refuse_shared
from resolvers.reading import RowRef
from resolvers.writing import Values, Writing


async def set_property(writing: Writing, given: Values) -> Values:
    """Give a customer's property a value; null takes it away."""
    customer_id = await locked(writing, given, "id")
    key = await inputs.reference(writing, Property, given, "property")
    assert key is not None
    # Those who set the same unique property wait for each other here.
    kind = await writing.lock(Property, key)
    value = await checked(writing, kind, given.get("value"), "value")
    record = PropertyRecord
    row = await writing.session.scalar(
        select(record).where(record.customer_id == customer_id, record.property_id == key)
    )
    if value is None and row is not None:
        writing.emit("CUSTOMER_PROPERTY_CLEARED", row, customer_id=customer_id)
        await writing.session.delete(row)
    elif value is not None and (row is None or row.value != value):
        await refuse_shared(writing, kind, value, "customer_id", customer_id, "value")
        if row is None:
            row = record(customer_id=customer_id, property_id=key, created_at=writing.now)
            writing.session.add(row)
        row.value, row.updated_at = value, writing.now
        await writing.session.flush()
        writing.emit("CUSTOMER_PROPERTY_SET", row, customer_id=customer_id)
    return {"customer": RowRef("Customer", customer_id)}
