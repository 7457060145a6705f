"""Purchases: bills with their lines and discounts."""

from __future__ import annotations

import models
from models.scope import Scope
from resolvers import purchase
from resolvers.query.columns import Column
from resolvers.query.expressions import PAID_IN_MONEY, REFUNDED, SHARE, SUBTOTAL
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
)
from schema.declaring.mutations import mutation, mutation_field
from schema.declaring.operations.types import make_input
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
    subtotal = money(SUBTOTAL, description="What the lines come to before any discount.")
    paid_in_points = money("paid_with_points")
    paid_in_vouchers = money("paid_with_vouchers")
    paid_in_money = money(PAID_IN_MONEY, description="What of the total was paid in money.")
    returned = money("returned")
    returned_in_points = money("returned_with_points")
    refunded = money(REFUNDED, description="What was paid back in money for returned items.")
    withheld = money("withheld")
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
    discounts = each(description="What rewards, vouchers and the till itself took off.")
    payments = each(
        order=[by("id")],
        description="With what the total was paid, where the till told it; what points paid is among it.",
    )
    vouchers_applied = each("vouchers", order=[by("id")], description="The vouchers applied to it.")
    returns = many(order=[by("at")], description="What was returned of it, in the order of time.")
    vouchers_earned = each(order=[by("id")], description="The vouchers that automatic rewards issued for it.")
    point_entries = many(order=[by("at", descending=True)], description="Points that it earned or spent.")
    properties = each(description="Custom properties.")


@exposes(models.PurchaseItem)
class PurchaseItem:
    """A line of a bill."""

    line = leaf()
    external_id = leaf()
    product_name = leaf()
    quantity = leaf()
    total = money("price", BILL_CURRENCY, description="What was paid for the whole line, discounts taken off.")
    price = money("price", BILL_CURRENCY, deprecated="It is the price of the whole line: use `total`.")
    vat_rate = leaf()
    retail_discount = money("retail_discount", BILL_CURRENCY)
    coupon_discount = money("coupon_discount", BILL_CURRENCY)
    coupon_match_discount = money("coupon_match_discount", BILL_CURRENCY)
    loyalty_off = leaf()
    returned_quantity = leaf()
    category_code = leaf()
    product = one()
    type = one()
    bought_for = one()
    purchase = one()
    discounts = each(description="What rewards, vouchers and the till itself took off the line.")
    properties = each(description="Custom properties.")


@exposes(models.PurchaseDiscount, is_node=False)
class PurchaseDiscount:
    """What a reward, a voucher or the till itself took off a bill."""

    kind = leaf()
    code = leaf()
    amount = money("amount", BILL_CURRENCY)
    share = money(SHARE, BILL_CURRENCY, description="What the line's worth is less by it when it is returned.")
    withdrawn_at = leaf()
    description = leaf()
    item = one()
    reward = one()
    voucher = one()
    purchase = one()


@exposes(models.PurchasePayment, is_node=False)
class PurchasePayment:
    """What was paid of a bill in one way."""

    kind = leaf()
    amount = money("amount", BILL_CURRENCY)
    name = leaf()


@exposes(models.PurchaseReturn, order=[by("at")])
class PurchaseReturn:
    """Items of a bill that were returned together, and what changed hands for them."""

    external_id = leaf()
    at = leaf()
    note = leaf()
    refund = money("refund", BILL_CURRENCY)
    withheld = money("withheld", BILL_CURRENCY)
    paid_in_points = money("paid_with_points", BILL_CURRENCY)
    points_back = leaf()
    points_withdrawn = leaf()
    points_owed = leaf()
    purchase = one()
    items = each(order=[by("id")], description="What was returned.")


@exposes(models.PurchaseReturnItem, is_node=False)
class PurchaseReturnItem:
    """How much of a line was returned."""

    quantity = leaf()
    item = one()


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


make_input(
    purchase.OfflineBillInput,
    "OfflineBillInput",
    "A bill that was closed without the gateway. Its lines are as they were paid, discounts taken off.",
)


@mutation
class PurchaseMutations:
    """Closing bills and undoing them."""

    purchase_send = mutation_field(
        purchase.send,
        "Close a bill. Discounts, vouchers and points are applied, points earned, the customer's status is found anew "
        "and automatic rewards are issued: all of it or nothing. If anything that was asked for can't be had, nothing "
        "is done, unless the bill was paid before: then it is judged by what held when it was paid, closed without "
        "what can't be had, and that is told as `leftOut`; paid more than a day before, it takes no rewards without a "
        "voucher. The same bill, by its store and id there, sent again changes nothing and is answered as it is; "
        "another bill under the same id is refused as ID_REUSED.",
        scope=Scope.PURCHASES_WRITE,
    )
    purchase_cancel = mutation_field(
        purchase.cancel,
        "Cancel a bill, or what was not returned of it. It counts no longer; points, vouchers and status go back the "
        "way they came. Points that it earned and that are used already are owed, and so is what vouchers took off "
        "that it had earned, as far as no refund makes up for it.",
        scope=Scope.PURCHASES_WRITE,
    )
    purchase_return = mutation_field(
        purchase.give_back,
        "Return some items of a bill. What was paid for them in points goes back as points, the rest as money; points "
        "that they earned are taken back in proportion. What a free piece took off is shared by the goods of its "
        "reward, whether they were one line or several. A voucher or reward goes back once all the lines that shared "
        "in it are returned; whether what is kept keeps its discount, the reward's `onReturn` says. Vouchers that the "
        "bill had earned are withdrawn once what is kept would not have earned them.",
        scope=Scope.PURCHASES_WRITE,
    )
    purchases_import = mutation_field(
        purchase.import_bills,
        "Import bills that were closed offline, in any order, 500 at most. Each counts once, whether it was imported "
        "or sent before; one that is refused does not stop the others. They are judged by what held when they were "
        "paid, and taken without vouchers that can't be had any more, which is told as `leftOut`. What was paid for "
        "but not counted, a quantity of 0, is one piece.",
        scope=Scope.PURCHASES_WRITE,
    )
    purchase_assign_customer = mutation_field(
        purchase.assign_customer,
        "Assign a bill without a customer to one. It earns them points, counts for their status and is rewarded as if "
        "they had been recognised; discounts are as they were paid.",
        scope=Scope.PURCHASES_WRITE,
    )
