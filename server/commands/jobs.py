"""Doing jobs from the command line, and saying what became of them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import typer

from models.base import utc_now
from resolvers.jobs import JOBS, Ran, run_jobs
from resolvers.storage.engine import make_engine
from schema.declaring.build import build
from server.cli_errors import none_such
from server.commands import database
from server.settings import Settings


def do(settings: Settings, names: Sequence[str]) -> bool:
    """Do all jobs, or those named; whether none failed, and none that was named lacks what it needs."""
    for name in names:
        if name not in JOBS:
            raise none_such("There is no job called", name, JOBS)
    database.require(settings)
    # Segments by criteria are worked out by the filters of the graph.
    build()
    ran = asyncio.run(_run(settings, names))
    for one in ran:
        typer.echo(f"{one.name}: {_told(one)}")
    return not any(one.failed or (names and one.missing) for one in ran)


def listed() -> str:
    """The jobs with what they do, a line each."""
    width = max(map(len, JOBS))
    return "\n".join(f"{job.name:<{width}}  {job.description}" for job in JOBS.values())


async def _run(settings: Settings, names: Sequence[str]) -> list[Ran]:
    engine = make_engine(settings.database_url)
    try:
        return await run_jobs(engine, utc_now(), names or None, retention=settings.retention)
    finally:
        await engine.dispose()


def _told(ran: Ran) -> str:
    if ran.failed:
        return "failed; the log says why"
    if ran.missing:
        return f"left out for lack of {' and '.join(ran.missing)}: install the extra `recommend`"
    return "another process is at it" if ran.skipped else f"{ran.done} changed"
