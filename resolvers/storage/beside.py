"""What takes long is done beside the event loop: everybody else is answered meanwhile.

One thread does it, one thing after another, so that those who are answered never wait for more than one turn of Python.
Who asks for what is being done already waits for that.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import Any, TypeVar

Made = TypeVar("Made")

_THREAD = ThreadPoolExecutor(1, "beside")
_begun: dict[Hashable, asyncio.Future[Any]] = {}


async def beside(key: Hashable, work: Callable[..., Made], *given: Any) -> Made:
    """What some work comes to; the same key means the same work."""
    loop = asyncio.get_running_loop()
    running = _begun.get(key)
    if running is None or running.get_loop() is not loop:
        running = loop.run_in_executor(_THREAD, partial(copy_context().run, work, *given))
        _begun[key] = running
        running.add_done_callback(partial(_ended, key))
    # Others may wait for it, whoever stops waiting.
    made: Made = await asyncio.shield(running)
    return made


def _ended(key: Hashable, done: asyncio.Future[Any]) -> None:
    if _begun.get(key) is done:
        del _begun[key]
    if not done.cancelled():
        # Where nobody waits any more, nobody has to hear of an error.
        done.exception()
