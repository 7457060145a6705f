import asyncio
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import event, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

import models
from resolvers import jobs
from resolvers.customer.figures.score_bands import refresh_score_bands
from resolvers.jobs import JOBS, Job, Ran, Scheduler, run_jobs
from resolvers.storage.alone import alone
from resolvers.storage.engine import make_engine
from tests import factories
from tests.conftest import NewDatabase
from tests.factories import NOW
from tests.resolvers.running_operations import Operations, running_operations
from tests.schema.both_ways import schema

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _graph() -> None:
    """Criteria are read by the graph's filters."""
    schema()


async def save_work(session: AsyncSession) -> None:
    """Something to do for every job, several times what a batch takes."""
    member = factories.status(code="member", qualification="REGISTRATION")
    silver = factories.status(code="silver", previous=member, validity="P12M")
    store = factories.store()
    butter = factories.reservable_product()
    offer = factories.reservable_offer(reservable_product=butter, store=store, stock=Decimal(1))
    rows: list[models.Base] = [
        member,
        offer,
        factories.segment(criteria={"purchases": {"some": {"total": {"gte": "300"}}}}),
    ]
    for number in range(1, 6):
        customer = factories.customer()
        item = factories.product_reservation_item(reservable_product=butter, quantity=Decimal(number))
        rows += [
            factories.points(
                customer=customer, amount=Decimal(10 * number), expires_at=NOW - DAY, created_at=NOW - DAY
            ),
            factories.point_reservation(customer=customer, expires_at=NOW - DAY),
            factories.voucher(customer=customer, valid_to=NOW - DAY),
            factories.product_reservation(
                customer=customer, store=store, items=[item], state="READY", pickup_date=(NOW - DAY).date()
            ),
            factories.status_record(customer=customer, status=silver, valid_from=NOW - 2 * DAY, valid_to=NOW - DAY),
            factories.purchase(customer=customer, store=store, total=Decimal(100 * number)),
            factories.idempotency_key(expires_at=NOW),
            factories.audit_entry(customer_id=number),
            factories.login_guess(at=NOW - DAY),
        ]
    await factories.save(session, *rows)


def comparable(dump: dict[str, list[tuple[Any, ...]]]) -> dict[str, list[tuple[Any, ...]]]:
    """All that must be the same, however often the work was begun: keys and names of changes are given by chance."""
    plain = {table: sorted(repr(row[1:]) for row in rows) for table, rows in dump.items()}
    plain["event"] = sorted(repr((row[2], row[3], row[5], row[7])) for row in dump["event"])
    plain["audit_entry"] = sorted(repr(row[1:-1]) for row in dump["audit_entry"])
    plain["event_reader"] = [row[1] for row in dump["event_reader"]]
    plain["point_entry_lot"] = sorted(repr(row[2:]) for row in dump["point_entry_lot"])
    return plain


class Killed(Exception):
    """What a test throws into the middle of a transaction."""


@contextmanager
def killed_after(engine: AsyncEngine, statements: int) -> Iterator[None]:
    """Let so many statements pass, and no more."""
    left = itertools.count(statements, -1)

    def count(*_: Any) -> None:
        if next(left) <= 0:
            raise Killed

    event.listen(engine.sync_engine, "before_cursor_execute", count)
    try:
        yield
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", count)


async def work_through(engine: AsyncEngine) -> None:
    for job in JOBS.values():
        # What is old is too little to be told by.
        await job.work(engine, NOW + (-DAY if job.prunes else timedelta(hours=1)), 2)


@pytest.mark.usefixtures("nobody_else_writes")
async def test_jobs_killed_again_and_again_come_to_the_same_end_as_undisturbed(
    database_kind: str, new_database: NewDatabase
) -> None:
    ends = []
    for disturbed in (False, True):
        url = new_database(database_kind)
        engine = make_engine(url)
        factories.restart()
        async with AsyncSession(engine, expire_on_commit=False) as session:
            await save_work(session)
        kills = 0
        while disturbed:
            try:
                with killed_after(engine, 3 + 3 * kills):
                    await work_through(engine)
                break
            except Killed:
                kills += 1
        # Events of one time go with the next, once all who follow them have been told.
        for _ in range(2):
            await work_through(engine)
        async with running_operations(engine, url) as crm:
            ends.append(comparable(await crm.dump()))
        await engine.dispose()
        assert kills > 10 or not disturbed

    assert ends[0] == ends[1]
    assert sum("NOT_PICKED_UP" in row for row in ends[0]["product_reservation"]) == 5
    assert sum("FALLEN" in row for row in ends[0]["status_record"]) == 5
    assert ["Decimal('16.000')" in row for row in ends[0]["reservable_offer"]] == [True]
    assert [len(ends[0][table]) for table in ("segment_member", "idempotency_key", "score_band")] == [3, 0, 15]
    assert not [row for row in ends[0]["voucher"] if "EXPIRED" not in row]
    assert not [row for row in ends[0]["point_reservation"] if "EXPIRED" not in row]


async def test_all_jobs_are_done_and_what_they_did_is_told(crm: Operations, session: AsyncSession) -> None:
    await save_work(session)

    ran = await run_jobs(crm.engine, NOW)
    again = await run_jobs(crm.engine, NOW)

    assert ran == [
        Ran("expire-points", 10),
        Ran("expire-vouchers", 5),
        Ran("expire-reservations", 5),
        Ran("requalify-statuses", 5),
        Ran("refresh-segments", 3),
        Ran("refresh-scores", 20),
        Ran("keep-years", 5),
        Ran("purge-keys", 5),
        Ran("prune-events", 0),
        Ran("seal-audit", 5),
        Ran("prune-audit", 0),
        Ran("purge-budgets", 0),
        Ran("purge-logins", 5),
        Ran("update-recommendations", 0),
        Ran("move-up-offers", 0),
        Ran("recommend", 0),
    ]
    assert again == [Ran(name, 0) for name in JOBS]
    assert await crm.rows(models.JobRun, "name", "started_at", "done") == [(name, NOW, 0) for name in JOBS]


async def test_only_what_is_due_is_done(crm: Operations) -> None:
    await run_jobs(crm.engine, NOW, ["purge-keys"])

    soon = await run_jobs(crm.engine, NOW + DAY / 2, ["purge-keys", "expire-vouchers"], every=DAY)
    later = await run_jobs(crm.engine, NOW + DAY, ["purge-keys"], every=DAY)

    assert soon == [Ran("purge-keys", skipped=True), Ran("expire-vouchers", 0)]
    assert later == [Ran("purge-keys", 0)]


async def test_a_job_whose_clock_was_ahead_is_told_and_done(
    crm: Operations, session: AsyncSession, caplog: pytest.LogCaptureFixture
) -> None:
    await factories.save(session, factories.job_run(name="purge-keys", started_at=NOW + timedelta(days=3)))

    [ran] = await run_jobs(crm.engine, NOW, ["purge-keys"], every=timedelta(minutes=10))
    [again] = await run_jobs(crm.engine, NOW, ["purge-keys"], every=timedelta(minutes=10))

    assert (ran.skipped, again.skipped) == (False, True)
    assert "some clock was ahead" in caplog.text


async def test_looking_for_what_is_due_waits_for_nobody_who_writes(crm: Operations, engine: AsyncEngine) -> None:
    await run_jobs(crm.engine, NOW, ["purge-keys"])

    async with asyncio.timeout(60), engine.begin() as writing:
        await writing.execute(update(models.JobRun).values(done=7))
        looked = await run_jobs(crm.engine, NOW, ["purge-keys"], every=DAY)

    assert looked == [Ran("purge-keys", skipped=True)]


async def test_a_job_is_done_by_one_process_at_a_time(crm: Operations, database_url: str) -> None:
    other = make_engine(database_url)
    async with alone(other, "purge-keys") as mine:
        meanwhile = await run_jobs(crm.engine, NOW, ["purge-keys", "expire-vouchers"])
    afterwards = await run_jobs(crm.engine, NOW, ["purge-keys"])
    await other.dispose()

    assert mine
    assert meanwhile == [Ran("purge-keys", skipped=True), Ran("expire-vouchers", 0)]
    assert afterwards == [Ran("purge-keys", 0)]


async def test_a_job_that_fails_does_not_keep_others_from_being_done(
    crm: Operations, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(*_: Any) -> int:
        raise ValueError("jana@example.com")

    monkeypatch.setitem(JOBS, "expire-vouchers", Job("expire-vouchers", "Fails.", fail))

    ran = await run_jobs(crm.engine, NOW, ["expire-vouchers", "purge-keys"])

    assert ran == [Ran("expire-vouchers", failed=True), Ran("purge-keys", 0)]
    [told] = caplog.messages
    assert told.startswith("The job expire-vouchers failed and will be tried again: ValueError\n")
    assert 'test_jobs.py", line ' in told
    with pytest.raises(KeyError):
        await run_jobs(crm.engine, NOW, ["nothing"])


async def test_the_scheduler_does_what_is_due_once_whichever_process_asks(
    crm: Operations, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []

    async def note(*_: Any) -> int:
        done.append("purge-keys")
        return 1

    monkeypatch.setattr(jobs, "JOBS", {"purge-keys": Job("purge-keys", "Notes.", note)})
    two = [Scheduler(crm.engine, DAY, clock=lambda: NOW, tick=0.005) for _ in range(2)]

    for scheduler in two:
        scheduler.start()
        scheduler.start()
    while not await crm.rows(models.JobRun, "name"):
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)
    for scheduler in two:
        await scheduler.stop()
        await scheduler.stop()

    assert done == ["purge-keys"]


async def test_what_is_to_be_done_within_a_minute_does_not_wait_for_the_others(
    crm: Operations, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    at_it, prompt = asyncio.Event(), asyncio.Event()

    async def take_long(*_: Any) -> int:
        at_it.set()
        await prompt.wait()
        done.append("slow")
        return 1

    async def hurry(*_: Any) -> int:
        await at_it.wait()
        done.append("prompt")
        prompt.set()
        return 1

    both = (Job("slow", "Takes long.", take_long), Job("prompt", "Hurries.", hurry, every=DAY / 86_400))
    monkeypatch.setattr(jobs, "JOBS", {job.name: job for job in both})
    scheduler = Scheduler(crm.engine, DAY, clock=lambda: NOW, tick=0.005)

    scheduler.start()
    async with asyncio.timeout(60):
        while len(done) < 2:
            await asyncio.sleep(0.01)
    await scheduler.stop()

    assert done == ["prompt", "slow"]


async def test_a_job_that_lacks_its_extra_is_left_out_and_says_so(
    crm: Operations, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: Any) -> int:
        raise AssertionError

    monkeypatch.setitem(JOBS, "purge-keys", Job("purge-keys", "Needs.", fail, needs=("json", "no_such_module")))

    assert await run_jobs(crm.engine, NOW, ["purge-keys"]) == [Ran("purge-keys", missing=["no_such_module"])]


async def test_a_job_with_a_rhythm_of_its_own_is_done_by_it(crm: Operations, monkeypatch: pytest.MonkeyPatch) -> None:
    async def note(*_: Any) -> int:
        return 1

    monkeypatch.setitem(JOBS, "purge-keys", Job("purge-keys", "Notes.", note, every=2 * DAY))

    first, soon, later = [
        await run_jobs(crm.engine, NOW + passed, ["purge-keys"], every=DAY / 24) for passed in (0 * DAY, DAY, 2 * DAY)
    ]

    assert [first, soon, later] == [
        [Ran("purge-keys", 1)],
        [Ran("purge-keys", skipped=True)],
        [Ran("purge-keys", 1)],
    ]


async def test_scores_begin_where_fifths_of_the_customers_do(crm: Operations, session: AsyncSession) -> None:
    rows = []
    for number in range(1, 11):
        customer = factories.customer()
        paid_at = NOW - number * DAY
        rows += [factories.purchase(customer=customer, paid_at=paid_at, total=Decimal(number)) for _ in range(number)]
        rows.append(factories.purchase(customer=customer, paid_at=NOW - 500 * DAY, total=Decimal(9999)))
        rows.append(factories.purchase(customer=customer, paid_at=NOW, state="CANCELLED"))
    rows.append(factories.purchase(customer=factories.customer(state="DELETED")))
    rows.append(factories.purchase(customer=rows[0].customer, currency_code="EUR", paid_at=NOW - 400 * DAY))
    await factories.save(session, *rows)

    moved = await refresh_score_bands(crm.engine, NOW)

    assert moved == 15
    assert sorted(await crm.rows(models.ScoreBand, "metric", "score", "floor")) == [
        ("FREQUENCY", 1, 0), ("FREQUENCY", 2, 3), ("FREQUENCY", 3, 5), ("FREQUENCY", 4, 7), ("FREQUENCY", 5, 9),
        ("MONETARY", 1, 0), ("MONETARY", 2, 9), ("MONETARY", 3, 25), ("MONETARY", 4, 49), ("MONETARY", 5, 81),
        ("RECENCY", 1, -100_000), ("RECENCY", 2, -8), ("RECENCY", 3, -6), ("RECENCY", 4, -4), ("RECENCY", 5, -2),
    ]  # fmt: skip
    assert await refresh_score_bands(crm.engine, NOW) == 0


async def test_scores_stay_while_nobody_has_bought(crm: Operations) -> None:
    assert await refresh_score_bands(crm.engine, NOW) == 0
    assert await crm.rows(models.ScoreBand, "score") == []
