"""Turns at writing: first come, first served.

SQLite has one writer at a time, and makes the others ask again after a while: whoever asks at the right moment is next,
and in a crowd somebody may wait for ever. PostgreSQL queues those who want the same rows by itself.
"""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy.ext.asyncio import AsyncEngine

_turns: WeakKeyDictionary[AsyncEngine, asyncio.Lock] = WeakKeyDictionary()


def turn(engine: AsyncEngine) -> AbstractAsyncContextManager[Any]:
    """This process' turn to write, where only one can."""
    if engine.dialect.name != "sqlite":
        return nullcontext()
    return _turns.setdefault(engine, asyncio.Lock())
