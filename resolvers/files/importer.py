"""Importing a retailer's own files, all or nothing, or whatever of them is good."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncTransaction
from sqlalchemy.pool import NullPool

import models
from resolvers.customer.figures import scores
from resolvers.files.behind import Behind, rarely_collected
from resolvers.files.declared import Declared
from resolvers.files.folder import Source, sources_of
from resolvers.files.format import reading
from resolvers.files.format.conventions import DEFAULT_SOURCE, Conventions
from resolvers.files.format.lines import BrokenFile, count_lines
from resolvers.files.format.record_schema import Draft, Fault
from resolvers.files.home import home_of
from resolvers.files.ledger.importing import LedgerBatch, OpeningBatch
from resolvers.files.progress import ProgressListener, Silent
from resolvers.files.record import completion, refusals, rules
from resolvers.files.record.batch import RecordBatch
from resolvers.files.record.key_resolver import Names
from resolvers.files.record.run_context import RunContext
from resolvers.files.report import ImportReport
from resolvers.files.resources import RESOURCES, Resource
from resolvers.segment import members
from resolvers.storage.engine import make_engine
from resolvers.storage.writing import following

ROWS_AT_ONCE = 1_000
MADE_ALONG = (models.CustomerSource, models.Consent, models.Reward)
BATCHES = {"pointLedgers": LedgerBatch, "openingBalances": OpeningBatch}


async def import_files(
    url: str,
    paths: Sequence[Path],
    said: Declared | None = None,
    *,
    dry_run: bool = False,
    skip_bad: bool = False,
    progress: ProgressListener | None = None,
) -> ImportReport:
    """Bring rows in from files called after their resource, or folders of such, those first that others refer to.

    All is written, or nothing as soon as one row is bad. With `skip_bad` the good rows are written batch by batch,
    and with `dry_run` nothing ever is, though all of it was tried. What
    isn't said of them their folders declare, or the database tells.
    """
    report = ImportReport()
    with rarely_collected():
        async with _connected(url) as connection:
            run = Import(connection, report, Silent() if progress is None else progress, in_one=dry_run or not skip_bad)
            outer = await connection.begin() if run.in_one else None
            await run.begin()
            for source in _in_order(paths, said or Declared(), report):
                await run.read(source)
            report.written = not dry_run and (skip_bad or report.ok)
            if report.written:
                await _tell_followers(run)
            if outer is not None:
                await _end(outer, keep=report.written)
    return report


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[AsyncConnection]:
    engine = make_engine(url, poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            yield connection
    finally:
        await engine.dispose()


async def _tell_followers(run: Import) -> None:
    """Rows of files are no events: scores and segments are worked out anew for all."""
    async with run.unit():
        await following.begin_anew(run.connection, (scores.JOB, members.JOB))


def _in_order(paths: Iterable[Path], said: Declared, report: ImportReport) -> list[Source]:
    """The files with their resources, those first that others refer to; others as they were given."""
    places = {name: place for place, name in enumerate(RESOURCES)}
    found = sources_of(paths, said, lambda name, reason: report.refuse(name, None, None, reason))
    return sorted(found, key=lambda source: places[source.resource.name])


async def _end(transaction: AsyncTransaction, *, keep: bool) -> None:
    """Keep all or nothing. An interruption that comes too late for that doesn't leave it open which."""
    ending = asyncio.ensure_future(transaction.commit() if keep else transaction.rollback())
    try:
        await asyncio.shield(ending)
    except asyncio.CancelledError:
        await ending


class Import:
    """One run over all files."""

    def __init__(
        self, connection: AsyncConnection, report: ImportReport, progress: ProgressListener, *, in_one: bool
    ) -> None:
        self.connection = connection
        self.report = report
        self.progress = progress
        self.in_one = in_one
        self.names = Names(connection)
        self.context = RunContext(note=report.note)
        self._behind = Behind()

    async def begin(self) -> None:
        """See what there is before any row is written."""
        async with self.unit():
            home = await home_of(self.connection, models.base.utc_now())
        self.context.makes_sources = home.sources.get("customer") == DEFAULT_SOURCE

    async def _conventions(self, source: Source) -> Conventions:
        """What is meant by what this file doesn't say: as was declared, or as it is where the retailer is at home."""
        async with self.unit():
            home = await home_of(self.connection, models.base.utc_now())
        delimiter = reading.delimiter_of(source.path, source.declared.encoding)
        found = replace(source.declared.conventions.or_else(home), delimiter=delimiter)
        # JSON has one way to write numbers.
        return found if delimiter else replace(found, decimal=None, group=None)

    async def read(self, source: Source) -> None:
        """Bring in all rows of one file."""
        resource, path, encoding = source.resource, source.path, source.declared.encoding
        self.progress.step(path.name, count_lines(path, encoding))
        waiting: list[Draft] = []
        named: set[object] = set()
        try:
            self.context.conventions = await self._conventions(source)
            shape = resource.shape.by(self.context.conventions)
            for record in reading.records(path, shape, encoding, source.map, resource.key_fields):
                draft = Draft(record.line, errors=[Fault(*error) for error in record.errors])
                draft.optional = frozenset(source.map.optional) if source.map else frozenset()
                if not draft.errors:
                    completion.prepare(resource, record.raw, self.context.conventions)
                    shape.read(record.raw, draft)
                    completion.complete(resource, draft, record.raw, self.context.conventions)
                    rules.finish(resource.name, draft, self.context.conventions.country)
                    draft.names = resource.names_of(draft)
                if not named.isdisjoint(draft.names):
                    counts = "the earlier one counts" if resource.once or resource.ledger else "what it says counts"
                    draft.warn(None, f"is a row that an earlier line has already; {counts}")
                if len(waiting) == ROWS_AT_ONCE or not named.isdisjoint(draft.names):
                    await self._behind.start(self._write(resource, path, waiting))
                    waiting, named = [], set()
                waiting.append(draft)
                named.update(draft.names)
                await self._behind.go_on()
        except BrokenFile as broken:
            await self._behind.end()
            self.report.refuse(path.name, broken.line, None, broken.reason)
        except BaseException:
            await self._behind.give_up()
            raise
        await self._behind.start(self._write(resource, path, waiting))
        await self._behind.end()

    async def _write(self, resource: Resource, path: Path, drafts: list[Draft]) -> None:
        await self._write_good(resource, [draft for draft in drafts if not draft.errors])
        for draft in drafts:
            for fault in draft.errors:
                self.report.refuse(path.name, draft.line, *fault)
            for fault in draft.warnings:
                self.report.warn(path.name, draft.line, fault.field, fault.reason)
        self.report.counts[resource.name].refused += sum(bool(draft.errors) for draft in drafts)
        self.progress.advance(len(drafts))

    async def _write_good(self, resource: Resource, drafts: list[Draft]) -> None:
        """Rows that the database refuses together are tried in halves, down to the one that is bad."""
        if not drafts:
            return
        try:
            async with self.unit():
                batch = BATCHES.get(resource.name, RecordBatch)(
                    self.connection, self.names, resource, drafts, self.context
                )
                count = await batch.write()
        except (IntegrityError, DataError) as error:
            # What was made along may have been taken back.
            for model in MADE_ALONG:
                self.names.forget(model)
            if len(drafts) == 1:
                drafts[0].refuse(*refusals.explain(error))
                return
            half = len(drafts) // 2
            for some in (drafts[:half], drafts[half:]):
                await self._write_good(resource, [draft for draft in some if not draft.errors])
        else:
            self.report.counts[resource.name].add(count)

    @asynccontextmanager
    async def unit(self) -> AsyncIterator[None]:
        """What is written together: a part of the one transaction, or a transaction of its own."""
        async with self.connection.begin_nested() if self.in_one else self.connection.begin():
            yield
