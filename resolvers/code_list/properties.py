"""Custom properties and their choices: a definition changes only so far as the values that are kept allow it."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import UNSET
from sqlalchemy import ColumnElement, exists, func, literal, select

from models import Property, PropertyItem, PropertyRecord, PropertyType
from models.property import OWNERS
from models.rules.error_codes import ErrorCode
from models.types import Json
from resolvers.code_list.inputs import PropertyAnswer, PropertyUpsert
from resolvers.errors import Refused
from resolvers.operation.upsert import Kept, Part, Record, UpsertSpec, no_twice, replace_parts, upsert
from resolvers.storage.context import RowRef
from resolvers.storage.transaction import Transaction

ITEMS = Kept[Sequence[Part]]()


async def upsert_property(transaction: Transaction, given: PropertyUpsert) -> PropertyAnswer:
    """Create or update a custom property, with the values that it may take."""
    return PropertyAnswer(property=RowRef("Property", (await upsert(PROPERTY, transaction, given)).id))


async def _check(record: Record[PropertyUpsert]) -> None:
    for check in (_check_type, _check_unique, _check_items):
        with record.problems.noted():
            await check(record)


async def _check_type(record: Record[PropertyUpsert]) -> None:
    """Values that are kept fit their property's type."""
    before = record.holds(Property.data_type)
    if before not in (None, record.will_be(Property.data_type)) and await _is_kept(record):
        message = f"There are values that are {before}."
        raise Refused(ErrorCode.IN_USE, message, record.problems.at(Property.data_type))


async def _check_unique(record: Record[PropertyUpsert]) -> None:
    """No value becomes unique that two owners of a kind share."""
    if record.row is None or record.holds(Property.is_unique) or not record.will_be(Property.is_unique):
        return
    for owner in OWNERS:
        column = getattr(PropertyRecord, owner)
        shared = (
            select(func.count())
            .where(PropertyRecord.property_id == record.key, column.is_not(None))
            .group_by(PropertyRecord.value)
            .having(func.count() > 1)
        )
        if await record.transaction.session.scalar(shared.limit(1)) is not None:
            raise Refused(ErrorCode.VALUE_TAKEN, "Some owners share a value.", record.problems.at(Property.is_unique))


async def _check_items(record: Record[PropertyUpsert]) -> None:
    """Only a CHOICE has choices, each once, and none goes that is kept somewhere."""
    given = record.input.items
    items = given or ()
    at = record.problems.at("items")
    is_choice = record.will_be(Property.data_type) is PropertyType.CHOICE
    if items and not is_choice:
        raise Refused(ErrorCode.WRONG_KIND, "Only a property of the type CHOICE has choices.", at)
    no_twice((item.value for item in items), record.problems, "items", ".value")
    if given is not UNSET:
        parts: list[Part] = [{PropertyItem.value: item.value, PropertyItem.name: item.name} for item in items]
        record.keep(ITEMS, parts)
    elif not is_choice:
        record.keep(ITEMS, [])
    if record.row is not None and is_choice and given is not UNSET:
        await _refuse_used(record, {item.value for item in items})


async def _refuse_used(record: Record[PropertyUpsert], wanted: set[str]) -> None:
    known = select(PropertyItem.value).where(PropertyItem.property_id == record.key).order_by(PropertyItem.id)
    for value in await record.transaction.session.scalars(known):
        if value not in wanted and await _is_kept(record, PropertyRecord.value == literal(value, Json)):
            raise Refused(ErrorCode.IN_USE, f"The choice {value} is used.", record.problems.at("items"))


async def _is_kept(record: Record[PropertyUpsert], *conditions: ColumnElement[bool]) -> bool:
    """Whether some owner has such a value of the property."""
    found = exists().where(PropertyRecord.property_id == record.key, *conditions)
    return bool(await record.transaction.session.scalar(select(found)))


async def _follow(record: Record[PropertyUpsert]) -> None:
    items = record.kept(ITEMS)
    if items is not None:
        await replace_parts(record, PropertyItem.property_id, PropertyItem.value, items)


PROPERTY = UpsertSpec[PropertyUpsert](
    Property,
    columns={name: name for name in ("code", "name", "state", "description", "data_type", "is_required", "is_unique")},
    required=("code", "name", "data_type"),
    known_by="code",
    check=_check,
    follow=_follow,
)
