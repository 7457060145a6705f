"""Rewards of which there is only so much."""

from __future__ import annotations

from collections.abc import Iterable

from models.rules.basket import Reward
from resolvers.benefit.offers import REWARDS_LOCKED
from resolvers.storage.context import RequestContext


async def lock_limited(context: RequestContext, rewards: Iterable[Reward]) -> None:
    """Only one at a time may use up what there is only so much of."""
    limited = sorted({one.id for one in rewards if one.limit_total is not None})
    if limited:
        await REWARDS_LOCKED.read(context, keys=limited)
