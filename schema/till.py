"""What a till asks before it closes a bill: what the shopper could use, and what the bill would come to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.scope import Scope
from resolvers import purchase
from resolvers.operation.inputs import read
from resolvers.query.level.rows import NO_KEY
from resolvers.storage.context import RequestContext
from schema.declaring.declarations import Argument, batched, query, shown, structure
from schema.declaring.kinds.worded import worded
from schema.declaring.operations.types import make_input
from schema.refusal import missing, shortfall

make_input(purchase.BillInput, "BillInput", "A bill at the till or in the e-shop.")


@structure
class BenefitRefusal:
    """Why a benefit does not apply."""

    code = shown("str", "Why, for programs: MINIMUM_NOT_MET, WRONG_STORE, POINTS_SHORT …")
    message = worded("Why, for people, in the language of the request.")
    missing = missing()
    shortfall = shortfall()


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
class PreviewItem:
    """What a line of a bill comes to."""

    bill_item_id = shown("str", "The line.")
    subtotal = shown(
        "Money",
        "What it comes to before any discount but the till's own, by the campaign's price where that is asked for.",
    )
    till_discount = shown("Money", "What the till itself took off its price; the subtotal is without it.")
    total = shown("Money", "What it comes to after all discounts; points pay a part of it, perhaps.")


@structure
class RefusedBenefit:
    """Something that was asked for and can't be had."""

    code = shown("str", "Why, for programs.")
    benefit_code = shown("str | None", "The code that was asked for; null where paying with points is refused.")
    message = worded("Why, for people, in the language of the request.")
    missing = missing()
    shortfall = shortfall()


@structure
class BestCombination:
    """The benefits that take most off a bill together."""

    to_pay = shown("Money", "What would be left to pay before points pay any of it.")
    codes = shown("list[str]", "The codes of the vouchers and rewards to ask for, or that apply by themselves.")


@structure
class PurchasePreview:
    """What a bill would come to. Nothing is stored."""

    total = shown(
        "Money",
        "What the lines come to before any discount.",
        attribute="subtotal",
        deprecated="Of a purchase, `total` is what it came to after discounts; this is `subtotal`.",
    )
    subtotal = shown("Money", "What the lines come to before any discount but the till's own.")
    till_discount = shown("Money", "What the till itself took off; the subtotal is without it.")
    to_pay = shown("Money", "What is left to pay in money.")
    items = shown("list[PreviewItem]", "What the lines come to, in the order of the bill.")
    discounts = shown("list[PreviewDiscount]", "What is taken off, by line and benefit.")
    paid_in_points = shown("Money", "What points pay of it.")
    points_spent = shown("Decimal", "Points that pay a part, and that rewards applied directly cost.")
    points_for_rewards = shown("Decimal", "How many of these rewards applied directly cost; the others pay.")
    points_earned = shown("Decimal", "Points that the bill would earn.")
    points_earned_worth = shown("Money", "What these would pay, in the bill's currency: what they cost the retailer.")
    earned_by = shown("list[EarnedBy]", "The rules of the programme by which it would earn them, and what each gives.")
    points_after = shown("Decimal", "Points that could be spent afterwards.")
    points_after_worth = shown("Money", "What these would pay, in the bill's currency.")
    automatic_choice = shown("AutomaticChoice", "How rewards that apply by themselves were chosen.")
    best = shown(
        "BestCombination | None",
        "What would take more off than the codes that were asked for do together; null where nothing would.",
    )
    messages = shown("list[str]", "What the cashier has to know, such as a gift to hand over.")
    refused = shown("list[RefusedBenefit]", "What was asked for and can't be had.")


async def _recommended(
    context: RequestContext, _keys: object, args: Mapping[str, object], _names: object
) -> Mapping[int, Any]:
    return {NO_KEY: await purchase.recommended(context, read(purchase.RecommendationRequest, args))}


async def _preview(
    context: RequestContext, _keys: object, args: Mapping[str, object], names: frozenset[str]
) -> Mapping[int, Any]:
    return {NO_KEY: await purchase.preview(context, read(purchase.PreviewRequest, args), names)}


async def _products(
    context: RequestContext, _keys: object, args: Mapping[str, object], _names: object
) -> Mapping[int, Any]:
    return {NO_KEY: await purchase.recommended_products(context, read(purchase.ProductsRequest, args))}


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
        scope=Scope.PURCHASES_WRITE,
        arguments=[CUSTOMER, BILL],
    )
    recommended_products = batched(
        "list[RecommendedProduct]",
        _products,
        "Products to offer with a bill or a shopping cart: what goes with the goods on it; where the customer is "
        "known, what they may want; and what many buy. What is on offer comes first among each of these.",
        scope=Scope.PURCHASES_WRITE,
        arguments=[
            BILL,
            Argument("customer", "CustomerBy | None", "Who buys; left out where the customer isn't known.", None),
            Argument("count", "int", "How many at most, up to 50.", 5),
        ],
    )
    purchase_preview = batched(
        "PurchasePreview",
        _preview,
        "What discounts, vouchers and points would do to a bill. Nothing is stored.",
        scope=Scope.PURCHASES_WRITE,
        arguments=[
            Argument(
                "customer", "CustomerBy | None", "Who stands at the till; an unknown customer where left out.", None
            ),
            BILL,
            Argument("benefit_codes", "list[str] | None", "Codes of vouchers, and of rewards to be applied.", None),
            Argument("spend_points", "Decimal | None", "Points that are to pay a part of the bill.", None),
        ],
    )
