"""How long a voucher lives."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from models.rules.periods import TimeUnit, add_period, end_of, is_period


class VoucherValidity(StrEnum):
    """How long a voucher lives after it was issued."""

    INTERVAL = "INTERVAL"
    END_OF_TIME_UNIT = "END_OF_TIME_UNIT"
    REWARD_VALIDITY = "REWARD_VALIDITY"


def is_valid_setting(validity: VoucherValidity, value: str | None) -> bool:
    """An interval needs a period such as `P30D`, the end of a time unit needs the unit."""
    if validity is VoucherValidity.INTERVAL:
        return value is not None and is_period(value)
    if validity is VoucherValidity.END_OF_TIME_UNIT:
        return value in set(TimeUnit)
    return True


def voucher_end(
    validity: VoucherValidity,
    value: str | None,
    *,
    issued_at: datetime,
    zone: str,
    reward_ends_at: datetime | None,
) -> datetime | None:
    """The moment from which a voucher can no longer be used; none when it has no end.

    An interval ends with its last day, as customers read only the date: thirty days from the afternoon of 1
    March last through 31 March. A voucher may outlive its reward, unless it lives as long as the reward does.
    """
    if validity is VoucherValidity.REWARD_VALIDITY:
        return reward_ends_at
    if validity is VoucherValidity.END_OF_TIME_UNIT:
        return end_of(TimeUnit(value or ""), issued_at, zone)
    return end_of(TimeUnit.DAY, add_period(issued_at, value or "", zone), zone)
