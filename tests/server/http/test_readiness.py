from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from tests.server.gateway import opened


async def test_a_gateway_over_a_migrated_database_is_ready(database_url: str) -> None:
    async with opened(database_url) as client:
        ready = await client.get("/ready")

    assert (ready.status_code, ready.json()) == (200, {"ready": True, "obstacle": None})


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_without_tables_it_is_alive_but_not_ready(new_database: Callable[..., str], kind: str) -> None:
    async with opened(new_database(kind, migrated=False)) as client:
        ready, alive = await client.get("/ready"), await client.get("/health")

    assert (ready.status_code, ready.json()) == (
        503,
        {"ready": False, "obstacle": "the database has no tables yet"},
    )
    assert (alive.status_code, alive.json()) == (200, {"alive": True})


async def test_tables_of_another_version_are_not_ready(database_url: str, engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = 'before'"))

    async with opened(database_url) as client:
        ready = await client.get("/ready")

    assert (ready.status_code, ready.json()["obstacle"]) == (
        503,
        "the database's tables are not those of this version",
    )


@pytest.mark.parametrize("url", ["postgresql://localhost:1/crm", "sqlite:////nowhere/crm.sqlite"])
async def test_a_database_that_is_away_is_told(url: str) -> None:
    async with opened(url) as client:
        ready, alive = await client.get("/ready"), await client.get("/health")

    assert (ready.status_code, ready.json()["obstacle"]) == (503, "the database can't be reached")
    assert alive.status_code == 200


@pytest.mark.parametrize("url", ["postgresql://localhost:1/crm", "sqlite:////nowhere/crm.sqlite"])
async def test_while_the_database_is_away_queries_are_to_be_asked_again(url: str) -> None:
    async with opened(url) as client:
        answer = await client.ask("{ customers { totalCount } }")

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert answer.json()["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
