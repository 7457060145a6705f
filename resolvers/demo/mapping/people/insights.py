"""Score bands and segments by criteria: what is worked out over all customers."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import numpy as np
from sqlalchemy import ColumnElement, and_, exists, insert, literal, select

import models
from models.rules.periods import add_months
from resolvers.demo.journey import SOURCE, Journey
from resolvers.demo.mapping.retailer.lists import key_of
from resolvers.demo.reading.dates import ZONE, instant
from resolvers.demo.writing.batch import InsertSelect, Mapped, records

SCORES = 5
LOWEST = {"RECENCY": -100_000, "FREQUENCY": 0, "MONETARY": 0}
"""The lowest score begins where nobody is below."""
RECENT = timedelta(weeks=4)
QUIET = timedelta(weeks=8)
BIG = "100"


def score_bands(journey: Journey) -> Mapped:
    """Fifths of the customers by the days since their last purchase, purchases and turnover of twelve months."""
    rows = [
        (metric, score + 1, floor if score else LOWEST[metric])
        for metric, values in _metrics(journey).items()
        for score, floor in enumerate(_floors(values))
    ]
    yield records(models.ScoreBand, "metric score floor", rows, worked_out_at=journey.calendar.now)


def _metrics(journey: Journey) -> dict[str, np.ndarray]:
    bills, now = journey.source.bills, journey.calendar.now
    customers = len(journey.source.households)
    last = journey.paid_at[bills.by_customer[bills.starts[1:] - 1]]
    recent = journey.paid_at >= instant(add_months(now, -12, ZONE))
    owner = bills.customer[recent] - 1
    return {
        "RECENCY": -((instant(now) - last) // np.timedelta64(1, "D")).astype("i8"),
        "FREQUENCY": np.bincount(owner, minlength=customers),
        "MONETARY": np.bincount(owner, weights=bills.total[recent], minlength=customers) / 100,
    }


def _floors(values: np.ndarray) -> list[Decimal]:
    ordered = np.sort(values)
    return [Decimal(str(ordered[len(ordered) * score // SCORES])) for score in range(SCORES)]


def criteria_segments(journey: Journey) -> Mapped:
    """Segments whose criteria are filters of customers; the database works the members out."""
    now = journey.calendar.now
    found = list(zip(journey.criteria_segments.items(), _segments(now), strict=True))
    rows = [(key, name, note, criteria, name.lower().replace(" ", "-")) for (key, name), (note, criteria, _) in found]
    yield records(
        models.Segment,
        "id name note criteria external_id",
        rows,
        kind="CRITERIA",
        group_id=key_of(models.SegmentGroup, "behaviour"),
        source=SOURCE,
        refreshed_at=now,
        created_at=now,
    )
    for (key, _), (*_, condition) in found:
        chosen = select(literal(key), models.Customer.id, literal(now, models.Customer.created_at.type))
        where = and_(models.Customer.state == "ACTIVE", condition)
        target = insert(models.SegmentMember).from_select(
            ["segment_id", "customer_id", "since"], chosen.where(where).order_by(models.Customer.id)
        )
        yield InsertSelect(models.SegmentMember, target)


def _segments(now: datetime) -> list[tuple[str, dict[str, object], ColumnElement[bool]]]:
    active = {"state": {"eq": "ACTIVE"}}
    recent, quiet = now - RECENT, now - QUIET
    return [
        (
            "Bought something in the last four weeks.",
            {**active, "purchases": {"some": {"paidAt": {"gte": recent.isoformat()}}}},
            _bought(models.Purchase.paid_at >= recent),
        ),
        (
            "Has not bought for eight weeks, though a voucher waits.",
            {
                **active,
                "purchases": {"none": {"paidAt": {"gte": quiet.isoformat()}}},
                "vouchers": {"some": {"state": {"eq": "ACTIVE"}}},
            },
            and_(~_bought(models.Purchase.paid_at >= quiet), _has_voucher()),
        ),
        (
            f"Has paid {BIG} dollars or more at once.",
            {**active, "purchases": {"some": {"total": {"gte": BIG}}}},
            _bought(models.Purchase.total >= Decimal(BIG)),
        ),
    ]


def _bought(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(models.Purchase.customer_id == models.Customer.id, condition)


def _has_voucher() -> ColumnElement[bool]:
    return exists().where(models.Voucher.customer_id == models.Customer.id, models.Voucher.state == "ACTIVE")
