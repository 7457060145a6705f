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
        (CodeGeneration.RANDOM, "YYYYYYYYYYYYYY"),
        (CodeGeneration.NUMERIC, "99999999999999999999"),
        (CodeGeneration.REWARD_CODE, "MILK-YYYYYYYYYYYYYY"),
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


@pytest.mark.parametrize(
    ("generation", "length", "characters"),
    [
        (CodeGeneration.RANDOM, 14, 22),
        # The last digit follows from the others.
        (CodeGeneration.NUMERIC, 19, 10),
        (CodeGeneration.REWARD_CODE, 14, 22),
    ],
)
def test_nobody_guesses_sixty_bits(generation, length, characters):
    drawn = []

    voucher_code.voucher_code(generation, lambda letters: drawn.append(len(letters)) or letters[0], "MILK")

    assert drawn == [characters] * length
    assert characters**length >= 2**voucher_code.ENTROPY


def test_a_reward_s_code_is_cut_before_its_voucher_s_grows_too_long():
    made = voucher_code.voucher_code(CodeGeneration.REWARD_CODE, last, "a reward " * 7)

    assert made == "AREWARDAREWARDAREWARDAREWARDAREWARDAREWARDAREWARD"[:49] + "-YYYYYYYYYYYYYY"
    assert len(made) == voucher_code.LONGEST_CODE


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("spring", "SPRING"),
        ("  welc ome-10\n", "WELCOME10"),
        ("MILK\u2013X3", "MILKX3"),
        ("Jarni\u0301", "JARNÍ"),
        ("\uff11\uff12", "12"),
    ],
)
def test_case_spaces_and_hyphens_make_no_difference(typed, read):
    assert voucher_code.code_key(typed) == read
    assert voucher_code.readings(typed) == {read, typed}


@pytest.mark.parametrize(("code", "short"), [("1", True), ("a-b c-d", True), ("jana-1", False), ("?!?!?!", True)])
def test_hyphens_and_spaces_make_no_code_longer(code, short):
    assert voucher_code.is_too_short(code, 5) is short
