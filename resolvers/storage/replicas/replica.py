"""One replica: how far it has come, and for how long it may be asked without looking again."""

from __future__ import annotations

import asyncio
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

from resolvers.errors import Unavailable
from resolvers.storage.patience.outage import outage_of
from resolvers.storage.reader import ConnectionLost, PostgresReader
from resolvers.storage.replicas.primary import LAG
from resolvers.storage.replicas.sharing import Shared
from resolvers.storage.statement import Statement

FOLLOWED = Statement(
    "SELECT CASE WHEN pg_is_in_recovery() AND EXISTS (SELECT FROM pg_stat_wal_receiver) "
    "THEN (pg_last_wal_replay_lsn() - '0/0'::pg_lsn)::bigint END",
    (),
)
"""How far it has come; nothing where it follows nobody, because it was promoted or lost its primary."""

PAUSES = (0.001, 0.001, 0.001, 0.002, 0.002, 0.004, 0.004, 0.008, 0.016)
"""The seconds between looks at a replica that is being waited for; the last one from then on."""


class CurrentReader(PostgresReader):
    """Reads from a replica as long as that is known to be current."""

    until = 0.0
    """The moment until which it is, by the monotonic clock."""

    @property
    def is_current(self) -> bool:
        """Whether it may be asked now."""
        return time.monotonic() < self.until

    async def _connect(self) -> Any:
        if not self.is_current:
            raise ConnectionLost
        return await super()._connect()

    def _forget(self) -> None:
        """Drop the connections: one that is gone may tell of a restart, after which what came last is yet to come."""
        self.until = 0.0
        super()._forget()


class Replica:
    """A replica at an address; the reader is for requests."""

    def __init__(self, url: str, connections: int, seconds: float) -> None:
        self.name = name_of(url)
        self.reader = CurrentReader(url, connections, seconds)
        self._probe = PostgresReader(url, 1)
        self._followed = Shared(self._ask, LAG)
        # What is said of the database, that requests are answered with 503, isn't true of a replica.
        self._silence = outage_of(url).unsaid()
        self._silence.__enter__()

    async def reaches(self, byte: int) -> None:
        """Come back once it has come so far; `Unavailable` where it follows nobody."""
        pauses = iter(PAUSES)
        while await self._followed.answer() < byte:
            await asyncio.sleep(next(pauses, PAUSES[-1]))

    async def _ask(self) -> int:
        [(byte,)] = await self._probe.fetch(FOLLOWED, {})
        if byte is None:
            raise Unavailable("it follows no primary")
        return int(byte)

    async def close(self) -> None:
        """Close the connections."""
        await self._followed.stop()
        await self._probe.close()
        await self.reader.close()
        self._silence.__exit__(None, None, None)


def name_of(url: str) -> str:
    """What gateways call a replica among each other: its hosts, ports and database, and nothing of who connects."""
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    hosts = parts.netloc.rpartition("@")[2] or ":".join(
        found[0] for found in (query.get("host"), query.get("port")) if found
    )
    return f"{hosts}{parts.path}"[-255:]
