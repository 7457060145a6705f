"""How the best combination is searched: plans grow by one benefit at a time, in the order of application."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate

from models.rules import applicability, discounting
from models.rules.basket import Benefit, Bill, Reward, RewardKind, Shopper, Standing, Voucher, standings
from models.rules.ledger import points_short
from models.rules.money import ZERO
from models.rules.refusals import Refusal, RefusalCode

Rank = tuple[Decimal, int, int, list[int], list[str]]


@dataclass(frozen=True, slots=True)
class Applied:
    """A benefit that is applied, and what it takes off each line."""

    benefit: Benefit
    discounts: dict[str, Decimal]


@dataclass(frozen=True, slots=True)
class Plan:
    """Benefits applied one after the other, the lines as they left them, and what they took off."""

    applied: tuple[Applied, ...]
    lines: tuple[Standing, ...]
    off: Decimal = ZERO


class Till:
    """A bill and its shopper, for whom plans are made and compared."""

    def __init__(self, bill: Bill, shopper: Shopper) -> None:
        self.bill = bill
        self.shopper = shopper
        self.start = Plan((), standings(bill))
        self.worth = sum((line.paid for line in bill.in_loyalty), ZERO)
        self.basic_at_most = sum(self.basic(self.start).values(), ZERO)

    def plus(self, plan: Plan, benefit: Benefit) -> Plan | Refusal:
        """A plan with one benefit more; refused where they don't go together or it takes nothing off."""
        if clash := self._clash([one.benefit for one in plan.applied], benefit):
            return clash
        award = discounting.award(benefit, plan.lines)
        if not award.amounts and not is_gift(benefit):
            return self._no_gain(benefit)
        off = plan.off + sum(award.amounts.values(), ZERO)
        applied = Applied(benefit, award.amounts)
        return Plan((*plan.applied, applied), discounting.after(plan.lines, award), off)

    def basic(self, plan: Plan) -> dict[str, Decimal]:
        """The basic discount of the shopper's status on what a plan leaves."""
        on_discounted = self.shopper.discounts_discounted_items
        return discounting.basic_discount(plan.lines, self.shopper.discount, on_discounted=on_discounted)

    def rank(self, plan: Plan) -> Rank:
        """The best plan ranks lowest: most off, most gifts, fewest benefits, lowest priorities, first codes."""
        benefits = [one.benefit for one in plan.applied]
        total = plan.off + (sum(self.basic(plan).values(), ZERO) if self.basic_at_most else ZERO)
        priorities = sorted(benefit.terms.priority for benefit in benefits)
        codes = sorted(benefit.code for benefit in benefits)
        return -total, -_gifts(benefits), len(benefits), priorities, codes

    def could_reach(self, rank: Rank, plan: Plan, more_off: Decimal, more_gifts: int) -> bool:
        """Whether a plan with at least one benefit more might rank as low."""
        off = min(self.worth, plan.off + more_off + self.basic_at_most)
        gifts = _gifts(one.benefit for one in plan.applied) + more_gifts
        return (-off, -gifts, len(plan.applied) + 1) <= rank[:3]

    def reason_against(self, plan: Plan, benefit: Benefit) -> Refusal:
        """Why a benefit that applies is not in a plan."""
        grown = self.plus(plan, benefit)
        return grown if isinstance(grown, Refusal) else self._no_gain(benefit)

    def _no_gain(self, benefit: Benefit) -> Refusal:
        """It may be that the goods on which it is given are not on the bill at all."""
        missing = applicability.goods_lacking(benefit.terms, self.bill.in_loyalty)
        return Refusal(RefusalCode.NO_GAIN, "It would take nothing more off the bill.", missing)

    def _clash(self, chosen: Sequence[Benefit], benefit: Benefit) -> Refusal | None:
        reward = benefit.terms
        if chosen and (reward.exclusive or chosen[0].terms.exclusive):
            return Refusal(RefusalCode.EXCLUSIVE, "An exclusive benefit can't be combined with others.")
        same = [other for other in chosen if other.terms.id == reward.id]
        if len(same) >= reward.max_per_bill:
            return Refusal(RefusalCode.LIMIT_REACHED, f"It may be used {reward.max_per_bill} times on a bill.")
        if same and (lacking := list(applicability.unmet(reward, self.bill.in_loyalty, len(same) + 1))):
            return lacking[0]
        return self._unaffordable(reward, chosen, same) if isinstance(benefit, Reward) else None

    def _unaffordable(self, reward: Reward, chosen: Sequence[Benefit], same: Sequence[Benefit]) -> Refusal | None:
        """What is chosen already uses up limits and points."""
        times = sum(isinstance(other, Reward) for other in same) + 1
        if over := list(applicability.affordable(reward, self.shopper, times)):
            return over[0]
        left = self.shopper.points - points_cost(chosen)
        return points_short(reward.points_cost, left) if reward.points_cost > left else None


def search(till: Till, benefits: Sequence[Benefit]) -> Plan:
    """The best of all plans: each is grown by every later benefit, unless it can't come up to the best so far."""
    most = [discounting.most(benefit, till.start.lines) for benefit in benefits]
    more_off = list(accumulate(reversed(most)))[::-1]
    more_gifts = list(accumulate(is_gift(benefit) for benefit in reversed(benefits)))[::-1]
    best, best_rank = till.start, till.rank(till.start)

    def grow(plan: Plan, first: int) -> None:
        nonlocal best, best_rank
        for index in range(first, len(benefits)):
            if not till.could_reach(best_rank, plan, more_off[index], more_gifts[index]):
                return
            grown = till.plus(plan, benefits[index])
            if isinstance(grown, Refusal):
                continue
            if (rank := till.rank(grown)) < best_rank:
                best, best_rank = grown, rank
            grow(grown, index + 1)

    grow(till.start, 0)
    return best


def in_order(till: Till, benefits: Iterable[Benefit]) -> Plan:
    """Every benefit in turn that goes with those before it and takes something off."""
    plan = till.start
    for benefit in benefits:
        grown = till.plus(plan, benefit)
        plan = plan if isinstance(grown, Refusal) else grown
    return plan


def order(benefit: Benefit) -> tuple[int, str, bool, int]:
    """The order of application: priority, then code."""
    return benefit.terms.priority, benefit.code, isinstance(benefit, Voucher), benefit.id


def is_gift(benefit: Benefit) -> bool:
    """Whether a benefit is a thing to hand over."""
    return benefit.terms.kind is RewardKind.GIFT


def points_cost(benefits: Iterable[Benefit]) -> Decimal:
    """Only rewards applied directly cost points at the till."""
    return sum((benefit.points_cost for benefit in benefits if isinstance(benefit, Reward)), ZERO)


def _gifts(benefits: Iterable[Benefit]) -> int:
    return sum(is_gift(benefit) for benefit in benefits)
