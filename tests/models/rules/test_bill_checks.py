from __future__ import annotations

from decimal import Decimal

import pytest

from models.rules import bill_checks
from models.rules.basket import Bill, Line
from models.rules.error_codes import ErrorCode
from models.rules.refusals import Refusal, Shortfall


def line(id="1", quantity="1", paid="10.00", *, loyalty_off=False):
    return Line(id, Decimal(quantity), Decimal(paid), loyalty_off=loyalty_off)


def bill(*lines, total=None):
    return Bill("EUR", 1, lines, total=None if total is None else Decimal(total))


def test_sound_bill_is_accepted():
    sound = bill(
        line("1", "2"),
        line("2", "0.350", "3.99"),
        line("3", paid="-0.30", loyalty_off=True),
        line("4", "0", "0"),
        total="13.69",
    )

    refusals = bill_checks.bill_refusals(sound)

    assert refusals == []


def test_bill_without_items_is_refused():
    refusals = bill_checks.bill_refusals(bill())

    assert refusals == [Refusal(ErrorCode.EMPTY_BILL, "The bill has no items.")]


def test_bill_with_too_many_items_is_refused():
    refusals = bill_checks.bill_refusals(bill(*(line(str(number)) for number in range(1001))))

    assert refusals == [Refusal(ErrorCode.TOO_MANY_ITEMS, "The bill has 1001 items; at most 1000 are taken.")]


def test_item_named_twice_is_refused():
    refusals = bill_checks.bill_refusals(bill(line("7"), line("8"), line("7")))

    assert refusals == [Refusal(ErrorCode.DUPLICATE_ITEM, "Item 7 is on the bill 2 times.")]


@pytest.mark.parametrize(
    ("quantity", "paid", "code", "message"),
    [
        ("-1", "0", ErrorCode.NEGATIVE_AMOUNT, "The quantity of item 1 must be above zero."),
        ("0", "1", ErrorCode.NEGATIVE_AMOUNT, "The quantity of item 1 must be above zero."),
        ("NaN", "1", ErrorCode.NEGATIVE_AMOUNT, "The quantity of item 1 must be above zero."),
        ("0.0001", "1", ErrorCode.TOO_PRECISE, "The quantity of item 1 has more than three decimals."),
        ("1", "-0.01", ErrorCode.NEGATIVE_AMOUNT, "The amount paid for item 1 is below zero."),
        ("1", "Infinity", ErrorCode.NEGATIVE_AMOUNT, "The amount paid for item 1 is below zero."),
        ("1", "0.001", ErrorCode.TOO_PRECISE, "The amount paid for item 1 has more than the 2 decimals of EUR."),
    ],
)
def test_senseless_numbers_are_refused(quantity, paid, code, message):
    refusals = bill_checks.bill_refusals(bill(line("1", quantity, paid)))

    assert refusals == [Refusal(code, message)]


def test_total_that_the_items_do_not_add_up_to_is_refused():
    refusals = bill_checks.bill_refusals(bill(line("1"), line("2"), total="24.50"))

    assert refusals == [
        Refusal(
            ErrorCode.TOTALS_DIFFER,
            "The bill's total is 24.50 EUR, its items add up to 20.00 EUR.",
            Shortfall(Decimal("4.50"), "EUR"),
        )
    ]
