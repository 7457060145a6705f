"""Discounts that a till gave by itself: in order, and shared by the lines of a bill."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.basket import Bill, Line, standings
from models.rules.discounting import basic_total
from models.rules.refusals import Refusal, Shortfall
from models.rules.till_discounts import TillDiscount, TillDiscountKind, in_order, off, without

PROMOTION, COUPON = TillDiscountKind.PROMOTION, TillDiscountKind.COUPON


def taken(amount: str, kind: TillDiscountKind = PROMOTION) -> TillDiscount:
    return TillDiscount(kind, Decimal(amount))


def lines(*paid: str) -> list[Line]:
    return [Line(str(place), Decimal(1), Decimal(amount)) for place, amount in enumerate(paid)]


def test_discounts_add_up_by_kind():
    discounts = [taken("1.50"), taken("2", COUPON)]

    assert (off(discounts), off(discounts, COUPON), off([])) == (Decimal("3.50"), Decimal(2), Decimal(0))


def test_amounts_that_a_currency_has_not_are_refused():
    found = list(in_order([taken("1.50"), taken("0.5", COUPON)], "JPY"))

    assert [(one.code, one.message) for one in found] == [
        ("TOO_PRECISE", "A discount by PROMOTION has more than the 0 decimals of JPY."),
        ("TOO_PRECISE", "A discount by COUPON has more than the 0 decimals of JPY."),
    ]
    assert list(in_order([taken("1.50")], "CZK")) == []


@pytest.mark.parametrize(
    ("paid", "whole", "left"),
    [
        (["60", "40"], "10", ["54.00", "36.00"]),
        (["10", "10", "10"], "1", ["9.66", "9.67", "9.67"]),
        (["10", "0", "-3"], "10", ["0.00", "0", "-3"]),
        (["10"], "0.01", ["9.99"]),
    ],
)
def test_what_came_off_the_whole_bill_is_shared_by_its_lines(paid, whole, left):
    found = without(lines(*paid), [taken(whole)], "CZK")

    assert [str(one.paid) for one in found] == left


def test_more_than_there_is_to_pay_is_not_taken_off():
    found = without(lines("10", "-3"), [taken("6"), taken("4.01")], "CZK")

    assert found == Refusal(
        "OUT_OF_RANGE",
        "Of the whole bill, 10.01 CZK are taken off, of 10.00 CZK.",
        Shortfall(Decimal("0.01"), "CZK"),
    )


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=8), st.integers(0, 10_000))
def test_shares_come_to_what_was_taken_off_and_to_no_more_than_is_to_pay(cents, whole):
    before = [Line(str(place), Decimal(1), Decimal(paid).scaleb(-2)) for place, paid in enumerate(cents)]
    whole = min(whole, sum(cents))

    found = without(before, [TillDiscount(PROMOTION, Decimal(whole).scaleb(-2))], "CZK")

    assert not isinstance(found, Refusal)
    assert sum(one.paid for one in found) == Decimal(sum(cents) - whole).scaleb(-2)
    assert all(0 <= less.paid <= one.paid for one, less in zip(before, found, strict=True))


def test_a_basic_discount_passes_over_lines_that_the_till_discounted():
    bill = Bill("CZK", 1, (Line("a", Decimal(1), Decimal(100)), Line("b", Decimal(1), Decimal(50), is_reduced=True)))

    found = [basic_total(standings(bill), Decimal(10), on_discounted=each) for each in (False, True)]

    assert found == [1000, 1500]
