from decimal import Decimal

import pytest

from models.rules.refusals import Refusal, RefusalCode
from models.rules.returning import GoingBack, Sold, all_back, going_back, refunded

THREE_FOR_TEN = Sold(1, Decimal(3), Decimal("10.00"))


def test_refunds_of_a_line_add_up_to_its_price() -> None:
    steps = [Sold(1, Decimal(3), Decimal("10.00"), Decimal(back)) for back in range(4)]

    assert [step.refunded for step in steps] == [0, Decimal("3.33"), Decimal("6.67"), Decimal("10.00")]
    assert [step.left for step in steps] == [10, Decimal("6.67"), Decimal("3.33"), 0]


def test_no_more_of_a_line_goes_back_than_there_is() -> None:
    refused = Sold(1, Decimal(3), Decimal(10), Decimal(1)).back(Decimal("2.5"))

    assert refused == Refusal(RefusalCode.LIMIT_REACHED, "Of this line, 2 can be returned.", "0.5 more")


def test_what_is_left_of_a_line_may_go_back() -> None:
    one_back = THREE_FOR_TEN.back(Decimal(1))

    assert isinstance(one_back, Sold)
    assert one_back.back(Decimal(2)) == THREE_FOR_TEN.whole()
    assert all_back([THREE_FOR_TEN.whole()])
    assert not all_back([THREE_FOR_TEN.whole(), one_back])


def test_points_go_back_in_proportion_to_the_goods() -> None:
    other = Sold(2, Decimal(1), Decimal("20.00"))

    first = going_back([THREE_FOR_TEN, other], [THREE_FOR_TEN.whole(), other], earned=Decimal(29), paid=Decimal(100))
    rest = going_back(
        [THREE_FOR_TEN.whole(), other], [THREE_FOR_TEN.whole(), other.whole()], earned=Decimal(29), paid=Decimal(100)
    )

    assert first == GoingBack(Decimal("10.00"), Decimal("9.67"), Decimal("33.33"))
    assert rest == GoingBack(Decimal("20.00"), Decimal("19.33"), Decimal("66.67"))


@pytest.mark.parametrize("price", ["0.00", "8.00"])
def test_lines_out_of_loyalty_move_no_points(price: str) -> None:
    deposit = Sold(3, Decimal(1), Decimal(price), loyalty_off=True)

    back = going_back([deposit], [deposit.whole()], earned=Decimal(0), paid=Decimal(0))

    assert back == GoingBack(Decimal(price), Decimal(0), Decimal(0))
    assert refunded([deposit.whole()]) == Decimal(price)


def test_voided_line_is_back_from_the_start_and_comes_to_nothing() -> None:
    voided = Sold(1, Decimal(0), Decimal("0.00"))

    assert (voided.whole().refunded, voided.left, all_back([voided])) == (0, 0, True)
