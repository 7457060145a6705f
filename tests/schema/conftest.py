"""What tests of the graph ask for by name."""

import asyncio
import fcntl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from resolvers.storage.engine import make_engine
from resolvers.storage.reader import make_reader
from tests import databases
from tests.schema.both_ways import Graph
from tests.schema.sample_retailer import Shop


@asynccontextmanager
async def asking(url: str) -> AsyncIterator[Graph]:
    """The graph over a database. An answer with errors may leave loaders at work: they end before the reader does."""
    reader = make_reader(url)
    yield Graph(reader)
    if others := asyncio.all_tasks() - {asyncio.current_task()}:
        _, stuck = await asyncio.wait(others, timeout=5)
        assert not stuck
    await reader.close()


@pytest.fixture
async def graph(database_url: str) -> AsyncIterator[Graph]:
    """The graph over an empty database, of each kind in turn."""
    async with asking(database_url) as made:
        yield made


class OneTransaction(AsyncSession):
    """A session whose commits wait for the end: hundreds of them would take seconds."""

    async def commit(self) -> None:
        """Only write."""
        await self.flush()


@pytest.fixture
async def shop_url(database_kind: str, all_databases: databases.Databases) -> str:
    """The address of a database with the small retailer in it: filled once a run, only read by all tests."""
    folder = databases.shared_folder()
    server = all_databases.server(database_kind)
    with (folder / f"shop.{database_kind}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        address = folder / f"shop.{database_kind}"
        if not address.exists():
            url = server.create(migrated=True)
            engine = make_engine(url)
            async with OneTransaction(engine, expire_on_commit=False) as session:
                await Shop(session).fill()
                await AsyncSession.commit(session)
            await engine.dispose()
            address.write_text(url)
    return address.read_text()


@pytest.fixture
async def shop(shop_url: str) -> AsyncIterator[Graph]:
    """The graph over the small retailer."""
    async with asking(shop_url) as made:
        yield made
