"""A PostgreSQL that hangs costs those who are served by what hangs, and the gateway ends in good time all the same."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import httpx

from models.postgres import Address
from tests.conftest import NewDatabase
from tests.faults.processes import Gateway

CREATE = "mutation($name: String!) { segmentCreate(input: {name: $name}) { segment { name } } }"
QUERY = "{ segments { totalCount } }"
PATIENCE = 15.0
"""The seconds in which a gateway that was told to stop is over, and some more for a busy machine."""


@asynccontextmanager
async def frozen(connection: asyncpg.Connection[Any]) -> AsyncIterator[int]:
    """Stop all server processes that others are served by now; how many those are."""
    found = await connection.fetch(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    for row in found:
        os.kill(row["pid"], signal.SIGSTOP)
    try:
        yield len(found)
    finally:
        for row in found:
            os.kill(row["pid"], signal.SIGCONT)


async def test_what_hangs_costs_its_own_requests_and_does_not_keep_the_gateway_from_ending(
    new_database: NewDatabase,
) -> None:
    url = new_database("postgresql")
    connection = await Address.of(url).connect()
    gateway = Gateway(url, CRM360_DEADLINE="1", CRM360_JOBS_EVERY="0")

    async with gateway, httpx.AsyncClient(timeout=PATIENCE) as client:

        async def ask(query: str, **variables: str) -> Any:
            answer = await client.post(gateway.address, json={"query": query, "variables": variables})
            return answer.json()

        await asyncio.gather(ask(CREATE, name="before"), ask(QUERY))
        async with frozen(connection) as count:
            hung = await asyncio.gather(ask(CREATE, name="hangs"), ask(QUERY))
            after = await asyncio.gather(ask(CREATE, name="after"), ask(QUERY))
            assert gateway.process is not None
            gateway.process.send_signal(signal.SIGTERM)
            await asyncio.wait_for(gateway.process.wait(), PATIENCE)
    names = await connection.fetch("SELECT name FROM segment ORDER BY id")
    await connection.close()

    assert count >= 2
    assert [answer["errors"][0]["extensions"]["code"] for answer in hung] == ["DEADLINE", "DEADLINE"]
    assert after[0]["data"] == {"segmentCreate": {"segment": {"name": "after"}}}
    assert after[1]["data"] is not None
    assert [row["name"] for row in names] == ["before", "after"]
