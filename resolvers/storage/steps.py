"""What a request took beside its reads: what was read and planned anew, and the statements that wrote.

Kept only where somebody watches: a request that nobody watches has no list, and nothing is noted.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from sqlalchemy import event
from sqlalchemy.engine import Connection, ExceptionContext
from sqlalchemy.ext.asyncio import AsyncEngine

DOCUMENT, PLAN, STATEMENT = "document", "plan", "statement"
BEGAN = "crm360_began"


@dataclass(slots=True)
class Step:
    """Something that took time, by `time.perf_counter`."""

    kind: str
    began: float
    ended: float
    sql: str = ""
    failed: bool = False
    """Whether it came to no end of its own: an error, or nobody waited any longer."""


watched: ContextVar[list[Step] | None] = ContextVar("watched", default=None)
"""Where the steps of the request that is being answered are noted."""


@contextmanager
def step(kind: str) -> Iterator[None]:
    """Note what is done within, for whoever watches."""
    began = time.perf_counter()
    failed = True
    try:
        yield
        failed = False
    finally:
        if (steps := watched.get()) is not None:
            steps.append(Step(kind, began, time.perf_counter(), failed=failed))


def watch_statements(engine: AsyncEngine) -> None:
    """Note each statement that an engine runs for a request."""
    event.listen(engine.sync_engine, "before_cursor_execute", _before)
    event.listen(engine.sync_engine, "after_cursor_execute", _after)
    event.listen(engine.sync_engine, "handle_error", _failed)


def _before(connection: Connection, *_: object) -> None:
    connection.info[BEGAN] = time.perf_counter()


def _after(connection: Connection, _cursor: object, sql: str, *_: object) -> None:
    began = connection.info.pop(BEGAN)
    if (steps := watched.get()) is not None:
        steps.append(Step(STATEMENT, began, time.perf_counter(), sql))


def _failed(error: ExceptionContext) -> None:
    """What failed before it was begun, such as connecting, is no statement."""
    began = None if error.connection is None else error.connection.info.pop(BEGAN, None)
    if began is not None and (steps := watched.get()) is not None:
        steps.append(Step(STATEMENT, began, time.perf_counter(), error.statement or "", failed=True))
