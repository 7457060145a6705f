"""Reads go to a replica, and whatever a caller was told is done is there for the next read, wherever it is asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx
import pytest
import pytest_asyncio

from resolvers.storage.replicas import primary, reading
from server.http.endpoint import Endpoint
from tests.faults.processes import Gateway
from tests.faults.replication import Pair, replicated
from tests.server.gateway import Client, opened

pytestmark = pytest.mark.asyncio(loop_scope="module")

CREATE = "mutation($name: String!) { segmentCreate(input: {name: $name}) { segment { name } userErrors { code } } }"
QUERY = "{ segments { nodes { name } } }"
SOON = 20.0
"""The seconds in which something comes about that takes a moment, on a busy machine."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pair() -> AsyncIterator[Pair]:
    """A primary and a replica of it."""
    async with replicated("replicas") as made:
        yield made


@pytest.fixture(autouse=True)
def _back_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A replica that was left out comes back as soon as it is current."""
    for module in (primary, reading):
        monkeypatch.setattr(module, "BACK_AFTER", 0.0)


@asynccontextmanager
async def gateways(pair: Pair) -> AsyncIterator[tuple[Client, Client]]:
    """Two gateways that read from the replica."""
    settings = {"database_replica_urls": pair.standby.url, "jobs_every": 0}
    async with opened(pair.primary.url, **settings) as one, opened(pair.primary.url, **settings) as other:
        await until(one, current=True)
        await until(other, current=True)
        yield one, other


async def until(client: Client, *, current: bool) -> None:
    """Until a gateway asks the replica, or doesn't."""
    async with asyncio.timeout(SOON):
        while (reads_through(client.endpoint) is client.endpoint.reader) is current:
            await asyncio.sleep(0.01)


def reads_through(endpoint: Endpoint) -> Any:
    """What the next question is read through."""
    assert endpoint.replicas is not None
    return endpoint.replicas.reader(endpoint.reader)


async def names(client: Client) -> list[str]:
    """The names of all segments that a gateway tells of."""
    answer = await client.ask(QUERY)
    return [node["name"] for node in answer.json()["data"]["segments"]["nodes"]]


async def refuse(*_: object) -> Any:
    """Stand in for a primary that must not be asked."""
    raise AssertionError("The primary was asked.")


async def test_what_one_gateway_changed_is_read_from_the_replica_through_another(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []
    async with gateways(pair) as (one, other):
        monkeypatch.setattr(other.endpoint.reader, "fetch", refuse)
        for number in range(10):
            await one.ask(CREATE, {"name": f"everywhere {number}"})
            found.append(f"everywhere {number}" in await names(other))

    assert found == [True] * 10


async def test_a_replica_that_is_behind_is_left_out_before_a_change_is_told_and_comes_back(pair: Pair) -> None:
    async with gateways(pair) as (one, other):
        await pair.standby.say("SELECT pg_wal_replay_pause()")
        try:
            told = await one.ask(CREATE, {"name": "behind"})
            seen = "behind" in await names(other)
            through = reads_through(other.endpoint)
        finally:
            await pair.standby.say("SELECT pg_wal_replay_resume()")
        await until(other, current=True)
        again = "behind" in await names(other)

    assert told.json()["data"] == {"segmentCreate": {"segment": {"name": "behind"}, "userErrors": []}}
    assert (seen, through, again) == (True, other.endpoint.reader, True)


async def test_a_gateway_that_tells_of_a_change_at_once_is_contradicted_by_the_next_read(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: what was changed is not waited for."""

    async def in_haste(_: object) -> None:
        pass

    async with gateways(pair) as (one, other):
        monkeypatch.setattr(reading.Replicas, "settle", in_haste)
        await pair.standby.say("SELECT pg_wal_replay_pause()")
        try:
            await one.ask(CREATE, {"name": "in haste"})
            # As long as nobody looks, which takes a moment.
            reader = reads_through(other.endpoint)
            monkeypatch.setattr(other.endpoint.replicas, "reader", lambda _: reader)
            seen = "in haste" in await names(other)
        finally:
            await pair.standby.say("SELECT pg_wal_replay_resume()")

    assert reader is not other.endpoint.reader
    assert not seen


class Clients:
    """Clients that change and read in turn, each time through the other one of two gateways that lives."""

    def __init__(self, client: httpx.AsyncClient, *gateways: Gateway) -> None:
        self.client, self.gateways = client, list(gateways)
        self.wrong: list[str] = []
        self.done: list[str] = []
        self.going = True

    async def run(self, who: str) -> None:
        """Change and read until told to stop."""
        number = 0
        while self.going:
            name = f"{who} {number}"
            made = await self._post(number, CREATE, name=name)
            number += 1
            if made is None:
                continue
            self.done.append(name)
            found = None
            while found is None and self.going:
                found = await self._post(number, QUERY_ONE, name=name)
            if found and found["segments"]["totalCount"] != 1:
                self.wrong.append(name)

    async def _post(self, number: int, query: str, **variables: str) -> dict[str, Any] | None:
        gateway = self.gateways[number % len(self.gateways)]
        try:
            answer = await self.client.post(gateway.address, json={"query": query, "variables": variables})
        except httpx.TransportError:
            return None
        if answer.status_code != 200:
            await asyncio.sleep(0.02)
            return None
        data: dict[str, Any] | None = answer.json()["data"]
        return data

    async def more(self, count: int) -> None:
        """Until so many more changes were told to be done."""
        wanted = len(self.done) + count
        async with asyncio.timeout(SOON):
            while len(self.done) < wanted:
                await asyncio.sleep(0.01)


QUERY_ONE = "query($name: String!) { segments(where: {name: {eq: $name}}) { totalCount } }"


async def test_two_servers_go_on_when_one_is_killed_and_when_the_replica_is_promoted(pair: Pair) -> None:
    environment = {"DATABASE_REPLICA_URLS": pair.standby.url, "CRM360_JOBS_EVERY": "0"}
    one = Gateway(pair.either, "tests.faults.without_uvloop", **environment)
    other = Gateway(pair.either, **environment)

    async with AsyncExitStack() as stack, httpx.AsyncClient(timeout=10) as client:
        await asyncio.gather(*map(stack.enter_async_context, (one, other)))
        clients = Clients(client, one, other)
        async with asyncio.TaskGroup() as tasks:
            for who in ("A", "B", "C"):
                tasks.create_task(clients.run(who))
            await clients.more(20)
            await other.kill()
            clients.gateways.remove(other)
            await clients.more(20)
            await pair.primary.kill()
            await pair.standby.say("SELECT pg_promote()")
            before = len(clients.done)
            await clients.more(20)
            clients.going = False
        kept = await client.post(one.address, json={"query": "{ segments { totalCount } }"})

    assert clients.wrong == []
    assert before >= 40
    assert kept.json()["data"]["segments"]["totalCount"] >= 60
