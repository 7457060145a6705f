"""Custom properties: what a retailer wants to know that has no column of its own."""

from __future__ import annotations

import models
from schema.declaring.declarations import by, each, exposes, found_by, leaf, listing, lookup, one, query
from schema.shared import Dated, Listed


@exposes(models.Property, order=[by("name")])
class Property(Listed):
    """The definition of a custom property."""

    description = leaf()
    data_type = leaf()
    is_required = leaf()
    is_unique = leaf()
    items = each(order=[by("id")], description="For CHOICE: the values it may take.")


@exposes(models.PropertyItem, is_node=False)
class PropertyItem:
    """One of the values that a CHOICE property may take."""

    value = leaf()
    name = leaf()


@exposes(models.PropertyRecord, is_node=False)
class PropertyRecord(Dated):
    """A property's value for one owner."""

    property = one()
    value = leaf()


@query
class PropertyQueries:
    """Finding properties."""

    property = lookup("Property", "One property.", code=found_by("Its code.", "code"))
    properties = listing("Property", "All custom properties.")
