"""How much is looked at on long bills with many rewards: counted, since times depend on the machine."""

from __future__ import annotations

from decimal import Decimal
from unittest import mock

import pytest

from models.rules import combination, discounting
from models.rules.basket import Bill, Line, ProductRelation, RelatedTo, Reward, RewardKind, Shopper
from models.rules.combination import apply_in_order, best_combination, judge
from models.rules.goods import Goods
from models.rules.plans import Till
from tests.factories import NOW

RULES = 8
"""Conditions and bonuses of each reward, all of them different."""


def long_bill(lines: int) -> Bill:
    """So many lines of a hundred products in ten groups."""
    return Bill(
        "CZK",
        1,
        tuple(
            Line(str(place), Decimal(1), Decimal(10 + place % 7), place % 100, frozenset({place % 10}))
            for place in range(lines)
        ),
    )


def many_rewards(count: int) -> list[Reward]:
    """Rewards of every kind, each with rules of its own."""
    kinds = [RewardKind.PERCENT, RewardKind.AMOUNT, RewardKind.FINAL_PRICE, RewardKind.FREE_PRODUCT]

    def rules(number: int, related_to: RelatedTo) -> tuple[ProductRelation, ...]:
        return tuple(
            ProductRelation(
                related_to, frozenset({place, number % 10}), Decimal(1) if place % 2 else None, name=f"{number}"
            )
            for place in range(RULES // 2)
        )

    return [
        Reward(
            number,
            f"R{number}",
            f"Reward {number}",
            kinds[number % 4],
            Decimal(5),
            rules(number, RelatedTo.PRODUCT_GROUP),
            rules(number, RelatedTo.PRODUCT),
        )
        for number in range(count)
    ]


ASKED = {
    "preview with codes": lambda rewards, bill: apply_in_order(rewards, bill, Shopper(7), NOW),
    "rewards that come by themselves": lambda rewards, bill: best_combination(rewards, bill, Shopper(7), NOW),
    "both": lambda rewards, bill: best_combination(rewards[10:], bill, Shopper(7), NOW, keep=rewards[:10]),
    "recommendations": lambda rewards, bill: [
        judge(one, till, NOW) for till in [Till(bill, Shopper(7))] for one in rewards
    ],
}


@pytest.mark.parametrize("what", ASKED)
@pytest.mark.parametrize("lines", [100, 1000])
def test_each_rule_is_matched_once_however_long_the_bill_is(what, lines):
    rewards = many_rewards(200)

    with mock.patch.object(Goods, "_meant", autospec=True, side_effect=Goods._meant) as matched:
        ASKED[what](rewards, long_bill(lines))

    rules = [call.args[1] for call in matched.call_args_list]
    assert len(rules) == len(set(rules)) <= 200 * RULES


LOOKED_AT = {"rewards that come by themselves": 30_000, "both": 38_000}


@pytest.mark.parametrize("what", ["rewards that come by themselves", "both"])
def test_a_search_looks_at_so_many_lines(what):
    """Beyond what is enough, a reward is looked at by itself only where it could outdo all of them together."""
    rewards, looked_at = many_rewards(200), []
    plus = Till.plus

    def counted(till, plan, benefit):
        found = plus(till, plan, benefit)
        looked_at.append(till.looked_at)
        return found

    with mock.patch.object(Till, "plus", counted):
        ASKED[what](rewards, long_bill(1000))

    assert max(looked_at) == LOOKED_AT[what]


def test_a_recommendation_counts_uses_on_so_many_lines():
    till = Till(long_bill(1000), Shopper(7))
    reward = Reward(1, "R1", "Five off", RewardKind.AMOUNT, Decimal(5), max_per_bill=1000)

    judged = judge(reward, till, NOW)

    assert (judged.max_count, till.looked_at) == (4, 1000 + combination.MOST_COUNTED)


def test_what_a_share_of_a_bill_comes_to_is_known_without_splitting_it():
    till = Till(long_bill(1000), Shopper(7))
    reward = Reward(1, "R1", "Ten per cent", RewardKind.PERCENT, Decimal(10))

    with mock.patch.object(discounting, "award") as split:
        judged = judge(reward, till, NOW)

    assert (judged.off, split.call_count) == (Decimal("1299.70"), 0)


def test_a_bill_without_lines_has_none_in_any_set():
    goods = Goods((), Decimal("0.01"))

    assert (goods.everything, goods.payable, goods.places(goods.everything)) == (0, 0, ())
