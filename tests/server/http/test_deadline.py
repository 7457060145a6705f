import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import uvicorn
from strawberry.types import ExecutionResult

from resolvers.storage.statement import Statement
from server.http.uvicorn_protocol import ClientConnection
from tests.server.gateway import Client, code, opened

QUERY = "{ customers { nodes { id } } }"
MUTATION = 'mutation { segmentCreate(input: {name: "x"}) { segment { id } } }'
FOREVER = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
    "postgresql": "SELECT pg_sleep(60)",
}
RUNNING = "SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(60)' AND state = 'active'"


class Endless:
    """A reader whose statements take for ever in the database itself."""

    def __init__(self, reader: Any) -> None:
        self.reader = reader
        self.backend = reader.backend
        self.requests = 0
        self.begun = asyncio.Event()
        self.ended = asyncio.Event()

    async def fetch(self, _statement: Any, values: Any) -> Any:
        self.begun.set()
        try:
            return await self.reader.fetch(Statement(FOREVER[self.backend], ()), values)
        finally:
            self.ended.set()

    async def close(self) -> None:
        await self.reader.close()


@pytest.mark.parametrize("planned", [True, False])
async def test_a_query_ends_by_its_deadline_in_the_database_too(
    database_url: str, planned: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(database_url, deadline=0.3) as client:
        monkeypatch.setattr(client.endpoint.schema, "planned", planned)
        reader = client.endpoint.reader
        client.endpoint.reader = Endless(reader)
        began = time.monotonic()

        response = await client.ask(QUERY)

        assert time.monotonic() - began < 2
        assert (response.status_code, code(response)) == (200, "DEADLINE")
        assert response.json()["data"] is None
        await assert_idle(reader)


async def test_a_query_whose_client_has_left_is_dropped(database_url: str) -> None:
    async with opened(database_url) as client:
        reader = client.endpoint.reader
        client.endpoint.reader = endless = Endless(reader)
        async with serving(client) as address:
            await leave(address, QUERY, endless.begun)
            await asyncio.wait_for(endless.ended.wait(), 1)

        await assert_idle(reader)


async def assert_idle(reader: Any) -> None:
    """The connections are free at once, and PostgreSQL has dropped the statement."""
    if reader.backend == "postgresql":
        for _ in range(50):
            if [list(row) for row in await reader.fetch(Statement(RUNNING, ()), {})] == [[0]]:
                return
            await asyncio.sleep(0.02)
        pytest.fail("The statement still runs in the database.")
    rows = await asyncio.wait_for(reader.fetch(Statement("SELECT 1", ()), {}), 1)
    assert [tuple(row) for row in rows] == [(1,)]


@pytest.mark.parametrize("leaves", [True, False])
async def test_a_mutation_that_began_runs_to_its_end(empty: str, monkeypatch: pytest.MonkeyPatch, leaves: bool) -> None:
    began, ended = asyncio.Event(), []

    async def slow(*_: Any) -> ExecutionResult:
        began.set()
        await asyncio.sleep(0.6)
        ended.append(True)
        return ExecutionResult(data={}, errors=None)

    async with opened(empty, deadline=0.3) as client:
        monkeypatch.setattr(client.endpoint.schema, "answer", slow)
        if leaves:
            async with serving(client) as address:
                await leave(address, MUTATION, began)
        else:
            response = await client.ask(MUTATION)
            assert code(response) == "DEADLINE"
            assert "ask again under its idempotency key" in response.text
        assert not ended

    assert ended == [True]


async def test_a_body_that_does_not_come_is_not_waited_for(empty: str) -> None:
    async def slow() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.sleep(30)

    async with opened(empty, deadline=0.2) as client:
        response = await client.post("/graphql", content=slow(), headers={"Content-Type": "application/json"})

    assert (response.status_code, code(response)) == (408, "DEADLINE")
    assert response.headers["connection"] == "close"


@pytest.mark.parametrize("head", ["", "POST /graphql HTTP/1.1\r\nHost: x\r\n"])
@pytest.mark.parametrize("earlier", [0, 1])
async def test_a_request_whose_head_does_not_come_is_cut_off(
    client: Client, monkeypatch: pytest.MonkeyPatch, head: str, earlier: int
) -> None:
    monkeypatch.setattr(ClientConnection, "seconds", 0.2)
    async with serving(client) as address:
        reader, writer = await asyncio.open_connection(*address)
        for _ in range(earlier):
            writer.write(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
            assert (await reader.readuntil(b'{"alive":true}')).startswith(b"HTTP/1.1 200")
        writer.write(head.encode())

        assert await asyncio.wait_for(reader.read(), 2) == b""
        writer.close()


async def test_a_client_that_leaves_while_it_sends_gets_no_answer(client: Client) -> None:
    async def receive() -> dict[str, str]:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        pytest.fail(f"{message} was sent.")

    headers = [(b"content-type", b"application/json")]
    scope = {"type": "http", "method": "POST", "path": "/graphql", "query_string": b"", "headers": headers}

    await client.endpoint(scope, receive, send)


class serving:  # noqa: N801 - used as a function
    """Serve a client's gateway on a free port of the loopback, in this very event loop."""

    def __init__(self, client: Client) -> None:
        config = uvicorn.Config(
            client.app,
            port=0,
            lifespan="off",
            log_level="error",
            ws="none",
            http=ClientConnection,
            timeout_keep_alive=1,
        )
        self.server = uvicorn.Server(config)

    async def __aenter__(self) -> tuple[str, int]:
        self.task = asyncio.create_task(self.server._serve())
        while not self.server.started:
            await asyncio.sleep(0.01)
        address: tuple[str, int] = self.server.servers[0].sockets[0].getsockname()[:2]
        return address

    async def __aexit__(self, *_: object) -> None:
        self.server.should_exit = True
        await self.task


async def leave(address: tuple[str, int], query: str, begun: asyncio.Event) -> None:
    """Ask, and hang up as soon as the answer is being made, but not at once."""
    body = httpx.Request("POST", "http://localhost/graphql", json={"query": query})
    lines = ["POST /graphql HTTP/1.1", *(f"{name}: {value}" for name, value in body.headers.items())]
    _, writer = await asyncio.open_connection(*address)
    writer.write("\r\n".join([*lines, "", ""]).encode() + body.content)
    await begun.wait()
    await asyncio.sleep(0.15)
    writer.close()
    await writer.wait_closed()
