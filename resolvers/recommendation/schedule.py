"""Recommendations worked out from time to time, in a process of their own: a server only reads them.

The process ends when its work is done, and gives back the memory that only the numeric work needs.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy.ext.asyncio import AsyncEngine

import resolvers
from resolvers.recommendation.outbox import is_waiting
from resolvers.storage.alone import alone
from resolvers.storage.engine import address_of

WORKER = "resolvers.recommendation.worker"
NEEDED = ("numpy", "scipy")
ALL, CHANGED = "all", "changed"
log = logging.getLogger("crm360")
ROOT = Path(resolvers.__file__).parent.parent


class WorkerError(Exception):
    """The process that works recommendations out came to an untimely end; its message is the kind of error alone."""


async def refresh_recommendations(engine: AsyncEngine, now: datetime, _batch: int = 0) -> int:
    """Work out all customers' lists; how many recommendations changed."""
    async with alone(engine, WORKER) as mine:
        return int((await work(engine, ALL, now))["changed"]) if mine else 0


async def update_recommendations(engine: AsyncEngine, now: datetime, _batch: int = 0) -> int:
    """Work out the lists of those of whom the outbox tells something new; how many customers that were.

    It doesn't wait for all lists to be worked out, which leaves those customers' newer ones alone.
    """
    if not await is_waiting(engine, now):
        return 0
    async with alone(engine, f"{WORKER}.{CHANGED}") as mine:
        return int((await work(engine, CHANGED, now))["customers"]) if mine else 0


async def work(engine: AsyncEngine, task: str, now: datetime, **options: object) -> dict[str, Any]:
    """Have a task done by a process of its own; what it answers."""
    url = address_of(engine)
    # The address may hold a password: it goes through a pipe, and not along with the command.
    given = orjson.dumps({"url": url, "task": task, "now": now.isoformat(), **options})
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        # These very packages, whatever lies in the working folder; and that one is where a file's address begins.
        "-P",
        "-m",
        WORKER,
        env={**os.environ, "PYTHONPATH": path},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        answer, error = await process.communicate(given)
    except asyncio.CancelledError:
        await _end(process)
        raise
    if process.returncode:
        kind = error.decode(errors="replace").strip().rpartition("\n")[2]
        log.error("Working recommendations out ended with %s.", kind or f"code {process.returncode}")
        raise WorkerError(kind)
    done: dict[str, object] = orjson.loads(answer)
    return done


async def _end(process: asyncio.subprocess.Process) -> None:
    """See a process to its end: a server that stops meanwhile leaves nothing behind."""
    if process.returncode is None:
        process.kill()
    if process.stdin is not None:
        process.stdin.close()
    await process.communicate()
