from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from models.rules.basket import Bill, Line, ProductRelation, Reward, RewardKind
from models.rules.error_codes import ErrorCode
from models.rules.refusals import Refusal, Shortfall
from models.rules.returning import Given, GoingBack, Sale, Sold, going_back, is_justified, kept_back

THREE_FOR_TEN = Sold(1, Decimal(3), Decimal("10.00"))
YEN = Decimal(1)
BASIC = (None, None)
REWARD = (None, 5)


def sale(*lines: Sold, **terms: object) -> Sale:
    return replace(Sale(lines), **terms)


def fraction_back(one: Sale, *returned: int, unjustified: tuple[tuple[None, int], ...] = ()) -> Sale:
    lines = [replace(line, returned=Decimal(back)) for line, back in zip(one.lines, returned, strict=True)]
    return one.after(lines, unjustified)


def refunds(one: Sale, *steps: tuple[int, ...], **told: tuple[tuple[None, int], ...]) -> list[Decimal]:
    found = []
    for step in steps:
        after = fraction_back(one, *step, **told)
        found.append(going_back(one, after).refund)
        one = after
    return found


def test_refunds_of_a_line_add_up_to_its_price() -> None:
    assert refunds(sale(THREE_FOR_TEN), (1,), (2,), (3,)) == [Decimal("3.33"), Decimal("3.34"), Decimal("3.33")]


def test_refunds_are_whole_units_of_the_currency() -> None:
    assert refunds(sale(Sold(1, Decimal(3), Decimal(100)), unit=YEN), (1,), (2,), (3,)) == [33, 34, 33]


def test_no_more_of_a_line_goes_back_than_there_is() -> None:
    refused = Sold(1, Decimal(3), Decimal(10), Decimal(1)).back(Decimal("2.5"))

    assert refused == Refusal(
        ErrorCode.LIMIT_REACHED, "Of this line, 2 can be returned.", Shortfall(quantity=Decimal("0.5"))
    )


def test_what_is_left_of_a_line_may_go_back() -> None:
    one_back = THREE_FOR_TEN.back(Decimal(1))

    assert isinstance(one_back, Sold)
    assert one_back.back(Decimal(2)) == THREE_FOR_TEN.whole()
    assert sale(THREE_FOR_TEN.whole()).is_over
    assert not sale(THREE_FOR_TEN.whole(), one_back).is_over


def test_points_that_were_earned_go_back_in_proportion_to_the_goods() -> None:
    bill = sale(THREE_FOR_TEN, Sold(2, Decimal(1), Decimal("20.00")), points_earned=Decimal(29))
    half = fraction_back(bill, 3, 0)

    assert going_back(bill, half).unearned == Decimal("9.67")
    assert going_back(half, fraction_back(half, 3, 1)).unearned == Decimal("19.33")


def test_points_that_had_paid_go_back_as_points_and_the_rest_as_money() -> None:
    lines = (Sold(1, Decimal(1), Decimal(50)), Sold(2, Decimal(1), Decimal(50)))
    bill = sale(*lines, points_paid=Decimal(1000), paid_with_points=Decimal(10))
    half = fraction_back(bill, 1, 0)

    assert going_back(bill, half) == GoingBack(Decimal(45), Decimal(5), unspent=Decimal(500))
    assert going_back(half, fraction_back(half, 1, 1)) == GoingBack(Decimal(45), Decimal(5), unspent=Decimal(500))
    assert going_back(bill, half).worth == 50


def test_a_bill_paid_with_points_alone_refunds_no_money_piece_by_piece() -> None:
    bill = sale(THREE_FOR_TEN, points_paid=Decimal(1000), paid_with_points=Decimal(10))

    assert refunds(bill, (1,), (2,), (3,)) == [0, 0, 0]


@pytest.mark.parametrize("price", ["0.00", "8.00", "-3.00"])
def test_lines_out_of_loyalty_move_no_points(price: str) -> None:
    bill = sale(Sold(3, Decimal(1), Decimal(price), loyalty_off=True))

    assert going_back(bill, fraction_back(bill, 1)) == GoingBack(Decimal(price))


def test_voided_line_is_back_from_the_start_and_comes_to_nothing() -> None:
    bill = sale(Sold(1, Decimal(0), Decimal("0.00")))

    assert (bill.is_over, bill.kept) == (True, 0)


def free_piece(*shares: str) -> Given:
    """The last of three pieces of 100 was free, or one of one line of three."""
    return Given(REWARD, {len(shares): Decimal(100)}, {place: Decimal(one) for place, one in enumerate(shares, 1)})


def test_a_free_piece_is_shared_by_its_goods_on_one_line_as_on_several() -> None:
    apart = [Sold(place, Decimal(1), Decimal(price)) for place, price in ((1, "100"), (2, "100"), (3, "0"))]
    lines = sale(*apart, benefits=[free_piece("33.34", "33.33", "33.33")])
    pieces = sale(Sold(1, Decimal(3), Decimal(200)), benefits=[free_piece("100")])

    assert refunds(lines, (1, 1, 0), (1, 1, 1)) == [Decimal("133.33"), Decimal("66.67")]
    assert refunds(pieces, (2,), (3,)) == [Decimal("133.33"), Decimal("66.67")]


SIX_FOR_270 = sale(Sold(1, Decimal(6), Decimal(270)), benefits=[Given(REWARD, {1: Decimal(30)}, {1: Decimal(30)})])


def test_what_is_kept_stays_discounted() -> None:
    assert refunds(SIX_FOR_270, (5,), (6,)) == [Decimal(225), Decimal(45)]


def test_what_is_kept_costs_its_full_price_once_the_benefit_is_withdrawn() -> None:
    after = fraction_back(SIX_FOR_270, 5, unjustified=(REWARD,))

    assert going_back(SIX_FOR_270, after).refund == 220
    assert (after.kept, after.gone()) == (50, [REWARD])
    assert refunds(SIX_FOR_270, (5,), (6,), unjustified=(REWARD,)) == [220, 50]


def test_nobody_pays_for_returning_goods() -> None:
    half_price = sale(Sold(1, Decimal(6), Decimal(150)), benefits=[Given(REWARD, {1: Decimal(150)}, {1: Decimal(150)})])
    one_back = fraction_back(half_price, 1, unjustified=(REWARD,))

    assert going_back(half_price, one_back).refund == 25
    assert one_back.gone() == []
    assert refunds(half_price, (1,), (4,), (6,), unjustified=(REWARD,)) == [25, 25, 100]


def test_a_benefit_is_gone_once_all_its_goods_are_back() -> None:
    lines = (Sold(1, Decimal(1), Decimal(90)), Sold(2, Decimal(1), Decimal(50)))
    bill = sale(*lines, benefits=[Given(REWARD, {1: Decimal(10)}, {1: Decimal(10)}), Given(BASIC, {}, {})])

    assert fraction_back(bill, 1, 0).gone() == [REWARD]
    assert fraction_back(bill, 0, 1).gone() == []


def test_a_refund_makes_up_for_vouchers_that_were_used_each_as_a_whole() -> None:
    debts = {7: Decimal(200), 8: Decimal(50), 9: Decimal(30)}

    assert kept_back(Decimal(230), debts) == {7: 200, 9: 30}


def test_a_bill_as_it_was_sold_knows_of_no_return() -> None:
    after = fraction_back(SIX_FOR_270, 5, unjustified=(REWARD,))

    assert after.as_sold() == SIX_FOR_270
    assert after.whole().is_over


@pytest.mark.parametrize(
    ("pieces", "terms", "justified"),
    [
        (2, {}, True),
        (2, {"minimum_purchase": Decimal(100)}, True),
        (1, {"minimum_purchase": Decimal(100)}, False),
        (2, {"conditions": (ProductRelation(count=Decimal(2)),)}, True),
        (1, {"conditions": (ProductRelation(count=Decimal(2)),)}, False),
    ],
)
def test_what_is_kept_justifies_what_it_would_have_got(pieces: int, terms: dict[str, Any], justified: bool) -> None:
    kept = Bill("EUR", 1, (Line("1", Decimal(pieces), Decimal(50) * pieces),))

    assert is_justified(Reward(5, "R", "R", RewardKind.PERCENT, Decimal(10), **terms), kept) is justified
