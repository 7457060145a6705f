"""Stores, as the system that owns them keeps them."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import UNSET

import models
from models import PropertyRecord, State, Store
from models.event_kinds import EventKind
from models.rules.error_codes import ErrorCode
from resolvers import normalise
from resolvers.errors import Refused
from resolvers.operation import property_values
from resolvers.operation.activation import switch_operation
from resolvers.operation.upsert import Record, UpsertSpec, upsert, upsert_all
from resolvers.operation.validation import opening_hours
from resolvers.storage.context import RowRef
from resolvers.storage.transaction import Transaction
from resolvers.store.inputs import StoreAnswer, StoreId, StoresAnswer, StoresUpsert, StoreUpsertInput

ADDRESS = {
    "street": "address1",
    **{f"line{line}": f"address{line}" for line in range(2, 8)},
    "zip": "zip",
    "city": "city",
    "country": "country_code",
}
POSITION = {"latitude": "latitude", "longitude": "longitude"}
NESTED: Mapping[str, Mapping[str, str]] = {"address": ADDRESS, "position": POSITION}


async def upsert_store(transaction: Transaction, given: StoreUpsertInput) -> StoreAnswer:
    """Create or update a store."""
    return StoreAnswer(store=RowRef("Store", (await upsert(FORM, transaction, given)).id))


async def upsert_stores(transaction: Transaction, given: StoresUpsert) -> StoresAnswer:
    """Create or update several stores, all or none."""
    rows = await upsert_all(FORM, transaction, given.stores, "stores")
    return StoresAnswer(stores=[RowRef("Store", row.id) for row in rows])


deactivate = switch_operation(Store, State.INACTIVE, EventKind.STORE_DEACTIVATED, StoreId, StoreAnswer)
reactivate = switch_operation(Store, State.ACTIVE, EventKind.STORE_REACTIVATED, StoreId, StoreAnswer)


async def _check(record: Record[StoreUpsertInput]) -> None:
    at, opening, phone = record.problems.at, record.input.opening, record.given_for(Store.phone)
    if opening is not UNSET:
        with record.problems.noted():
            record.put(Store.opening, None if opening is None else opening_hours(opening, at(Store.opening)))
    if phone is not None:
        with record.problems.noted():
            record.put(Store.phone, _phone(phone, record.will_be(Store.country_code), at(Store.phone)))
    await property_values.read(record, record.input.properties, PropertyRecord.store_id)
    if (record.will_be(Store.latitude) is None) != (record.will_be(Store.longitude) is None):
        raise Refused(ErrorCode.BAD_POSITION, "A position needs both latitude and longitude.", at("position"))


def _phone(phone: str, country: str | None, field: str) -> str:
    try:
        return normalise.e164(phone, country)
    except ValueError:
        message = "This must be a phone number, international or as dialled in the store's country."
        raise Refused(ErrorCode.BAD_PHONE, message, field) from None


async def _follow(record: Record[StoreUpsertInput]) -> None:
    await property_values.write(record, PropertyRecord.store_id)


FORM = UpsertSpec[StoreUpsertInput](
    Store,
    columns={
        **{
            name: name
            for name in (
                "code", "name", "contact_email", "phone", "manager_name", "url", "time_zone", "image_urls",
                "visible_to_customers", "short_description", "description", "registration_id",
            )
        },
        "currency": "currency_code",
        **{f"{name}.{part}": column for name, below in NESTED.items() for part, column in below.items()},
    },
    references={"partner": ("partner_id", models.Partner)},
    required=("code", "name"),
    known_by="code",
    check=_check,
    follow=_follow,
)  # fmt: skip
