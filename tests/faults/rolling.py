"""Servers behind a proxy are restarted one after another under load: `python -m tests.faults.rolling`.

Told is how many requests were sent meanwhile, and what became of those that were not answered as they should be.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import urlsplit

import httpx

from tests import databases
from tests.faults.processes import Gateway
from tests.faults.proxy import Proxy, Upstream
from tests.server.tiny import Tiny

CREATE = "mutation($name: String!) { segmentCreate(input: {name: $name}) { segment { name } userErrors { code } } }"
QUERY = "{ segments { totalCount } }"
PATIENCE = 60.0
PACE = 0.03
"""The seconds between a client's requests: the servers that start need the processor, too."""


class Clients:
    """Clients who ask by way of a proxy until they are told to stop: they read, and now and then change something."""

    def __init__(self, proxy: Proxy) -> None:
        self.address = f"http://localhost:{proxy.port}/graphql"
        self.found: Counter[str] = Counter()
        self.going = True

    async def run(self) -> None:
        """Be one of them."""
        async with httpx.AsyncClient(timeout=30) as client:
            while self.going:
                self.found["asked"] += 1
                changes = self.found["asked"] % 4 == 0
                variables = {"name": str(self.found["asked"])}
                body: dict[str, Any] = {"query": CREATE, "variables": variables} if changes else {"query": QUERY}
                answer = await client.post(self.address, json=body)
                is_right = answer.status_code == 200 and "errors" not in answer.text
                self.found["answered" if is_right else f"{answer.status_code} {answer.text}"] += 1
                self.found["changed"] += changes and is_right
                await asyncio.sleep(PACE)


async def restarted(servers: Sequence[Gateway | Tiny]) -> Counter[str]:
    """What clients found while each was stopped and started anew."""
    async with AsyncExitStack() as stack, Proxy() as proxy:
        await asyncio.gather(*map(stack.enter_async_context, servers))
        upstreams = [upstream_of(server) for server in servers]
        proxy.upstreams.extend(upstreams)
        clients = Clients(proxy)
        async with asyncio.timeout(PATIENCE * 2), asyncio.TaskGroup() as tasks:
            await until_ready(proxy, len(servers))
            for _ in range(4):
                tasks.create_task(clients.run())
            for server, upstream in zip(servers, upstreams, strict=True):
                await restart(server)
                proxy.upstreams.remove(upstream)
                await upstream.close()
                proxy.upstreams.append(upstream_of(server))
                await until_ready(proxy, len(servers))
            clients.going = False
    return clients.found


def upstream_of(server: Gateway | Tiny) -> Upstream:
    """Where a server is."""
    return Upstream(urlsplit(server.address).port or 0)


async def restart(server: Gateway | Tiny) -> None:
    """Tell a server to stop, and start it anew when it has."""
    assert server.process is not None
    server.process.send_signal(signal.SIGTERM)
    await asyncio.wait_for(server.process.wait(), PATIENCE)
    await server.start()


async def until_ready(proxy: Proxy, count: int) -> None:
    """Until so many servers are ready."""
    while sum(upstream.is_ready for upstream in proxy.upstreams) < count:
        await asyncio.sleep(0.01)


def main() -> int:
    """Restart two gateways over PostgreSQL; 1 where any request failed."""
    with databases.of_a_program() as made, made.database("postgresql") as url:
        servers = [Gateway(url, CRM360_JOBS_EVERY="0", CRM360_DRAIN="0.5") for _ in range(2)]
        found = asyncio.run(restarted(servers))
    print(", ".join(f"{count} {what}" for what, count in found.items()))
    return int(found["answered"] != found["asked"])


if __name__ == "__main__":
    sys.exit(main())
