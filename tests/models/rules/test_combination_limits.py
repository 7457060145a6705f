from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from unittest import mock

import pytest

from models.rules import combination, plans
from models.rules.basket import Bill, Line, ProductRelation, RelatedTo, Reward, RewardKind, Shopper, Voucher
from models.rules.error_codes import ErrorCode
from models.rules.plans import Till
from models.rules.refusals import Refusal, Shortfall

NOW = datetime(2026, 5, 13, 15, tzinfo=UTC)
MILK, BREAD = 1, 2
BILL = Bill(
    "EUR",
    1,
    (
        Line("milk", Decimal(4), Decimal("40.00"), MILK),
        Line("bread", Decimal(1), Decimal("60.00"), BREAD),
        Line("beer", Decimal(1), Decimal("50.00"), 3, loyalty_off=True),
    ),
)


def reward(id, kind, value="0", **terms):
    return Reward(id, f"R{id}", f"Reward {id}", kind, Decimal(value), **terms)


def percent(id, value, **terms):
    return reward(id, RewardKind.PERCENT, value, **terms)


def amount(id, value, **terms):
    return reward(id, RewardKind.AMOUNT, value, **terms)


def voucher(id, reward, **known):
    return Voucher(id, f"V{id}", reward, 7, **known)


def on(product_id, count=1):
    return (ProductRelation(RelatedTo.PRODUCT, frozenset({product_id}), Decimal(count)),)


def best(*benefits, shopper=None):
    return combination.best_combination(benefits, BILL, shopper or Shopper(7), NOW)


def applied(found):
    return [one.benefit.code for one in found.applied]


def refused(found):
    return {one.benefit.code: [refusal.code for refusal in one.refusals] for one in found.refused}


def euros(**amounts):
    return {id: Decimal(amount) for id, amount in amounts.items()}


def test_vouchers_of_one_reward_are_used_as_often_as_it_allows_on_a_bill():
    once, twice = amount(1, "5.00"), amount(2, "7.00", max_per_bill=2)

    found = best(*(voucher(id, once) for id in (1, 2)), *(voucher(id, twice) for id in (3, 4, 5)))

    assert applied(found) == ["V1", "V3", "V4"]
    assert refused(found) == {"V2": [ErrorCode.LIMIT_REACHED], "V5": [ErrorCode.LIMIT_REACHED]}


def test_reward_applied_twice_needs_twice_the_goods():
    three_milks = reward(1, RewardKind.FREE_PRODUCT, conditions=on(MILK, 3), max_per_bill=2)

    found = best(voucher(1, three_milks), voucher(2, three_milks))

    assert found.discounts == euros(milk="10.00")
    assert [(one.benefit, one.refusals) for one in found.refused] == [
        (
            voucher(2, three_milks),
            [
                Refusal(
                    ErrorCode.CONDITION_NOT_MET,
                    "The bill lacks goods that it asks for.",
                    Shortfall(quantity=Decimal(2)),
                )
            ],
        )
    ]


def test_points_pay_for_the_rewards_that_take_most_off():
    shopper = Shopper(7, points=Decimal(100))

    found = best(
        amount(1, "5.00", points_cost=Decimal(60)),
        amount(2, "6.00", points_cost=Decimal(60)),
        amount(3, "1.00", points_cost=Decimal(40)),
        shopper=shopper,
    )

    assert applied(found) == ["R2", "R3"]
    assert found.points_cost == Decimal(100)
    assert refused(found) == {"R1": [ErrorCode.POINTS_SHORT]}


def test_voucher_costs_no_points_at_the_till():
    found = best(voucher(1, amount(1, "5.00", points_cost=Decimal(60))))

    assert (applied(found), found.points_cost) == (["V1"], 0)


def test_limits_count_what_is_chosen_already():
    limited = amount(1, "5.00", limit_per_customer=3, max_per_bill=9)

    found = best(limited, limited, limited, shopper=Shopper(7, used={1: 1}))

    assert applied(found) == ["R1", "R1"]
    assert refused(found) == {"R1": [ErrorCode.LIMIT_REACHED]}


@pytest.mark.parametrize(
    ("terms", "times"),
    [
        ({}, 1),
        ({"max_per_bill": 9, "conditions": on(MILK, 2)}, 2),
        ({"max_per_bill": 9, "conditions": on(BREAD, 2)}, 0),
        ({"max_per_bill": 9, "points_cost": Decimal(30)}, 3),
        ({"max_per_bill": 9, "limit_per_customer": 5}, 4),
    ],
)
def test_reward_can_be_applied_as_often_as_limits_goods_and_points_allow(terms, times):
    shopper = Shopper(7, points=Decimal(100), used={1: 1})

    count = combination.judge(percent(1, "10", **terms), Till(BILL, shopper), NOW).max_count

    assert count == times


def test_on_a_long_bill_a_reward_is_counted_as_far_as_looking_at_so_many_lines_goes():
    with mock.patch.object(combination, "MOST_COUNTED", 0):
        judged = combination.judge(amount(1, "1.00", max_per_bill=9), Till(BILL, Shopper(7)), NOW)

    assert (judged.off, judged.max_count) == (Decimal("1.00"), 1)


def test_the_search_ends_when_enough_lines_were_looked_at():
    with mock.patch.object(plans, "MOST_LOOKED_AT", 0):
        found = best(amount(1, "5.00"), amount(2, "6.00"))

    assert applied(found) == ["R2"]
