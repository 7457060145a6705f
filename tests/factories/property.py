"""Custom properties and their values."""

from __future__ import annotations

from typing import Any

import models
from tests.factories.building import build, coded, number, stamped
from tests.factories.customer import customer


def property(**overrides: Any) -> models.Property:
    """A property whose values are text."""
    return coded(models.Property, overrides, "property", "Shoe size", data_type=models.PropertyType.TEXT)


def property_item(**overrides: Any) -> models.PropertyItem:
    return build(
        models.PropertyItem,
        overrides,
        property=lambda: property(data_type=models.PropertyType.CHOICE),
        value=lambda: f"value-{number()}",
        name="Thirty-eight",
    )


OWNERS = ("customer", "product", "purchase", "purchase_item", "reward", "campaign_product", "store")


def property_record(**overrides: Any) -> models.PropertyRecord:
    """A property of the owner given, or of a new customer; only customers can be given as objects."""
    owned = any(name in overrides or f"{name}_id" in overrides for name in OWNERS)
    owner = {} if owned else {"customer": customer}
    return stamped(models.PropertyRecord, overrides, property=property, value="38", **owner)
