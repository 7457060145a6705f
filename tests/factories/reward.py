"""Rewards: the patterns of vouchers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import models
from tests.factories.building import build, coded, external, number
from tests.factories.product import product


def reward_type(**overrides: Any) -> models.RewardType:
    return coded(models.RewardType, overrides, "reward-type", "Discounts")


def reward(**overrides: Any) -> models.Reward:
    """Ten per cent off the whole bill, for everybody, at any time."""
    return external(
        models.Reward,
        overrides,
        code=lambda: f"reward-{number()}",
        name="Ten per cent off",
        kind=models.RewardKind.PERCENT,
        value=Decimal(10),
    )


def reward_condition(**overrides: Any) -> models.RewardCondition:
    return build(models.RewardCondition, overrides, reward=reward, related_to=models.RelatedTo.PRODUCT)


def reward_condition_target(**overrides: Any) -> models.RewardConditionTarget:
    """A product of a condition, or the group or brand given."""
    given = {"product", "product_id", "group", "group_id", "brand", "brand_id"} & overrides.keys()
    target = {} if given else {"product": product}
    return build(models.RewardConditionTarget, overrides, condition=reward_condition, **target)


def reward_store(**overrides: Any) -> models.RewardStore:
    """A reward and a store, given by their keys."""
    return models.RewardStore(**overrides)


def reward_segment(**overrides: Any) -> models.RewardSegment:
    """A reward and a segment, given by their keys."""
    return models.RewardSegment(**overrides)


def reward_status(**overrides: Any) -> models.RewardStatus:
    """A reward and a status, given by their keys."""
    return models.RewardStatus(**overrides)


def reward_tag(**overrides: Any) -> models.RewardTag:
    """A reward and a tag, given by their keys."""
    return models.RewardTag(**overrides)
