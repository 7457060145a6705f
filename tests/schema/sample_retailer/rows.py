"""The retailer's rows as they were saved, by their table."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

import models
from tests import factories
from tests.schema.sample_retailer.chance import Chance


class Rows:
    """The rows by their kind, as they were saved."""

    def __init__(self, session: AsyncSession, seed: int = 2024) -> None:
        self.session = session
        self.chance = Chance(seed)
        self.rows: dict[str, list[Any]] = {}

    async def keep(self, *rows: models.Base) -> None:
        """Save rows and remember them by their table."""
        await factories.save(self.session, *rows)
        for row in rows:
            self.rows.setdefault(row.__tablename__, []).append(row)

    def each(self, table: str) -> list[Any]:
        """The rows of a table."""
        return self.rows[table]
