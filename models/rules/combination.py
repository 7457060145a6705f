"""Which of a shopper's benefits to apply to a bill together.

Benefits are applied in order of priority, 1 first, then by code, each to the lines as those before it left them;
the basic discount of the shopper's status comes last. An exclusive benefit stands alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from models.rules import applicability, plans
from models.rules.basket import Benefit, Bill, Reward, Shopper, Standing, Voucher
from models.rules.money import ZERO
from models.rules.plans import Applied, Plan, Till
from models.rules.refusals import Refusal, RefusalCode

EXACT_UP_TO = 12


@dataclass(frozen=True, slots=True)
class Refused:
    """A benefit that is not applied, and why."""

    benefit: Benefit
    refusals: list[Refusal]


@dataclass(frozen=True, slots=True)
class Combination:
    """What is applied to a bill, the basic discount by line, the lines after all of it, and what was refused."""

    applied: tuple[Applied, ...]
    basic: dict[str, Decimal]
    lines: tuple[Standing, ...]
    refused: list[Refused]

    @property
    def discounts(self) -> dict[str, Decimal]:
        """What comes off each line in all."""
        off = {standing.line.id: standing.line.paid - standing.left for standing in self.lines}
        return {line_id: amount for line_id, amount in off.items() if amount > ZERO}

    @property
    def total(self) -> Decimal:
        """What comes off the bill."""
        return sum(self.discounts.values(), ZERO)

    @property
    def to_pay(self) -> Decimal:
        """What is left to pay."""
        return sum((standing.left for standing in self.lines), ZERO)

    @property
    def points_cost(self) -> Decimal:
        """Rewards applied directly cost their points now; a voucher's were paid when it was issued."""
        return plans.points_cost(one.benefit for one in self.applied)

    @property
    def messages(self) -> list[str]:
        """What the cashier has to hand over."""
        return [f"Gift: {one.benefit.terms.name}" for one in self.applied if plans.is_gift(one.benefit)]


def best_combination(benefits: Iterable[Benefit], bill: Bill, shopper: Shopper, at: datetime) -> Combination:
    """The benefits that together take most off the bill, the basic discount included.

    Gifts take nothing off and never compete: each that may be had is given. Among equals, fewer benefits win, then
    lower priority numbers, then codes. Up to twelve benefits that may be combined the answer is exact. Beyond, they
    are taken greedily in order of priority, or the best single one if that takes off more.
    """
    usable, refused = _sorted_out(benefits, bill, shopper, at)
    till = Till(bill, shopper)
    together = [benefit for benefit in usable if not benefit.terms.exclusive]
    find = plans.search if len(together) <= EXACT_UP_TO else plans.in_order
    single = (till.plus(till.start, benefit) for benefit in usable)
    # None at all may be the best: a benefit can take less off than the basic discount that it displaces.
    candidates = [till.start, find(till, together), *(plan for plan in single if isinstance(plan, Plan))]
    return _combined(till, min(candidates, key=till.rank), usable, refused)


def apply_in_order(benefits: Iterable[Benefit], bill: Bill, shopper: Shopper, at: datetime) -> Combination:
    """All the benefits that were asked for, in order of priority, as far as they go together."""
    usable, refused = _sorted_out(benefits, bill, shopper, at)
    till = Till(bill, shopper)
    return _combined(till, plans.in_order(till, usable), usable, refused)


def reasons_against(benefit: Benefit, bill: Bill, shopper: Shopper, at: datetime) -> list[Refusal]:
    """Every reason why a benefit would not be applied to a bill if it were the only one."""
    if reasons := applicability.refusals(benefit, bill, shopper, at):
        return reasons
    till = Till(bill, shopper)
    alone = till.plus(till.start, benefit)
    return [alone] if isinstance(alone, Refusal) else []


def max_count(reward: Reward, bill: Bill, shopper: Shopper) -> int:
    """How many times a reward can be applied to a bill, as far as its limits, the goods and the points go."""
    times = 0
    while times < reward.max_per_bill and not _short(reward, bill, shopper, times + 1):
        times += 1
    return times


def _short(reward: Reward, bill: Bill, shopper: Shopper, times: int) -> list[Refusal]:
    return [
        *applicability.affordable(reward, shopper, times),
        *applicability.unmet(reward, bill.in_loyalty, times),
    ]


def _sorted_out(
    benefits: Iterable[Benefit], bill: Bill, shopper: Shopper, at: datetime
) -> tuple[list[Benefit], list[Refused]]:
    """The benefits that apply, in their order, and those that don't; a voucher asked for twice is one voucher."""
    usable: list[Benefit] = []
    refused: list[Refused] = []
    for benefit in sorted(benefits, key=plans.order):
        if isinstance(benefit, Voucher) and benefit in usable:
            repeated = Refusal(RefusalCode.DUPLICATE_CODE, "The voucher is named twice.")
            refused.append(Refused(benefit, [repeated]))
        elif reasons := applicability.refusals(benefit, bill, shopper, at):
            refused.append(Refused(benefit, reasons))
        else:
            usable.append(benefit)
    return usable, refused


def _combined(till: Till, plan: Plan, usable: Iterable[Benefit], refused: list[Refused]) -> Combination:
    chosen = [one.benefit for one in plan.applied]
    for benefit in usable:
        if benefit in chosen:
            chosen.remove(benefit)
        else:
            refused.append(Refused(benefit, [till.reason_against(plan, benefit)]))
    basic = till.basic(plan)
    lines = tuple(Standing(one.line, one.left - basic.get(one.line.id, ZERO), one.freed) for one in plan.lines)
    return Combination(plan.applied, basic, lines, refused)
