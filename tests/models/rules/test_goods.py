"""The lines of a bill as sets."""

from decimal import Decimal

import pytest

from models.rules.basket import Bill, Line, ProductRelation, RelatedTo, Reward, RewardKind, standings
from models.rules.discounting import award

LINES = (
    Line("milk", Decimal(2), Decimal("2.00"), 1, frozenset({10, 11}), 20),
    Line("cheese", Decimal("0.250"), Decimal("4.00"), 2, frozenset({10}), 21),
    Line("deposit", Decimal(1), Decimal("-0.10"), loyalty_off=True),
    Line("bread", Decimal(5), Decimal("10.00"), 3, frozenset({12}), 20),
)
GOODS = Bill("EUR", 1, LINES).goods


@pytest.mark.parametrize(
    ("relation", "places"),
    [
        (ProductRelation(), (0, 1, 3)),
        (ProductRelation(RelatedTo.PRODUCT, frozenset({1, 3})), (0, 3)),
        (ProductRelation(RelatedTo.PRODUCT, frozenset(range(100))), (0, 1, 3)),
        (ProductRelation(RelatedTo.PRODUCT_GROUP, frozenset({10})), (0, 1)),
        (ProductRelation(RelatedTo.PRODUCT_BRAND, frozenset({20, 99})), (0, 3)),
        (ProductRelation(min_price=Decimal(2)), (1, 3)),
        (ProductRelation(max_price=Decimal(2)), (0, 3)),
        (ProductRelation(RelatedTo.PRODUCT_GROUP, frozenset({10}), None, Decimal(1), Decimal(1)), (0,)),
    ],
)
def test_a_rule_means_lines_by_what_they_are_and_cost(relation, places):
    assert GOODS.places(GOODS.matching(relation)) == places


def test_pieces_and_weights_of_lines_are_counted():
    meant = GOODS.matching(ProductRelation())

    assert (GOODS.pieces_of(meant), GOODS.quantity_of(meant), GOODS.worth) == (8, Decimal("7.25"), 1600)


def test_a_rule_is_matched_once_however_often_it_is_asked():
    relation = ProductRelation(RelatedTo.PRODUCT, frozenset({1}))

    found = GOODS.matching(relation)

    assert GOODS.matching(relation) is found


@pytest.mark.parametrize("many", [60, 160])
def test_the_cheapest_of_many_lines_are_the_same_as_of_few(many):
    lines = tuple(Line(str(number), Decimal(1), Decimal(200 - number), 1) for number in range(many))
    two = ProductRelation(count=Decimal(2))
    one_of_two = (two, ProductRelation(RelatedTo.PRODUCT, frozenset({1}), count=Decimal(1)))
    free = Reward(1, "R", "R", RewardKind.FREE_PRODUCT, bonuses=one_of_two)

    off = award(free, standings(Bill("EUR", 1, lines)))

    assert off.amounts == {many - 1: 100 * (201 - many)}


@pytest.mark.parametrize("many", [60, 160])
def test_the_dearest_of_many_lines_are_the_same_as_of_few(many):
    goods = Bill("EUR", 1, tuple(Line(str(number), Decimal(1), Decimal(number % 9)) for number in range(many))).goods

    places = list(goods.dearest_first(goods.everything))

    assert places == sorted(range(many), key=lambda place: (-(place % 9), place))


def test_rules_that_mean_the_same_are_one():
    one, same, other = (ProductRelation(RelatedTo.PRODUCT, frozenset({key}), count=Decimal(1)) for key in (1, 1, 2))

    assert {one, same, other} == {one, other}
    assert hash(one) == hash(same)
