"""What of the schema was used, by day: counts are added, and what is older than a year goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncEngine

import models
from resolvers.storage.patience.turns import turn

USE = models.SchemaUse
KEPT = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Used:
    """How often a coordinate was used since a day, and when last."""

    coordinate: str
    uses: int
    last_day: date


async def add_uses(engine: AsyncEngine, day: date, uses: Mapping[str, int]) -> None:
    """Add what was used on a day. All processes add to the same rows, in one order."""
    insert: Any = (postgresql if engine.dialect.name == "postgresql" else sqlite).insert(USE)
    adding = insert.on_conflict_do_update(
        index_elements=[USE.coordinate, USE.day], set_={USE.uses: USE.uses + insert.excluded.uses}
    )
    rows = [{"coordinate": name, "day": day, "uses": count} for name, count in sorted(uses.items())]
    # All or nothing: what isn't saved is added again.
    async with turn(engine), engine.begin() as connection:
        await connection.execute(adding, rows)


async def forget_uses(engine: AsyncEngine, today: date) -> None:
    """Take out what is older than anybody looks at."""
    async with turn(engine), engine.begin() as connection:
        await connection.execute(delete(USE).where(USE.day < today - KEPT))


async def used_since(engine: AsyncEngine, day: date) -> list[Used]:
    """What was used since a day, by coordinate."""
    asked = (
        select(USE.coordinate, func.sum(USE.uses), func.max(USE.day))
        .where(USE.day >= day)
        .group_by(USE.coordinate)
        .order_by(USE.coordinate)
    )
    async with engine.connect() as connection:
        return [Used(name, int(uses), last) for name, uses, last in await connection.execute(asked)]
