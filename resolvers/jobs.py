"""The scheduled jobs: what time brings about is written down, and what is worked out is worked out anew.

Answers never wait for a job: an expired voucher is expired from its very moment. A job works in small batches, each a
transaction of its own, and can be stopped between and within them. One process of the cluster does it at a time.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from importlib.util import find_spec
from traceback import format_tb

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncEngine

import models
from models.base import utc_now
from resolvers.access.purge import purge_logins
from resolvers.audit.pruning import prune_audit
from resolvers.audit.sealing import seal_audit
from resolvers.budget.purge import purge_budgets
from resolvers.customer.figures.scores import refresh_changed_scores, refresh_scores
from resolvers.customer.figures.years import keep_years
from resolvers.errors import Unavailable
from resolvers.point.expiry import expire_points
from resolvers.recommendation.offers import JOB, move_up_offers
from resolvers.recommendation.schedule import NEEDED, refresh_recommendations, update_recommendations
from resolvers.reservation.operations import expire_reservations
from resolvers.segment.changed import refresh_changed_segments
from resolvers.segment.members import refresh_segments
from resolvers.status.validity import requalify_statuses
from resolvers.storage.alone import alone
from resolvers.storage.patience.outage import unavailable
from resolvers.storage.transaction import Transaction, in_transaction
from resolvers.storage.writing.pruning import prune_events
from resolvers.voucher.expiry import expire_vouchers

BATCH = 500
SKEW = timedelta(minutes=1)
"""By how much clocks may differ without a word."""

log = logging.getLogger("crm360")


Work = Callable[[AsyncEngine, datetime, int], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do every so often, at most `batch` records a transaction; it answers how many it changed."""

    name: str
    description: str
    work: Work
    batch: int = BATCH
    changed: Work | None = None
    """What is done instead where nobody asked for it but time: only what changed since the last run."""
    every: timedelta | None = None
    """How often, where not as often as most; what is done within a minute doesn't wait for the others."""
    needs: tuple[str, ...] = ()
    """Modules of an extra, without which the job is left out."""
    prunes: str | None = None
    """What it deletes, by its name in a `Retention`: its work is given the moment before which that is not kept."""

    @property
    def is_prompt(self) -> bool:
        """Whether it is done within a minute."""
        return self.every is not None and self.every < timedelta(minutes=1)

    @property
    def missing(self) -> list[str]:
        """The modules that it needs and that aren't installed."""
        return [name for name in self.needs if find_spec(name) is None]


@dataclass(frozen=True, slots=True)
class Ran:
    """What became of a job: how many records it changed, or why it wasn't done or came to no end."""

    name: str
    done: int = 0
    skipped: bool = False
    failed: bool = False
    missing: Sequence[str] = ()


Retention = Mapping[str, timedelta]
"""For how long is kept what would grow for ever, by name; what isn't named is kept for good."""
FOR_GOOD: Retention = {}


async def purge_idempotency_keys(engine: AsyncEngine, now: datetime, batch: int) -> int:
    """Forget the keys under which nothing can be retried any more."""
    purged = 0
    while count := await in_transaction(engine, now, partial(_purge, batch=batch)):
        purged += count
    return purged


async def _purge(transaction: Transaction, *, batch: int) -> int:
    key = models.IdempotencyKey
    over = select(key.id).where(key.expires_at <= transaction.now).order_by(key.expires_at).limit(batch)
    keys = list(await transaction.session.scalars(over))
    await transaction.session.execute(delete(key).where(key.id.in_(keys)))
    return len(keys)


async def _expire_points(engine: AsyncEngine, now: datetime, batch: int) -> int:
    swept = await expire_points(engine, now, batch)
    return swept.customers + swept.reservations


JOBS: dict[str, Job] = {
    job.name: job
    for job in (
        Job(
            "expire-points",
            "Take expired points off, and release reservations of points that are over.",
            _expire_points,
        ),
        Job("expire-vouchers", "Mark vouchers whose validity is over as expired.", expire_vouchers),
        Job("expire-reservations", "Give back what was reserved for a day that is over.", expire_reservations),
        Job("requalify-statuses", "Keep or lower statuses whose validity is over.", requalify_statuses),
        Job(
            "refresh-segments",
            "Work out the members of segments by criteria.",
            refresh_segments,
            5_000,
            changed=refresh_changed_segments,
        ),
        Job(
            "refresh-scores",
            "Work out the fifths of all customers, and in which each is.",
            refresh_scores,
            changed=refresh_changed_scores,
        ),
        Job("keep-years", "Work out again what customers bought within a year, where that changed.", keep_years, 20),
        Job("purge-keys", "Forget idempotency keys that are no longer kept.", purge_idempotency_keys),
        Job("prune-events", "Delete old events.", prune_events, 5_000, prunes="events"),
        Job("seal-audit", "Chain what was added to the audit trail, so that changes to it show.", seal_audit, 5_000),
        Job(
            "prune-audit",
            "Delete old entries of the audit trail.",
            prune_audit,
            5_000,
            prunes="audit",
        ),
        Job("purge-budgets", "Forget budgets of cost that are full again.", purge_budgets),
        Job("purge-logins", "Forget guesses at passwords, and one-time codes that are over.", purge_logins),
        Job(
            "update-recommendations",
            "Work out anew what is recommended to those who bought something.",
            update_recommendations,
            every=timedelta(seconds=20),
            needs=NEEDED,
        ),
        Job(JOB, "Let recommended products that a campaign offers move up.", move_up_offers),
        Job(
            "recommend",
            "Work out what is recommended to all customers.",
            refresh_recommendations,
            every=timedelta(days=1),
            needs=NEEDED,
        ),
    )
}
"""All jobs, in the order in which they are done."""


async def run_jobs(
    engine: AsyncEngine,
    now: datetime,
    names: Iterable[str] | None = None,
    *,
    every: timedelta | None = None,
    retention: Retention = FOR_GOOD,
) -> list[Ran]:
    """Do jobs one after another, all unless some are named; with `every`, those that weren't done for so long.

    One that fails is logged and doesn't keep the others from being done. An unknown name is a `KeyError`.
    """
    chosen = list(JOBS.values()) if names is None else [JOBS[name] for name in names]
    return [await _run(engine, now, job, every and (job.every or every), retention) for job in chosen]


async def _run(engine: AsyncEngine, now: datetime, job: Job, every: timedelta | None, retention: Retention) -> Ran:
    if missing := job.missing:
        return Ran(job.name, missing=missing)
    try:
        async with alone(engine, job.name) as mine:
            if not mine or (every is not None and not await _is_due(engine, job, now, now - every)):
                return Ran(job.name, skipped=True)
            done = await _work(engine, now, job, retention, changed=every is not None)
            await in_transaction(engine, now, partial(_note, job=job, done=done))
            return Ran(job.name, done)
    except Exception as error:  # one job must not keep the others from being done
        if isinstance(error, Unavailable) or unavailable(error):
            # The log says already that the database is away, and why.
            log.debug("The job %s waits for the database.", job.name)
            return Ran(job.name, failed=True)
        # Where, but not with what: a message may hold somebody's data.
        where = "".join(format_tb(error.__traceback__)).rstrip()
        log.error("The job %s failed and will be tried again: %s\n%s", job.name, type(error).__name__, where)
        return Ran(job.name, failed=True)


async def _work(engine: AsyncEngine, now: datetime, job: Job, retention: Retention, *, changed: bool) -> int:
    if changed and job.changed is not None:
        return await job.changed(engine, now, job.batch)
    if job.prunes is None:
        return await job.work(engine, now, job.batch)
    kept = retention.get(job.prunes)
    return 0 if kept is None else await job.work(engine, now - kept, job.batch)


async def _is_due(engine: AsyncEngine, job: Job, now: datetime, since: datetime) -> bool:
    last = select(models.JobRun.started_at).where(models.JobRun.name == job.name)
    async with engine.connect() as connection:
        await connection.execution_options(reading=True)
        began = await connection.scalar(last)
    if began is not None and began > now + SKEW:
        log.warning("The job %s was last done at %s: some clock was ahead. It is done now.", job.name, began)
        return True
    return began is None or began <= since


async def _note(transaction: Transaction, *, job: Job, done: int) -> None:
    run = await transaction.session.scalar(
        select(models.JobRun).where(models.JobRun.name == job.name).with_for_update()
    )
    if run is None:
        run = models.JobRun(name=job.name)
        transaction.session.add(run)
    run.started_at, run.finished_at, run.done = transaction.now, utc_now(), done


class Scheduler:
    """Does the jobs that are due, again and again, while the server runs."""

    def __init__(
        self,
        engine: AsyncEngine,
        every: timedelta,
        clock: Callable[[], datetime] = utc_now,
        tick: float | None = None,
        retention: Retention = FOR_GOOD,
    ) -> None:
        self.engine = engine
        self.retention = retention
        self.every = every
        self.clock = clock
        self.tick = tick or min(60.0, every.total_seconds())
        """How often, in seconds, this process looks for what is due; another one may have done it."""
        self._running: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin; must be called from a running event loop."""
        if not self._running:
            # What is to be done within a minute doesn't wait for what takes longer.
            prompt = [job for job in JOBS.values() if job.is_prompt]
            others = [job.name for job in JOBS.values() if not job.is_prompt]
            self._running = [
                asyncio.create_task(self._go_on(others, self.tick), name="jobs"),
                *(asyncio.create_task(self._go_on([job.name], self._pace(job)), name=job.name) for job in prompt),
            ]

    def _pace(self, job: Job) -> float:
        return min(self.tick, job.every.total_seconds() if job.every else self.tick)

    async def stop(self) -> None:
        """End at once; the batch in work is undone, and done again some other time."""
        running, self._running = self._running, []
        for task in running:
            task.cancel()
        for task in running:
            with suppress(asyncio.CancelledError):
                await task

    async def _go_on(self, names: Sequence[str], tick: float) -> None:
        while True:
            await asyncio.sleep(tick)
            await run_jobs(self.engine, self.clock(), names, every=self.every, retention=self.retention)
