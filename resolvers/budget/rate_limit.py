"""What a viewer may know of their own budget."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from models.rules.budget import SECOND
from resolvers.query.level.rows import NO_KEY
from resolvers.storage.context import RequestContext


@dataclass(frozen=True, slots=True)
class RateLimitShown:
    """What the graph shows of a budget, and of what a document costs."""

    cost: int
    used: int
    limit: int | None = None
    remaining: int | None = None
    refill_per_second: int | None = None
    reset_at: datetime | None = None
    document_limit: int | None = None


async def load_rate_limit(
    context: RequestContext, _keys: object, _args: object, _names: object
) -> Mapping[int, RateLimitShown | None]:
    """How the budget stands; nothing where costs aren't kept."""
    standing = context.standing
    if standing is None:
        return {NO_KEY: None}
    shown = RateLimitShown(standing.requested, standing.used, document_limit=standing.document_limit)
    if standing.allowance is not None:
        allowance = standing.allowance
        shown = RateLimitShown(
            standing.requested,
            standing.used,
            allowance.limit,
            standing.remaining,
            allowance.refill,
            max(context.now, datetime.fromtimestamp(standing.full_at / SECOND, UTC)),
            standing.document_limit,
        )
    return {NO_KEY: shown}
