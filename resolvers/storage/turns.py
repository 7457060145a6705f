"""Turns at writing: first come, first served.

SQLite has one writer at a time, and makes the others ask again after a while: whoever asks at the right moment is next,
and in a crowd somebody may wait for ever. PostgreSQL queues those who want the same rows by itself.
"""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

TURN = "turn"
"""The option of an engine that holds its lock; `make_engine` gives one to an engine of SQLite's."""


def turn_options() -> dict[str, asyncio.Lock]:
    """What gives an engine turns."""
    return {TURN: asyncio.Lock()}


def turn(engine: AsyncEngine) -> AbstractAsyncContextManager[Any]:
    """This process' turn to write, where only one can."""
    lock: asyncio.Lock | None = engine.get_execution_options().get(TURN)
    return nullcontext() if lock is None else lock
