"""Purchases: bills with their lines and discounts."""

from __future__ import annotations

import models
from resolvers.columns import Column
from schema.declarations import (
    LookupKey,
    by,
    currency,
    each,
    embedded,
    exposes,
    leaf,
    listing,
    lookup,
    many,
    money,
    one,
    query,
)
from schema.shared import Dated, Listed
from schema.strawberries import FieldSpec, input_type

BILL_CURRENCY = Column(("purchase",), "currency_code")


@exposes(models.Purchase, order=[by("paid_at", descending=True)])
class Purchase(Dated):
    """A bill of a till or the e-shop, stored once however often it is sent."""

    source = leaf()
    external_id = leaf()
    number = leaf()
    paid_at = leaf()
    state = leaf()
    total = money("total")
    returned = money("returned")
    currency = currency()
    items_count = leaf()
    points_earned = leaf()
    points_spent = leaf()
    payment_type = leaf()
    is_fiscal = leaf()
    card_number = leaf()
    cashdesk = leaf()
    created_by = leaf()
    utm = embedded("Utm", description="Where the buyer came from.")
    customer = one()
    store = one()
    type = one()
    items = each(order=[by("line")], description="The lines, in the order of the bill.")
    discounts = each(description="What rewards and vouchers took off.")
    vouchers_applied = each("vouchers", order=[by("id")], description="The vouchers applied to it.")
    point_entries = many(order=[by("at", descending=True)], description="Points that it earned or spent.")
    properties = each(description="Custom properties.")


@exposes(models.PurchaseItem)
class PurchaseItem:
    """A line of a bill."""

    line = leaf()
    external_id = leaf()
    product_name = leaf()
    quantity = leaf()
    price = money("price", BILL_CURRENCY)
    vat_rate = leaf()
    retail_discount = money("retail_discount", BILL_CURRENCY)
    coupon_discount = money("coupon_discount", BILL_CURRENCY)
    coupon_match_discount = money("coupon_match_discount", BILL_CURRENCY)
    loyalty_off = leaf()
    returned_quantity = leaf()
    product = one()
    type = one()
    purchase = one()
    discounts = each(description="What rewards and vouchers took off the line.")
    properties = each(description="Custom properties.")


@exposes(models.PurchaseDiscount, is_node=False)
class PurchaseDiscount:
    """What a reward or voucher took off a bill."""

    amount = money("amount", BILL_CURRENCY)
    description = leaf()
    item = one()
    reward = one()
    voucher = one()
    purchase = one()


@exposes(models.PurchaseType, order=[by("name")])
class PurchaseType(Listed):
    """A kind of bill."""


@exposes(models.PurchaseItemType, order=[by("name")])
class PurchaseItemType(Listed):
    """A kind of line."""


input_type(
    "BillKeyInput",
    "A bill as its store knows it.",
    {
        "store": FieldSpec("str", "Code of the store."),
        "external_id": FieldSpec("str", "The bill's id there."),
    },
)


@query
class PurchaseQueries:
    """Finding purchases."""

    purchase = lookup(
        "Purchase",
        "One bill; null when there is none.",
        bill=LookupKey(
            "BillKeyInput",
            "The store and its id of the bill.",
            lambda value: {"store": {"code": {"eq": value["store"]}}, "externalId": {"eq": value["externalId"]}},
        ),
    )
    purchases = listing("Purchase", "All bills, newest first.")
    purchase_item = lookup("PurchaseItem", "One line of a bill.")
    purchase_items = listing("PurchaseItem", "The lines of all bills.")
    purchase_types = listing("PurchaseType", "All kinds of bills.")
    purchase_item_types = listing("PurchaseItemType", "All kinds of lines.")
