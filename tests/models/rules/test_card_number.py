from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.rules import card_number
from models.rules.card_number import CardPattern, CheckDigit
from models.rules.error_codes import ErrorCode
from models.rules.refusals import Refusal

LOYALTY = CardPattern("97", 10, CheckDigit.LUHN)
deterministic = settings(derandomize=True, deadline=None, max_examples=100)


@pytest.mark.parametrize(
    ("check", "digits", "digit"),
    [
        (CheckDigit.LUHN, "7992739871", "3"),
        (CheckDigit.LUHN, "411111111111111", "1"),
        (CheckDigit.EAN13, "400638133393", "1"),
        (CheckDigit.EAN13, "978014300723", "4"),
        (CheckDigit.NONE, "123", ""),
    ],
)
def test_check_digit_follows_from_the_others(check, digits, digit):
    following = card_number.check_digit(check, digits)

    assert following == digit


@pytest.mark.parametrize(
    ("pattern", "serial", "number"),
    [
        (LOYALTY, 42, "9700000426"),
        (CardPattern("2", 13, CheckDigit.EAN13), 123, "2000000001234"),
        (CardPattern("VIP", 8), 7, "VIP00007"),
        (CardPattern("", 4), 9999, "9999"),
    ],
)
def test_number_is_generated_from_prefix_and_serial(pattern, serial, number):
    generated = card_number.generate(pattern, serial)

    assert generated == number


@pytest.mark.parametrize(
    ("pattern", "serial"), [(LOYALTY, 10**7), (LOYALTY, -1), (CardPattern("970", 4, CheckDigit.LUHN), 0)]
)
def test_serial_that_does_not_fit_is_refused(pattern, serial):
    refusal = card_number.generate(pattern, serial)

    assert refusal == Refusal(ErrorCode.LIMIT_REACHED, "This type of card has no such number.")


@pytest.mark.parametrize(
    ("pattern", "numbers"), [(LOYALTY, 10**7), (CardPattern("97", 3), 10), (CardPattern("97", 3, CheckDigit.LUHN), 0)]
)
def test_a_type_has_as_many_numbers_as_its_serial_has_digits(pattern, numbers):
    capacity = card_number.capacity(pattern)

    assert capacity == numbers


def test_prefix_with_letters_takes_no_check_digit():
    refusal = card_number.generate(CardPattern("VIP", 10, CheckDigit.LUHN), 1)

    assert refusal == Refusal(ErrorCode.WRONG_CHARACTER, "The number may hold only digits.")


@pytest.mark.parametrize(
    ("pattern", "number", "code", "message"),
    [
        (LOYALTY, "97000004²5", ErrorCode.WRONG_CHARACTER, "The number may hold only digits."),
        (LOYALTY, "", ErrorCode.WRONG_CHARACTER, "The number may hold only digits."),
        (
            CardPattern("V", 3),
            "V 1",
            ErrorCode.WRONG_CHARACTER,
            "The number may hold only letters and digits.",
        ),
        (LOYALTY, "9600000426", ErrorCode.WRONG_PREFIX, "The number must begin with 97."),
        (LOYALTY, "97000426", ErrorCode.WRONG_LENGTH, "The number must have 10 characters."),
        (
            LOYALTY,
            "9700000424",
            ErrorCode.WRONG_CHECK_DIGIT,
            "The number's last digit doesn't match the others.",
        ),
    ],
)
def test_number_unlike_its_type_is_refused(pattern, number, code, message):
    refusal = card_number.refusal(pattern, number)

    assert refusal == Refusal(code, message)


@pytest.mark.parametrize("written", ["99123456", "9912 3456", "99-12-34-56", " 99\u00a012\u20133456"])
def test_spaces_hyphens_and_dashes_in_a_number_mean_nothing(written):
    assert card_number.normalised(written) == "99123456"


@pytest.mark.parametrize(("pattern", "number"), [(LOYALTY, "9700000426"), (CardPattern("VIP", 8), "VIP0000a")])
def test_number_like_its_type_is_accepted(pattern, number):
    refusal = card_number.refusal(pattern, number)

    assert refusal is None


@deterministic
@given(st.sampled_from([CheckDigit.LUHN, CheckDigit.EAN13]), st.integers(0, 10**9 - 1), st.data())
def test_generated_number_is_accepted_and_one_wrong_digit_is_not(check, serial, data):
    pattern = CardPattern("9", 11, check)

    number = card_number.generate(pattern, serial)

    position, digit = data.draw(st.integers(1, 10)), data.draw(st.sampled_from("0123456789"))
    slipped = number[:position] + digit + number[position + 1 :]
    assert (card_number.refusal(pattern, slipped) is None) == (slipped == number)
