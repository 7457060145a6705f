"""What a till asks before a bill is closed: what the shopper could use, and what the bill would come to.

Nothing is stored. A bill that is not in order is refused as a whole; what can't be had is told beside what can.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from models.rules import ledger
from models.rules.basket import Benefit, RewardKind, Voucher
from models.rules.combination import judge
from models.rules.error_codes import ErrorCode
from models.rules.late import as_paid
from models.rules.money import ZERO
from models.rules.plans import Till
from models.rules.points_at_till import worth
from models.rules.programme import AutomaticChoice
from models.rules.refusals import Refusal, Shortfall
from models.rules.settlement import Settlement
from resolvers.benefit.offers import ON_OFFER, VOUCHERS_OF, read_offers, vouchers_of
from resolvers.benefit.shopper import read_shopper
from resolvers.point.earned import EarnedBy, earned_by
from resolvers.programme.reading import read_terms
from resolvers.purchase.bill import read_bill, recognised
from resolvers.purchase.checkout import Checkout, NamedBenefits, judged_at, read_checkout, with_segments
from resolvers.purchase.inputs import PreviewRequest, ProductsRequest, RecommendationRequest
from resolvers.recommendation.for_bill import ProductForBill, products_for_bill
from resolvers.storage.context import RequestContext, RowRef
from resolvers.values import Money, amount, points
from resolvers.values import money as as_money
from resolvers.voucher.guessing import guessed

PERSONAL = frozenset({ErrorCode.SEGMENT_REQUIRED, ErrorCode.STATUS_REQUIRED, ErrorCode.WRONG_CUSTOMER})
"""What is for others is not recommended, whatever is on the bill."""


@dataclass(frozen=True, slots=True)
class Recommended:
    """A reward or voucher within the shopper's reach, and what it would do."""

    reward: RowRef
    voucher: RowRef | None
    max_count: int
    discount: Money
    refusals: Sequence[Refusal]


@dataclass(frozen=True, slots=True)
class DiscountLine:
    """What one benefit takes off one line; neither reward nor voucher where it is the status' basic discount."""

    bill_item_id: str
    amount: Money
    percent: Decimal | None
    reward: RowRef | None
    voucher: RowRef | None


@dataclass(frozen=True, slots=True)
class PreviewItem:
    """What a line comes to, before and after all discounts."""

    bill_item_id: str
    subtotal: Money
    till_discount: Money
    total: Money


@dataclass(frozen=True, slots=True)
class RefusedBenefit:
    """Why a code, or paying with points, can't be had."""

    code: ErrorCode
    message: str
    missing: Shortfall | str | None
    benefit_code: str | None


@dataclass(frozen=True, slots=True)
class BestCombination:
    """What the bill would come to with the benefits that take most off together."""

    to_pay: Money
    codes: Sequence[str]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a bill would come to."""

    subtotal: Money
    till_discount: Money
    to_pay: Money
    items: Sequence[PreviewItem]
    discounts: Sequence[DiscountLine]
    paid_in_points: Money
    points_spent: Decimal
    points_for_rewards: Decimal
    points_earned: Decimal
    points_earned_worth: Money
    earned_by: Sequence[EarnedBy]
    points_after: Decimal
    points_after_worth: Money
    automatic_choice: AutomaticChoice
    best: BestCombination | None
    messages: Sequence[str]
    refused: Sequence[RefusedBenefit]


async def recommended(context: RequestContext, given: RecommendationRequest) -> list[Recommended]:
    """Rewards and vouchers that the shopper could use: first those that apply, in order of priority and code."""
    bill = await read_bill(context, given.bill, given.customer)
    customer = await recognised(context, given.customer, given.bill.card_number)
    assert customer is not None
    vouchers = await vouchers_of(context, await VOUCHERS_OF.read(context, customer=customer.id))
    offers = await read_offers(context, await ON_OFFER.read(context))
    rewards = [offer.terms for offer in offers]
    shopper, purse = await read_shopper(context, customer.id, rewards)
    shopper = await with_segments(context, shopper, [*rewards, *(one.terms for one in vouchers)])
    at = judged_at(context, bill)
    terms = await read_terms(context, at)
    case = Checkout(bill, shopper, purse, NamedBenefits(), offers, terms, at)
    both: list[Benefit] = [*vouchers, *rewards]
    benefits = sorted((as_paid(one, at, terms.clocks_differ) for one in both), key=_place)
    judged = await case.worked_out(len(benefits), lambda: _all_judged(benefits, case))
    shown = [one for one in judged if PERSONAL.isdisjoint(each.code for each in one.refusals)]
    return sorted(shown, key=lambda one: bool(one.refusals))


async def recommended_products(context: RequestContext, given: ProductsRequest) -> list[ProductForBill]:
    """What goes with a bill or a shopping cart, with or without a customer."""
    bill = await read_bill(context, given.bill, given.customer)
    customer = await recognised(context, given.customer, given.bill.card_number)
    goods = {item.line.product_id for item in bill.items if item.line.product_id is not None}
    key = customer.id if customer else None
    return await products_for_bill(context, goods, bill.rules.store_id, key, given.count)


async def preview(context: RequestContext, given: PreviewRequest, wanted: Container[str]) -> Preview:
    """What discounts, vouchers and points would do, for a customer or an unknown one.

    What takes long on a long bill is worked out where it is `wanted`: lists of lines, and the best combination.
    """
    bill = await read_bill(context, given.bill, given.customer)
    customer = await recognised(context, given.customer, given.bill.card_number)
    key = customer.id if customer else None
    codes = given.benefit_codes or ()
    untold = await guessed(context, codes, key)
    case = await read_checkout(context, bill, key, codes, untold=untold)
    settled = await case.settle(given.spend_points or None)
    money = _money(bill.rules.currency)
    after = case.shopper.points - settled.points_spent + _active_after(case, settled)
    return Preview(
        subtotal=money(bill.total),
        till_discount=money(sum((item.till_discount for item in bill.items), ZERO)),
        to_pay=money(settled.to_pay),
        items=[
            PreviewItem(one.line.id, money(one.line.paid), money(item.till_discount), money(one.left))
            for one, item in zip(settled.combination.lines, bill.items, strict=True)
        ]
        if "items" in wanted
        else (),
        discounts=[
            DiscountLine(line, money(off), percent, *_sources(benefit))
            for line, off, percent, benefit in discount_lines(settled, case)
        ]
        if "discounts" in wanted
        else (),
        paid_in_points=money(settled.payment.amount),
        points_spent=points(settled.points_spent),
        points_for_rewards=points(settled.combination.points_cost),
        points_earned=points(settled.earned),
        points_earned_worth=money(worth(settled.earned, case.programme, bill.rules.currency)),
        earned_by=earned_by(case.programme.code, settled.earnings),
        points_after=points(after),
        points_after_worth=money(worth(after, case.programme, bill.rules.currency)),
        automatic_choice=case.programme.automatic,
        best=await _best(case, settled, money) if "best" in wanted else None,
        messages=settled.combination.messages,
        refused=list(refused_benefits(settled, case.named)),
    )


def _active_after(case: Checkout, settled: Settlement) -> Decimal:
    """What of the points that the bill earns could be spent at once, after what is owed came out of them."""
    return ledger.active_after(case.programme.lots(settled.earnings, case.at), case.owed, case.at)


async def _best(case: Checkout, settled: Settlement, money: Callable[[Decimal], Money]) -> BestCombination | None:
    """Told where codes were asked for that take less off together than others would."""
    if not case.named.benefits:
        return None
    best = await case.best()
    if best.to_pay >= settled.combination.to_pay:
        return None
    return BestCombination(money(best.to_pay), [one.benefit.code for one in best.applied])


def discount_lines(
    settled: Settlement, case: Checkout
) -> Iterator[tuple[str, Decimal, Decimal | None, Benefit | None]]:
    """What is taken off each line, by what, and at which percentage where it is one."""
    for one in settled.combination.applied:
        terms = one.benefit.terms
        percent = _percent(terms.value) if terms.kind is RewardKind.PERCENT else None
        for line, off in one.discounts.items():
            yield line, off, percent, one.benefit
    for line, off in settled.combination.basic.items():
        yield line, off, _percent(case.shopper.discount), None


def refused_benefits(settled: Settlement, named: NamedBenefits) -> Iterator[RefusedBenefit]:
    """Everything that was asked for and can't be had, with the reason."""
    for code, reason in named.unknown:
        yield RefusedBenefit(reason.code, reason.message, reason.missing, code)
    for one in settled.refused:
        for reason in one.refusals:
            yield RefusedBenefit(reason.code, reason.message, reason.missing, one.benefit.code)
    if (unpaid := settled.unpaid) is not None:
        yield RefusedBenefit(unpaid.code, unpaid.message, unpaid.missing, None)


def _all_judged(benefits: Iterable[Benefit], case: Checkout) -> list[Recommended]:
    till = Till(case.bill.rules, case.shopper)
    return [_judged(benefit, till, case.at) for benefit in benefits]


def _judged(benefit: Benefit, till: Till, at: datetime) -> Recommended:
    judged = judge(benefit, till, at)
    reward, voucher = _sources(benefit)
    assert reward is not None
    off = _money(till.bill.currency)(judged.off)
    return Recommended(reward, voucher, judged.max_count, off, judged.refusals)


def _place(benefit: Benefit) -> tuple[int, str]:
    return benefit.terms.priority, benefit.code


def _sources(benefit: Benefit | None) -> tuple[RowRef | None, RowRef | None]:
    if benefit is None:
        return None, None
    voucher = RowRef("Voucher", benefit.id) if isinstance(benefit, Voucher) else None
    return RowRef("Reward", benefit.terms.id), voucher


def _money(currency: str) -> Callable[[Decimal], Money]:
    return lambda value: as_money(value, currency)


def _percent(value: Decimal) -> Decimal:
    return amount(int(value.scaleb(4)), 4, 0)
