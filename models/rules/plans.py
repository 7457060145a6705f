"""How the best combination is searched: plans grow by one benefit at a time, in the order of application."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import accumulate

from models.rules import applicability, discounting
from models.rules.basket import Benefit, Bill, Reward, RewardKind, Shopper, Standings, Voucher, standings
from models.rules.discounting import Award, named
from models.rules.error_codes import ErrorCode
from models.rules.ledger import points_short
from models.rules.money import ZERO
from models.rules.refusals import Refusal

Rank = tuple[int, int, int, list[int], list[str]]

MOST_LOOKED_AT = 30_000
"""How many lines may be looked at in search of the best combination: enough to be exact for any usual bill."""


@dataclass(frozen=True, slots=True)
class Applied:
    """A benefit that is applied, and what it takes off each line, by the lines' ids."""

    benefit: Benefit
    discounts: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """Benefits applied one after the other, what each takes off, and the lines as they left them."""

    benefits: tuple[Benefit, ...]
    awards: tuple[Award, ...]
    lines: Standings
    off: int = 0

    @property
    def applied(self) -> tuple[Applied, ...]:
        """The benefits with their discounts in money."""
        pairs = zip(self.benefits, self.awards, strict=True)
        return tuple(Applied(benefit, named(award.amounts, self.lines.goods)) for benefit, award in pairs)


class Till:
    """A bill and its shopper, for whom plans are made and compared."""

    def __init__(self, bill: Bill, shopper: Shopper) -> None:
        self.bill = bill
        self.shopper = shopper
        self.start = Plan((), (), standings(bill))
        self.basic_at_most = self.basic_total(self.start)
        self.looked_at = 0
        """How many lines were looked at so far."""

    @property
    def is_tired(self) -> bool:
        """Whether enough was looked at: what is found by now will do."""
        return self.looked_at >= MOST_LOOKED_AT

    def plus(self, plan: Plan, benefit: Benefit) -> Plan | Refusal:
        """A plan with one benefit more; refused where they don't go together or it takes nothing off."""
        if clash := self._clash(plan.benefits, benefit):
            return clash
        self.looked_at += len(plan.lines)
        times = 1 + sum(other.terms.id == benefit.terms.id for other in plan.benefits)
        award = discounting.award(benefit, plan.lines, times)
        if not award.amounts and not is_gift(benefit):
            return self._no_gain(benefit)
        lines = plan.lines.less(award.amounts, award.freed)
        return Plan((*plan.benefits, benefit), (*plan.awards, award), lines, plan.off + award.total)

    def gaining(self, plan: Plan, benefit: Benefit) -> Plan | Refusal:
        """A plan with one benefit more that is worth it: one that displaces more of the basic discount is not."""
        grown = self.plus(plan, benefit)
        if isinstance(grown, Refusal) or is_gift(benefit) or self.total(grown) > self.total(plan):
            return grown
        return self._no_gain(benefit)

    def total(self, plan: Plan) -> int:
        """What comes off the bill by a plan, the basic discount included."""
        return plan.off + (self.basic_total(plan) if self.basic_at_most else 0)

    def basic_total(self, plan: Plan) -> int:
        """What the basic discount of the shopper's status takes off what a plan leaves."""
        on_discounted = self.shopper.discounts_discounted_items
        if not self.shopper.discount:
            return 0
        return discounting.basic_total(plan.lines, self.shopper.discount, on_discounted=on_discounted)

    def basic(self, plan: Plan) -> Award:
        """The same line by line."""
        on_discounted = self.shopper.discounts_discounted_items
        return discounting.basic_discount(plan.lines, self.shopper.discount, on_discounted=on_discounted)

    def rank(self, plan: Plan) -> Rank:
        """The best plan ranks lowest: most off, most gifts, fewest benefits, lowest priorities, first codes."""
        priorities = sorted(benefit.terms.priority for benefit in plan.benefits)
        codes = sorted(benefit.code for benefit in plan.benefits)
        return -self.total(plan), -_gifts(plan.benefits), len(plan.benefits), priorities, codes

    def could_reach(self, rank: Rank, plan: Plan, more_off: int, more_gifts: int) -> bool:
        """Whether a plan with at least one benefit more might rank as low."""
        off = min(self.bill.goods.worth, plan.off + more_off + self.basic_at_most)
        gifts = _gifts(plan.benefits) + more_gifts
        return (-off, -gifts, len(plan.benefits) + 1) <= rank[:3]

    def reasons_against(self, plan: Plan, benefit: Benefit) -> list[Refusal]:
        """Why a benefit that applies is not in a plan."""
        grown = self.plus(plan, benefit)
        return [grown if isinstance(grown, Refusal) else self._no_gain(benefit)]

    def _no_gain(self, benefit: Benefit) -> Refusal:
        """It may be that the goods on which it is given are not on the bill at all."""
        missing = applicability.goods_lacking(benefit.terms, self.bill.goods)
        return Refusal(ErrorCode.NO_GAIN, "It would take nothing more off the bill.", missing)

    def _clash(self, chosen: Sequence[Benefit], benefit: Benefit) -> Refusal | None:
        reward = benefit.terms
        if chosen and (reward.exclusive or chosen[0].terms.exclusive):
            return Refusal(ErrorCode.EXCLUSIVE, "An exclusive benefit can't be combined with others.")
        same = [other for other in chosen if other.terms.id == reward.id]
        if len(same) >= reward.max_per_bill:
            return Refusal(ErrorCode.LIMIT_REACHED, f"It may be used {reward.max_per_bill} times on a bill.")
        if same and (lacking := list(applicability.unmet(reward, self.bill.goods, len(same) + 1))):
            return lacking[0]
        return self._unaffordable(reward, chosen, same) if isinstance(benefit, Reward) else None

    def _unaffordable(self, reward: Reward, chosen: Sequence[Benefit], same: Sequence[Benefit]) -> Refusal | None:
        """What is chosen already uses up limits and points."""
        times = sum(isinstance(other, Reward) for other in same) + 1
        if over := list(applicability.affordable(reward, self.shopper, times)):
            return over[0]
        left = self.shopper.points - points_cost(chosen)
        return points_short(reward.points_cost, left) if reward.points_cost > left else None


def search(till: Till, benefits: Sequence[Benefit], wanted: Container[int] = ()) -> Plan | None:
    """The best of all plans with everything `wanted`, by identity: each grows by the later benefits that may better it.

    Of so many benefits on so long a bill that it would take too long, the best that was found. None where what is
    wanted does not go together.
    """
    most = [discounting.most(benefit, till.start.lines) for benefit in benefits]
    more_off = [*list(accumulate(reversed(most)))[::-1], 0]
    more_gifts = [*list(accumulate(is_gift(benefit) for benefit in reversed(benefits)))[::-1], 0]
    last_wanted = max((place for place, benefit in enumerate(benefits) if id(benefit) in wanted), default=-1)
    best: Plan | None = None
    best_rank: Rank | None = None

    def grow(plan: Plan, first: int) -> None:
        nonlocal best, best_rank
        if first > last_wanted and (best_rank is None or till.rank(plan) < best_rank):
            best, best_rank = plan, till.rank(plan)
        for place in range(first, len(benefits)):
            reachable = best_rank is None or till.could_reach(best_rank, plan, more_off[place], more_gifts[place])
            if not reachable or (till.is_tired and best is not None):
                return
            grown = till.plus(plan, benefits[place])
            if isinstance(grown, Plan):
                grow(grown, place + 1)
            if id(benefits[place]) in wanted:
                return

    grow(till.start, 0)
    return best


def in_order(till: Till, benefits: Iterable[Benefit]) -> Plan:
    """Every benefit in turn that goes with those before it and makes the bill cheaper."""
    plan = till.start
    for benefit in benefits:
        grown = till.gaining(plan, benefit)
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
