"""Whether the database is away: how errors tell, what callers are told, and one line in the log for each outage."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnection

from resolvers.errors import CrmError, Unavailable

AWAY = "The database can't be reached; try again."
FULL = "The database can't write: its disk is full. Nothing was changed; try again."
LONG = "What is to be changed takes too long. Nothing was changed."
BUSY = "The gateway is busy; try again."
LOCKED = "What is to be changed is being changed by others for long. Nothing was changed; try again."
OPEN = (
    "The database went away while this was being committed, so that it isn't known whether it was done: "
    "ask again under its idempotency key."
)

GONE = (
    ConnectionError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.IdleSessionTimeoutError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.TooManyConnectionsError,
    # The driver knows no way on, or no host to its liking.
    asyncpg.InternalClientError,
    # A primary became a standby.
    asyncpg.ReadOnlySQLTransactionError,
)
"""What the driver raises when a connection is gone or can't be had."""

CLOSED = ("connection is closed", "connection was closed", "underlying connection is closed")
"""How the driver says in words that a connection is gone."""

DISK = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR})
LOCKS = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
BROKEN = frozenset({*DISK, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY})
"""The kinds of errors by which SQLite says that its file can't be used."""

log = logging.getLogger("crm360")


def chain(error: BaseException) -> Iterator[BaseException]:
    """An error, and those that it came of."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        origin: BaseException | None = current.orig if isinstance(current, DBAPIError) else None
        current = origin or current.__cause__


def gone(error: BaseException) -> BaseException | None:
    """What an error says of a connection that is gone; none where it says something else."""
    if isinstance(error, CrmError):
        # It says all that there is to say.
        return None
    for one in chain(error):
        if isinstance(one, GONE) or _is_closed(one) or (isinstance(one, sqlite3.Error) and _kind(one) in BROKEN):
            return one
    return None


def is_lost(error: BaseException) -> bool:
    """Whether an error says that a connection to a server is gone."""
    cause = gone(error)
    return cause is not None and not isinstance(cause, sqlite3.Error)


def _is_closed(error: BaseException) -> bool:
    return isinstance(error, asyncpg.InterfaceError) and any(words in str(error) for words in CLOSED)


def _kind(error: sqlite3.Error) -> int:
    # What is beyond the lowest byte says more of the same.
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def unavailable(error: BaseException) -> Unavailable | None:
    """What callers are told of an error where it means that the database can't do anything now."""
    if isinstance(error, CrmError):
        return None
    if isinstance(error, NoConnection):
        return Unavailable(BUSY)
    for one in chain(error):
        if isinstance(one, asyncpg.LockNotAvailableError) or (isinstance(one, sqlite3.Error) and _kind(one) in LOCKS):
            return Unavailable(LOCKED)
        if isinstance(one, asyncpg.QueryCanceledError):
            return Unavailable(LONG)
    cause = gone(error)
    if cause is None:
        return None
    return Unavailable(FULL if isinstance(cause, sqlite3.Error) and _kind(cause) in DISK else AWAY)


def reason(error: BaseException) -> str:
    """The database's own reason, in one line."""
    *_, origin = chain(error)
    if isinstance(origin, TimeoutError) and not str(origin):
        return "it did not answer in time"
    if isinstance(origin, OSError) and origin.strerror:
        return origin.strerror
    return (str(origin).strip().splitlines() or [type(origin).__name__])[0].rstrip(".")


class Outage:
    """An outage, as it is logged: when it begins and why, and when it is over."""

    def __init__(self) -> None:
        self.since: float | None = None
        self.reason = ""
        self._is_unsaid = False

    @property
    def is_on(self) -> bool:
        """Whether the database was away when it was last asked."""
        return self.since is not None

    def begins(self, error: BaseException) -> None:
        """The database could not be asked."""
        if self.since is None and not self._is_unsaid:
            self.since, self.reason = time.monotonic(), reason(error)
            log.error("The database can't be used: %s. Until it can, requests are answered with 503.", self.reason)

    def ends(self) -> None:
        """The database did what it was asked."""
        if self.since is not None:
            log.warning("The database can be used again, after %.1f s.", time.monotonic() - self.since)
            self.since, self.reason = None, ""

    @contextmanager
    def unsaid(self) -> Iterator[None]:
        """Whoever asks meanwhile tells of it by other means."""
        self._is_unsaid = True
        try:
            yield
        finally:
            self._is_unsaid = False


_outages: defaultdict[str, Outage] = defaultdict(Outage)


def outage_of(url: str) -> Outage:
    """The outage of the database at an address, as this process sees it."""
    return _outages[url]
