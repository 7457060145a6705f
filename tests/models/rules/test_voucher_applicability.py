from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from models.rules import applicability
from models.rules.basket import Bill, Line, ProductRelation, Reward, RewardKind, Shopper, Voucher, VoucherState
from models.rules.error_codes import ErrorCode
from models.rules.refusals import Refusal

NOW = datetime(2026, 5, 13, 15, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
BILL = Bill("EUR", 1, (Line("milk", Decimal(2), Decimal("3.00")),), id="B1")
OWNER = Shopper(7)


def reward(**terms):
    return Reward(**{"id": 1, "code": "R1", "name": "A reward", "kind": RewardKind.PERCENT, **terms})


def voucher(**known):
    return Voucher(**{"id": 1, "code": "V1", "reward": reward(), "customer_id": 7, **known})


def codes(benefit, shopper=OWNER):
    return [reason.code for reason in applicability.refusals(benefit, BILL, shopper, NOW)]


def test_active_voucher_applies_for_its_owner():
    reasons = codes(voucher())

    assert reasons == []


@pytest.mark.parametrize(
    ("state", "refusal"),
    [
        (VoucherState.APPLIED, Refusal(ErrorCode.ALREADY_APPLIED, "The voucher has been used.")),
        (VoucherState.CANCELLED, Refusal(ErrorCode.WRONG_STATE, "The voucher has been cancelled.")),
        (VoucherState.EXPIRED, Refusal(ErrorCode.EXPIRED, "The voucher has expired.")),
    ],
)
def test_voucher_that_is_used_up_says_only_that(state, refusal):
    used_up = voucher(state=state, valid_to=NOW - MINUTE, customer_id=99)

    reasons = applicability.refusals(used_up, BILL, OWNER, NOW)

    assert reasons == [refusal]


@pytest.mark.parametrize(
    ("reserved_for", "until", "code"),
    [
        ("B2", NOW + MINUTE, [ErrorCode.RESERVED_ELSEWHERE]),
        ("B1", NOW + MINUTE, []),
        ("B2", NOW, []),
        ("B2", None, []),
    ],
)
def test_reserved_voucher_is_put_aside_for_one_bill_for_a_time(reserved_for, until, code):
    reserved = voucher(state=VoucherState.RESERVED, reserved_for=reserved_for, reserved_until=until)

    reasons = codes(reserved)

    assert reasons == code


@pytest.mark.parametrize("shopper", [Shopper(8), Shopper()])
def test_voucher_of_another_customer_is_refused_unless_it_is_portable(shopper):
    reasons = (codes(voucher(), shopper), codes(voucher(portable=True), shopper))

    assert reasons == ([ErrorCode.WRONG_CUSTOMER], [])


@pytest.mark.parametrize(("store_id", "code"), [(2, [ErrorCode.WRONG_STORE]), (1, []), (None, [])])
def test_voucher_may_be_for_one_store(store_id, code):
    reasons = codes(voucher(store_id=store_id))

    assert reasons == code


def test_vouchers_own_dates_take_the_place_of_its_rewards():
    ended = reward(valid_to=NOW - MINUTE)

    reasons = (codes(voucher(reward=ended)), codes(voucher(valid_to=NOW)), codes(voucher(valid_from=NOW + MINUTE)))

    assert reasons == ([], [ErrorCode.EXPIRED], [ErrorCode.NOT_YET_VALID])


def test_vouchers_own_currency_takes_the_place_of_its_rewards():
    reasons = codes(voucher(reward=reward(currency="EUR"), currency="CZK", value=Decimal(100)))

    assert reasons == [ErrorCode.WRONG_CURRENCY]


def test_limits_and_points_are_not_asked_again_when_a_voucher_is_used():
    issued = reward(limit_per_customer=1, limit_total=1, points_cost=Decimal(500))

    reasons = codes(voucher(reward=issued), Shopper(7, used={1: 1}, used_in_total={1: 1}, pays=False))

    assert reasons == []


def test_segments_and_statuses_are_asked_unless_the_voucher_is_portable():
    bound = reward(segment_ids=frozenset({5}), status_ids=frozenset({6}))

    reasons = (codes(voucher(reward=bound)), codes(voucher(reward=bound, portable=True)))

    assert reasons == ([ErrorCode.SEGMENT_REQUIRED, ErrorCode.STATUS_REQUIRED], [])


def test_voucher_asks_of_the_bill_what_its_reward_asks():
    asking = reward(minimum_purchase=Decimal(5), conditions=(ProductRelation(count=Decimal(3)),))

    reasons = codes(voucher(reward=asking))

    assert reasons == [ErrorCode.MINIMUM_NOT_MET, ErrorCode.CONDITION_NOT_MET]


def test_issuing_asks_nothing_of_the_bill():
    asking = reward(store_ids=frozenset({99}), weekdays=frozenset(), minimum_purchase=Decimal(5))

    reasons = applicability.issue_refusals(asking, OWNER, NOW)

    assert reasons == []


def test_issuing_asks_for_dates_segments_limits_and_points():
    asking = reward(valid_from=NOW + MINUTE, segment_ids=frozenset({5}), limit_per_customer=1, points_cost=Decimal(500))

    reasons = applicability.issue_refusals(asking, Shopper(7, used={1: 1}), NOW)

    assert [reason.code for reason in reasons] == [
        ErrorCode.NOT_YET_VALID,
        ErrorCode.SEGMENT_REQUIRED,
        ErrorCode.LIMIT_REACHED,
        ErrorCode.POINTS_SHORT,
    ]


def test_voucher_is_issued_only_to_a_customer():
    reasons = applicability.issue_refusals(reward(), Shopper(), NOW)

    assert reasons == [Refusal(ErrorCode.CUSTOMER_REQUIRED, "A voucher is issued to a customer.")]
