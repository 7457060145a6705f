"""How long a request may take: until its deadline, or until its client leaves.

Most answers are there long before either is worth a look: one timer costs a request as little as can be.
"""

from __future__ import annotations

import asyncio

from server.http.graphql_http import Request

LOOKED_AFTER = 0.1
"""The seconds after which a request is watched."""


class Patience:
    """A request being waited for, for so many seconds at most; `limit` is what drops it."""

    def __init__(self, request: Request, limit: asyncio.Timeout, seconds: float) -> None:
        self._request, self._limit = request, limit
        self._loop = asyncio.get_running_loop()
        self._deadline = self._loop.time() + seconds
        self._timer = self._loop.call_later(min(LOOKED_AFTER, seconds), self._look)
        self._watching: asyncio.Task[None] | None = None
        self._is_due = False

    def is_read(self) -> None:
        """The request has come in whole: from now on its client may be seen leaving."""
        if self._is_due:
            self._watch()

    def end(self) -> None:
        """Nobody waits any more."""
        self._timer.cancel()
        if self._watching is not None:
            self._watching.cancel()

    def _look(self) -> None:
        self._is_due = True
        self._limit.reschedule(self._deadline)
        if self._request.is_read:
            self._watch()

    def _watch(self) -> None:
        self._watching = self._loop.create_task(self._wait_for_leaving())

    async def _wait_for_leaving(self) -> None:
        while (await self._request.receive())["type"] != "http.disconnect":
            pass
        self._request.is_gone = True
        self._limit.reschedule(0)
