"""Buckets that are full again say nothing, and are deleted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from resolvers.budget.bucket import purge


async def purge_budgets(engine: AsyncEngine, now: datetime, batch: int) -> int:
    """Delete the buckets that are full again; how many that were."""
    purged, moment = 0, int(now.timestamp()) * 1_000_000_000
    while count := await purge(engine, moment, batch):
        purged += count
    return purged
