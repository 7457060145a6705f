"""What the operations on stores take, and what they answer."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from msgspec import UNSET, UnsetType

import models
from models.types import ExactDecimal
from resolvers.operation.answers import Answer, row
from resolvers.operation.checks import By, at_most, by, column, exact, key, text
from resolvers.operation.inputs import Input
from resolvers.operation.parts import MOST_RECORDS, RECORD_ID, AddressInput, ExternalId, Properties, Source
from resolvers.operation.validation import MOST_INTERVALS
from resolvers.storage.context import RowRef
from resolvers.store.opening_hours import Weekday

STORE = models.Store
DEGREES = ExactDecimal(6, precision=9)


class PositionInput(Input):
    """A place on Earth, WGS 84."""

    latitude: Annotated[Decimal, exact(DEGREES, -90, 90), "Degrees north of the equator, -90 to 90."]
    longitude: Annotated[Decimal, exact(DEGREES, -180, 180), "Degrees east of Greenwich, -180 to 180."]


class OpeningIntervalInput(Input):
    """A time from opening to closing; one that ends before it starts ends on the next day."""

    from_: Annotated[str, text(5), "When it opens, HH:MM in local time."]
    to: Annotated[str, text(5), "When it closes."]


class OpeningDayInput(Input):
    """A day of the week with its opening hours; closed where there are none."""

    day: Annotated[Weekday, "The day of the week."]
    intervals: Annotated[tuple[OpeningIntervalInput, ...], at_most(MOST_INTERVALS), "When it is open on that day."]


class StoreUpsertInput(Input):
    """A store to be created or updated."""

    id: Annotated[int | None, key(STORE), RECORD_ID] = None
    source: Source = None
    external_id: ExternalId = None
    code: Annotated[
        str | UnsetType, column(STORE.code), "The retailer's own code of the store; unique. A new store needs one."
    ] = UNSET
    name: Annotated[str | UnsetType, column(STORE.name), "Name as customers know it; a new store needs one."] = UNSET
    address: Annotated[AddressInput | UnsetType | None, "Where it is; null clears it."] = UNSET
    contact_email: Annotated[str | UnsetType | None, column(STORE.contact_email), "E-mail address for customers."] = (
        UNSET
    )
    phone: Annotated[
        str | UnsetType | None,
        column(STORE.phone),
        "Phone number, international or as dialled in the store's country.",
    ] = UNSET
    manager_name: Annotated[str | UnsetType | None, column(STORE.manager_name), "Who manages the store."] = UNSET
    url: Annotated[str | UnsetType | None, column(STORE.url), "The store's own page."] = UNSET
    position: Annotated[PositionInput | UnsetType | None, "Where it is on the map; null clears it."] = UNSET
    time_zone: Annotated[
        str | UnsetType, column(STORE.time_zone), "IANA time zone of its opening hours, such as Europe/Prague."
    ] = UNSET
    currency: Annotated[str | UnsetType | None, column(STORE.currency_code), "Currency of its prices, ISO 4217."] = (
        UNSET
    )
    opening: Annotated[
        tuple[OpeningDayInput, ...] | UnsetType | None, "Opening hours; null where they are not known."
    ] = UNSET
    image_urls: Annotated[
        tuple[str, ...] | UnsetType,
        column(STORE.image_urls),
        "Addresses of pictures; they take the place of those there.",
    ] = UNSET
    visible_to_customers: Annotated[
        bool | UnsetType, column(STORE.visible_to_customers), "Whether shops and apps show the store."
    ] = UNSET
    short_description: Annotated[
        str | UnsetType | None, column(STORE.short_description), "One line about the store."
    ] = UNSET
    description: Annotated[str | UnsetType | None, column(STORE.description), "Text about the store."] = UNSET
    registration_id: Annotated[
        str | UnsetType | None, column(STORE.registration_id), "Number in the register of companies."
    ] = UNSET
    partner: Annotated[By | UnsetType | None, by(models.Partner), "The partner that runs the store."] = UNSET
    properties: Properties = UNSET


class StoresUpsert(Input):
    """Stores to be created or updated."""

    stores: Annotated[tuple[StoreUpsertInput, ...], at_most(MOST_RECORDS), "The stores."]


class StoreId(Input):
    """A store."""

    id: Annotated[int, key(STORE), "The store."]


class StoreAnswer(Answer):
    """A store, as it is now."""

    store: Annotated[RowRef, row("Store"), "The store."]


class StoresAnswer(Answer):
    """Stores, as they are now."""

    stores: Annotated[list[RowRef], row("Store"), "The stores, in the order given."]
