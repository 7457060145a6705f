"""What a row leaves open and its file's conventions tell: whose ids it gives, and in which currency its amounts are."""

from __future__ import annotations

from typing import Any

import models
from models.types import MONEY
from resolvers.files.format import local_values
from resolvers.files.format.conventions import Conventions, of_country
from resolvers.files.format.record_schema import Draft, RecordSchema
from resolvers.files.record.natural_keys import BY_SOURCE, table_of
from resolvers.files.resources import Resource


def complete(resource: Resource, draft: Draft, raw: object, conventions: Conventions) -> None:
    """Fill in what was left open."""
    if not isinstance(raw, dict):
        return
    if resource.taking:
        _name_balance(draft)
    elif BY_SOURCE in resource.keys and draft.values.get("external_id") is not None:
        source = conventions.source_of(resource.shape.model.__tablename__)
        if draft.values.get("source") is None and source is not None:
            draft.values["source"] = source
    if resource.name in PRICED:
        _give_currency(resource.shape, draft, raw, conventions)
    if resource.name == "stores":
        _place(draft, conventions)


PRICED = {"purchases", "productReservations", "rewards", "vouchers"}
"""Resources whose amounts are all in a currency that they name."""


def _give_currency(shape: RecordSchema, draft: Draft, raw: dict[str, Any], conventions: Conventions) -> None:
    """The currency that stands beside the amounts, or else the one that is meant."""
    for name, item in shape.fields.items():
        written = raw.get(name)
        if not isinstance(written, str) or table_of(shape.model).columns[item.column].type is not MONEY:
            continue
        try:
            beside = local_values.currency_beside(written, conventions)
        except ValueError as error:
            draft.refuse(name, f"has a currency that {error}")
            continue
        if beside and draft.values.setdefault("currency_code", beside) != beside:
            draft.refuse(name, f"is in {beside}, where the row says {draft.values['currency_code']}")
    if shape.model in (models.Purchase, models.ProductReservation) and conventions.currency is not None:
        draft.values.setdefault("currency_code", conventions.currency)


def _name_balance(draft: Draft) -> None:
    """A balance without an id of its own is the only one of its customer that ends when it does."""
    customer = draft.refs.get("customer_id")
    if customer is None or draft.values.get("external_id") is not None:
        return
    ends = draft.values.get("expires_at")
    draft.values["external_id"] = f"{customer[2]} {ends.date()}" if ends else customer[2]
    draft.values.setdefault("source", customer[1])


def _place(draft: Draft, conventions: Conventions) -> None:
    """A new store sells in its country's currency, and its clocks show its country's time."""
    there = of_country(draft.values.get("country_code")).or_else(conventions)
    draft.defaults = {
        name: value
        for name, value in (("currency_code", there.currency), ("time_zone", there.zone))
        if value is not None
    }
