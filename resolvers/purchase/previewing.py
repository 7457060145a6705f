"""What a till asks before a bill is closed: what the shopper could use, and what the bill would come to.

Nothing is stored. A bill that is not in order is refused as a whole; what can't be had is told beside what can.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from models.rules.basket import Benefit, Reward, RewardKind, Voucher, standings
from models.rules.combination import max_count, reasons_against
from models.rules.discounting import discount
from models.rules.error_codes import ErrorCode
from models.rules.refusals import Refusal, RefusalCode
from models.rules.settlement import Settlement
from resolvers.benefit.offers import ON_OFFER, VOUCHERS_OF, read_offers, vouchers_of
from resolvers.benefit.shopper import read_shopper
from resolvers.customer.find import find_customer
from resolvers.purchase.bill import read_bill
from resolvers.purchase.checkout import Checkout, NamedBenefits, points_given, read_checkout
from resolvers.storage.context import RequestContext, RowRef
from resolvers.values import Money, amount

Values = Mapping[str, Any]

PERSONAL = frozenset({RefusalCode.SEGMENT_REQUIRED, RefusalCode.STATUS_REQUIRED, RefusalCode.WRONG_CUSTOMER})
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
class RefusedBenefit:
    """Why a code, or paying with points, can't be had."""

    code: ErrorCode
    message: str
    missing: str | None
    benefit_code: str | None


@dataclass(frozen=True, slots=True)
class Preview:
    """What a bill would come to."""

    total: Money
    to_pay: Money
    discounts: Sequence[DiscountLine]
    points_spent: Decimal
    points_earned: Decimal
    points_after: Decimal
    messages: Sequence[str]
    refused: Sequence[RefusedBenefit]


async def recommended(context: RequestContext, given: Values) -> list[Recommended]:
    """Rewards and vouchers that the shopper could use: first those that apply, in order of priority and code."""
    bill = await read_bill(context, given["bill"])
    customer = await find_customer(context, given["customer"], "customer")
    vouchers = await vouchers_of(context, await VOUCHERS_OF.read(context, customer=customer.id))
    offers = await read_offers(context, await ON_OFFER.read(context))
    rewards = [offer.terms for offer in offers]
    shopper, purse = await read_shopper(context, customer.id, rewards)
    case = Checkout(bill, shopper, purse, NamedBenefits(), offers, min(bill.paid_at, context.now))
    benefits: list[Benefit] = [*vouchers, *rewards]
    judged = [_judged(benefit, case) for benefit in sorted(benefits, key=_place)]
    shown = [one for one in judged if PERSONAL.isdisjoint(each.code for each in one.refusals)]
    return sorted(shown, key=lambda one: bool(one.refusals))


async def preview(context: RequestContext, given: Values) -> Preview:
    """What discounts, vouchers and points would do."""
    points = points_given(given)
    bill = await read_bill(context, given["bill"])
    customer = await find_customer(context, given["customer"], "customer")
    case = await read_checkout(context, bill, customer.id, given.get("benefit_codes") or ())
    settled = case.settle(points)
    money = _money(bill.rules.currency)
    return Preview(
        total=money(bill.total),
        to_pay=money(settled.to_pay),
        discounts=[
            DiscountLine(line, money(off), percent, *_sources(benefit))
            for line, off, percent, benefit in discount_lines(settled, case)
        ],
        points_spent=_points(settled.points_spent),
        points_earned=_points(settled.earned),
        points_after=_points(case.shopper.points - settled.points_spent + settled.earned),
        messages=settled.combination.messages,
        refused=list(refused_benefits(settled, case.named)),
    )


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


def _judged(benefit: Benefit, case: Checkout) -> Recommended:
    bill = case.bill.rules
    reasons = reasons_against(benefit, bill, case.shopper, case.at)
    off: Iterable[Decimal] = () if reasons else discount(benefit, standings(bill)).values()
    times = 0
    if not reasons:
        times = max_count(benefit, bill, case.shopper) if isinstance(benefit, Reward) else 1
    reward, voucher = _sources(benefit)
    assert reward is not None
    return Recommended(reward, voucher, times, _money(bill.currency)(sum(off, Decimal(0))), reasons)


def _place(benefit: Benefit) -> tuple[int, str]:
    return benefit.terms.priority, benefit.code


def _sources(benefit: Benefit | None) -> tuple[RowRef | None, RowRef | None]:
    if benefit is None:
        return None, None
    voucher = RowRef("Voucher", benefit.id) if isinstance(benefit, Voucher) else None
    return RowRef("Reward", benefit.terms.id), voucher


def _money(currency: str) -> Callable[[Decimal], Money]:
    return lambda value: Money(amount(int(value.scaleb(4)), 4, 2), currency)


def _percent(value: Decimal) -> Decimal:
    return amount(int(value.scaleb(4)), 4, 0)


def _points(value: Decimal) -> Decimal:
    return amount(int(value.scaleb(2)), 2, 0)
