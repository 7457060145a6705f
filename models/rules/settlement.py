"""What a bill comes to: discounts first, then points, and what the rest earns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from models.rules.basket import Benefit, Bill, Reward, Shopper, Voucher, standings
from models.rules.combination import Combination, Refused, apply_in_order, best_combination
from models.rules.earning import earn
from models.rules.money import ZERO
from models.rules.plans import Applied
from models.rules.points_at_till import NO_POINTS, PointsPayment, points_payment
from models.rules.programme import AutomaticChoice, Earnings, Programme
from models.rules.refusals import Refusal


@dataclass(frozen=True, slots=True)
class RequestedBenefits:
    """What the shopper asks for, and what the till would add by itself."""

    benefits: Sequence[Benefit] = ()
    automatic: Sequence[Reward] = ()
    points: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Settlement:
    """A bill as it would be closed. Of what was asked for, `refused` and `unpaid` say what can't be had."""

    combination: Combination
    payment: PointsPayment
    earnings: Earnings
    refused: Sequence[Refused] = ()
    unpaid: Refusal | None = None

    @property
    def earned(self) -> Decimal:
        """The points that the bill earns."""
        return self.earnings.points

    @property
    def points_spent(self) -> Decimal:
        """What pays a part of the bill, and what rewards applied directly cost."""
        return self.payment.points + self.combination.points_cost

    @property
    def to_pay(self) -> Decimal:
        """What is left to pay in money."""
        return self.combination.to_pay - self.payment.amount


def settle(asked: RequestedBenefits, bill: Bill, shopper: Shopper, programme: Programme, at: datetime) -> Settlement:
    """Apply what was asked for, pay with points as far as asked, and earn on what is paid in money."""
    combined = _combined(asked, bill, shopper, programme, at)
    payment, unpaid = NO_POINTS, None
    if asked.points is not None:
        answer = _pay(asked.points, combined, bill, shopper, programme)
        payment, unpaid = (NO_POINTS, answer) if isinstance(answer, Refusal) else (answer, None)
    earnings = earn(programme, bill, combined.lines, shopper, at, paid_with_points=payment.amount)
    refused = [one for one in combined.refused if one.benefit in asked.benefits]
    return Settlement(combined, payment, earnings, refused, unpaid)


def settled_offline(
    vouchers: Sequence[Voucher], bill: Bill, shopper: Shopper, programme: Programme, at: datetime
) -> Settlement:
    """A bill closed without the gateway is as it was paid: its discounts are in its lines already."""
    as_paid = standings(bill)
    combined = Combination(tuple(Applied(one) for one in vouchers), as_paid)
    return Settlement(combined, NO_POINTS, earn(programme, bill, as_paid, shopper, at))


def best_of(asked: RequestedBenefits, bill: Bill, shopper: Shopper, at: datetime) -> Combination:
    """The best of all that could be had: what the till tells where codes were asked for that do less together."""
    return best_combination([*asked.benefits, *asked.automatic], bill, shopper, at)


def _combined(
    asked: RequestedBenefits, bill: Bill, shopper: Shopper, programme: Programme, at: datetime
) -> Combination:
    """What the till adds by itself never takes anything away that was asked for, nor makes the bill dearer.

    It is the best for the customer, unless the programme has rewards apply in order of priority.
    """
    automatic = [reward for reward in asked.automatic if reward not in asked.benefits]
    if not automatic:
        return apply_in_order(asked.benefits, bill, shopper, at)
    if programme.automatic is AutomaticChoice.BEST_COMBINATION:
        return best_combination(automatic, bill, shopper, at, keep=asked.benefits)
    alone = apply_in_order(asked.benefits, bill, shopper, at)
    together = apply_in_order([*asked.benefits, *automatic], bill, shopper, at)
    had = {one.benefit.code for one in together.applied}
    kept = all(one.benefit.code in had for one in alone.applied)
    return together if kept and together.total >= alone.total else alone


def _pay(
    points: Decimal, combined: Combination, bill: Bill, shopper: Shopper, programme: Programme
) -> PointsPayment | Refusal:
    """Rewards that cost points take theirs first; lines that opted out of loyalty are paid in money."""
    in_loyalty = sum((one.left for one in combined.lines if not one.line.loyalty_off), ZERO)
    return points_payment(
        points,
        programme,
        bill.currency,
        to_pay=min(in_loyalty, max(combined.to_pay, ZERO)),
        available=shopper.points - combined.points_cost,
        pays=shopper.pays,
    )
