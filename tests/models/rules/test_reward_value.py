from __future__ import annotations

from decimal import Decimal

import pytest

from models.rules.basket import RewardKind
from models.rules.reward_value import own_value_refusal, value_refusal

PERCENT, AMOUNT, FINAL_PRICE = RewardKind.PERCENT, RewardKind.AMOUNT, RewardKind.FINAL_PRICE


@pytest.mark.parametrize(
    ("kind", "value", "currency", "code"),
    [
        (PERCENT, "100", None, None),
        (PERCENT, "100.01", None, "OUT_OF_RANGE"),
        (AMOUNT, "500", "CZK", None),
        (AMOUNT, "99.5", "JPY", "TOO_PRECISE"),
        (FINAL_PRICE, "0.125", "BHD", None),
        (AMOUNT, "0.125", None, None),
        (RewardKind.FREE_PRODUCT, "2", None, None),
    ],
)
def test_a_reward_s_value_goes_with_its_kind(kind, value, currency, code):
    refused = value_refusal(kind, Decimal(value), currency)

    assert (refused and refused.code) == code


@pytest.mark.parametrize(
    ("kind", "of_reward", "value", "currency", "wrong"),
    [
        (PERCENT, None, "15", None, None),
        (PERCENT, None, "500", None, ("value", "OUT_OF_RANGE")),
        (PERCENT, None, "500", "CZK", ("currency", "WRONG_KIND")),
        (AMOUNT, "CZK", "500", "CZK", None),
        (AMOUNT, "CZK", "500", "EUR", ("currency", "WRONG_CURRENCY")),
        (AMOUNT, "CZK", "500", None, ("currency", "REQUIRED")),
        (FINAL_PRICE, None, "500", "EUR", None),
        (AMOUNT, "JPY", "0.5", "JPY", ("value", "TOO_PRECISE")),
        (RewardKind.GIFT, None, "1", None, ("value", "WRONG_KIND")),
        (RewardKind.FREE_PRODUCT, None, "2", None, ("value", "WRONG_KIND")),
    ],
)
def test_a_voucher_s_own_value_goes_with_its_reward(kind, of_reward, value, currency, wrong):
    refused = own_value_refusal(kind, of_reward, Decimal(value), currency)

    assert (refused and (refused[0], refused[1].code)) == wrong
