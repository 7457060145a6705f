"""Whoever watches requests: each is looked at once, when it is over.

All that is told of a request is made of what was noted meanwhile anyway, so that watching costs it next to nothing.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextvars import Token
from typing import Protocol

from models.scope import ViewerKind
from resolvers.storage.context import Run
from resolvers.storage.steps import STATEMENT, Step, watched
from server.http.graphql_http import Request


class Seen:
    """A request that is over."""

    __slots__ = ("began", "request", "seconds", "steps")

    def __init__(self, request: Request, began: float, seconds: float, steps: list[Step]) -> None:
        self.request = request
        self.began = began
        self.seconds = seconds
        self.steps = steps

    @property
    def name(self) -> str | None:
        """The operation's name; empty where it has none, and none where there is no valid operation."""
        running = self.request.running
        if running is None:
            return None
        name = running.operation.node.name
        return "" if name is None else name.value

    @property
    def type(self) -> str:
        """`query` or `mutation`; empty where there is no valid operation."""
        running = self.request.running
        return "" if running is None else running.operation.node.operation.value

    @property
    def codes(self) -> Sequence[str]:
        """The codes of the answer's errors."""
        answer = self.request.answer
        return () if answer is None else answer.codes

    @property
    def is_known(self) -> bool:
        """Whether whoever asks has shown a token, or needs none here."""
        context = self.request.context
        return context is not None and context.reading.viewer.kind is not ViewerKind.ANONYMOUS

    @property
    def reads(self) -> Sequence[Run]:
        """The statements that read."""
        context = self.request.context
        return () if context is None else context.reading.runs

    @property
    def statements(self) -> int:
        """How many statements it took."""
        return len(self.reads) + (sum(each.kind == STATEMENT for each in self.steps) if self.steps else 0)

    @property
    def failed(self) -> int:
        """How many of them came to no end of their own."""
        return sum(run.failed for run in self.reads) + sum(step.failed for step in self.steps)

    @property
    def cost(self) -> int:
        """The points that it was charged."""
        context = self.request.context
        standing = None if context is None else context.reading.standing
        return 0 if standing is None else standing.requested


class Watcher(Protocol):
    """Makes something of what is seen."""

    def note(self, seen: Seen) -> None:
        """Note a request that is over."""


class Observer:
    """Watches the requests."""

    def __init__(self, watchers: Sequence[Watcher]) -> None:
        self.watchers = watchers

    def watching(self, request: Request) -> Watching:
        """Watch a request to its end."""
        return Watching(self.watchers, request)


class Watching:
    """A request being watched."""

    __slots__ = ("_began", "_request", "_steps", "_token", "_watchers")
    _token: Token[list[Step] | None]

    def __init__(self, watchers: Sequence[Watcher], request: Request) -> None:
        self._watchers, self._request = watchers, request
        self._steps: list[Step] = []

    def __enter__(self) -> None:
        self._token = watched.set(self._steps)
        self._began = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        seen = Seen(self._request, self._began, time.perf_counter() - self._began, self._steps)
        watched.reset(self._token)
        for each in self._watchers:
            each.note(seen)
