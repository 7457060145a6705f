"""Importing and exporting from the command line: bars while it runs, a summary at the end."""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from getpass import getuser
from pathlib import Path
from time import monotonic
from typing import Literal, cast

import rich.progress
import typer
from rich.console import Console
from rich.table import Table

from models.base import utc_now
from resolvers.audit.exports import note_export
from resolvers.demo import import_journey
from resolvers.files import Declared, ImportReport, export_files, import_files
from resolvers.files.progress import ProgressListener
from resolvers.files.resources import tells_of_customers
from resolvers.storage.engine import make_engine
from server.cli_errors import INTERRUPTED, Obstacle
from server.commands import database
from server.settings import Settings

ERRORS_SHOWN = 20
SAID_EVERY = 5.0
"""After how many seconds it is said again how far a step has come, where there is no terminal."""


class Lines:
    """A line every few seconds, for whoever has no terminal: a log, or a system that runs jobs."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self.clock = clock
        self.name, self.done, self.total = "", 0, 0
        self.said = clock()

    def step(self, name: str, total: int) -> None:
        """A step begins."""
        self.name, self.done, self.total = name, 0, total
        self._say_if_due()

    def advance(self, rows: int) -> None:
        """So many more rows are done."""
        self.done += rows
        self._say_if_due()

    def _say_if_due(self) -> None:
        if self.clock() - self.said >= SAID_EVERY:
            typer.echo(f"{self.name}: {self.done:,} of about {max(self.total, self.done):,} rows", err=True)
            self.said = self.clock()


class Bars:
    """A bar for each step, which stays when the next one begins."""

    def __init__(self, bars: rich.progress.Progress) -> None:
        self.bars = bars
        self.current: rich.progress.TaskID | None = None

    def step(self, name: str, total: int) -> None:
        """A step begins."""
        self.end()
        self.current = self.bars.add_task(name, total=total)

    def advance(self, rows: int) -> None:
        """So many more rows are done."""
        assert self.current is not None
        self.bars.advance(self.current, rows)

    def end(self) -> None:
        """The step is over; its total was an estimate."""
        if self.current is not None:
            done = self.bars.tasks[self.current].completed
            self.bars.update(self.current, total=done or 1, completed=done or 1)


@contextmanager
def progress() -> Iterator[Bars | Lines]:
    """Bars on a terminal, or lines where there is none."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield Lines()
        return
    columns = (
        rich.progress.TextColumn("{task.description}"),
        rich.progress.BarColumn(),
        rich.progress.TaskProgressColumn(),
        rich.progress.TimeElapsedColumn(),
    )
    with rich.progress.Progress(*columns, console=console) as shown:
        bars = Bars(shown)
        yield bars
        bars.end()


@contextmanager
def stopping(kept: str) -> Iterator[None]:
    """Ctrl-C ends what is done here, and says what is kept of it."""
    try:
        yield
    except KeyboardInterrupt:
        typer.echo(f"Stopped. {kept}", err=True)
        raise typer.Exit(INTERRUPTED) from None


def bring_journey(
    settings: Settings, *, today: date, shift: bool = True, promotion_weeks: int = 1, households: int | None = None
) -> None:
    """Import the demo's data."""
    database.require(settings)
    kept = "The steps that were finished are kept; start again, and it goes on where it stopped."
    with stopping(kept), progress() as bars:
        report = asyncio.run(
            import_journey(
                settings.database_url,
                shift=shift,
                today=today,
                promotion_weeks=promotion_weeks,
                households=households,
                progress=bars,
            )
        )
    console = Console()
    console.print(f"{sum(report.rows.values()):,} rows in {report.seconds:.0f} s.", highlight=False)
    for note in report.notes:
        console.print(f"- {note}", highlight=False, markup=False)


def bring_files(
    settings: Settings, paths: Sequence[Path], said: Declared | None = None, *, dry_run: bool, skip_bad: bool
) -> bool:
    """Import a retailer's files, and tell whether all of their rows are good."""
    database.require(settings)
    good = "The good rows so far are kept; the same files again bring in the others."
    kept = good if skip_bad and not dry_run else "Nothing was written."
    with stopping(kept), progress() as bars:
        report = asyncio.run(
            import_files(settings.database_url, paths, said, dry_run=dry_run, skip_bad=skip_bad, progress=bars)
        )
    _tell(report, dry_run=dry_run)
    return report.ok


def _tell(report: ImportReport, *, dry_run: bool) -> None:
    console = Console()
    table = Table("resource", "created", "updated", "unchanged", "refused")
    for name, count in report.counts.items():
        table.add_row(name, *map(str, (count.created, count.updated, count.unchanged, count.refused)))
    if report.counts:
        console.print(table)
    for told in (*report.notes, *report.warnings[:ERRORS_SHOWN], *report.errors[:ERRORS_SHOWN]):
        console.print(str(told), highlight=False, markup=False, soft_wrap=True)
    if len(report.errors) > ERRORS_SHOWN:
        console.print(f"… and {len(report.errors) - ERRORS_SHOWN:,} more.", highlight=False)
    if not report.written:
        reason = "this was a dry run" if dry_run else "mend the rows above, or say --skip-bad to write the others"
        console.print(f"Nothing was written: {reason}.", highlight=False, soft_wrap=True)


def take_out(settings: Settings, folder: Path, kind: str, resources: Sequence[str] | None) -> None:
    """Export."""
    database.require(settings)
    try:
        with stopping("The files that are there are whole; others are left out."), progress() as bars, _no_cycles():
            counts = asyncio.run(_export(settings.database_url, folder, kind, resources or None, bars))
    except ValueError as error:
        raise Obstacle(str(error)) from None
    _tell_counts(counts, kind)


@contextmanager
def _no_cycles() -> Iterator[None]:
    """Nothing that is read refers to itself: looking for what does would take as long as all the rest."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


async def _export(
    url: str, folder: Path, kind: str, resources: Sequence[str] | None, progress: ProgressListener
) -> dict[str, int]:
    """Export; what tells of customers is noted before any of it is written."""
    if tells_of_customers(resources):
        engine = make_engine(url)
        try:
            await note_export(engine, _operator(), utc_now())
        finally:
            await engine.dispose()
    form = cast("Literal['jsonl', 'csv']", kind)
    return await export_files(url, folder, kind=form, resources=resources, progress=progress)


def _operator() -> str:
    """Who is at the machine, by the name that it knows them by, or else by the number."""
    try:
        return getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def _tell_counts(counts: dict[str, int], kind: str) -> None:
    console = Console()
    for name, rows in counts.items():
        if rows:
            console.print(f"{name}.{kind}: {rows:,} rows", highlight=False)
