"""Bills that come late: how they are judged, as what happened can't be undone by refusing them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from models.rules.basket import Benefit, Reward, VoucherState

DIRECT_WITHIN = timedelta(days=1)
"""So long after a bill was paid, rewards may still be applied to it without a voucher."""


def is_late(paid_at: datetime, now: datetime, clocks_differ: timedelta) -> bool:
    """Whether a bill was paid longer ago than clocks may differ.

    It is taken then without what can't be had any more; one that is being paid is refused.
    """
    return now - paid_at > clocks_differ


def takes_rewards(paid_at: datetime, now: datetime) -> bool:
    """Whether rewards apply to a bill without a voucher: one of long ago may have been dated to get what is over."""
    return now - paid_at <= DIRECT_WITHIN


def as_paid(benefit: Benefit, at: datetime, clocks_differ: timedelta) -> Benefit:
    """A benefit as it was when a bill was paid, by a clock that may be slow.

    One whose validity began a moment later by ours holds already; a voucher that has expired since had not yet.
    """
    begins = benefit.valid_from
    if begins is not None and at < begins <= at + clocks_differ:
        benefit = replace(benefit, valid_from=at)
    if not isinstance(benefit, Reward) and benefit.state is VoucherState.EXPIRED:
        benefit = replace(benefit, state=VoucherState.ACTIVE)
    return benefit
