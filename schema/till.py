"""What a till asks before it closes a bill: what the shopper could use, and what the bill would come to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from resolvers import purchase
from resolvers.query.level_select import NO_KEY
from resolvers.storage.context import RequestContext
from schema.declaring.declarations import Argument, batched, query, shown, structure
from schema.declaring.mutations import CAPITAL, input_field
from schema.declaring.types import input_type

input_type(
    "BillCodeInput",
    "A code of a product.",
    {
        "list": input_field(
            "String", "Which list, such as EAN or PLU; left out for the retailer's own code of the product."
        ),
        "code": input_field("String!", "The code in that list."),
    },
)
input_type(
    "BillItemInput",
    "A line of a bill, as it is before vouchers, rewards and points.",
    {
        "bill_item_id": input_field("String!", "The line's id at the till, unique within the bill."),
        "codes": input_field(
            "[BillCodeInput!]", "Codes of the product; the first that is known here says which one it is."
        ),
        "product": input_field("ProductBy", "The product, where the till knows it by one of its keys here."),
        "name": input_field("String", "The product's name as the bill prints it."),
        "quantity": input_field(
            "Decimal!",
            "How many, or how much by weight: three decimals at most. Nothing for nothing is a line that was voided.",
        ),
        "price": input_field("Decimal", "Price of one unit before any discount."),
        "paid": input_field(
            "Decimal",
            "What is to pay for the whole line, the retailer's own price cuts taken off, vouchers, rewards and points "
            "not yet; price times quantity where it is left out.",
        ),
        "vat_rate": input_field("Decimal", "Rate of value added tax in per cent."),
        "loyalty_off": input_field("Boolean", "Whether the line is kept out of loyalty: no discount, no points."),
        "type": input_field("String", "Code of the kind of line."),
    },
)
input_type(
    "BillInput",
    "A bill at the till or in the e-shop.",
    {
        "store": input_field("StoreBy!", "Where it is closed."),
        "external_id": input_field("String!", "The bill's id there; with the store it says which bill it is."),
        "number": input_field("String", "The number printed on the bill."),
        "paid_at": input_field("DateTime", "When it is paid; now where it is left out."),
        "currency": input_field("String!", "Currency of all its amounts, ISO 4217."),
        "total": input_field(
            "Decimal", "What the lines come to; refused as TOTALS_DIFFER when they come to something else."
        ),
        "card_number": input_field("String", "Number of the card shown at the till."),
        "cashdesk": input_field("String", "Number of the cash desk."),
        "created_by": input_field("String", "The cashier or the system that closes the bill."),
        "items": input_field("[BillItemInput!]!", "The lines, 1,000 at most."),
    },
)


@structure
class BenefitRefusal:
    """Why a benefit does not apply."""

    code = shown("str", "Why, for programs: MINIMUM_NOT_MET, WRONG_STORE, POINTS_SHORT …")
    message = shown("str", "Why, for people.")
    missing = shown("str | None", "What is missing, such as “12 points” or “4.50 USD”.")


@structure
class RecommendedReward:
    """A reward or voucher that the shopper could use on a bill."""

    reward = shown("Reward", "The reward.")
    voucher = shown("Voucher | None", "The shopper's voucher of it; null where the reward is applied as it is.")
    max_count = shown("int", "How many times it can be applied to the bill.")
    discount = shown("Money", "What it would take off on its own.")
    refusals = shown("list[BenefitRefusal]", "Why it does not apply to this bill; empty when it does.")


@structure
class RecommendedProduct:
    """A product to offer with a bill."""

    product = shown("Product", "The product.")
    score = shown("Decimal", "How well it fits, from 0 to 1; comparable among products of the same basis.")
    basis = shown("RecommendationBasis", "What it follows from.")
    reason = shown("str", "Why, in words for the customer.")
    goes_with = shown("Product | None", "The product on the bill, or bought before, that leads to it.")
    is_on_offer = shown("bool", "Whether a campaign offers it now in the store of the bill.")


@structure
class PreviewDiscount:
    """What one benefit takes off one line."""

    bill_item_id = shown("str", "The line.")
    amount = shown("Money", "How much is taken off.")
    percent = shown("Decimal | None", "The percentage, where the discount is one.")
    reward = shown("Reward | None", "The reward that gives it; null for the basic discount of the shopper's status.")
    voucher = shown("Voucher | None", "The voucher that gives it.")


@structure
class RefusedBenefit:
    """Something that was asked for and can't be had."""

    code = shown("str", "Why, for programs.")
    benefit_code = shown("str | None", "The code that was asked for; null where paying with points is refused.")
    message = shown("str", "Why, for people.")
    missing = shown("str | None", "What is missing.")


@structure
class PurchasePreview:
    """What a bill would come to. Nothing is stored."""

    total = shown("Money", "What the lines come to before any discount.")
    to_pay = shown("Money", "What is left to pay in money.")
    discounts = shown("list[PreviewDiscount]", "What is taken off, by line and benefit.")
    points_spent = shown("Decimal", "Points that pay a part, and that rewards applied directly cost.")
    points_earned = shown("Decimal", "Points that the bill would earn.")
    points_after = shown("Decimal", "Points that could be spent afterwards.")
    messages = shown("list[str]", "What the cashier has to know, such as a gift to hand over.")
    refused = shown("list[RefusedBenefit]", "What was asked for and can't be had.")


def _snake(value: Any) -> Any:
    """Arguments with their names in snake case; a bill holds nothing of a caller's own shape."""
    if isinstance(value, Mapping):
        return {CAPITAL.sub("_", name).lower(): _snake(each) for name, each in value.items()}
    return [_snake(each) for each in value] if isinstance(value, list) else value


async def _recommended(context: RequestContext, _keys: Any, args: Mapping[str, Any], _names: Any) -> Mapping[int, Any]:
    return {NO_KEY: await purchase.recommended(context, _snake(args))}


async def _preview(context: RequestContext, _keys: Any, args: Mapping[str, Any], _names: Any) -> Mapping[int, Any]:
    return {NO_KEY: await purchase.preview(context, _snake(args))}


async def _products(context: RequestContext, _keys: Any, args: Mapping[str, Any], _names: Any) -> Mapping[int, Any]:
    return {NO_KEY: await purchase.recommended_products(context, _snake(args))}


CUSTOMER = Argument("customer", "CustomerBy", "Who stands at the till.")
BILL = Argument("bill", "BillInput", "The bill as it is so far.")


@query
class TillQueries:
    """What a till asks before a bill is closed."""

    recommended_rewards = batched(
        "list[RecommendedReward]",
        _recommended,
        "What a customer could use on a bill: vouchers they have and rewards within reach. Those that apply come "
        "first, in order of priority.",
        arguments=[CUSTOMER, BILL],
    )
    recommended_products = batched(
        "list[RecommendedProduct]",
        _products,
        "Products to offer with a bill or a shopping cart: what goes with the goods on it; where the customer is "
        "known, what they may want; and what many buy. What is on offer comes first among each of these.",
        arguments=[
            BILL,
            Argument("customer", "CustomerBy | None", "Who buys; left out where nobody is known.", None),
            Argument("count", "int", "How many at most, up to 50.", 5),
        ],
    )
    purchase_preview = batched(
        "PurchasePreview",
        _preview,
        "What discounts, vouchers and points would do to a bill. Nothing is stored.",
        arguments=[
            CUSTOMER,
            BILL,
            Argument("benefit_codes", "list[str] | None", "Codes of vouchers, and of rewards to be applied.", None),
            Argument("spend_points", "Decimal | None", "Points that are to pay a part of the bill.", None),
        ],
    )
