"""Workers that die are replaced, SIGHUP replaces all under load, and SIGTERM loses nothing that was asked."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import psutil

from tests.server.tiny import OURS, SOON, Tiny

PACE = 0.01
"""The seconds between a client's requests."""


class Load:
    """Clients who keep their connections and ask one request after another."""

    def __init__(self, address: str, clients: int = 4) -> None:
        self.address, self.clients = address, clients
        self.answered = 0
        self.failed: list[str] = []
        self.going = True

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Load]:
        """Ask until the end of a block, which is given up where it takes too long."""
        async with asyncio.timeout(SOON), asyncio.TaskGroup() as tasks:
            for _ in range(self.clients):
                tasks.create_task(self._ask())
            yield self
            self.going = False

    async def _ask(self) -> None:
        async with httpx.AsyncClient() as client:
            while self.going:
                try:
                    await client.get(self.address)
                    self.answered += 1
                    # Those that start need the processor, too.
                    await asyncio.sleep(PACE)
                except httpx.TransportError as error:
                    self.failed.append(repr(error))


async def test_workers_are_replaced_when_they_die_and_one_by_one_when_told_and_end_when_all_is_answered() -> None:
    async with Tiny(OURS) as gateway, httpx.AsyncClient() as kept, httpx.AsyncClient() as client:
        first = await gateway.answering()
        os.kill(min(first), signal.SIGKILL)
        second = await gateway.answering(but=min(first))

        async with Load(gateway.address).running() as load:
            gateway.send(signal.SIGHUP)
            most = 0
            while gateway.workers & second:
                most = max(most, len(gateway.workers))
                await asyncio.sleep(0.01)
        third = await gateway.answering()

        # What was asked, and what is on its way over a connection that waited for it.
        await kept.get(gateway.address)
        async with client.stream("GET", f"{gateway.address}/slow") as slow:
            gateway.send(signal.SIGTERM)
            last = await kept.get(gateway.address)
            body = await slow.aread()
        code = await gateway.ended()

    assert (len(first), len(second), len(first & second)) == (2, 2, 1)
    assert (len(third), third & second, most) == (2, set(), 3)
    assert load.failed == []
    assert load.answered > 0
    assert (last.status_code, int(body) in third) == (200, True)
    assert code == 0


async def test_a_worker_that_hangs_does_not_keep_the_gateway_from_ending() -> None:
    async with Tiny() as gateway, httpx.AsyncClient(timeout=SOON) as client:
        hanging = asyncio.create_task(client.get(f"{gateway.address}/hang"))
        async with asyncio.timeout(SOON):
            while not any(psutil.Process(pid).status() == psutil.STATUS_STOPPED for pid in gateway.workers):
                await asyncio.sleep(0.01)
        gateway.send(signal.SIGTERM)
        code = await gateway.ended()
        hanging.cancel()

    assert code == 0


async def test_workers_end_when_their_supervisor_is_gone() -> None:
    gateway = Tiny()
    await gateway.start()
    workers = [psutil.Process(pid) for pid in gateway.workers]

    gateway.send(signal.SIGKILL)
    await gateway.ended()
    gone, alive = psutil.wait_procs(workers, timeout=SOON)

    assert (len(gone), alive) == (2, [])


async def test_a_gateway_none_of_whose_workers_can_start_ends_and_says_so() -> None:
    gateway = Tiny(TESTS_CANT_START="1")

    try:
        await gateway.start()
    except RuntimeError as error:
        told = str(error)
    code = await gateway.ended()

    assert "It ended instead of answering." in told
    assert code == 1
