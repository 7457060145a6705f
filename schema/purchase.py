"""Purchases: bills with their lines and discounts."""

from __future__ import annotations

import models
from resolvers import purchase
from resolvers.query.columns import Column
from schema.declaring.declarations import (
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
    shown,
    structure,
)
from schema.declaring.mutations import input_field, mutation, mutation_field
from schema.declaring.types import FieldSpec, input_type
from schema.shared import Dated, Listed

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


input_type(
    "UtmInput",
    "Where a visitor came from, as web analytics name it.",
    {
        "source": input_field("String", "The site or app (utm_source)."),
        "medium": input_field("String", "The medium (utm_medium)."),
        "campaign": input_field("String", "The campaign (utm_campaign)."),
    },
)
CLOSED = {
    "customer": input_field("CustomerBy", "Who bought; nobody in particular where neither they nor a card are given."),
    "bill": input_field("BillInput!", "The bill."),
    "source": input_field("String", "Code of the outside system that closes the bill."),
    "type": input_field("String", "Code of the kind of bill."),
    "payment_type": input_field("PaymentType", "How it is paid."),
    "is_fiscal": input_field(
        "Boolean", "Whether the bill goes to the tax office's register; it does unless this is false."
    ),
    "utm": input_field("UtmInput", "Where the buyer came from."),
}
input_type(
    "OfflineBillInput",
    "A bill that was closed without the gateway. Its lines are as they were paid, discounts taken off.",
    {**CLOSED, "voucher_codes": input_field("[String!]", "Codes of the vouchers that were used on it.")},
)
input_type(
    "ReturnedItemInput",
    "A line of a bill that is returned, known by one of its ids.",
    {
        "id": input_field("ID", "The line."),
        "bill_item_id": input_field("String", "The line's id at the till."),
        "quantity": input_field("Decimal", "How much of it is returned; all that is left where this is left out."),
    },
)


@structure
class RefusedBill:
    """A bill that was not imported. The others were."""

    index = shown("int", "Its place among the bills given, from 0.")
    code = shown("str", "What is wrong, for programs.")
    message = shown("str", "What is wrong, for people.")
    field = shown("str | None", "The field of the bill that is to blame.")
    missing = shown("str | None", "What is missing.")


PURCHASE = {"purchase": ("Purchase", "The bill.")}


@mutation
class PurchaseMutations:
    """Closing bills and undoing them."""

    purchase_send = mutation_field(
        purchase.send,
        "Close a bill. Discounts, vouchers and points are applied, points earned, the customer's status is found anew "
        "and automatic rewards are issued: all of it or nothing. If anything that was asked for can't be had, nothing "
        "is done. The same bill, by its store and id there, sent again changes nothing and is answered as it is.",
        input={
            **CLOSED,
            "benefit_codes": input_field("[String!]", "Codes of vouchers, and of rewards to be applied."),
            "spend_points": input_field("Decimal", "Points that are to pay a part of the bill."),
            "to_pay": input_field(
                "Decimal", "What the till took in money; refused as TO_PAY_DIFFERS when it comes to something else."
            ),
        },
        payload=PURCHASE,
    )
    purchase_cancel = mutation_field(
        purchase.cancel,
        "Undo a bill, or what was not returned of it. It counts no longer; points, vouchers and status go back the way "
        "they came. Points that it earned and that are spent already are written off.",
        input={"id": input_field("ID!", "The bill."), "reason": input_field("String", "Why.")},
        payload=PURCHASE,
    )
    purchase_return = mutation_field(
        purchase.give_back,
        "Return some items of a bill. Points that were earned or had paid go back in proportion; a voucher or reward "
        "goes back once all the lines that it was given on are returned.",
        input={
            "id": input_field("ID!", "The bill."),
            "items": input_field("[ReturnedItemInput!]!", "What is returned."),
            "reason": input_field("String", "Why."),
        },
        payload={
            **PURCHASE,
            "refund": ("Money", "What these items came to; points that are given back paid a part of it."),
            "points_back": ("Decimal", "Points that had paid for them, and are the customer's again."),
            "points_withdrawn": ("Decimal", "Points that they had earned, and that are taken back."),
        },
    )
    purchases_import = mutation_field(
        purchase.import_bills,
        "Bring bills in that were closed offline, in any order, 500 at most. Each counts once, whether it was imported "
        "or sent before; one that is refused does not stop the others. What was paid for but not counted, a quantity "
        "of 0, is one piece.",
        input={"bills": input_field("[OfflineBillInput!]!", "The bills.")},
        payload={
            "imported": ("int", "How many bills are new."),
            "repeated": ("int", "How many bills had been there already.", "repeated_bills"),
            "refused": ("list[RefusedBill]", "Which bills were refused, and why."),
        },
    )
    purchase_assign_customer = mutation_field(
        purchase.assign_customer,
        "Give a bill without a customer to one. It earns them points, counts for their status and is rewarded as if "
        "they had been recognised; discounts are as they were paid.",
        input={"id": input_field("ID!", "The bill."), "customer": input_field("CustomerBy!", "Whose bill it is.")},
        payload=PURCHASE,
    )
