"""Servers behind a proxy are restarted one after another, and no request fails. One of them runs without uvloop."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from contextlib import AsyncExitStack
from urllib.parse import urlsplit

import httpx

from tests.conftest import NewDatabase
from tests.faults.processes import Gateway
from tests.faults.proxy import Proxy, Upstream

CREATE = "mutation($name: String!) { segmentCreate(input: {name: $name}) { segment { name } userErrors { code } } }"
QUERY = "{ segments { totalCount } }"
MODULES = ("server.cli", "tests.faults.without_uvloop")
PATIENCE = 60.0
PACE = 0.03
"""The seconds between a client's requests."""


class Clients:
    """Clients who ask by way of a proxy until they are told to stop."""

    def __init__(self, proxy: Proxy) -> None:
        self.address = f"http://localhost:{proxy.port}/graphql"
        self.found: Counter[str] = Counter()
        self.going = True

    async def run(self, place: int) -> None:
        """Read, and now and then change something."""
        async with httpx.AsyncClient(timeout=30) as client:
            while self.going:
                self.found["asked"] += 1
                changes = self.found["asked"] % 4 == 0
                name = f"{place} {self.found['asked']}"
                body = {"query": CREATE, "variables": {"name": name}} if changes else {"query": QUERY}
                answer = await client.post(self.address, json=body)
                is_right = answer.status_code == 200 and "errors" not in answer.json()
                self.found["answered" if is_right else f"{answer.status_code} {answer.text}"] += 1
                self.found["changed"] += changes and is_right
                # The servers that start need the processor, too.
                await asyncio.sleep(PACE)


async def test_no_request_fails_while_two_servers_are_restarted_one_after_the_other(new_database: NewDatabase) -> None:
    url = new_database("postgresql")
    servers = [Gateway(url, module, CRM360_JOBS_EVERY="0", CRM360_DRAIN="0.3") for module in MODULES]

    async with AsyncExitStack() as stack, Proxy() as proxy:
        await asyncio.gather(*map(stack.enter_async_context, servers))
        upstreams = [Upstream(urlsplit(server.address).port or 0) for server in servers]
        proxy.upstreams.extend(upstreams)
        clients = Clients(proxy)
        async with asyncio.timeout(PATIENCE * 2), asyncio.TaskGroup() as tasks:
            await until_ready(proxy, 2)
            for place in range(4):
                tasks.create_task(clients.run(place))
            for server, upstream in zip(servers, upstreams, strict=True):
                await restart(server)
                proxy.upstreams.remove(upstream)
                await upstream.close()
                proxy.upstreams.append(Upstream(urlsplit(server.address).port or 0))
                await until_ready(proxy, 2)
            clients.going = False
        async with httpx.AsyncClient() as client:
            kept = (await client.post(servers[0].address, json={"query": QUERY})).json()

    assert proxy.failures == 0
    assert clients.found["answered"] == clients.found["asked"] > 20
    assert kept == {"data": {"segments": {"totalCount": clients.found["changed"]}}}


async def restart(server: Gateway) -> None:
    """Tell a server to stop, and start it anew when it has."""
    assert server.process is not None
    server.process.send_signal(signal.SIGTERM)
    await asyncio.wait_for(server.process.wait(), PATIENCE)
    await server.start()


async def until_ready(proxy: Proxy, count: int) -> None:
    """Until so many servers are ready."""
    while sum(upstream.is_ready for upstream in proxy.upstreams) < count:
        await asyncio.sleep(0.01)
