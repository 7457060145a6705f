from __future__ import annotations

from decimal import Decimal

import pytest

from models.rules import basket, discounting
from models.rules.basket import Bill, Line, ProductRelation, RelatedTo, Reward, RewardKind, Standing, Voucher
from models.rules.discounting import Award

MILK, BREAD, DAIRY, FARM = 1, 2, 10, 20


def line(id, quantity="1", paid="10.00", **known):
    return Line(id, Decimal(quantity), Decimal(paid), **known)


def lines(*lines):
    return basket.standings(Bill("EUR", 1, lines))


def reward(kind, value="0", **terms):
    return Reward(1, "R1", "A reward", kind, Decimal(value), **terms)


def product(*ids, count=None, **bounds):
    count = None if count is None else Decimal(count)
    return ProductRelation(RelatedTo.PRODUCT, frozenset(ids), count, **bounds)


def euros(**amounts):
    return {id: Decimal(amount) for id, amount in amounts.items()}


PLAIN = lines(line("a", paid="10.05"), line("b", paid="0.10"), line("c", paid="5.00", loyalty_off=True))


def test_percentage_is_rounded_half_up_once_for_the_bill_and_split_to_the_cent():
    off = discounting.discount(reward(RewardKind.PERCENT, "10"), PLAIN)

    assert off == euros(a="1.01", b="0.01")


def test_percentage_of_many_small_lines_is_what_it_says():
    bill = lines(*(line(str(number), paid="0.05") for number in range(100)))

    off = discounting.discount(reward(RewardKind.PERCENT, "10"), bill)

    assert sum(off.values()) == Decimal("0.50")


def test_yen_have_no_hundredths():
    bill = basket.standings(Bill("JPY", 1, (line("a", paid="99"),)))

    off = discounting.discount(reward(RewardKind.PERCENT, "3"), bill)

    assert off == {"a": Decimal(3)}


def test_more_than_all_is_never_taken_off():
    off = discounting.discount(reward(RewardKind.PERCENT, "250"), PLAIN)

    assert off == euros(a="10.05", b="0.10")


def test_line_with_nothing_to_take_off_is_not_named():
    off = discounting.discount(reward(RewardKind.PERCENT, "3"), PLAIN)

    assert off == euros(a="0.30")


def test_amount_is_spread_in_proportion():
    bill = lines(line("a", paid="10.00"), line("b", paid="10.00"), line("c", paid="10.00"))

    off = discounting.discount(reward(RewardKind.AMOUNT, "10"), bill)

    assert off == euros(a="3.34", b="3.33", c="3.33")


def test_amount_above_the_bill_takes_all_of_it():
    off = discounting.discount(reward(RewardKind.AMOUNT, "99"), PLAIN)

    assert off == euros(a="10.05", b="0.10")


def test_final_price_is_the_price_of_a_unit():
    bill = lines(line("a", "3", "30.00"), line("kilo", "0.350", "7.00"), line("cheap", "1", "5.00"))

    off = discounting.discount(reward(RewardKind.FINAL_PRICE, "8.00"), bill)

    assert off == euros(a="6.00", kilo="4.20")


def test_free_product_is_the_cheapest_piece():
    bill = lines(line("a", "2", "8.00"), line("b", "3", "10.00"), line("kilo", "0.200", "4.00"))

    off = discounting.discount(reward(RewardKind.FREE_PRODUCT), bill)

    assert off == euros(b="3.34")


def test_several_free_products_are_the_cheapest_pieces():
    bill = lines(line("a", "2", "8.00"), line("b", "1", "3.00"), line("kilo", "0.200", "4.00"))

    off = discounting.discount(reward(RewardKind.FREE_PRODUCT, "3"), bill)

    assert off == euros(b="3.00", a="8.00")


def test_gift_takes_nothing_off():
    off = discounting.discount(reward(RewardKind.GIFT), PLAIN)

    assert off == {}


def test_most_that_may_come_off_is_spread_again():
    bill = lines(line("a", paid="10.00"), line("b", paid="20.00"))

    off = discounting.discount(reward(RewardKind.PERCENT, "50", maximum_discount=Decimal("10.00")), bill)

    assert off == euros(a="3.33", b="6.67")


def test_piece_that_is_paid_in_part_is_no_free_one():
    bill = lines(line("a", "2", "20.00"))

    award = discounting.award(reward(RewardKind.FREE_PRODUCT, maximum_discount=Decimal("4.00")), bill)

    assert award == Award({0: 400}, {})


def test_free_piece_is_not_there_to_become_free_again():
    bill = lines(line("a", "3", "30.00"))
    free = reward(RewardKind.FREE_PRODUCT)

    award = discounting.award(free, bill)

    left = bill.less(award.amounts, award.freed)
    assert award == Award({0: 1000}, {0: 1})
    assert list(left) == [Standing(bill[0].line, Decimal("20.00"), 1)]
    assert discounting.discount(free, left) == euros(a="10.00")
    assert discounting.discount(reward(RewardKind.FINAL_PRICE, "9"), left) == euros(a="2.00")


def test_a_line_of_which_no_piece_is_left_to_pay_is_not_looked_at_again():
    """One piece of goods that are given by weight is free, and a part of what they cost is left."""
    by_weight = reward(RewardKind.FREE_PRODUCT, bonuses=(product(MILK, count="1.250"),))
    bill = lines(line("a", "1.250", product_id=MILK), line("b", "1.250", product_id=MILK, paid="20.00"))
    award = discounting.award(by_weight, bill)

    off = discounting.discount(by_weight, bill.less(award.amounts, award.freed))

    assert (award.amounts, award.freed) == ({0: 800}, {0: 1})
    assert off == euros(b="16.00")


def test_piece_that_meets_a_condition_is_not_the_free_one():
    get_one = reward(
        RewardKind.FREE_PRODUCT, conditions=(product(MILK, count="1"),), bonuses=(product(MILK, count="1"),)
    )

    off = [discounting.discount(get_one, lines(line("a", pieces, "30.00", product_id=MILK))) for pieces in "12"]

    assert off == [{}, euros(a="15.00")]


def test_line_that_meets_a_condition_is_no_part_of_a_bonus_without_a_count():
    half = reward(
        RewardKind.PERCENT,
        "50",
        conditions=(product(MILK, count="1"),),
        bonuses=(product(MILK), product(BREAD, count="1")),
    )
    bread = line("bread", "2", "6.00", product_id=BREAD)

    off = [
        discounting.discount(half, lines(line("milk", pieces, "4.00", product_id=MILK), bread)) for pieces in ("1", "2")
    ]

    assert off == [euros(bread="1.50"), euros(milk="1.00", bread="1.50")]


def test_second_use_leaves_the_pieces_of_both_conditions():
    get_one = reward(
        RewardKind.FREE_PRODUCT, conditions=(product(MILK, count="1"),), bonuses=(product(MILK, count="1"),)
    )
    bill = lines(line("a", "4", "40.00", product_id=MILK)).less({0: 1000}, {0: 1})

    off = [discounting.discount(get_one, bill, times) for times in (2, 3)]

    assert off == [euros(a="10.00"), {}]


def test_line_without_a_discount_stays_as_it_was():
    bill = lines(line("a"), line("b"))

    left = bill.less({1: 400}, {})

    assert list(left) == [bill[0], Standing(bill[1].line, Decimal("6.00"))]


def test_discount_without_bonuses_is_given_on_what_met_the_conditions():
    bill = lines(line("milk", "3", "3.00", product_id=MILK), line("bread", paid="2.00", product_id=BREAD))

    off = discounting.discount(reward(RewardKind.PERCENT, "50", conditions=(product(MILK, count=1),)), bill)

    assert off == euros(milk="1.50")


def test_discount_is_given_on_as_many_of_the_bonuses_as_they_count():
    bill = lines(
        line("milk", paid="1.00", product_id=MILK),
        line("dear", "2", "6.00", product_id=BREAD),
        line("cheap", "2", "4.00", product_id=BREAD),
    )
    half = reward(RewardKind.PERCENT, "50", conditions=(product(MILK),), bonuses=(product(BREAD, count="3"),))

    off = discounting.discount(half, bill)

    assert off == euros(cheap="2.00", dear="1.50")


def test_final_price_holds_for_as_many_as_the_bonus_counts():
    bill = lines(line("bread", "3", "9.00", product_id=BREAD))

    off = discounting.discount(reward(RewardKind.FINAL_PRICE, "2.00", bonuses=(product(BREAD, count="2"),)), bill)

    assert off == euros(bread="2.00")


def test_bonus_by_weight_is_given_on_that_weight():
    bill = lines(line("cheese", "2.000", "20.00", product_id=MILK))

    off = discounting.discount(reward(RewardKind.PERCENT, "100", bonuses=(product(MILK, count="0.5"),)), bill)

    assert off == euros(cheese="5.00")


@pytest.mark.parametrize("counts", [("1", "2"), ("2", "1"), ("2", None), (None, "1")])
def test_line_meant_by_several_bonuses_counts_once(counts):
    bill = lines(line("milk", "2", "4.00", product_id=MILK))
    bonuses = tuple(product(MILK, count=count) for count in counts)

    off = discounting.discount(reward(RewardKind.PERCENT, "50", bonuses=bonuses), bill)

    assert off == euros(milk="2.00")


def test_vouchers_own_value_takes_the_place_of_its_rewards():
    voucher = Voucher(1, "V1", reward(RewardKind.PERCENT, "10"), 7, value=Decimal(20))

    off = discounting.discount(voucher, lines(line("a")))

    assert off == euros(a="2.00")


def test_bound_forgets_counts_but_not_the_most_that_may_come_off():
    bill = lines(line("milk", "3", "30.00", product_id=MILK))
    one = (product(MILK, count="1"),)

    bounds = [
        discounting.most(reward(RewardKind.PERCENT, "50", bonuses=one), bill),
        discounting.most(reward(RewardKind.AMOUNT, "4.00"), bill),
        discounting.most(reward(RewardKind.FREE_PRODUCT, bonuses=one), bill),
        discounting.most(reward(RewardKind.FINAL_PRICE, "9", maximum_discount=Decimal("2.50")), bill),
        discounting.most(reward(RewardKind.GIFT), bill),
    ]

    assert bounds == [1500, 400, 3000, 250, 0]


def test_basic_discount_is_for_lines_not_discounted_otherwise():
    bill = lines(line("a"), line("off", loyalty_off=True), line("tiny", paid="0.01"), line("b")).less({3: 400}, {})

    award = discounting.basic_discount(bill, Decimal(5))

    assert award == Award({0: 50})
    assert discounting.basic_total(bill, Decimal(5)) == 50


def test_basic_discount_may_also_apply_to_discounted_lines():
    bill = lines(line("a"), line("b"), line("c")).less({1: 400, 2: 1000}, {})

    award = discounting.basic_discount(bill, Decimal(5), on_discounted=True)

    assert award == Award({0: 50, 1: 30})
