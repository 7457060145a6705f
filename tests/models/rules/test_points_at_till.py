from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.rules import points_at_till
from models.rules.error_codes import ErrorCode
from models.rules.points_at_till import PointsPayment
from models.rules.programme import NO_PROGRAMME, Programme
from models.rules.refusals import Refusal, Shortfall

deterministic = settings(derandomize=True, deadline=None, max_examples=80)


def pay(points, *, rate="0.01", to_pay="20.00", available="1000", pays=True, currency="EUR", **terms):
    programme = Programme(point_values={currency: Decimal(rate)}, **terms)
    return points_at_till.points_payment(
        Decimal(points), programme, currency, to_pay=Decimal(to_pay), available=Decimal(available), pays=pays
    )


def test_points_are_worth_what_they_would_pay():
    programme = Programme(point_values={"CZK": Decimal("0.1"), "JPY": Decimal("0.7")})
    points = Decimal("105.55")

    worth = {currency: points_at_till.worth(points, programme, currency) for currency in ("CZK", "JPY", "EUR")}

    assert worth == {"CZK": Decimal("10.55"), "JPY": Decimal(73), "EUR": Decimal(0)}


@pytest.mark.parametrize(
    ("points", "rate", "to_pay", "taken", "amount"),
    [
        ("500", "0.01", "20.00", "500", "5.00"),
        ("950", "0.03", "20.00", "666.67", "20.00"),
        ("10.55", "0.01", "20.00", "10.00", "0.10"),
        ("0.5", "0.01", "20.00", "0", "0"),
        ("10", "2", "15.01", "7.51", "15.01"),
        ("10", "0.01", "0.00", "0", "0"),
    ],
)
def test_points_pay_their_rate_and_no_more_are_taken_than_needed(points, rate, to_pay, taken, amount):
    payment = pay(points, rate=rate, to_pay=to_pay)

    assert payment == PointsPayment(Decimal(taken), Decimal(amount))


@pytest.mark.parametrize(
    ("currency", "rate", "taken", "amount"),
    [("JPY", "1.5", "6.67", "10"), ("BHD", "0.0015", "6.67", "0.010"), ("CZK", "0.0015", "6.67", "0.01")],
)
def test_points_pay_whole_units_of_the_currency(currency, rate, taken, amount):
    payment = pay("7", currency=currency, rate=rate)

    assert payment == PointsPayment(Decimal(taken), Decimal(amount))


def test_points_pay_nothing_in_a_currency_without_a_rate():
    refusals = [
        points_at_till.points_payment(Decimal(5), programme, "JPY", to_pay=Decimal(9), available=Decimal(9))
        for programme in (NO_PROGRAMME, Programme(point_values={"EUR": Decimal(1), "JPY": Decimal(0)}))
    ]

    assert refusals == [Refusal(ErrorCode.WRONG_CURRENCY, "Points pay nothing in JPY.")] * 2


@pytest.mark.parametrize(
    ("terms", "taken", "amount"),
    [
        ({"most_share": Decimal(50)}, "1000", "10.00"),
        ({"most_share": Decimal("33.33")}, "666", "6.66"),
        ({"most_share": Decimal(0)}, "0", "0"),
        ({"most_points": Decimal(700)}, "700", "7.00"),
        ({"least_points": Decimal(1000)}, "1000", "10.00"),
    ],
)
def test_a_programme_bounds_what_points_pay(terms, taken, amount):
    payment = pay("1000", **terms)

    assert payment == PointsPayment(Decimal(taken), Decimal(amount))


def test_fewer_points_than_the_programme_asks_for_pay_nothing():
    refusal = pay("500", to_pay="2.00", least_points=Decimal(300))

    message = "At least 300 points pay a bill; here it would be 200 points."
    assert refusal == Refusal(ErrorCode.MINIMUM_NOT_MET, message, Shortfall(points=Decimal(100)))


def test_more_points_than_the_customer_has_are_refused():
    refusal = pay("1200", available="1000")

    assert refusal == Refusal(
        ErrorCode.POINTS_SHORT, "1200 points are needed, 1000 points can be spent.", Shortfall(points=Decimal(200))
    )


def test_status_that_may_not_pay_with_points_is_refused():
    refusal = pay("100", pays=False)

    assert refusal == Refusal(ErrorCode.POINTS_OFF, "The customer's status doesn't allow paying with points.")


def test_paying_with_no_points_is_refused():
    refusal = pay("0")

    assert refusal == Refusal(ErrorCode.NEGATIVE_AMOUNT, "The amount must be above zero.")


hundredths = st.integers(1, 100_000).map(lambda value: Decimal(value) / 100)
rates = st.integers(1, 50_000).map(lambda value: Decimal(value) / 10_000)
shares = st.integers(1, 100).map(Decimal)


@deterministic
@given(hundredths, rates, hundredths, shares)
def test_points_taken_are_worth_what_they_pay_and_one_hundredth_less_is_not(points, rate, to_pay, share):
    payment = pay(points, rate=rate, to_pay=to_pay, available=points, most_share=share)

    assert 0 <= payment.amount <= to_pay * share / 100
    assert payment.points <= points
    assert payment.points * rate >= payment.amount
    assert payment.amount == 0 or (payment.points - Decimal("0.01")) * rate < payment.amount
