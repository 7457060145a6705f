"""What a row leaves open and its file's conventions tell: whose ids it gives, and in which currency its amounts are."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

import models
from models import Base
from models.rules.money import spread
from models.types import MONEY
from resolvers.files.format import local_values
from resolvers.files.format.conventions import DEFAULT_SOURCE, Conventions, of_country
from resolvers.files.format.record_schema import Draft, RecordSchema
from resolvers.files.record.natural_keys import BY_SOURCE, camel, table_of
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


WITH_DEFAULTS = ("source", "currencyCode", "timeZone")
"""Fields that may be left empty, as it is known what is meant then."""


def prepare(resource: Resource, raw: object, conventions: Conventions) -> None:
    """Leave out what says nothing and has a default, and work out lines of bills from the price of a piece."""
    if not isinstance(raw, dict):
        return
    for name in WITH_DEFAULTS:
        if (
            name in raw
            and raw[name] is None
            and name in resource.shape.fields
            and not resource.shape.fields[name].nullable
        ):
            del raw[name]
    lines = raw.get("items") if resource.shape.model is models.Purchase else None
    items = (
        [item for item in lines if isinstance(item, dict) and "unitPrice" in item] if isinstance(lines, list) else []
    )
    for item in items:
        _price_line(item, conventions)
    if items and raw.get("total") is not None:
        _share_discount(raw, items, conventions)


def _share_discount(raw: dict[str, Any], items: list[dict[str, Any]], conventions: Conventions) -> None:
    """What a bill is less than its lines was taken off all of them."""
    try:
        total = _units(raw["total"], conventions)
        prices = {place: _units(item["price"], conventions) for place, item in enumerate(items)}
    except (InvalidOperation, ValueError):
        return
    if 0 <= total < sum(prices.values()):
        for place, units in spread(total, prices).items():
            items[place]["price"] = f"{Decimal(units).scaleb(-CENTS):f}"


def _units(value: object, conventions: Conventions) -> int:
    return int(_amount(value, conventions).scaleb(CENTS))


def _price_line(item: dict[str, Any], conventions: Conventions) -> None:
    piece, off = item.pop("unitPrice", None), item.pop("discount", None)
    if item.get("price") is not None or piece is None:
        return
    try:
        each, count, less = (_amount(value, conventions) for value in (piece, item.get("quantity"), off or "0"))
        item["price"] = f"{each * count - less:f}"
    except (InvalidOperation, ValueError):
        item["price"] = piece


def _amount(value: object, conventions: Conventions) -> Decimal:
    return Decimal(local_values.number(str(value), conventions))


CENTS = 2
PRICED = {"purchases", "productReservations", "rewards", "vouchers"}
"""Resources whose amounts are all in a currency that they name."""


def _give_currency(shape: RecordSchema, draft: Draft, raw: dict[str, Any], conventions: Conventions) -> None:
    """The currency that stands beside the amounts, or else the one that is meant."""
    for name in _amounts(shape.model):
        written = raw.get(name)
        if not isinstance(written, str) or local_values.PLAIN.fullmatch(written):
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


@cache
def _amounts(model: type[Base]) -> list[str]:
    """The fields of a table that are amounts of money."""
    return [camel(column.name) for column in table_of(model).columns if column.type is MONEY]


def _name_balance(draft: Draft) -> None:
    """A balance without an id of its own is the only one of its customer that ends when it does."""
    if draft.values.get("external_id") is None:
        ends = draft.values.get("expires_at")
        draft.values |= {"source": DEFAULT_SOURCE, "external_id": f"until {ends.date()}" if ends else "for ever"}


def _place(draft: Draft, conventions: Conventions) -> None:
    """A new store sells in its country's currency, and its clocks show its country's time."""
    there = of_country(draft.values.get("country_code")).or_else(conventions)
    draft.defaults = {
        name: value
        for name, value in (("currency_code", there.currency), ("time_zone", there.zone))
        if value is not None
    }
