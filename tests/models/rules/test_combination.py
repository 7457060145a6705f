from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from models.rules import combination
from models.rules.basket import Bill, Line, ProductRelation, RelatedTo, Reward, RewardKind, Shopper, Voucher
from models.rules.error_codes import ErrorCode
from models.rules.plans import Till
from models.rules.refusals import Refusal, in_words

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


def gift(id, **terms):
    return reward(id, RewardKind.GIFT, **terms)


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


def test_benefits_are_applied_by_priority_to_what_those_before_left():
    found = best(percent(1, "50", priority=2), amount(2, "10.00", priority=1))

    assert [(one.benefit.code, one.discounts) for one in found.applied] == [
        ("R2", euros(milk="4.00", bread="6.00")),
        ("R1", euros(milk="18.00", bread="27.00")),
    ]
    assert (found.total, found.to_pay) == (Decimal("55.00"), Decimal("95.00"))
    assert found.discounts == euros(milk="22.00", bread="33.00")
    assert found.left == [Decimal("18.00"), Decimal("27.00"), Decimal("50.00")]


def test_code_decides_among_equal_priorities():
    found = best(amount(2, "10.00"), percent(1, "50"))

    assert applied(found) == ["R1", "R2"]


def test_exclusive_benefit_stands_alone_when_it_takes_more_off():
    found = best(percent(1, "30", exclusive=True), percent(2, "10"), percent(3, "10"))

    assert applied(found) == ["R1"]
    assert refused(found) == {"R2": [ErrorCode.EXCLUSIVE], "R3": [ErrorCode.EXCLUSIVE]}


def test_exclusive_benefit_gives_way_to_others_that_take_more_off_together():
    found = best(percent(1, "15", exclusive=True), percent(2, "10"), percent(3, "10"))

    assert applied(found) == ["R2", "R3"]
    assert [(one.benefit, one.refusals) for one in found.refused] == [
        (
            percent(1, "15", exclusive=True),
            [Refusal(ErrorCode.EXCLUSIVE, "An exclusive benefit can't be combined with others.")],
        )
    ]


def test_benefit_that_does_not_apply_is_refused_with_its_reasons():
    found = best(percent(1, "10", store_ids=frozenset({2}), valid_to=NOW))

    assert applied(found) == []
    assert refused(found) == {"R1": [ErrorCode.EXPIRED, ErrorCode.WRONG_STORE]}


def test_fewer_benefits_win_among_equals():
    found = best(amount(1, "60.00"), amount(2, "40.00"), amount(3, "100.00", priority=9))

    assert applied(found) == ["R3"]
    assert refused(found) == {"R1": [ErrorCode.NO_GAIN], "R2": [ErrorCode.NO_GAIN]}


def test_lower_priority_number_wins_among_equals_then_the_code():
    same = [amount(3, "100.00", priority=2), amount(2, "100.00", priority=2), amount(1, "100.00", priority=3)]

    found = best(*same)

    assert applied(found) == ["R2"]


def test_voucher_named_twice_is_one_voucher():
    found = best(voucher(1, percent(1, "10", max_per_bill=5)), voucher(1, percent(1, "10", max_per_bill=5)))

    assert applied(found) == ["V1"]
    assert refused(found) == {"V1": [ErrorCode.DUPLICATE_CODE]}


def test_every_gift_that_may_be_had_is_given():
    found = best(gift(1), percent(2, "10"), gift(3), gift(4, exclusive=True))

    assert applied(found) == ["R1", "R2", "R3"]
    assert found.messages == ["Gift: Reward 1", "Gift: Reward 3"]
    assert refused(found) == {"R4": [ErrorCode.EXCLUSIVE]}


def test_basic_discount_applies_to_lines_not_discounted_otherwise():
    found = best(percent(1, "50", conditions=on(MILK)), shopper=Shopper(7, discount=Decimal(10)))

    assert found.basic == euros(bread="6.00")
    assert found.discounts == euros(milk="20.00", bread="6.00")


def test_basic_discount_may_come_on_top():
    shopper = Shopper(7, discount=Decimal(10), discounts_discounted_items=True)

    found = best(percent(1, "50", conditions=on(MILK)), shopper=shopper)

    assert found.basic == euros(milk="2.00", bread="6.00")


def test_voucher_that_takes_less_off_than_the_basic_discount_is_kept():
    found = best(voucher(1, percent(1, "5")), shopper=Shopper(7, discount=Decimal(10)))

    assert (applied(found), found.total) == ([], Decimal("10.00"))
    assert [(one.benefit, one.refusals) for one in found.refused] == [
        (
            voucher(1, percent(1, "5")),
            [Refusal(ErrorCode.NO_GAIN, "It would take nothing more off the bill.")],
        )
    ]


@pytest.mark.parametrize(("strong", "codes"), [("40", ["R99"]), ("20", [f"R{id}" for id in range(10, 23)])])
def test_beyond_twelve_benefits_are_taken_by_priority_unless_a_single_one_is_better(strong, codes):
    many = [amount(id, "3.00", max_per_bill=1) for id in range(10, 23)]

    found = best(*many, percent(99, strong, exclusive=True))

    assert applied(found) == codes


def test_beyond_twelve_benefits_none_is_taken_where_the_basic_discount_is_better():
    found = best(*(amount(id, "0.10") for id in range(13)), shopper=Shopper(7, discount=Decimal(10)))

    assert (applied(found), found.total) == ([], Decimal("10.00"))


def test_all_that_was_asked_for_is_applied_in_order():
    asked = [percent(2, "5"), percent(1, "30", exclusive=True), gift(3), amount(4, "0.00")]

    found = combination.apply_in_order(asked, BILL, Shopper(7), NOW)

    assert applied(found) == ["R1"]
    assert refused(found) == {
        "R2": [ErrorCode.EXCLUSIVE],
        "R3": [ErrorCode.EXCLUSIVE],
        "R4": [ErrorCode.EXCLUSIVE],
    }


def test_exclusive_benefit_asked_for_comes_too_late_after_another():
    asked = [percent(2, "5", priority=1), percent(1, "30", exclusive=True)]

    found = combination.apply_in_order(asked, BILL, Shopper(7), NOW)

    assert applied(found) == ["R2"]
    assert refused(found) == {"R1": [ErrorCode.EXCLUSIVE]}


def test_asked_for_benefit_without_effect_is_refused():
    found = combination.apply_in_order([percent(1, "5"), amount(2, "0.00")], BILL, Shopper(7), NOW)

    assert applied(found) == ["R1"]
    assert refused(found) == {"R2": [ErrorCode.NO_GAIN]}


def test_reward_that_would_take_nothing_off_by_itself_says_what_is_missing():
    bonuses = [on(MILK), (*on(9), *on(8)), (ProductRelation(RelatedTo.PRODUCT, frozenset({9}), None, name="Coffee"),)]
    asked = [percent(1, "5", bonuses=each) for each in bonuses]
    short = percent(2, "5", minimum_purchase=Decimal(500))

    till = Till(BILL, Shopper(7))
    reasons = [combination.judge(one, till, NOW).refusals for one in [*asked, amount(3, "0"), short]]

    assert [[(one.code, in_words(one.missing)) for one in each] for each in reasons] == [
        [],
        [(ErrorCode.NO_GAIN, "1 more")],
        [(ErrorCode.NO_GAIN, "1 more of Coffee")],
        [(ErrorCode.NO_GAIN, None)],
        [(ErrorCode.MINIMUM_NOT_MET, "400.00 EUR")],
    ]
