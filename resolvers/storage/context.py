"""One request's reading: who asks, when and in which language, and what it costs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncEngine

from models.base import utc_now
from models.rules.budget import Standing
from models.scope import Scope, ViewerKind
from resolvers.errors import TooLarge
from resolvers.storage.patience.turns import Turns
from resolvers.storage.reader import Asking, Reader, Row, TokenChanged
from resolvers.storage.relative import resolved
from resolvers.storage.statement import Statement

Loaded = TypeVar("Loaded")

__all__ = ["RequestContext", "RowRef", "Run", "Viewer", "ViewerKind", "is_customer"]

WALLED = frozenset({ViewerKind.CUSTOMER, ViewerKind.ANONYMOUS})
AT_ONCE = 4
"""How many connections one request may use side by side."""


class Stopped(Exception):
    """Something is not read to its end: nobody wants the answer any more."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks: the kind of their token, the customer logged in on it, and the scopes that it holds."""

    customer_id: int | None = None
    kind: ViewerKind = ViewerKind.OPEN
    scopes: frozenset[Scope] = frozenset()
    token_id: int | None = None

    def has(self, scope: Scope) -> bool:
        """Whether the viewer may do what a scope stands for, whoever it concerns."""
        return self.kind is ViewerKind.OPEN or scope in self.scopes


def is_customer(viewer: Viewer) -> bool:
    """Whether it is a customer, who may do with what is their own what others need scopes for."""
    return viewer.kind is ViewerKind.CUSTOMER and viewer.customer_id is not None


@dataclass(frozen=True, slots=True)
class RowRef:
    """A row that some computation found, to be shown as a type of the graph."""

    type_name: str
    key: int


@dataclass(slots=True)
class Run:
    """A statement that ran: its text, how many rows it answered and how long it took in milliseconds."""

    sql: str
    rows: int
    milliseconds: float
    began: float = 0.0
    """When, by `time.perf_counter`."""
    failed: bool = False
    """Whether it came to no end of its own: an error, or nobody waited any longer."""


@dataclass(slots=True, eq=False)
class RequestContext:
    """What a request reads with. `now` is the moment by which validity is judged throughout the request."""

    reader: Reader
    now: datetime = field(default_factory=utc_now)
    locale: str = "en"
    viewer: Viewer = Viewer()
    runs: list[Run] = field(default_factory=list)
    memo: dict[Any, Any] = field(default_factory=dict)
    engine: AsyncEngine | None = None
    """For the little that a question writes down, such as that a code was guessed; a gateway may have none."""
    address: str = ""
    """Where the request comes from, as far as that is known."""
    shown_customers: set[int] = field(default_factory=set)
    """Whose personal data was read otherwise than by selecting fields of theirs."""
    is_walled: bool = True
    """Whether customers, and nobody in particular, read behind the database's own wall, where it has one."""
    standing: Standing | None = None
    """How the budget stands that the request is charged to."""
    patience: float | None = None
    """For how many seconds what it changes waits for a turn; as long as it takes where nothing is said."""
    most_read: int | None = None
    """How many characters of text may be read; unbounded where nothing is said."""
    version: int | None = None
    """Of the row of the viewer's token, as long as that is only taken to be what it was."""
    is_outdated: bool = False
    """Whether the token turned out to be something else: what was answered is of no use."""
    _is_stopped: bool = False
    _apart: set[asyncio.Task[Any]] = field(default_factory=set)
    _turns: Turns = field(default_factory=lambda: Turns(AT_ONCE))

    @property
    def backend(self) -> str:
        """Which database is behind."""
        return self.reader.backend

    def beyond_the_wall(self) -> RequestContext:
        """The same, for what the gateway looks up by itself: who may log in, and what was done before."""
        return replace(self, is_walled=False)

    async def fetch(self, statement: Statement, values: Mapping[str, object]) -> Sequence[Row]:
        """Run a statement; the request's moment, and the customer and the token that ask, are among its values."""
        await self._turns.take(None)
        try:
            began = time.perf_counter()
            try:
                rows = await self._fetched(statement, values)
            except BaseException:
                self.runs.append(Run(statement.sql, 0, (time.perf_counter() - began) * 1000, began, failed=True))
                raise
            self.runs.append(Run(statement.sql, len(rows), (time.perf_counter() - began) * 1000, began))
        finally:
            self._turns.give()
        if self.most_read is not None:
            # Lists come as text within the rows of their parents, so these are few.
            self.most_read -= sum([len(value) for row in rows for value in row if type(value) is str])
            if self.most_read < 0:
                raise TooLarge
        return rows

    def _fetched(self, statement: Statement, values: Mapping[str, object]) -> Awaitable[Sequence[Row]]:
        viewer = self.viewer
        given = {
            **resolved(values, self.now),
            "now": self.now,
            "viewer": viewer.customer_id,
            "token": viewer.token_id,
        }
        walled = self.is_walled and viewer.kind in WALLED
        if not walled and self.version is None:
            return self.reader.fetch(statement, given)
        asking = Asking(viewer.customer_id, viewer.token_id, self.version, walled)
        return self._fetch_for(asking, statement, given)

    async def _fetch_for(self, asking: Asking, statement: Statement, values: Mapping[str, object]) -> Sequence[Row]:
        if self.is_outdated:
            raise TokenChanged
        try:
            rows = await self.reader.fetch_for(asking, statement, values)
        except TokenChanged:
            self.is_outdated = True
            raise
        # From here on it is known who asks.
        self.version = None
        return rows

    async def apart(self, loading: Awaitable[Loaded]) -> Loaded:
        """Load within a task that knows nothing of the request's end: `stop` ends it too."""
        task = asyncio.current_task()
        assert task is not None
        self._apart.add(task)
        try:
            return await loading
        except asyncio.CancelledError:
            if self._is_stopped:
                # An error like any other, so that those who wait for it come to their end, too.
                raise Stopped from None
            raise
        finally:
            self._apart.discard(task)

    async def stop(self) -> None:
        """Stop what is loaded apart, whoever waits for it: nobody wants the answer any more."""
        self._is_stopped = True
        for task in (stopped := list(self._apart)):
            task.cancel()
        if stopped:
            await asyncio.wait(stopped)
