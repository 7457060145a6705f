"""What a till asks before it closes a bill: what the shopper could use, and what the bill would come to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from resolvers import till
from resolvers.reading import Reading
from resolvers.rows import NO_KEY
from schema.declarations import Argument, batched, query, shown, structure
from schema.mutations import CAPITAL, given
from schema.strawberries import input_type

input_type(
    "BillCodeInput",
    "A code of a product.",
    {
        "list": given("String", "Which list, such as EAN or PLU; left out for the retailer's own code of the product."),
        "code": given("String!", "The code in that list."),
    },
)
input_type(
    "BillItemInput",
    "A line of a bill, as it is before vouchers, rewards and points.",
    {
        "bill_item_id": given("String!", "The line's id at the till, unique within the bill."),
        "codes": given("[BillCodeInput!]", "Codes of the product; the first that is known here says which one it is."),
        "product": given("ProductBy", "The product, where the till knows it by one of its keys here."),
        "name": given("String", "The product's name as the bill prints it."),
        "quantity": given(
            "Decimal!",
            "How many, or how much by weight: three decimals at most. Nothing for nothing is a line that was voided.",
        ),
        "price": given("Decimal", "Price of one unit before any discount."),
        "paid": given(
            "Decimal",
            "What is to pay for the whole line, the retailer's own price cuts taken off, vouchers, rewards and points "
            "not yet; price times quantity where it is left out.",
        ),
        "vat_rate": given("Decimal", "Rate of value added tax in per cent."),
        "loyalty_off": given("Boolean", "Whether the line is kept out of loyalty: no discount, no points."),
        "type": given("String", "Code of the kind of line."),
    },
)
input_type(
    "BillInput",
    "A bill at the till or in the e-shop.",
    {
        "store": given("StoreBy!", "Where it is closed."),
        "external_id": given("String!", "The bill's id there; with the store it says which bill it is."),
        "number": given("String", "The number printed on the bill."),
        "paid_at": given("DateTime", "When it is paid; now where it is left out."),
        "currency": given("String!", "Currency of all its amounts, ISO 4217."),
        "total": given("Decimal", "What the lines come to; refused as TOTALS_DIFFER when they come to something else."),
        "card_number": given("String", "Number of the card shown at the till."),
        "cashdesk": given("String", "Number of the cash desk."),
        "created_by": given("String", "The cashier or the system that closes the bill."),
        "items": given("[BillItemInput!]!", "The lines, 1,000 at most."),
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


async def _recommended(reading: Reading, _keys: Any, args: Mapping[str, Any], _names: Any) -> Mapping[int, Any]:
    return {NO_KEY: await till.recommended(reading, _snake(args))}


async def _preview(reading: Reading, _keys: Any, args: Mapping[str, Any], _names: Any) -> Mapping[int, Any]:
    return {NO_KEY: await till.preview(reading, _snake(args))}


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
