"""A round: clients call, a server is killed at some moment and started again, and the books are looked through."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from tests import databases
from tests.faults.books import faults
from tests.faults.load import Load
from tests.faults.processes import Gateway, Postgres, Server
from tests.faults.shop import Call, Shop, open_shop

CLIENTS = 8
CALLS = 6
"""How many calls each client makes in a round."""

WITHIN = 0.02
"""The seconds after an answer within which a server is killed: about what a call takes."""

LONGEST = 60.0
"""The seconds after which a round is given up."""


@dataclass
class Round:
    """How a round went."""

    acknowledged: int
    """Calls that were answered before the server was killed."""

    in_flight: int
    """Calls that were under way at that moment."""

    done_unseen: int
    """Those of them that turned out to have been done."""

    faults: list[str]


class Rounds:
    """Rounds on one database, one after another."""

    def __init__(self, gateway: Gateway, victim: Server, url: str, shop: Shop) -> None:
        self.gateway, self.victim, self.url, self.shop = gateway, victim, url, shop
        self.calls: list[Call] = []
        self.acknowledged: dict[str, str] = {}

    async def play(self, seed: int) -> Round:
        """One round; the same seed makes the same calls, and kills after as many answers."""
        try:
            async with asyncio.timeout(LONGEST):
                return await self._play(seed, random.Random(seed))
        except TimeoutError:
            said = "\n".join(self.gateway.last)
            raise TimeoutError(f"The round came to no end. The gateway's last words:\n{said}") from None

    async def _play(self, seed: int, chance: random.Random) -> Round:
        clients = [list(self.shop.calls(f"TILL{each}", seed, CALLS)) for each in range(CLIENTS)]
        self.calls += [call for calls in clients for call in calls]
        load = Load(self.gateway, clients, chance.randint(CLIENTS, CLIENTS * CALLS // 2))
        async with load, asyncio.TaskGroup() as tasks:
            running = tasks.create_task(load.run())
            in_flight = await self._kill(load, chance.random() * WITHIN)
            before = len(load.acknowledged)
            await self.victim.start()
            wrong = await self._look(load)
            if wrong:
                # What is lost stays lost.
                running.cancel()
            else:
                load.open.set()
                wrong += await load.ask_again()
        wrong = wrong or load.refused or await self._look(load)
        self.acknowledged |= load.acknowledged
        return Round(before, len(in_flight), len(load.repeated), wrong)

    async def _kill(self, load: Load, moment: float) -> set[str]:
        """Kill when enough was answered, anywhere within what is being done just then; the calls under way."""
        await load.heard_enough.wait()
        await asyncio.sleep(moment)
        load.open.clear()
        asking = set(load.asking)
        await self.victim.kill()
        if load.asking:
            await load.quiet.wait()
        return asking - load.acknowledged.keys()

    async def _look(self, load: Load) -> list[str]:
        return await faults(self.url, self.calls, self.acknowledged | load.acknowledged)


@asynccontextmanager
async def killing_the_gateway(url: str, module: str = "server.cli") -> AsyncIterator[Rounds]:
    """Rounds in which the gateway is killed, over an empty database."""
    shop = await open_shop(url)
    async with Gateway(url, module) as gateway:
        yield Rounds(gateway, gateway, url, shop)


@asynccontextmanager
async def killing_postgres(folder: Path, **settings: str) -> AsyncIterator[Rounds]:
    """Rounds in which PostgreSQL is killed, with its data in a new folder."""
    async with Postgres(folder, **settings) as server:
        databases.migrate(server.url)
        shop = await open_shop(server.url)
        connection = await asyncpg.connect(host=str(folder), user="postgres")
        # Whatever the settings, there is a shop after the first round too.
        await connection.execute("CHECKPOINT")
        await connection.close()
        async with Gateway(server.url) as gateway:
            yield Rounds(gateway, server, server.url, shop)
