from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from models import migrations
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
        await connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))

    async with opened(database_url) as client:
        ready = await client.get("/ready")

    assert (ready.status_code, ready.json()["obstacle"]) == (
        503,
        "the database's tables are those of an older version",
    )


@pytest.mark.parametrize(("oldest", "status"), [("newest", 200), ("0001", 200), ("9998", 503), (None, 503)])
async def test_tables_of_a_newer_version_are_used_where_those_who_made_them_say_so(
    database_url: str, engine: AsyncEngine, oldest: str | None, status: int
) -> None:
    revision = migrations.newest() if oldest == "newest" else oldest
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        if revision is None:
            await connection.execute(text("DELETE FROM served_revision"))
        else:
            await connection.execute(text("UPDATE served_revision SET revision = :revision"), {"revision": revision})

    async with opened(database_url) as client:
        ready = await client.get("/ready")

    assert ready.status_code == status
    assert ready.json()["obstacle"] in (
        None,
        "the database's tables are those of a newer version, which this one can't use",
    )


@pytest.mark.parametrize("url", ["postgresql://localhost:1/crm", "sqlite:////nowhere/crm.sqlite"])
async def test_a_database_that_is_away_is_told(url: str) -> None:
    async with opened(url) as client:
        ready, alive = await client.get("/ready"), await client.get("/health")

    assert (ready.status_code, ready.json()["obstacle"]) == (503, "the database can't be reached")
    assert alive.status_code == 200
