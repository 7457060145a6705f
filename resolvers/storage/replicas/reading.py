"""Which requests read from a replica, and how each change is told only when all that are asked have it.

A replica is asked for as long as a second after the primary was, and only if it had come by then as far as the primary
had. A change is told to its caller once every replica that may be asked has it; one that takes longer than a second is
first left out, which the primary remembers, and all gateways see when they next look. Whatever anybody was told is done
is so there for everybody who asks afterwards, through whichever process of whichever machine.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine

from resolvers.errors import Unavailable
from resolvers.storage.patience.outage import AWAY, OPEN, reason
from resolvers.storage.reader import Asking, Reader, Row
from resolvers.storage.replicas.primary import BACK_AFTER, FAILURES, LAG, Position, Primary
from resolvers.storage.replicas.replica import Replica
from resolvers.storage.statement import Statement

LOOKS_EVERY = LAG / 4
LONGEST = 30.0
"""The seconds after which a change is no longer waited for to be everywhere."""

CONFLICTS = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError)
"""What is raised where a statement stands in the way of what comes from the primary."""

BEHIND = "it is behind, or does not answer"

log = logging.getLogger("crm360")


class OneRequestReader:
    """Reads from one replica, and from the primary once that fails: never from one that is behind what was read."""

    def __init__(self, replica: Reader, primary: Reader) -> None:
        self._at, self._primary = replica, primary
        self.backend = primary.backend
        self.sees_tokens = replica.sees_tokens

    @property
    def requests(self) -> int:
        """How many requests the replica answers."""
        return self._at.requests

    @requests.setter
    def requests(self, count: int) -> None:
        self._at.requests = count

    async def fetch(self, statement: Statement, values: Mapping[str, object]) -> Sequence[Row]:
        """All rows of a statement."""
        try:
            return await self._at.fetch(statement, values)
        except (Unavailable, *CONFLICTS) as error:
            self._leave(error)
        return await self._at.fetch(statement, values)

    async def fetch_for(self, asking: Asking, statement: Statement, values: Mapping[str, Any]) -> Sequence[Row]:
        """All rows of a statement for whoever asks."""
        try:
            return await self._at.fetch_for(asking, statement, values)
        except (Unavailable, *CONFLICTS) as error:
            self._leave(error)
        return await self._at.fetch_for(asking, statement, values)

    def _leave(self, error: Exception) -> None:
        """Go to the primary; a replica that is only busy, or locked, is no reason to."""
        if self._at is self._primary or (isinstance(error, Unavailable) and str(error) != AWAY):
            raise error
        self._at = self._primary

    async def close(self) -> None:
        """Leave the connections to whoever comes next."""


class Replicas:
    """The replicas of a primary, as one process sees them."""

    def __init__(self, primary: Primary, replicas: Sequence[Replica]) -> None:
        self._primary, self._replicas = primary, replicas
        self._turn = count()
        self._looking: list[asyncio.Task[None]] = []
        self._leaving: dict[str, asyncio.Task[bool]] = {}
        self._out: set[str] = set()
        """The names of those that this process has told to be out."""

    def reader(self, primary: Reader) -> Reader:
        """What a request that changes nothing reads through."""
        current = [replica.reader for replica in self._replicas if replica.reader.is_current]
        if not current:
            return primary
        return OneRequestReader(current[next(self._turn) % len(current)], primary)

    def use(self) -> Mapping[str, Mapping[str, int]]:
        """Of each, by its name: how many connections are in which state."""
        return {each.name: each.reader.use() for each in self._replicas}

    def asked(self) -> Mapping[str, bool]:
        """Of each, by its name: whether it is asked now."""
        return {each.name: each.reader.is_current for each in self._replicas}

    async def settle(self) -> None:
        """Come back when every replica that is asked has all that was committed before."""
        try:
            async with asyncio.timeout(LONGEST):
                position = await self._position()
                asked = [replica for replica in self._replicas if replica.name not in position.left_out]
                await asyncio.gather(*(self._settle(replica, position.byte) for replica in asked))
        except TimeoutError:
            raise Unavailable(OPEN) from None

    async def _position(self) -> Position:
        """How far the primary has come; one that went away is waited for."""
        while True:
            try:
                return await self._primary.position()
            except FAILURES:
                await asyncio.sleep(LOOKS_EVERY)

    async def _settle(self, replica: Replica, byte: int) -> None:
        try:
            async with asyncio.timeout(LAG):
                await replica.reaches(byte)
        except FAILURES as error:
            while not await self._leave_out(replica, error):
                await asyncio.sleep(LOOKS_EVERY)
            # Others may have looked just before.
            await asyncio.sleep(LAG)

    def start(self) -> None:
        """Begin to look; must be called from a running event loop."""
        self._looking = [asyncio.create_task(self._keep_looking(replica)) for replica in self._replicas]

    async def stop(self) -> None:
        """Look no more, and close the connections."""
        tasks: list[asyncio.Task[Any]] = [*self._looking, *self._leaving.values()]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        for replica in self._replicas:
            await replica.close()
        await self._primary.close()

    async def _keep_looking(self, replica: Replica) -> None:
        told = -BACK_AFTER
        while True:
            try:
                await self._look(replica)
            except FAILURES as error:
                # Others are told now and then, so that it stays out for as long as it is out for anybody.
                if not replica.reader.is_current and time.monotonic() - told > BACK_AFTER / 2:
                    told = time.monotonic()
                    await self._leave_out(replica, error)
            await asyncio.sleep(LOOKS_EVERY)

    async def _look(self, replica: Replica) -> None:
        """See whether a replica may be asked."""
        began = time.monotonic()
        try:
            position = await self._primary.position()
        except FAILURES:
            # Of the replica that tells nothing.
            return
        async with asyncio.timeout(LAG):
            await replica.reaches(position.byte)
        if replica.name in position.left_out:
            if replica.name in position.may_come_back:
                await self._primary.let_in(replica.name)
            return
        replica.reader.until = began + LAG
        if replica.name in self._out:
            self._out.discard(replica.name)
            log.warning("The replica %s is asked again.", replica.name)

    async def _leave_out(self, replica: Replica, error: Exception) -> bool:
        """Have nobody ask a replica, and tell whether that is known; who finds the same meanwhile waits for that."""
        leaving = self._leaving.get(replica.name)
        if leaving is None:
            replica.reader.until = 0.0
            if replica.name not in self._out:
                self._out.add(replica.name)
                why = BEHIND if isinstance(error, TimeoutError) else reason(error)
                log.warning("The replica %s is left out: %s. The primary is asked instead.", replica.name, why)
            leaving = self._leaving[replica.name] = asyncio.create_task(self._say_so(replica.name))
        return await asyncio.shield(leaving)

    async def _say_so(self, name: str) -> bool:
        try:
            await self._primary.leave_out(name)
        except FAILURES:
            return False
        else:
            return True
        finally:
            del self._leaving[name]


def make_replicas(
    url: str, replica_urls: Sequence[str], engine: AsyncEngine, connections: int, seconds: float
) -> Replicas | None:
    """The replicas of the primary at an address; none where none are named."""
    if not replica_urls:
        return None
    return Replicas(Primary(url, engine), [Replica(each, connections, seconds) for each in replica_urls])
