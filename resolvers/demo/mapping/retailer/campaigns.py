"""Campaigns with the customers they were sent to, and their coupons as rewards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import numpy as np

import models
from resolvers.demo.journey import CURRENCY, SOURCE, Journey
from resolvers.demo.mapping.retailer.lists import key_of
from resolvers.demo.reading.coupon_values import CouponValue, coupon_value
from resolvers.demo.reading.coupons import Coupon
from resolvers.demo.writing.batch import Mapped, Note, RowBatch, records

UNREADABLE = CouponValue(100)
"""Where a coupon's number doesn't tell, a dollar: what most of the source's coupons take off."""


def campaigns(journey: Journey) -> Mapped:
    """A campaign's key, and that of the segment of its customers, is the source's own number."""
    rows = [_campaign(journey, campaign) for campaign in journey.source.campaigns]
    named = [(key, name, f"campaign-{key}") for key, name, *_ in rows]
    group = key_of(models.SegmentGroup, "campaigns")
    yield records(
        models.Segment,
        "id name external_id",
        named,
        kind="LIST",
        group_id=group,
        source=SOURCE,
        note="Had the campaign.",
    )
    yield RowBatch(models.SegmentMember, _members(journey))
    columns = "id name kind valid_from valid_to external_id segment_id"
    yield records(models.Campaign, columns, [(*row, str(row[0]), row[0]) for row in rows], source=SOURCE)


def _campaign(journey: Journey, row: dict[str, Any]) -> tuple[Any, ...]:
    key, kind = row["campaign_id"], row["campaign_type"]
    start, end = row["start_date"].date(), row["end_date"].date()
    calendar = journey.calendar
    return key, f"Campaign {key} ({kind})", kind, calendar.start_of(start), calendar.start_of(end + timedelta(days=1))


def _members(journey: Journey) -> dict[str, object]:
    sent = journey.source.recipients
    campaign = np.concatenate([np.full(len(members), key) for key, members in sent.items()])
    starts = {
        row["campaign_id"]: journey.calendar.start_of(row["start_date"].date()) for row in journey.source.campaigns
    }
    return {
        "segment_id": campaign,
        "customer_id": np.concatenate(list(sent.values())),
        "since": [starts[key] for key in campaign.tolist()],
    }


def coupon_rewards(journey: Journey) -> Mapped:
    """A reward for each coupon of a campaign, good for one of its products while the campaign runs."""
    periods = {key: (start, end) for key, _, _, start, end in (_campaign(journey, c) for c in journey.source.campaigns)}
    coupons, keys = journey.coupons, list(range(1, len(journey.coupons) + 1))
    rows = [
        (key, coupon.code, coupon.code, _name(coupon), *_value(coupon), coupon.campaign, *periods[coupon.campaign])
        for key, coupon in zip(keys, coupons, strict=True)
    ]
    yield records(
        models.Reward,
        "id code external_id name kind value currency_code campaign_id valid_from valid_to",
        rows,
        source=SOURCE,
        group="CAMPAIGN",
        type_id=key_of(models.RewardType, "coupon"),
        priority=4,
    )
    segments = [(key, coupon.campaign) for key, coupon in zip(keys, coupons, strict=True)]
    yield records(models.RewardSegment, "reward_id segment_id", segments)
    wanted = conditions(coupons)
    counts = [(key, place + 1, role, Decimal(count)) for key, (place, role, count) in enumerate(wanted, 1)]
    yield records(models.RewardCondition, "id reward_id role count", counts, related_to="PRODUCT")
    yield from _targets([coupons[place] for place, *_ in wanted])
    yield from _notes(coupons)


def conditions(coupons: list[Coupon]) -> list[tuple[int, str, int]]:
    """Every (place of the coupon, role, how many): so many to buy, and one of them free where that is the gain."""
    bought = [(place, "CONDITION", _read(coupon).count) for place, coupon in enumerate(coupons)]
    free = [(place, "BONUS", 1) for place, coupon in enumerate(coupons) if _read(coupon).cents is None]
    return bought + free


def _read(coupon: Coupon) -> CouponValue:
    return coupon_value(coupon.upc) or UNREADABLE


def _value(coupon: Coupon) -> tuple[str, Decimal | None, str | None]:
    cents = _read(coupon).cents
    return ("AMOUNT", Decimal(cents) / 100, CURRENCY) if cents else ("FREE_PRODUCT", None, None)


def _name(coupon: Coupon) -> str:
    value = _read(coupon)
    gain = f"${value.cents / 100:.2f} off" if value.cents else "One free"
    return (
        f"{gain} with coupon {coupon.upc}" if value.count == 1 else f"{gain} for {value.count} with coupon {coupon.upc}"
    )


def _targets(coupons: list[Coupon]) -> Iterator[RowBatch]:
    sizes = [len(coupon.products) for coupon in coupons]
    condition = np.repeat(np.arange(1, len(coupons) + 1), sizes)
    products = np.concatenate([coupon.products for coupon in coupons])
    yield RowBatch(models.RewardConditionTarget, {"condition_id": condition, "product_id": products})


def _notes(coupons: list[Coupon]) -> Iterator[Note]:
    links, repeated = sum(c.links for c in coupons), sum(c.repeated for c in coupons)
    unknown = sum(coupon.unknown for coupon in coupons)
    yield Note(
        f"Of {links:,} coupon-product links {repeated:,} say the same again and were merged; "
        f"{unknown:,} name a product that isn't there and were dropped."
    )
    own = Counter("read" if coupon_value(coupon.upc) else "guessed" for coupon in coupons)
    yield Note(
        f"The source doesn't say what a coupon takes off: {own['read']:,} carry it in their number, of the other "
        f"{own['guessed']:,} it is taken to be a dollar."
    )
