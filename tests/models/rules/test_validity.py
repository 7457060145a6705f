from __future__ import annotations

from datetime import UTC, datetime

import pytest

from models.rules import validity
from models.rules.validity import VoucherValidity

PRAGUE = "Europe/Prague"
ISSUED = datetime(2026, 3, 1, 14, tzinfo=UTC)
REWARD_ENDS = datetime(2026, 3, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "value", "end"),
    [
        (VoucherValidity.INTERVAL, "P30D", datetime(2026, 3, 31, 22, tzinfo=UTC)),
        (VoucherValidity.INTERVAL, "P2M", datetime(2026, 5, 1, 22, tzinfo=UTC)),
        (VoucherValidity.END_OF_TIME_UNIT, "DAY", datetime(2026, 3, 1, 23, tzinfo=UTC)),
        (VoucherValidity.END_OF_TIME_UNIT, "QUARTER", datetime(2026, 3, 31, 22, tzinfo=UTC)),
        (VoucherValidity.REWARD_VALIDITY, None, REWARD_ENDS),
    ],
)
def test_voucher_lives_as_its_reward_says(kind, value, end):
    moment = validity.voucher_end(kind, value, issued_at=ISSUED, zone=PRAGUE, reward_ends_at=REWARD_ENDS)

    assert moment == end


def test_voucher_of_an_endless_reward_has_no_end():
    moment = validity.voucher_end(
        VoucherValidity.REWARD_VALIDITY, None, issued_at=ISSUED, zone=PRAGUE, reward_ends_at=None
    )

    assert moment is None


@pytest.mark.parametrize(
    ("kind", "value", "valid"),
    [
        (VoucherValidity.INTERVAL, "P30D", True),
        (VoucherValidity.INTERVAL, "MONTH", False),
        (VoucherValidity.INTERVAL, None, False),
        (VoucherValidity.END_OF_TIME_UNIT, "MONTH", True),
        (VoucherValidity.END_OF_TIME_UNIT, "P30D", False),
        (VoucherValidity.END_OF_TIME_UNIT, None, False),
        (VoucherValidity.REWARD_VALIDITY, None, True),
    ],
)
def test_setting_needs_the_value_that_its_kind_reads(kind, value, valid):
    verdict = validity.is_valid_setting(kind, value)

    assert verdict is valid
