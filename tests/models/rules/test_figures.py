"""What a customer's months come to."""

from datetime import date
from decimal import Decimal

import pytest

from models.rules.figures import Month, Total, mean, total_of

MAY, JUNE = date(2024, 5, 1), date(2024, 6, 1)


def test_months_are_summed_in_the_currency_of_most_bills() -> None:
    months = [
        Month("CZK", MAY, 2, Decimal(300)),
        Month("EUR", MAY, 1, Decimal(7)),
        Month("EUR", JUNE, 2, Decimal("3.01")),
    ]

    assert total_of(months) == Total(5, "EUR", Decimal("10.01"), Decimal("3.34"))


def test_of_currencies_with_as_many_bills_the_first_stands_for_the_customer() -> None:
    assert total_of([Month("EUR", MAY, 1, Decimal(7)), Month("CZK", MAY, 1, Decimal(9))]).currency == "CZK"


def test_nothing_comes_to_nothing() -> None:
    assert total_of([]) == Total(0, None, Decimal(0), None)


@pytest.mark.parametrize(
    ("turnover", "count", "expected"),
    [("0.01", 2, "0.01"), ("-0.01", 2, "-0.01"), ("100", 3, "33.33"), ("0", 3, "0.00")],
)
def test_a_mean_is_rounded_to_the_cent_as_people_round(turnover: str, count: int, expected: str) -> None:
    assert mean(Decimal(turnover), count) == Decimal(expected)
