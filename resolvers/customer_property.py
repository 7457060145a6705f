"""Custom properties of customers: a value fits its property's type, is one of its choices, and unique if need be."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import func, literal, select

from models import Property, PropertyItem, PropertyRecord, PropertyType
from models.columns import Json
from resolvers import inputs
from resolvers.customer_locked import locked
from resolvers.errors import Refused
from resolvers.reading import RowRef
from resolvers.writing import Values, Writing

LONGEST_VALUE = 4000


async def set_property(writing: Writing, given: Values) -> Values:
    """Give a customer's property a value; null takes it away."""
    customer_id = await locked(writing, given, "id")
    key = await inputs.reference(writing, Property, given, "property")
    assert key is not None
    # Those who set the same unique property wait for each other here.
    kind = await writing.lock(Property, key)
    value = await _checked(writing, kind, given.get("value"))
    record = PropertyRecord
    row = await writing.session.scalar(
        select(record).where(record.customer_id == customer_id, record.property_id == key)
    )
    if value is None and row is not None:
        writing.emit("CUSTOMER_PROPERTY_CLEARED", row, customer_id=customer_id)
        await writing.session.delete(row)
    elif value is not None and (row is None or row.value != value):
        await _only_one(writing, kind, value, customer_id)
        if row is None:
            row = record(customer_id=customer_id, property_id=key, created_at=writing.now)
            writing.session.add(row)
        row.value, row.updated_at = value, writing.now
        await writing.session.flush()
        writing.emit("CUSTOMER_PROPERTY_SET", row, customer_id=customer_id)
    return {"customer": RowRef("Customer", customer_id)}


async def _checked(writing: Writing, kind: Property, value: Any) -> Any:
    if value is None:
        if kind.is_required:
            raise Refused("REQUIRED", "Every customer must have this property.", "value")
        return None
    inputs.checked_json(value, "value")
    if isinstance(value, str):
        value = inputs.required_text({"value": value}, "value", LONGEST_VALUE)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not FITS[kind.data_type](value):
        raise Refused("WRONG_TYPE", f"The property takes {WANTED[kind.data_type]}.", "value")
    if kind.data_type is PropertyType.CHOICE:
        items = select(PropertyItem.value).where(PropertyItem.property_id == kind.id)
        choices = list(await writing.session.scalars(items))
        if value not in choices:
            raise Refused("UNKNOWN_CHOICE", f"The property takes one of: {', '.join(sorted(choices))}.", "value")
    return value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 10**15


def _is_day(value: Any) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


FITS: dict[PropertyType, Callable[[Any], bool]] = {
    PropertyType.TEXT: lambda value: isinstance(value, str),
    PropertyType.NUMBER: _is_number,
    PropertyType.BOOLEAN: lambda value: isinstance(value, bool),
    PropertyType.DATE: _is_day,
    PropertyType.CHOICE: lambda value: isinstance(value, str),
}
WANTED = {
    PropertyType.TEXT: "text",
    PropertyType.NUMBER: "a number below 10¹⁵",
    PropertyType.BOOLEAN: "true or false",
    PropertyType.DATE: "a day as text, such as 2024-05-15",
    PropertyType.CHOICE: "one of its choices as text",
}


async def _only_one(writing: Writing, kind: Property, value: Any, customer_id: int) -> None:
    """No two customers share a value of a unique property."""
    if not kind.is_unique:
        return
    record = PropertyRecord
    others = select(func.count()).where(
        record.property_id == kind.id,
        record.customer_id != customer_id,
        record.value == literal(value, Json),
    )
    if await writing.session.scalar(others):
        raise Refused("VALUE_TAKEN", "Another customer has this value.", "value")
