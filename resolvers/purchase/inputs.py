"""What the operations on bills take, and what they answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated

import models
from models.rules.bill_checks import MAX_ITEMS
from models.rules.card_number import normalised
from models.rules.error_codes import ErrorCode
from models.rules.payments import PaymentKind
from models.rules.till_discounts import TillDiscountKind
from models.types import MONEY, PERCENT, POINTS, QUANTITY, ExactDecimal
from resolvers.errors import Refused
from resolvers.operation.answers import TEXT, WORDED, Answer, RepeatableAnswer, Shown, row
from resolvers.operation.checks import (
    CURRENCY,
    By,
    above_zero,
    at_most,
    by,
    converted,
    exact,
    key,
    shown_as,
    text,
    whole,
)
from resolvers.operation.inputs import Input
from resolvers.operation.parts import MOST_PROPERTIES, PropertyValueInput, UtmInput
from resolvers.operation.structs import Deprecated
from resolvers.storage.context import RowRef
from resolvers.values import Money

MOST_CODES = 50
MOST_BILLS = 500
MOST_PRODUCTS = 50
MOST_PAYMENTS = 20
MOST_DISCOUNTS = 20
MOST_DISCOUNTS_OF_A_LINE = 5

MONEY_SHOWN = Shown("Money")

LINE_AMOUNT = ExactDecimal(MONEY.scale, precision=14)
"""A thousand lines of it still make a total that can be kept."""


class BillCodeInput(Input):
    """A code of a product."""

    list: Annotated[
        str | None, text(64), "Which list, such as EAN or PLU; left out for the retailer's own code of the product."
    ] = None
    code: Annotated[str, text(128), "The code in that list."]


class TillDiscountInput(Input):
    """What the till took off by itself, before loyalty."""

    kind: Annotated[TillDiscountKind, "Why."]
    amount: Annotated[Decimal, above_zero(MONEY), "How much was taken off."]
    code: Annotated[str | None, text(64), "What the till knows the discount by, such as the number of a promotion."] = (
        None
    )
    description: Annotated[str | None, text(255), "What the bill says beside it."] = None


class BillItemInput(Input):
    """A line of a bill, as it is before vouchers, rewards and points."""

    bill_item_id: Annotated[str, text(128), "The line's id at the till, unique within the bill."]
    codes: Annotated[
        tuple[BillCodeInput, ...] | None, "Codes of the product; the first that is known here says which one it is."
    ] = None
    product: Annotated[
        By | None, by(models.Product), "The product, where the till knows it by one of its keys here."
    ] = None
    name: Annotated[str | None, text(255), "The product's name as the bill prints it."] = None
    quantity: Annotated[
        Decimal,
        exact(QUANTITY, None),
        "How many, or how much by weight: three decimals at most. Nothing for nothing is a line that was voided.",
    ]
    price: Annotated[Decimal | None, exact(LINE_AMOUNT, None), "Price of one unit before any discount."] = None
    paid: Annotated[
        Decimal | None,
        exact(LINE_AMOUNT, None),
        "What is to pay for the whole line, the retailer's own price cuts and `discounts` taken off, vouchers, rewards "
        "and points not yet; price times quantity less `discounts` where it is left out.",
    ] = None
    discounts: Annotated[
        tuple[TillDiscountInput, ...] | None,
        at_most(MOST_DISCOUNTS_OF_A_LINE),
        "What the till took off the line by itself. A status' basic discount passes such a line over, unless the "
        "status says otherwise.",
    ] = None
    vat_rate: Annotated[Decimal | None, exact(PERCENT, highest=100), "Rate of value added tax in per cent."] = None
    loyalty_off: Annotated[bool, "Whether the line is kept out of loyalty: no discount, no points."] = False
    type: Annotated[str | None, text(64), "Code of the kind of line."] = None
    category_code: Annotated[
        str | None, text(128), "The till's own category of the goods; kept, while rules look at the product's group."
    ] = None
    bought_for: Annotated[
        By | None,
        by(models.Customer),
        "For whom it is bought, where that isn't the customer of the bill, who gets the points all the same; 50 "
        "customers a bill at most.",
    ] = None
    properties: Annotated[
        tuple[PropertyValueInput, ...] | None, at_most(MOST_PROPERTIES), "Custom properties of the line."
    ] = None


class PaymentInput(Input):
    """What is paid of a bill in one way."""

    kind: Annotated[PaymentKind, "With what it is paid."]
    amount: Annotated[
        Decimal, exact(MONEY, None), "How much is paid so, change taken off; below zero where it is paid out."
    ]
    name: Annotated[str | None, text(64), "What the till calls it, such as the issuer of the card or voucher."] = None


class BillInput(Input):
    """A bill at the till or in the e-shop."""

    store: Annotated[By, by(models.Store), "Where it is closed."]
    external_id: Annotated[str, text(128), "The bill's id there; with the store it says which bill it is."]
    number: Annotated[str | None, text(64), "The number printed on the bill."] = None
    paid_at: Annotated[datetime | None, "When it is paid; now where it is left out."] = None
    currency: Annotated[str, CURRENCY, "Currency of all its amounts, ISO 4217."]
    discounts: Annotated[
        tuple[TillDiscountInput, ...] | None,
        at_most(MOST_DISCOUNTS),
        "What the till took off the whole bill by itself, and the lines' `paid` is still without: each line takes its "
        "share, in proportion to what is to pay for it.",
    ] = None
    total: Annotated[
        Decimal | None,
        exact(MONEY, None),
        "What the lines come to, the till's own `discounts` taken off; refused as TOTALS_DIFFER when they come to "
        "something else.",
    ] = None
    card_number: Annotated[
        str | None,
        converted(text(64), normalised),
        "Number of the card shown at the till, with or without spaces and hyphens.",
    ] = None
    campaign_prices: Annotated[
        bool,
        "Whether lines without `paid` cost what campaigns offer their product for, to this customer and at this store "
        "now, where that is less than their price; a line without a price takes that of the product's list.",
    ] = False
    cashdesk: Annotated[str | None, text(32), "Number of the cash desk."] = None
    created_by: Annotated[str | None, text(128), "The cashier or the system that closes the bill."] = None
    items: Annotated[
        tuple[BillItemInput, ...], at_most(MAX_ITEMS, ErrorCode.TOO_MANY_ITEMS), "The lines, 1,000 at most."
    ]


class BillToClose(Input):
    """A bill with whom it belongs to, and what no rule looks at."""

    customer: Annotated[
        By | None, by(models.Customer), "Who bought; an unknown customer where neither they nor a card are given."
    ] = None
    bill: Annotated[BillInput, "The bill."]
    source: Annotated[str | None, text(64), "Code of the outside system that closes the bill."] = None
    type: Annotated[str | None, text(64), "Code of the kind of bill."] = None
    payment_type: Annotated[models.PaymentType | None, "How it is paid."] = None
    is_fiscal: Annotated[bool, "Whether the bill goes to the tax office's register; it does unless this is false."] = (
        True
    )
    utm: Annotated[UtmInput | None, "Where the buyer came from."] = None
    payments: Annotated[
        tuple[PaymentInput, ...] | None,
        at_most(MOST_PAYMENTS),
        "With what it is paid: together what is to pay in money, and by POINTS, where the till names that, what points "
        "pay; refused as PAYMENTS_DIFFER when they come to something else.",
    ] = None
    properties: Annotated[
        tuple[PropertyValueInput, ...] | None,
        at_most(MOST_PROPERTIES),
        "Custom properties of the bill; with those of its lines, 1,000 values of 100 properties at most.",
    ] = None


class OfflineBillInput(BillToClose):
    """A bill that was closed without the gateway. Its lines are as they were paid, discounts taken off."""

    benefit_codes: Annotated[
        tuple[str, ...] | None, text(64), at_most(MOST_CODES), "Codes of the vouchers that were used on it."
    ] = None
    voucher_codes: Annotated[
        tuple[str, ...] | None,
        text(64),
        at_most(MOST_CODES),
        Deprecated("Use `benefitCodes`, as on a bill that the gateway closes."),
        "Codes of the vouchers that were used on it.",
    ] = None

    def codes(self) -> tuple[str, ...]:
        """The codes of its vouchers, by whichever name they are given."""
        return (*(self.benefit_codes or ()), *(self.voucher_codes or ()))


class PurchaseSend(BillToClose):
    """A bill to be closed."""

    benefit_codes: Annotated[
        tuple[str, ...] | None, text(64), at_most(MOST_CODES), "Codes of vouchers, and of rewards to be applied."
    ] = None
    spend_points: Annotated[Decimal | None, exact(POINTS), "Points that are to pay a part of the bill."] = None
    to_pay: Annotated[
        Decimal | None,
        exact(MONEY, None),
        "What the till took in money; refused as TO_PAY_DIFFERS when it comes to something else.",
    ] = None


class RecommendationRequest(Input):
    """Who asks what they could use on a bill."""

    customer: Annotated[By, by(models.Customer), "Who stands at the till."]
    bill: Annotated[BillInput, "The bill as it is so far."]


class ProductsRequest(Input):
    """Who asks what to offer with a bill."""

    bill: Annotated[BillInput, "The bill or shopping cart as it is so far."]
    customer: Annotated[By | None, by(models.Customer), "Who buys; left out where the customer isn't known."] = None
    count: Annotated[int, whole(1, MOST_PRODUCTS), "How many at most."] = 5


class PreviewRequest(Input):
    """A bill to be previewed."""

    customer: Annotated[
        By | None, by(models.Customer), "Who stands at the till; an unknown customer where left out."
    ] = None
    bill: Annotated[BillInput, "The bill as it is so far."]
    benefit_codes: Annotated[
        tuple[str, ...] | None, text(64), at_most(MOST_CODES), "Codes of vouchers, and of rewards to be applied."
    ] = None
    spend_points: Annotated[Decimal | None, exact(POINTS), "Points that are to pay a part of the bill."] = None


class PurchaseAnswer(RepeatableAnswer):
    """A bill, as it is now."""

    purchase: Annotated[RowRef, row("Purchase"), "The bill."]


class LeftOut(Answer):
    """What was asked for on a bill that was paid already, and that the bill is kept without."""

    index: Annotated[int, "The place of the bill among those given, from 0."]
    benefit_code: Annotated[str | None, "The code that was asked for; null where it isn't about one."]
    code: Annotated[ErrorCode, TEXT, "Why it can't be had, for programs."]
    message: Annotated[str, WORDED, "Why, for people."]
    missing: Annotated[str | None, "What is missing."]


class SentAnswer(PurchaseAnswer):
    """A bill that was closed."""

    left_out: Annotated[
        list[LeftOut], "What a bill that comes late is kept without, and why; one that is paid now is refused instead."
    ] = []


class PurchaseCancel(Input):
    """A bill to be undone."""

    id: Annotated[int, key(models.Purchase), "The bill."]
    reason: Annotated[str | None, text(1000), "Why."] = None


class CancelAnswer(PurchaseAnswer):
    """A bill that was undone."""

    refund: Annotated[Money | None, MONEY_SHOWN, "What is to be paid back in money."] = None
    withheld: Annotated[
        Money | None,
        MONEY_SHOWN,
        "What of it is kept for vouchers that the bill had earned and that were used already.",
    ] = None


class ReturnedItemInput(Input):
    """A line of a bill that is returned, known by one of its ids."""

    id: Annotated[int | None, key(models.PurchaseItem), "The line."] = None
    bill_item_id: Annotated[str | None, text(128), "The line's id at the till."] = None
    quantity: Annotated[
        Decimal | None, exact(QUANTITY, None), "How much of it is returned; all that is left where this is left out."
    ] = None

    def check(self) -> None:
        """One of the two names it."""
        if (self.id is None) == (self.bill_item_id is None):
            raise Refused(ErrorCode.REQUIRED, "Name the item by its id, or by its id at the till.", "")


class PurchaseReturn(Input):
    """Items of a bill to be returned."""

    id: Annotated[int, key(models.Purchase), "The bill."]
    items: Annotated[tuple[ReturnedItemInput, ...], "What is returned."]
    reason: Annotated[str | None, text(1000), "Why."] = None
    external_id: Annotated[
        str | None,
        text(128),
        "The return's id at the till, unique for its bill: sent again under it, the same items are returned once.",
    ] = None


class ReturnAnswer(PurchaseAnswer):
    """What changed hands for returned items."""

    refund: Annotated[
        Money,
        MONEY_SHOWN,
        "What is to be paid back in money: what had been paid with points goes back as points, and is no part of it.",
    ]
    withheld: Annotated[
        Money,
        MONEY_SHOWN,
        "What of the items' worth is kept for vouchers that the bill had earned and that were used already.",
    ]
    points_back: Annotated[Decimal, "Points that had paid for them, and are the customer's again."]
    points_withdrawn: Annotated[Decimal, "Points that they had earned, and that were taken back."]
    points_owed: Annotated[
        Decimal, "Points that they had earned, and that the customer owes as they were used already."
    ]


class PurchasesImport(Input):
    """Bills that were closed offline."""

    bills: Annotated[tuple[Mapping[str, object], ...], shown_as("OfflineBillInput"), at_most(MOST_BILLS), "The bills."]
    without_effects: Annotated[
        bool,
        "Whether they are history: kept as they are, but they earn no points and no vouchers, use none up, and lead "
        "to no status by themselves.",
    ] = False


class RefusedBill(Answer):
    """A bill that was not imported. The others were."""

    index: Annotated[int, "Its place among the bills given, from 0."]
    code: Annotated[ErrorCode, TEXT, "What is wrong, for programs."]
    message: Annotated[str, WORDED, "What is wrong, for people."]
    field: Annotated[str | None, "The field of the bill that is to blame."]
    missing: Annotated[str | None, "What is missing."]


class ImportAnswer(Answer):
    """What became of bills that were imported."""

    imported: Annotated[int, "How many bills are new."]
    already_imported: Annotated[int | None, "How many bills had been there already."] = None
    repeated: Annotated[
        int,
        Deprecated("Use `alreadyImported`: elsewhere `repeated` tells whether a whole call was done before."),
        "How many bills had been there already.",
    ]
    refused: Annotated[list[RefusedBill], "Which bills were refused, and why."]
    left_out: Annotated[list[LeftOut], "What bills were imported without, and why."]


class PurchaseAssignCustomer(Input):
    """A bill to be given to its customer."""

    id: Annotated[int, key(models.Purchase), "The bill."]
    customer: Annotated[By, by(models.Customer), "Whose bill it is."]
