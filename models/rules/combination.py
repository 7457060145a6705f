"""Which of a shopper's benefits to apply to a bill together.

Benefits are applied in order of priority, 1 first, then by code, each to the lines as those before it left them;
the basic discount of the shopper's status comes last. An exclusive benefit stands alone. None is ever applied that
would make the bill dearer than leaving it out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import partial

from models.rules import applicability, plans
from models.rules.basket import Benefit, Bill, Reward, Shopper, Standings, Voucher
from models.rules.discounting import most, named
from models.rules.error_codes import ErrorCode
from models.rules.money import ZERO
from models.rules.plans import Applied, Plan, Till
from models.rules.refusals import Refusal

EXACT_UP_TO = 12
MOST_COUNTED = 3000
"""How many lines are looked at to count how often one reward may be had."""
NAMED_TWICE = Refusal(ErrorCode.DUPLICATE_CODE, "The voucher is named twice.")


@dataclass(frozen=True, slots=True)
class Refused:
    """A benefit that is not applied, and why: worked out when somebody wants to know."""

    benefit: Benefit
    why: Callable[[], Sequence[Refusal]]

    @property
    def refusals(self) -> Sequence[Refusal]:
        """All the reasons."""
        return self.why()


@dataclass(frozen=True, slots=True)
class Combination:
    """What is applied to a bill, the basic discount by line, the lines after all of it, and what was refused."""

    applied: tuple[Applied, ...]
    lines: Standings
    basic: Mapping[str, Decimal] = field(default_factory=dict)
    refused: Sequence[Refused] = ()

    @property
    def discounts(self) -> dict[str, Decimal]:
        """What comes off each line in all."""
        off = {standing.line.id: standing.line.paid - standing.left for standing in self.lines}
        return {line_id: amount for line_id, amount in off.items() if amount > ZERO}

    @property
    def left(self) -> list[Decimal]:
        """What is left to pay for each line, in the bill's order."""
        unit = self.lines.goods.unit
        return [left * unit for left in self.lines.left]

    @property
    def total(self) -> Decimal:
        """What comes off the bill."""
        goods = self.lines.goods
        return (sum(goods.paid) - sum(self.lines.left)) * goods.unit

    @property
    def to_pay(self) -> Decimal:
        """What is left to pay."""
        return sum(self.lines.left) * self.lines.goods.unit

    @property
    def points_cost(self) -> Decimal:
        """Rewards applied directly cost their points now; a voucher's were paid when it was issued."""
        return plans.points_cost(one.benefit for one in self.applied)

    @property
    def messages(self) -> list[str]:
        """What the cashier has to hand over."""
        return [f"Gift: {one.benefit.terms.name}" for one in self.applied if plans.is_gift(one.benefit)]


def best_combination(
    benefits: Iterable[Benefit], bill: Bill, shopper: Shopper, at: datetime, *, keep: Sequence[Benefit] = ()
) -> Combination:
    """The benefits that together take most off the bill, the basic discount included, among them all in `keep`.

    Gifts take nothing off and never compete: each that may be had is given. Among equals, fewer benefits win, then
    lower priority numbers, then codes. Up to twelve benefits that may be combined the answer is exact, as far as
    looking at so many lines goes. Beyond, they are taken in order of priority, or the best single one if that takes
    off more. What of `keep` makes the bill dearer, or doesn't go with the rest of it, is kept no more than
    `apply_in_order` would.
    """
    usable, refused = _sorted_out([*keep, *benefits], bill, shopper, at)
    till = Till(bill, shopper)
    asked = {id(one) for one in keep}
    kept = plans.in_order(till, [one for one in usable if id(one) in asked])
    candidates = [kept, *_greedy(till, usable, kept), *_exact(till, usable, kept)]
    return _combined(till, min(candidates, key=till.rank), usable, refused)


def _exact(till: Till, usable: Sequence[Benefit], kept: Plan) -> Iterable[Plan]:
    """The best plan of all that can be combined, where they are few enough."""
    asked = {id(one) for one in kept.benefits}
    together = [one for one in usable if id(one) in asked or not one.terms.exclusive]
    if len(together) <= EXACT_UP_TO and (found := plans.search(till, together, asked)) is not None:
        yield found


def _greedy(till: Till, usable: Sequence[Benefit], kept: Plan) -> Iterable[Plan]:
    """All in order, where none that is kept gives way; and each alone, the most promising first."""
    asked = {id(one) for one in kept.benefits}
    together = (one for one in usable if id(one) in asked or not (one.terms.exclusive or till.is_tired))
    in_order = plans.in_order(till, together)
    if asked <= {id(one) for one in in_order.benefits}:
        yield in_order
    if kept.benefits:
        return
    promising = sorted([(-most(one, till.start.lines), place) for place, one in enumerate(usable)])
    best = till.rank(in_order)
    for off, place in promising:
        benefit = usable[place]
        if not till.could_reach(best, till.start, -off, 1):
            return
        alone = till.plus(till.start, benefit)
        if isinstance(alone, Plan):
            best = min(best, till.rank(alone))
            yield alone


def apply_in_order(benefits: Iterable[Benefit], bill: Bill, shopper: Shopper, at: datetime) -> Combination:
    """All the benefits that were asked for, in order of priority, as far as they go together and gain something."""
    usable, refused = _sorted_out(benefits, bill, shopper, at)
    till = Till(bill, shopper)
    return _combined(till, plans.in_order(till, usable), usable, refused)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one benefit would do on a bill if it were the only one: what it takes off, how often, and why not."""

    off: Decimal = ZERO
    max_count: int = 0
    refusals: Sequence[Refusal] = ()


def judge(benefit: Benefit, till: Till, at: datetime) -> Judgement:
    """A reward is counted as far as its limits, the goods, the points and the gain go; a voucher is used once.

    On long bills it is counted as far as looking at so many lines goes.
    """
    if reasons := applicability.refusals(benefit, till.bill, till.shopper, at):
        return Judgement(refusals=reasons)
    alone = till.gaining(till.start, benefit)
    if isinstance(alone, Refusal):
        return Judgement(refusals=[alone])
    plan: Plan = alone
    enough = till.looked_at + MOST_COUNTED
    while isinstance(benefit, Reward) and till.looked_at < enough:
        grown = till.gaining(plan, benefit)
        if isinstance(grown, Refusal):
            break
        plan = grown
    return Judgement(alone.off * till.bill.goods.unit, len(plan.benefits))


def _sorted_out(
    benefits: Iterable[Benefit], bill: Bill, shopper: Shopper, at: datetime
) -> tuple[list[Benefit], list[Refused]]:
    """The benefits that apply, in their order, and those that don't; a voucher asked for twice is one voucher."""
    usable: list[Benefit] = []
    refused: list[Refused] = []
    named_before: set[int] = set()
    for benefit in sorted(benefits, key=plans.order):
        if isinstance(benefit, Voucher) and benefit.id in named_before:
            refused.append(Refused(benefit, lambda: [NAMED_TWICE]))
        elif reasons := applicability.refusals(benefit, bill, shopper, at):
            refused.append(Refused(benefit, partial(list, reasons)))
        else:
            usable.append(benefit)
            if isinstance(benefit, Voucher):
                named_before.add(benefit.id)
    return usable, refused


def _combined(till: Till, plan: Plan, usable: Iterable[Benefit], refused: list[Refused]) -> Combination:
    chosen = Counter(id(benefit) for benefit in plan.benefits)
    for benefit in usable:
        if chosen[id(benefit)]:
            chosen[id(benefit)] -= 1
        else:
            refused.append(Refused(benefit, partial(till.reasons_against, plan, benefit)))
    basic = till.basic(plan)
    lines = plan.lines.less(basic.amounts, {})
    return Combination(plan.applied, lines, named(basic.amounts, lines.goods), refused)
