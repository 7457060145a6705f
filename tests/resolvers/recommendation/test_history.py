import numpy as np

from resolvers.recommendation.numbers.splits import HeldOut, SplitPart, split
from tests.resolvers.recommendation.shoppers import BREAD, BUTTER, MILK, NOW, TEA, history

DAY = 86_400


def test_bills_are_by_customer_and_time_and_name_a_product_once() -> None:
    made = history([(2, 1, [TEA]), (1, 2, [MILK, BREAD, MILK]), (1, 9, [BUTTER])])

    assert made.customers[made.bill_customer].tolist() == [1, 1, 2]
    assert [round(float(days)) for days in made.age] == [9, 2, 1]
    assert made.from_newest.tolist() == [1, 0, 0]
    assert made.catalogue.keys[made.line_product].tolist() == [BUTTER, BREAD, MILK, TEA]


def test_what_is_unknown_or_not_yet_bought_is_left_out() -> None:
    made = history([(1, 2, [999, BREAD]), (1, 3, [999]), (8, 1, [BREAD]), (1, -1, [TEA])])

    assert made.catalogue.keys[made.line_product].tolist() == [BREAD]
    assert len(made.bill_at) == 1
    assert made.bills_of.tolist() == [1, 0, 0]


def test_blocks_have_all_customers_once_each_with_their_own_bills() -> None:
    made = history([(customer, days, [BREAD, TEA]) for customer in (1, 2, 3) for days in (1, 2)])

    blocks = list(made.blocks(lines=4))

    assert [(first, block.customers.tolist()) for first, block in blocks] == [(0, [1]), (1, [2]), (2, [3])]
    assert sum(len(block.line_bill) for _, block in blocks) == len(made.line_bill)
    assert all(block.bills_of.tolist() == [2] * len(block.customers) for _, block in blocks)


def test_the_last_basket_is_held_out_and_each_customer_is_looked_at_as_of_it() -> None:
    made = history([(1, 5, [BREAD]), (1, 2, [MILK]), (2, 4, [TEA])])

    parts = split(made, HeldOut.LAST_BASKET, SplitPart.TEST)

    assert made.catalogue.keys[parts.bought.line_product].tolist() == [MILK, TEA]
    assert made.catalogue.keys[parts.known.line_product].tolist() == [BREAD]
    assert parts.known.until[:2].tolist() == [NOW - 2 * DAY, NOW - 4 * DAY]


def test_the_validation_part_never_sees_what_the_test_holds_out() -> None:
    made = history([(1, days, [BREAD]) for days in (1, 20, 30, 50, 60)])

    basket, weeks = (split(made, held, SplitPart.VALIDATION) for held in HeldOut)

    assert np.round(basket.bought.age).tolist() == [20]
    assert [round((NOW - at) / DAY) for at in basket.known.bill_at] == [60, 50, 30]
    assert [round((NOW - at) / DAY) for at in weeks.bought.bill_at] == [50, 30]
    assert [round((NOW - at) / DAY) for at in weeks.known.bill_at] == [60]
