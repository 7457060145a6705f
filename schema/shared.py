"""Fields and structures that many types share."""

from __future__ import annotations

from models.customer import Customer
from schema.declaring.declarations import country, currency, leaf, part
from schema.declaring.types import FieldSpec, input_type


class Dated:
    """When a record was made and last changed."""

    created_at = leaf()
    updated_at = leaf()


class Stated(Dated):
    """Whether a record is in use."""

    state = leaf()


class Owned(Stated):
    """Which outside system owns a record."""

    source = leaf()
    external_id = leaf()


class Listed(Stated):
    """An entry of a short list."""

    code = leaf()
    name = leaf()


@part()
class Money:
    """An amount in a currency, exact to the last digit."""

    amount = leaf(annotation="Decimal", description="The amount, as decimal text.")
    currency = currency(description="The currency of the amount.")


@part(of=Customer)
class Address:
    """A postal address; what is not known is null."""

    street = leaf("address1")
    line2 = leaf("address2")
    line3 = leaf("address3")
    line4 = leaf("address4")
    line5 = leaf("address5")
    line6 = leaf("address6")
    line7 = leaf("address7")
    zip = leaf()
    city = leaf()
    country = country()


@part()
class Utm:
    """Where a visitor came from, as web analytics name it."""

    source = leaf("utm_source", annotation="str", nullable=True, description="The site or app (utm_source).")
    medium = leaf("utm_medium", annotation="str", nullable=True, description="The medium (utm_medium).")
    campaign = leaf("utm_campaign", annotation="str", nullable=True, description="The campaign (utm_campaign).")


input_type(
    "ExternalIdInput",
    "A record's id in an outside system.",
    {
        "source": FieldSpec("str", "Code of the outside system."),
        "external_id": FieldSpec("str", "The id there."),
    },
)

input_type(
    "MoneyInput",
    "An amount in a currency.",
    {
        "amount": FieldSpec("Decimal", "The amount, exact."),
        "currency": FieldSpec("str", "Code of the currency, ISO 4217."),
    },
)

input_type(
    "UtmInput",
    "Where a visitor came from, as web analytics name it.",
    {
        "source": FieldSpec("str | None", "The site or app (utm_source)."),
        "medium": FieldSpec("str | None", "The medium (utm_medium)."),
        "campaign": FieldSpec("str | None", "The campaign (utm_campaign)."),
    },
)

IDENTITY = {
    "id": FieldSpec("ID | None", "The record to change, where it is known by its opaque id."),
    "source": FieldSpec("str | None", "Code of the outside system that owns the record; given with `externalId`."),
    "external_id": FieldSpec("str | None", "The record's id there, by which it is found, or made where it isn't."),
}
"""How an upsert names its record."""

input_type(
    "PropertyValueInput",
    "A custom property and its value.",
    {
        "property": FieldSpec("PropertyBy", "The property."),
        "value": FieldSpec(
            "JSON | None", "Text, a number, true or false, or a day as ISO 8601 text; null is no value."
        ),
    },
)

PROPERTIES = FieldSpec(
    "list[PropertyValueInput] | None", "Custom properties; they take the place of those that are there."
)
"""Custom properties among the fields of an upsert."""
