"""Values of custom properties: each fits its property's type, is one of its choices, and unique if need be.

Unique means that no two owners of a kind share it: two products, or two stores.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import date

from msgspec import UNSET, UnsetType
from sqlalchemy import func, literal, select
from sqlalchemy.orm import QueryableAttribute

from models import Property, PropertyItem, PropertyRecord, PropertyType
from models.rules.error_codes import ErrorCode
from models.types import Json
from resolvers.errors import Refused
from resolvers.operation.checks import clean
from resolvers.operation.inputs import Input
from resolvers.operation.parts import PropertyValueInput
from resolvers.operation.upsert import Kept, Record, no_twice
from resolvers.operation.validation import text
from resolvers.storage.transaction import Transaction

LONGEST_VALUE = 4000
WANTED_VALUES = Kept[dict[int, object]]()
"""The values that a record is to have, by the keys of their properties."""

Owner = QueryableAttribute[int | None]
"""The column of a value that says whose it is, such as `PropertyRecord.store_id`."""


async def checked(transaction: Transaction, kind: Property, value: object, field: str) -> object:
    """A value as it is kept; null takes it away, unless every owner must have one."""
    value = fitting(kind, value, field)
    if value is not None and kind.data_type is PropertyType.CHOICE:
        refuse_unknown_choice(value, await choices_of(transaction, kind), field)
    return value


def fitting(kind: Property, value: object, field: str) -> object:
    """A value of the property's type as it is kept; which choices there are is not asked."""
    if value is None:
        if kind.is_required:
            raise Refused(ErrorCode.REQUIRED, "Every owner must have this property.", field)
        return None
    if isinstance(value, str):
        value = text(clean(value), field, LONGEST_VALUE)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not FITS[kind.data_type](value):
        raise Refused(ErrorCode.WRONG_TYPE, f"The property takes {WANTED[kind.data_type]}.", field)
    return value


async def choices_of(transaction: Transaction, kind: Property) -> Collection[object]:
    """What a property of choices takes."""
    items = select(PropertyItem.value).where(PropertyItem.property_id == kind.id)
    return set(await transaction.session.scalars(items))


def refuse_unknown_choice(value: object, choices: Collection[object], field: str) -> None:
    """A value of a property of choices is one of them."""
    if value not in choices:
        known = ", ".join(sorted(map(str, choices)))
        raise Refused(ErrorCode.UNKNOWN_CHOICE, f"The property takes one of: {known}.", field)


async def refuse_shared(
    transaction: Transaction, kind: Property, value: object, owner: Owner, owner_id: int | None, field: str
) -> None:
    """No two owners of a kind share a value of a unique property."""
    if not kind.is_unique:
        return
    others = select(func.count()).where(
        PropertyRecord.property_id == kind.id,
        owner.is_not(None) if owner_id is None else owner != owner_id,
        PropertyRecord.value == literal(value, Json),
    )
    if await transaction.session.scalar(others):
        raise taken(owner, field)


def taken(owner: Owner, field: str) -> Refused:
    """What a value of a unique property is refused with, where another owner has it."""
    message = f"Another {owner.key.removesuffix('_id').replace('_', ' ')} has this value."
    return Refused(ErrorCode.VALUE_TAKEN, message, field)


async def read(record: Record[Input], given: Sequence[PropertyValueInput] | UnsetType | None, owner: Owner) -> None:
    """Keep the properties that a record is given, if it is given any, for when it has its key."""
    if given is UNSET:
        return
    problems = record.problems
    at = problems.at("properties")
    wanted: dict[int, object] = {}
    keys = []
    for place, one in enumerate(given or ()):
        with problems.noted():
            kind, value = await _value(record, one, owner, f"{at}[{place}]")
            keys.append(kind.id)
            if value is not None:
                wanted[kind.id] = value
    with problems.noted():
        no_twice(keys, problems, "properties", ".property")
    record.keep(WANTED_VALUES, wanted)


async def _value(record: Record[Input], given: PropertyValueInput, owner: Owner, at: str) -> tuple[Property, object]:
    transaction, owner_id = record.transaction, None if record.row is None else record.row.id
    kind = await record.references.find(Property, given.property, f"{at}.property")
    value = await checked(transaction, kind, given.value, f"{at}.value")
    if value is not None:
        await refuse_shared(transaction, kind, value, owner, owner_id, f"{at}.value")
    return kind, value


async def write(record: Record[Input], owner: Owner) -> None:
    """Make a record's properties those that were given: the others go, unless every owner must have them."""
    kept = record.kept(WANTED_VALUES)
    if kept is None:
        return
    session, now, wanted = record.transaction.session, record.transaction.now, dict(kept)
    known = select(PropertyRecord).where(owner == record.key).order_by(PropertyRecord.id)
    for row in await session.scalars(known):
        value = wanted.pop(row.property_id, None)
        if value is None:
            await _remove(record, row)
        elif row.value != value:
            row.value, row.updated_at, record.changed = value, now, True
    for key, value in wanted.items():
        times = {"created_at": now, "updated_at": now}
        session.add(PropertyRecord(**{owner.key: record.key}, property_id=key, value=value, **times))
        record.changed = True


async def _remove(record: Record[Input], row: PropertyRecord) -> None:
    kind = await record.transaction.session.get_one(Property, row.property_id)
    if kind.is_required:
        message = f"Every owner must have the property {kind.code}."
        raise Refused(ErrorCode.REQUIRED, message, record.problems.at("properties"))
    await record.transaction.session.delete(row)
    record.changed = True


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 10**15


def _is_day(value: object) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


FITS: dict[PropertyType, Callable[[object], bool]] = {
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
