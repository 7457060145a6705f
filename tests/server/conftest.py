"""What tests of the gateway ask for by name."""

from collections.abc import AsyncIterator, Callable

import pytest

from tests.server.gateway import Client, opened


@pytest.fixture
def empty(new_database: Callable[..., str]) -> str:
    """The address of a migrated SQLite database without rows."""
    return new_database("sqlite")


@pytest.fixture
async def client(empty: str) -> AsyncIterator[Client]:
    """A client of a gateway over an empty database."""
    async with opened(empty) as made:
        yield made
