from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.rules import points_at_till
from models.rules.basket import Line, Standing
from models.rules.points_at_till import PointsPayment
from models.rules.refusals import Refusal, RefusalCode

RATES = {"EUR": Decimal(1), "CZK": Decimal("0.04")}
deterministic = settings(derandomize=True, deadline=None, max_examples=80)


def pay(points, *, rate="0.01", to_pay="20.00", available="1000", pays=True):
    return points_at_till.points_payment(
        Decimal(points), rate=Decimal(rate), to_pay=Decimal(to_pay), available=Decimal(available), pays=pays
    )


def left(amount, *, loyalty_off=False):
    return Standing(Line("1", Decimal(1), Decimal(100), loyalty_off=loyalty_off), Decimal(amount))


@pytest.mark.parametrize(
    ("points", "rate", "to_pay", "taken", "amount"),
    [
        ("500", "0.01", "20.00", "500", "5.00"),
        ("950", "0.03", "20.00", "666.67", "20.00"),
        ("10.55", "0.01", "20.00", "10.00", "0.10"),
        ("0.5", "0.01", "20.00", "0", "0"),
        ("10", "2", "15.01", "7.51", "15.01"),
        ("10", "0.01", "0.00", "0", "0"),
        ("10", "0", "20.00", "0", "0"),
    ],
)
def test_points_pay_their_rate_and_no_more_are_taken_than_needed(points, rate, to_pay, taken, amount):
    payment = pay(points, rate=rate, to_pay=to_pay)

    assert payment == PointsPayment(Decimal(taken), Decimal(amount))


def test_more_points_than_the_customer_has_are_refused():
    refusal = pay("1200", available="1000")

    assert refusal == Refusal(
        RefusalCode.POINTS_SHORT, "1200 points are needed, 1000 points can be spent.", "200 points"
    )


def test_status_that_may_not_pay_with_points_is_refused():
    refusal = pay("100", pays=False)

    assert refusal == Refusal(RefusalCode.POINTS_OFF, "The customer's status doesn't allow paying with points.")


def test_paying_with_no_points_is_refused():
    refusal = pay("0")

    assert refusal == Refusal(RefusalCode.NEGATIVE_AMOUNT, "The amount must be above zero.")


@pytest.mark.parametrize(
    ("currency", "paid_with_points", "collects", "earned"),
    [
        ("EUR", "0", True, "30.98"),
        ("CZK", "0", True, "1.23"),
        ("USD", "0", True, "0"),
        ("EUR", "10.98", True, "20.00"),
        ("EUR", "99", True, "0"),
        ("EUR", "0", False, "0"),
    ],
)
def test_money_paid_for_loyalty_lines_earns_points(currency, paid_with_points, collects, earned):
    lines = [left("10.99"), left("19.99"), left("50.00", loyalty_off=True)]

    points = points_at_till.points_earned(
        lines, currency, RATES, collects=collects, paid_with_points=Decimal(paid_with_points)
    )

    assert points == Decimal(earned)


hundredths = st.integers(1, 100_000).map(lambda value: Decimal(value) / 100)
rates = st.integers(1, 50_000).map(lambda value: Decimal(value) / 10_000)


@deterministic
@given(hundredths, rates, hundredths)
def test_points_taken_are_worth_what_they_pay_and_one_hundredth_less_is_not(points, rate, to_pay):
    payment = points_at_till.points_payment(points, rate=rate, to_pay=to_pay, available=points)

    assert 0 <= payment.amount <= to_pay
    assert payment.points <= points
    assert payment.points * rate >= payment.amount
    assert payment.amount == 0 or (payment.points - Decimal("0.01")) * rate < payment.amount
