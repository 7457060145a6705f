"""Mixed operations through PgBouncer are right; `python -m tests.faults.poolers` does 10,000 of them with 4 workers."""

from __future__ import annotations

import pytest

from tests.conftest import NewDatabase
from tests.faults.books import faults
from tests.faults.poolers import MODES, Mixed, socket_of, through
from tests.faults.shop import open_shop
from tests.pgbouncer import pooler
from tests.server.gateway import opened

OPERATIONS = 64


@pytest.mark.parametrize("mode", MODES)
async def test_two_gateways_behind_a_pooler_answer_rightly_and_keep_the_books(
    new_database: NewDatabase, mode: str
) -> None:
    url = new_database("postgresql")
    shop = await open_shop(url)

    with pooler(socket_of(url), mode, connections=20) as place:
        settings = {"jobs_every": 0, "deadline": 60}
        async with opened(through(url, place), **settings) as one, opened(through(url, place), **settings) as other:
            posts = [lambda body, client=client: client.post("/graphql", json=body) for client in (one, other)]
            mixed = Mixed(shop, posts)
            await mixed.run(OPERATIONS)

    assert mixed.found.keys() <= {"right", "refused"}
    assert mixed.found["right"] == OPERATIONS
    assert await faults(url, mixed.calls, mixed.acknowledged) == []
