"""Fields and structures that many types share."""

from __future__ import annotations

from models.customer import Customer
from schema.declaring.declarations import country, currency, leaf, part, shown, structure
from schema.declaring.types import FieldSpec, interface


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


interface(
    "MonetaryAmount",
    "An amount in a currency, whatever else there is to be said of it: fragments on it fit all prices and sums.",
    {
        "amount": FieldSpec("Decimal", "The amount, as decimal text."),
        "currency": FieldSpec("Currency", "The currency of the amount."),
    },
)


@part(interfaces=("MonetaryAmount",))
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


@structure
class MoneyFigures:
    """What the amounts of a group come to, in its one currency."""

    sum = shown("Money | None", "All of them together.")
    average = shown("Money | None", "Their mean, rounded to the cent.")
    min = shown("Money | None", "The least of them.")
    max = shown("Money | None", "The greatest of them.")


@structure
class NumberFigures:
    """What the numbers of a group come to; null where there are none."""

    sum = shown("Decimal | None", "All of them together.")
    average = shown("Decimal | None", "Their mean, rounded to two decimal places, or to as many as the numbers have.")
    min = shown("Decimal | None", "The least of them.")
    max = shown("Decimal | None", "The greatest of them.")
