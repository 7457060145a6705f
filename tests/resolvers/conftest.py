"""What tests of operations ask for by name."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from tests.resolvers.doing import Doing, doing


@pytest.fixture
async def crm(engine: AsyncEngine, database_url: str) -> AsyncIterator[Doing]:
    """An empty database of each kind in turn, to be changed as of the factories' present."""
    async with doing(engine, database_url) as made:
        yield made
