"""Stores, as the system that owns them keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import models
from models import State
from models.rules.error_codes import ErrorCode
from resolvers import normalise
from resolvers.errors import Refused
from resolvers.operation import property_values
from resolvers.operation.activation import switching
from resolvers.operation.upsert import Record, UpsertSpec, upsert, upsert_all
from resolvers.operation.validation import Values, opening_hours
from resolvers.storage.context import RowRef
from resolvers.storage.transaction import Transaction

ADDRESS = {
    "street": "address1",
    **{f"line{line}": f"address{line}" for line in range(2, 8)},
    "zip": "zip",
    "city": "city",
    "country": "country_code",
}
POSITION = {"latitude": "latitude", "longitude": "longitude"}
NESTED: Mapping[str, Mapping[str, str]] = {"address": ADDRESS, "position": POSITION}


async def upsert_store(transaction: Transaction, given: Values) -> Values:
    """Put a store in its place."""
    return {"store": RowRef("Store", (await upsert(FORM, transaction, _flat(given))).id)}


async def upsert_stores(transaction: Transaction, given: Values) -> Values:
    """Put several stores in their places, all or none."""
    rows = await upsert_all(FORM, transaction, [_flat(store) for store in given["stores"]], "stores")
    return {"stores": [RowRef("Store", row.id) for row in rows]}


deactivate = switching(models.Store, State.INACTIVE, "DEACTIVATED", "store")
reactivate = switching(models.Store, State.ACTIVE, "REACTIVATED", "store")


def _flat(given: Values) -> dict[str, Any]:
    """The input with what is nested under the names of its paths; null clears all that is below."""
    flat = {name: value for name, value in given.items() if name not in NESTED}
    for name, below in NESTED.items():
        if name in given:
            whole = dict.fromkeys(below) if given[name] is None else given[name]
            flat |= {f"{name}.{part}": value for part, value in whole.items()}
    return flat


async def _check(record: Record) -> None:
    given, values, at = record.given, record.values, record.problems.at
    if "opening" in given:
        with record.problems.noted():
            values["opening"] = None if given["opening"] is None else opening_hours(given["opening"], at("opening"))
    if values.get("phone") is not None:
        with record.problems.noted():
            values["phone"] = _phone(values["phone"], record.will_be("country_code"), at("phone"))
    await property_values.read(record, "store_id")
    if (record.will_be("latitude") is None) != (record.will_be("longitude") is None):
        raise Refused(ErrorCode.BAD_POSITION, "A position needs both latitude and longitude.", at("position"))


def _phone(phone: str, country: str | None, field: str) -> str:
    try:
        return normalise.e164(phone, country)
    except ValueError:
        message = "This must be a phone number, international or as dialled in the store's country."
        raise Refused(ErrorCode.BAD_PHONE, message, field) from None


async def _follow(record: Record) -> None:
    await property_values.write(record, "store_id")


FORM = UpsertSpec(
    models.Store,
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
