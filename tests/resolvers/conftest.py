"""What tests of operations ask for by name."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import true
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from resolvers.storage.writing import following, pruning
from tests.resolvers.reservation.reserving import Shop
from tests.resolvers.running_operations import Operations, running_operations


@pytest.fixture
def nobody_else_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other tests write on the same server: whatever they have open holds no event of this one back."""
    for module in (following, pruning):
        monkeypatch.setattr(module, "SETTLED", true())


@pytest.fixture
async def crm(engine: AsyncEngine, database_url: str) -> AsyncIterator[Operations]:
    """An empty database of each kind in turn, to be changed as of the factories' present."""
    async with running_operations(engine, database_url) as made:
        yield made


@pytest.fixture
async def shop(session: AsyncSession) -> Shop:
    """A shop with butter and milk to reserve."""
    made = Shop()
    await made.save(session)
    return made
