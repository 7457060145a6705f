"""Parts that inputs of several entities share."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from msgspec import UNSET, UnsetType

import models
from models.types import MONEY
from resolvers.operation.checks import COUNTRY, CURRENCY, JSON_VALUE, By, at_most, by, column, exact, text
from resolvers.operation.inputs import Input

MOST_RECORDS = 200
"""How many records one call takes."""

MOST_PROPERTIES = 100

RECORD_ID = "The record to change, where it is known by its opaque id."
"""What an upsert says of its `id`."""

Source = Annotated[str | None, text(64), "Code of the outside system that owns the record; given with `externalId`."]
ExternalId = Annotated[str | None, text(128), "The record's id there, by which it is found, or made where it isn't."]


class ExternalIdInput(Input):
    """A record's id in an outside system."""

    source: Annotated[str, text(64), "Code of the outside system."]
    external_id: Annotated[str, text(128), "The id there."]


class MoneyInput(Input):
    """An amount in a currency."""

    amount: Annotated[Decimal, exact(MONEY), "The amount, exact."]
    currency: Annotated[str, CURRENCY, "Code of the currency, ISO 4217."]


class AddressInput(Input):
    """A postal address. What is left out stays, null clears."""

    street: Annotated[
        str | UnsetType | None, column(models.Customer.address1), "Street and number, or the first line."
    ] = UNSET
    line2: Annotated[str | UnsetType | None, column(models.Customer.address2), "Line 2 of the address."] = UNSET
    line3: Annotated[str | UnsetType | None, column(models.Customer.address3), "Line 3 of the address."] = UNSET
    line4: Annotated[str | UnsetType | None, column(models.Customer.address4), "Line 4 of the address."] = UNSET
    line5: Annotated[str | UnsetType | None, column(models.Customer.address5), "Line 5 of the address."] = UNSET
    line6: Annotated[str | UnsetType | None, column(models.Customer.address6), "Line 6 of the address."] = UNSET
    line7: Annotated[str | UnsetType | None, column(models.Customer.address7), "Line 7 of the address."] = UNSET
    zip: Annotated[str | UnsetType | None, column(models.Customer.zip), "Postal code."] = UNSET
    city: Annotated[str | UnsetType | None, column(models.Customer.city), "Town or city."] = UNSET
    country: Annotated[str | UnsetType | None, COUNTRY, "Code of the country, ISO 3166-1 alpha-2."] = UNSET


class UtmInput(Input):
    """Where a visitor came from, as web analytics name it."""

    source: Annotated[str | None, text(255), "The site or app (utm_source)."] = None
    medium: Annotated[str | None, text(255), "The medium (utm_medium)."] = None
    campaign: Annotated[str | None, text(255), "The campaign (utm_campaign)."] = None


class PropertyValueInput(Input):
    """A custom property and its value."""

    property: Annotated[By, by(models.Property), "The property."]
    value: Annotated[
        Any | None, JSON_VALUE, "Text, a number, true or false, or a day as ISO 8601 text; null is no value."
    ] = None


Properties = Annotated[
    tuple[PropertyValueInput, ...] | UnsetType | None,
    at_most(MOST_PROPERTIES),
    "Custom properties; they take the place of those that are there.",
]
