"""Vouchers of the catalogue's rewards that customers bought with points; made up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

import models
from resolvers.demo.journey import Journey
from resolvers.demo.mapping.people.codes import code
from resolvers.demo.mapping.retailer.catalogue_rewards import CATALOGUE
from resolvers.demo.reading.dates import instant
from resolvers.demo.writing.batch import Mapped, Note, records

SHARE = 0.2
LIFE = timedelta(days=30)


@dataclass(frozen=True)
class PaidVoucher:
    """A voucher that a customer paid for with points."""

    voucher: int
    customer: int
    reward: int
    cost: int
    at: datetime


def bought(journey: Journey) -> list[PaidVoucher]:
    """A fifth of the customers who had the points bought one, in the last four weeks.

    The vouchers' keys follow those of the coupons' vouchers.
    """
    found: list[PaidVoucher] = []
    first_voucher, first_reward = len(journey.mailed) + 1, len(journey.coupons) + 1
    priced = [(key, reward.points) for key, reward in enumerate(CATALOGUE, first_reward) if reward.points]
    for customer, household in enumerate(journey.source.households.tolist(), 1):
        chance = Random(f"points of household {household}")  # noqa: S311 - made up, not secret
        at = journey.calendar.now - timedelta(minutes=chance.randint(8 * 24 * 60, 28 * 24 * 60))
        had = _points(journey, customer, at)
        affordable = [(key, cost) for key, cost in priced if cost <= had]
        if affordable and chance.random() < SHARE:
            found.append(PaidVoucher(first_voucher + len(found), customer, *chance.choice(affordable), at))
    return found


def bought_vouchers(journey: Journey) -> Mapped:
    """All of them are still good: they live for thirty days."""
    households = journey.source.households.tolist()
    vouchers = bought(journey)
    codes = [code(households[one.customer - 1], one.reward, "points") for one in vouchers]
    rows = [
        (one.voucher, one.customer, one.reward, voucher_code, one.at, one.at + LIFE, one.at)
        for one, voucher_code in zip(vouchers, codes, strict=True)
    ]
    yield records(models.Voucher, "id customer_id reward_id code valid_from valid_to created_at", rows)
    events = [(one.voucher, one.customer, one.at) for one in vouchers]
    yield records(models.VoucherEvent, "voucher_id customer_id at", events, change="ISSUED")
    yield Note(f"{len(rows):,} vouchers that customers bought with points are made up.")


def _points(journey: Journey, customer: int, at: datetime) -> int:
    """Points that had been earned at a moment and had not expired."""
    bills = journey.source.bills
    own = bills.by_customer[bills.starts[customer - 1] : bills.starts[customer]]
    there = (journey.paid_at[own] <= instant(at)) & (journey.points_expire_at[own] > instant(at))
    return int(bills.points[own][there].sum())
