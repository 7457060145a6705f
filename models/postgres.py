"""How PostgreSQL is reached: an address as libpq reads it, and connections that answer what they were asked.

The driver reads the address itself, so `sslmode`, several hosts, `target_session_attrs`, a socket's folder and a
password file work as they do for `psql`. Three words of the address are ours:

    ?pooler=transaction     a pooler such as PgBouncer hands out another server connection at each transaction
    ?connect_timeout=5      the seconds that a connection may take to open
    ?ssl=require            another name of `sslmode`

Prepared statements have names that no other connection uses. A pooler that mixes connections up can so at worst make
a statement unknown, which is an error; with names that repeat it would run another client's statement instead.
"""

from __future__ import annotations

import socket
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import uuid4

import asyncpg
import orjson
from sqlalchemy import event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

SCHEME = "postgresql+asyncpg://"
CONNECT_TIMEOUT = 5.0
WRITES_TIME = {"timezone": "UTC", "datestyle": "ISO"}
"""How instants and days are written as text, whatever the server or the role is set to."""

POOLERS = ("none", "transaction")
IGNORED = frozenset({"keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count", "prepared_statements"})
"""What libpq knows and the driver doesn't: it would take them for settings of the server."""

KEEPS_STATEMENTS = {
    "statement_cache_size": 256,
    "max_cached_statement_lifetime": 0,
    "max_cacheable_statement_size": 0,
}
"""How a connection keeps what it prepared: so many statements, those used last, however long they are and for good.

Each takes some 100 kB of the server's memory, on each connection.
"""

KEEPALIVE = {"tcp_keepalives_idle": "30", "tcp_keepalives_interval": "10", "tcp_keepalives_count": "3"}
"""How soon the server notices that a client is gone, and lets go of what it had locked."""

OWN_KEEPALIVE = (("TCP_KEEPIDLE", 30), ("TCP_KEEPINTVL", 10), ("TCP_KEEPCNT", 3))
"""The same the other way round, where the system knows it."""

LIFETIME = 1_800
"""The seconds after which a connection is replaced, so that none stays with a server that others have left."""

POOL = {"pool_size": 5, "max_overflow": 25, "pool_timeout": 2, "pool_recycle": LIFETIME}
"""How many connections write: more than do so at once, as some may hang."""

OF_READERS = {"read-write": "primary", "read-only": "standby"}
"""Whom a connection that only reads asks for: read-only by its own wish, it would find no server to its liking."""


class CantConnect(ConnectionError):
    """A connection can't be opened; the cause says why, mostly in the server's own words."""


def backend_of(url: str) -> str:
    """Which of the two databases an address names: `postgresql` or `sqlite`."""
    return "postgresql" if url.startswith(SCHEME) else "sqlite"


class NamedConnection(asyncpg.Connection):  # type: ignore[misc]
    """A connection whose prepared statements are called as no other connection's are."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._prefix = uuid4().hex[:16]
        self.behind: str | None = ""
        """What brought it behind the wall around customers' rows; empty outside, none where that isn't known."""
        self.plans_by_values = False
        """Whether statements are planned for their values at each run."""

    def _get_unique_id(self, prefix: str) -> str:
        return f"crm360_{self._prefix}_{super()._get_unique_id(prefix)}"


@dataclass(frozen=True, slots=True)
class Address:
    """Where PostgreSQL is, and whether a pooler stands before it."""

    dsn: str
    pooled: bool
    timeout: float
    target: str = "any"
    """What `target_session_attrs` asks for."""

    @classmethod
    def of(cls, url: str) -> Address:
        """Read an address; `ValueError` where it can't be one."""
        if not url.startswith(SCHEME):
            raise ValueError(f"must begin with {SCHEME}")
        rest, _, query = url.removeprefix(SCHEME).partition("?")
        given = dict(parse_qsl(query, keep_blank_values=True))
        if (ssl := given.pop("ssl", None)) is not None:
            given.setdefault("sslmode", {"true": "require", "false": "disable"}.get(ssl.lower(), ssl))
        pooler = given.pop("pooler", "none")
        if pooler not in POOLERS:
            raise ValueError(f"`pooler` must be one of {', '.join(POOLERS)}")
        try:
            timeout = float(given.pop("connect_timeout", CONNECT_TIMEOUT))
        except ValueError:
            raise ValueError("`connect_timeout` must be a number of seconds") from None
        target = given.get("target_session_attrs", "any")
        kept = urlencode({name: value for name, value in given.items() if name not in IGNORED})
        return cls(f"postgresql://{rest}" + (f"?{kept}" if kept else ""), pooler == "transaction", timeout, target)

    async def connect(self, settings: dict[str, str] | None = None, **options: Any) -> Any:
        """Open a connection. A pooler knows few settings, so through one only those that matter are asked for."""
        if self.pooled:
            # Nothing is kept by name: the next transaction may be another server connection's.
            options |= {"statement_cache_size": 0}
            settings = WRITES_TIME
        else:
            settings = {**KEEPALIVE, **(settings or WRITES_TIME)}
        if "default_transaction_read_only" in settings and self.target in OF_READERS:
            options["target_session_attrs"] = OF_READERS[self.target]
        try:
            connection = await asyncpg.connect(
                self.dsn, connection_class=NamedConnection, server_settings=settings, timeout=self.timeout, **options
            )
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
            raise CantConnect(str(error)) from error
        _keep_alive(connection._transport.get_extra_info("socket"))
        told = connection.get_settings()
        if told.TimeZone not in ("UTC", "Etc/UTC") or not told.DateStyle.startswith("ISO"):
            connection.terminate()
            raise asyncpg.InterfaceError(
                "Something between the gateway and PostgreSQL ignores the settings `timezone` and `datestyle`."
            )
        return connection


def _keep_alive(connected: Any) -> None:
    """Have the system notice a server that is gone without a word."""
    if connected is None or connected.family not in (socket.AF_INET, socket.AF_INET6):
        return
    connected.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in OWN_KEEPALIVE:
        with suppress(AttributeError, OSError):
            connected.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def make_engine(url: str, **options: Any) -> AsyncEngine:
    """An engine whose connections are opened as the address says."""
    address = Address.of(url)
    ours = {"prepared_statement_cache_size": 0} if address.pooled else {}

    def connect() -> Any:
        driver: Any = engine.dialect.dbapi
        return driver.connect(async_creator_fn=address.connect, **KEEPS_STATEMENTS, **ours)

    if "poolclass" not in options:
        options = {**POOL, **options}
    engine = create_async_engine(SCHEME, creator=connect, json_deserializer=orjson.loads, **options)
    event.listen(engine.sync_engine, "checkout", _see_that_it_lives)
    return engine


def _see_that_it_lives(connection: Any, _record: Any, _proxy: Any) -> None:
    """A connection that the server has closed is replaced, and all that are as old."""
    if connection.driver_connection.is_closed():
        raise InvalidatePoolError
