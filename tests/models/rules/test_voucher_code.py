from __future__ import annotations

import pytest

from models.rules import voucher_code
from models.rules.card_number import luhn_digit
from models.rules.voucher_code import CodeGeneration


def last(characters):
    return characters[-1]


@pytest.mark.parametrize(
    ("generation", "code"),
    [
        (CodeGeneration.RANDOM, "YYYYYYYYYY"),
        (CodeGeneration.NUMERIC, "999999999991"),
        (CodeGeneration.REWARD_CODE, "MILK-YYYYYYYY"),
    ],
)
def test_code_is_made_as_its_reward_says(generation, code):
    made = voucher_code.voucher_code(generation, last, "MILK")

    assert made == code


def test_numeric_code_ends_with_its_check_digit():
    made = voucher_code.voucher_code(CodeGeneration.NUMERIC, lambda digits: digits[4], "MILK")

    assert made[-1] == luhn_digit(made[:-1])


def test_alphabet_has_no_look_alikes_and_no_vowels():
    unwanted = set("0O1IL2Z5S8BAEU")

    overlap = unwanted & set(voucher_code.ALPHABET)

    assert overlap == set()
    assert len(set(voucher_code.ALPHABET)) == len(voucher_code.ALPHABET) == 22


def test_case_and_spaces_make_no_difference():
    code = voucher_code.normalised("  welc ome-10\n")

    assert code == "WELCOME-10"
