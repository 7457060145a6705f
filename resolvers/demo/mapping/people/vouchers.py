"""Coupons sent to households become vouchers; those handed in are applied, the others wait or have expired."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import numpy as np

import models
from resolvers.demo.journey import Journey
from resolvers.demo.mapping.people.codes import code
from resolvers.demo.reading.dates import Instants, instant
from resolvers.demo.reading.redemptions import Redemption
from resolvers.demo.writing.batch import Mapped, Note, RowBatch

NEVER = np.datetime64("NaT", "s")
NOON = np.timedelta64(12, "h")


def vouchers(journey: Journey) -> Mapped:
    """A voucher for each coupon sent. One that was handed in twice was sent twice: a voucher is applied once."""
    redeemed, rows = journey.redemptions, journey.mailed
    customer, coupon, redemption = rows.T
    start, end = _validity(journey, coupon)
    applied = redemption >= 0
    at = np.full(len(rows), NEVER)
    at[applied] = _moments(journey, redeemed)[redemption[applied]]
    over = end <= instant(journey.calendar.now)
    state = np.where(applied, "APPLIED", np.where(over, "EXPIRED", "ACTIVE"))
    bill = np.array([-1 if found.bill is None else found.bill for found in redeemed] + [-1])[redemption]
    yield RowBatch(
        models.Voucher,
        {
            "id": np.arange(1, len(rows) + 1),
            "customer_id": customer,
            "reward_id": coupon + 1,
            "code": _codes(journey),
            "state": state,
            "valid_from": start,
            "valid_to": end,
            "store_id": _or_none(np.where(bill >= 0, journey.source.bills.store[bill], 0)),
            "purchase_id": _or_none(bill + 1),
            "redeemed_at": at,
            "created_at": start,
            "updated_at": np.where(applied, at, np.where(over, end, start)),
        },
    )
    yield from _events(customer, start, np.where(applied, at, end), state)
    yield from _notes(redeemed, len(rows))


def _validity(journey: Journey, coupon: np.ndarray) -> tuple[Instants, Instants]:
    """From the campaign's first day to its last."""
    start, end = {}, {}
    for row in journey.source.campaigns:
        start[row["campaign_id"]] = instant(journey.calendar.start_of(row["start_date"].date()))
        end[row["campaign_id"]] = instant(journey.calendar.start_of(row["end_date"].date() + timedelta(days=1)))
    campaigns = [found.campaign for found in journey.coupons]
    return np.array([start[key] for key in campaigns])[coupon], np.array([end[key] for key in campaigns])[coupon]


def _moments(journey: Journey, redeemed: list[Redemption]) -> Instants:
    """When the bill was paid, or noon of the day where the bill isn't known."""
    noon = [instant(journey.calendar.start_of(found.day)) + NOON for found in redeemed]
    bills = [found.bill for found in redeemed]
    times = [at if bill is None else journey.paid_at[bill] for at, bill in zip(noon, bills, strict=True)]
    return np.array(times, dtype="M8[s]")


def _codes(journey: Journey) -> list[str]:
    households, coupons = journey.source.households.tolist(), [coupon.code for coupon in journey.coupons]
    days = [str(redemption.day) for redemption in journey.redemptions] + [""]
    return [
        code(households[customer - 1], coupons[place], days[day]) for customer, place, day in journey.mailed.tolist()
    ]


def _or_none(keys: np.ndarray) -> list[int | None]:
    return [key or None for key in keys.tolist()]


def _events(customer: np.ndarray, start: Instants, end: Instants, state: np.ndarray) -> Iterator[RowBatch]:
    keys = np.arange(1, len(state) + 1)
    yield RowBatch(models.VoucherEvent, {"voucher_id": keys, "customer_id": customer, "change": "ISSUED", "at": start})
    over = state != "ACTIVE"
    columns = {"voucher_id": keys[over], "customer_id": customer[over], "change": state[over], "at": end[over]}
    yield RowBatch(models.VoucherEvent, columns)


def _notes(redeemed: list[Redemption], vouchers: int) -> Iterator[Note]:
    again = len(redeemed) - len({(found.customer, found.coupon) for found in redeemed})
    linked = sum(found.bill is not None for found in redeemed)
    yield Note(
        f"{len(redeemed):,} redemptions are as many applied vouchers; {again} of them are of a coupon that the "
        "household had handed in before on another day, and got a voucher of their own."
    )
    yield Note(
        f"{linked:,} applied vouchers belong to a bill of that day with one of the coupon's products; the others, "
        "whose day has no such bill, were applied at noon without a bill."
    )
    yield Note(
        f"{vouchers:,} vouchers: all coupons of campaigns B and C, and 16 a household of campaigns A, whose choice the "
        "source doesn't tell: those handed in, then those with most use for the household."
    )
