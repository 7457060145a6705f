"""Rewards beside the campaigns, all made up; they hold on the day of the import and for a year."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import models
from resolvers.demo.journey import CURRENCY, SOURCE, Journey
from resolvers.demo.mapping.retailer import campaigns
from resolvers.demo.mapping.retailer.catalogue_rewards import CATALOGUE, OPTIONAL, Reward
from resolvers.demo.mapping.retailer.lists import STATUSES, key_of
from resolvers.demo.reading.dates import midnight
from resolvers.demo.writing.batch import Mapped, Note, records

OFFERED_BEFORE = timedelta(weeks=8)


def catalogue(journey: Journey) -> Mapped:
    """The rewards that aren't coupons; their keys follow those of the coupons."""
    numbered = list(enumerate(CATALOGUE, len(journey.coupons) + 1))
    today = journey.calendar.today
    columns = "id code external_id name kind value points_cost currency_code type_id valid_to " + " ".join(OPTIONAL)
    yield records(
        models.Reward,
        columns,
        [_row(key, reward, today) for key, reward in numbered],
        source=SOURCE,
        valid_from=journey.calendar.now - OFFERED_BEFORE,
        voucher_validity="INTERVAL",
        voucher_validity_value="P30D",
    )
    tags = [(key, key_of(models.Tag, reward.tag)) for key, reward in numbered]
    yield records(models.RewardTag, "reward_id tag_id", tags)
    ranks = {code: rank for rank, (code, *_) in enumerate(STATUSES, 1)}
    statuses = [(key, ranks[reward.status]) for key, reward in numbered if reward.status]
    yield records(models.RewardStatus, "reward_id status_id", statuses)
    yield from _conditions(journey, numbered)
    yield Note(f"{len(CATALOGUE)} rewards of the catalogue are made up, and hold for a year from the import.")


def _row(key: int, reward: Reward, today: date) -> tuple[Any, ...]:
    is_welcome = reward.code == "WELCOME"
    kind = key_of(models.RewardType, "welcome" if is_welcome else "catalogue")
    value = None if reward.value is None else Decimal(reward.value)
    currency = None if reward.kind == "PERCENT" and not reward.more else CURRENCY
    end = None if is_welcome else midnight(today.replace(year=today.year + 1, day=min(today.day, 28)))
    basic = (key, reward.code, reward.code, reward.name, reward.kind, value, Decimal(reward.points))
    return *basic, currency, kind, end, *(OPTIONAL | reward.more).values()


def _conditions(journey: Journey, numbered: list[tuple[int, Reward]]) -> Mapped:
    """On groups by name, or on the brands of manufacturers that make the retailer's own products."""
    first = len(campaigns.conditions(journey.coupons)) + 1
    wanted, targets = [], []
    for condition, (key, reward, kind, found) in enumerate(_aims(journey, numbered), first):
        wanted.append((condition, key, reward.role, kind))
        by_group = kind == "PRODUCT_GROUP"
        targets += [(condition, target if by_group else None, None if by_group else target) for target in found]
    yield records(models.RewardCondition, "id reward_id role related_to", wanted, count=Decimal(1))
    yield records(models.RewardConditionTarget, "condition_id group_id brand_id", targets)


def _aims(journey: Journey, numbered: list[tuple[int, Reward]]) -> Iterator[tuple[int, Reward, str, list[int]]]:
    own = [key for brand, key in journey.brands.items() if brand.is_own]
    for key, reward in numbered:
        if reward.groups:
            yield key, reward, "PRODUCT_GROUP", journey.tree.named(*reward.groups)
        elif reward.own_brand:
            yield key, reward, "PRODUCT_BRAND", own
