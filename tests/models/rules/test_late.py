from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from models.rules.applicability import refusals
from models.rules.basket import Bill, Line, Reward, RewardKind, Shopper, Voucher, VoucherState
from models.rules.error_codes import ErrorCode
from models.rules.late import as_paid, is_late, takes_rewards

AT = datetime(2026, 5, 13, 11, tzinfo=UTC)
MINUTES = timedelta(minutes=1)
TOLERANCE = 5 * MINUTES
TENTH = Reward(1, "TENTH", "A tenth", RewardKind.PERCENT, Decimal(10))
VOUCHER = Voucher(5, "V5", TENTH, 7)
BILL = Bill("EUR", 1, (Line("1", Decimal(1), Decimal(100)),))


@pytest.mark.parametrize(("minutes", "late"), [(-1, False), (0, False), (5, False), (6, True)])
def test_a_bill_is_late_once_no_difference_of_clocks_explains_it(minutes: int, late: bool) -> None:
    assert is_late(AT, AT + minutes * MINUTES, TOLERANCE) is late


@pytest.mark.parametrize(("hours", "takes"), [(0, True), (24, True), (25, False)])
def test_rewards_apply_without_a_voucher_for_a_day(hours: int, takes: bool) -> None:
    assert takes_rewards(AT, AT + timedelta(hours=hours)) is takes


@pytest.mark.parametrize(("minutes", "codes"), [(-1, []), (1, []), (5, []), (6, [ErrorCode.NOT_YET_VALID])])
def test_what_began_a_moment_later_by_our_clock_holds_already(minutes: int, codes: list[ErrorCode]) -> None:
    begins = AT + minutes * MINUTES

    for benefit in (replace(TENTH, valid_from=begins), replace(VOUCHER, valid_from=begins)):
        found = refusals(as_paid(benefit, AT, TOLERANCE), BILL, Shopper(7), AT)
        assert [refusal.code for refusal in found] == codes


@pytest.mark.parametrize(("minutes", "codes"), [(60, []), (0, [ErrorCode.EXPIRED])])
def test_a_voucher_that_has_expired_since_had_not_yet(minutes: int, codes: list[ErrorCode]) -> None:
    expired = replace(VOUCHER, state=VoucherState.EXPIRED, valid_to=AT + minutes * MINUTES)

    found = refusals(as_paid(expired, AT, TOLERANCE), BILL, Shopper(7), AT)

    assert [refusal.code for refusal in found] == codes


def test_a_voucher_that_was_used_stays_used() -> None:
    used = replace(VOUCHER, state=VoucherState.APPLIED)

    assert as_paid(used, AT, TOLERANCE) == used
