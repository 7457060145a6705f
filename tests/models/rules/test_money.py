from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.rules import money
from models.rules.error_codes import ErrorCode
from models.rules.refusals import Refusal, in_money, in_points, plain

deterministic = settings(derandomize=True, deadline=None, max_examples=100)
cents = st.integers(0, 100_000).map(lambda value: Decimal(value) / 100)


def test_half_a_cent_rounds_up():
    amounts = [Decimal("0.005"), Decimal("0.004"), Decimal("1.115"), Decimal("2.5")]

    rounded = [money.half_up(amount) for amount in amounts]

    assert rounded == [Decimal("0.01"), Decimal("0.00"), Decimal("1.12"), Decimal("2.50")]


@pytest.mark.parametrize(
    ("currency", "digits", "unit"),
    [("JPY", 0, "1"), ("HUF", 2, "0.01"), ("EUR", 2, "0.01"), ("BHD", 3, "0.001"), ("CLF", 4, "0.0001")],
)
def test_smallest_unit_of_a_currency_is_that_of_the_standard(currency, digits, unit):
    found = (money.digits(currency), money.unit_of(currency))

    assert found == (digits, Decimal(unit))


@pytest.mark.parametrize("code", ["XAU", "???"])
def test_what_has_no_smallest_unit_is_counted_in_hundredths(code):
    unit = money.unit_of(code)

    assert unit == Decimal("0.01")


def test_amounts_are_rounded_to_the_unit_asked_for():
    amount = Decimal("96.0345")
    yen, dinar = money.unit_of("JPY"), money.unit_of("BHD")

    rounded = [money.half_up(amount, yen), money.down(amount, yen), money.up(amount, yen), money.half_up(amount, dinar)]

    assert rounded == [Decimal(96), Decimal(96), Decimal(97), Decimal("96.035")]


def test_rounding_down_and_up_keeps_whole_hundredths():
    amount = Decimal("1.239")

    rounded = (money.down(amount), money.up(amount), money.down(Decimal("1.23")), money.up(Decimal("1.23")))

    assert rounded == (Decimal("1.23"), Decimal("1.24"), Decimal("1.23"), Decimal("1.23"))


def test_amount_with_idle_zeros_is_precise_enough():
    amounts = [Decimal("1.500"), Decimal("1E+3"), Decimal("1.501"), Decimal("NaN")]

    verdicts = [money.too_precise(amount) for amount in amounts]

    assert verdicts == [False, False, True, True]


@pytest.mark.parametrize("amount", ["0", "-0.01", "NaN", "Infinity"])
def test_amount_not_above_zero_is_refused(amount):
    refusal = money.amount_refusal(Decimal(amount))

    assert refusal == Refusal(ErrorCode.NEGATIVE_AMOUNT, "The amount must be above zero.")


def test_amount_with_three_decimals_is_refused():
    refusal = money.amount_refusal(Decimal("0.001"))

    assert refusal == Refusal(ErrorCode.TOO_PRECISE, "The amount must have at most two decimals.")


def test_amount_beyond_what_can_be_kept_is_refused():
    refusals = [money.amount_refusal(Decimal(amount)) for amount in ("1E+12", "1000000000000.01", "1E+999999")]

    too_large = Refusal(ErrorCode.TOO_LARGE, "The amount must not be above 1,000,000,000,000.")
    assert refusals == [None, too_large, too_large]


def test_decimals_beyond_the_twenty_eighth_digit_are_not_rounded_away():
    amount = Decimal("1." + "0" * 40 + "1")

    assert money.too_precise(amount)


def test_amount_of_one_cent_is_accepted():
    refusal = money.amount_refusal(Decimal("0.01"))

    assert refusal is None


def test_leftover_units_go_to_the_largest_remainders():
    shares = money.spread(100, {"a": 100, "b": 100, "c": 400})

    assert shares == {"a": 17, "b": 16, "c": 67}


def test_equal_remainders_favour_the_heavier_weight():
    shares = money.spread(2, {"a": 100, "b": 300})

    assert shares == {"a": 0, "b": 2}


def test_equal_weights_share_in_the_order_given():
    shares = money.spread(100, {"a": 50, "b": 50, "c": 50})

    assert shares == {"a": 34, "b": 33, "c": 33}


def test_nothing_is_spread_over_nothing():
    shares = money.spread(500, {"a": 0})

    assert shares == {}


@deterministic
@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=8), st.data())
def test_shares_add_up_exactly_and_none_exceeds_its_weight(weights, data):
    named = dict(enumerate(weights))
    total = data.draw(st.integers(0, sum(weights)))

    shares = money.spread(total, named)

    assert sum(shares.values()) == total
    assert all(0 <= shares[key] <= named[key] for key in named)


def test_amounts_are_written_as_people_read_them():
    texts = [
        in_money(Decimal("4.5"), "EUR"),
        in_points(Decimal("120.00")),
        in_points(Decimal("0.50")),
        plain(Decimal("1E+2")),
        plain(Decimal(30)),
    ]

    assert texts == ["4.50 EUR", "120 points", "0.5 points", "100", "30"]
