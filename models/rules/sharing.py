"""Which part of each discount falls to each line of a bill, when goods are returned."""

from __future__ import annotations

from collections.abc import Sequence

from models.rules.basket import Benefit, Bill, RewardKind, Standings
from models.rules.goods import LineSet, union
from models.rules.money import spread
from models.rules.plans import Applied

Shares = dict[int, int]
"""What falls to lines, by place, in the currency's smallest unit."""


def shares(applied: Sequence[Applied], lines: Standings, bill: Bill) -> list[Shares]:
    """What falls to each line of the discounts that were applied, in their order; `lines` as all of them left them.

    A free piece is not free for itself: what it takes off is shared by all goods that the reward names, by their
    price. So it makes no difference whether pieces are on one line or on several. Any other discount falls to the
    lines that it was taken off.
    """
    places = {line.id: place for place, line in enumerate(bill.lines)}
    worth = list(lines.left)
    found: list[Shares] = []
    for one in applied:
        amounts = {places[line]: int(amount / bill.goods.unit) for line, amount in one.discounts.items()}
        if one.benefit.terms.kind is RewardKind.FREE_PRODUCT:
            amounts = _shared(one.benefit, amounts, worth, bill)
        found.append(amounts)
    return found


def _shared(benefit: Benefit, amounts: Shares, worth: list[int], bill: Bill) -> Shares:
    """One free piece after the other is shared by what the goods are worth since."""
    for place, amount in amounts.items():
        worth[place] += amount
    goods = bill.goods
    named = goods.places(_named(benefit, bill) | union(1 << place for place in amounts))
    shared = spread(sum(amounts.values()), {place: worth[place] for place in named})
    for place, share in shared.items():
        worth[place] -= share
    return {place: share for place, share in shared.items() if share}


def _named(benefit: Benefit, bill: Bill) -> LineSet:
    """The goods of a reward's conditions and bonuses; all goods in loyalty where it names none."""
    relations = [*benefit.terms.conditions, *benefit.terms.bonuses]
    return bill.goods.matching_any(relations) if relations else bill.goods.everything
