from __future__ import annotations

from datetime import UTC, datetime

import pytest

from models.rules.login import (
    Subject,
    Verdict,
    code_expiry,
    code_verdict,
    confirmation_expiry,
    counted_address,
    one_time_code,
    password_flaw,
    verdict,
)


@pytest.mark.parametrize(
    ("guesses", "becomes"),
    [
        ({}, Verdict.OPEN),
        ({Subject.ADDRESS: 4, Subject.NAME: 4, Subject.ACCOUNT: 4}, Verdict.OPEN),
        ({Subject.ADDRESS: 5}, Verdict.TOO_MANY),
        ({Subject.NAME: 5, Subject.ACCOUNT: 5}, Verdict.TOO_MANY),
        ({Subject.ACCOUNT: 5, Subject.NAME: 1}, Verdict.SILENT),
    ],
)
def test_the_sixth_guess_is_not_looked_at(guesses, becomes):
    assert verdict(guesses) is becomes


@pytest.mark.parametrize(
    ("misses", "becomes"),
    [
        ({}, Verdict.OPEN),
        ({Subject.ACCOUNT: 19, Subject.NAME: 199, Subject.ADDRESS: 199}, Verdict.OPEN),
        ({Subject.ACCOUNT: 20}, Verdict.TOO_MANY),
        ({Subject.NAME: 200}, Verdict.TOO_MANY),
        ({Subject.ADDRESS: 200}, Verdict.TOO_MANY),
    ],
)
def test_codes_are_tried_twenty_times_for_a_customer_and_more_often_through_a_till(misses, becomes):
    assert code_verdict(misses) is becomes


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::"),
        ("a socket", "a socket"),
    ],
)
def test_guesses_are_counted_by_what_one_household_is_given(address, counted):
    assert counted_address(address) == counted


def test_a_code_has_six_digits_and_lives_for_ten_minutes():
    code = one_time_code(lambda digits: digits[7])

    assert code == "777777"
    assert code_expiry(datetime(2024, 5, 15, 12, tzinfo=UTC)) == datetime(2024, 5, 15, 12, 10, tzinfo=UTC)


def test_a_code_that_confirms_an_address_lives_for_an_hour():
    assert confirmation_expiry(datetime(2024, 5, 15, 12, tzinfo=UTC)) == datetime(2024, 5, 15, 13, tzinfo=UTC)


@pytest.mark.parametrize(
    ("password", "flaw"),
    [
        ("correct horse", None),
        ("short7!", "A password has 8 characters at least, and three different ones."),
        ("abababababab", "A password has 8 characters at least, and three different ones."),
        ("abc" * 86, "A password has 256 characters at most."),
        ("Jana@Example.com", "A password isn't the customer's own name, e-mail address or phone number."),
    ],
)
def test_a_password_is_long_enough_and_not_the_owners_name(password, flaw):
    assert password_flaw(password, ("Jana", None, "jana@example.com")) == flaw
