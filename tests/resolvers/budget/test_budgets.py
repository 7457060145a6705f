"""Budgets are kept by all processes together, at few statements, and never overdrawn."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

import models
from models.rules.budget import SECOND, Allowance
from resolvers.budget import budgets as keeping
from resolvers.budget.budgets import Budgets, OverBudget
from resolvers.budget.purge import purge_budgets
from resolvers.storage.writing.by_itself import WriterByItself
from tests.factories.building import NOW

ALLOWANCE = Allowance(1000, 100)


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = int(NOW.timestamp()) * SECOND

    def __call__(self) -> int:
        return self.now

    def pass_(self, seconds: float) -> None:
        self.now += int(seconds * SECOND)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def workers(engine: AsyncEngine, clock: Clock) -> AsyncIterator[list[Budgets]]:
    """Two processes, as far as budgets can tell."""
    made = [Budgets(engine, clock), Budgets(engine, clock)]
    yield made
    for each in made:
        await each.stop()


async def spend(worker: Budgets, points: int, subject: str = "token:1") -> bool:
    try:
        await worker.charge(subject, ALLOWANCE, points)
    except OverBudget:
        return False
    return True


def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements by which points are taken from now on."""
    statements: list[str] = []
    write = WriterByItself.write

    async def note(writer: WriterByItself, sql: str, arguments: Sequence[object]) -> Sequence[Any]:
        statements.append(sql)
        return await write(writer, sql, arguments)

    monkeypatch.setattr(WriterByItself, "write", note)
    return statements


async def test_two_processes_spend_one_budget_and_no_more(workers: list[Budgets]) -> None:
    spent = [await spend(workers[index % 2], 40) for index in range(40)]

    # What one of them holds and doesn't spend is lost to the other for a while; more is never spent.
    assert 20 <= sum(spent) <= 25
    assert spent[:20] == [True] * 20


async def test_of_many_that_come_at_once_no_more_get_through(workers: list[Budgets]) -> None:
    spent = await asyncio.gather(*(spend(workers[index % 2], 40) for index in range(200)))

    assert 20 <= sum(spent) <= 25


async def test_reading_and_writing_apart_would_let_more_through() -> None:
    """The control: who looks first and takes then finds what others are just taking."""
    left = {"points": 1000}

    async def naive() -> bool:
        found = left["points"]
        await asyncio.sleep(0)
        if found < 40:
            return False
        left["points"] = found - 40
        return True

    assert sum(await asyncio.gather(*(naive() for _ in range(200)))) == 200


async def test_a_share_serves_many_requests_without_a_statement(
    workers: list[Budgets], monkeypatch: pytest.MonkeyPatch
) -> None:
    statements = counted(monkeypatch)

    spent = [await spend(workers[0], 1) for _ in range(200)]

    assert spent == [True] * 200
    # Shares of 20, 40, 80 and 160 points.
    assert len(statements) == 4


async def test_points_flow_back_and_one_is_told_when(workers: list[Budgets], clock: Clock) -> None:
    worker = workers[0]
    await worker.charge("token:1", ALLOWANCE, 900)

    with pytest.raises(OverBudget) as over:
        await worker.charge("token:1", ALLOWANCE, 500)
    clock.pass_(3.9)
    early = await spend(worker, 500)
    clock.pass_(1.1)
    later = await spend(worker, 500)

    assert (over.value.wait, over.value.remaining) == (4 * SECOND, 100)
    assert (early, later) == (False, True)


async def test_who_is_refused_costs_the_database_one_statement_a_second(
    workers: list[Budgets], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await workers[0].charge("token:1", ALLOWANCE, 1000)
    statements = counted(monkeypatch)

    refused = [await spend(workers[0], 500) for _ in range(50)]
    clock.pass_(1)
    refused.append(await spend(workers[0], 500))

    assert refused == [False] * 51
    assert len(statements) == 2


async def test_a_smaller_document_is_let_through_where_a_larger_one_was_not(workers: list[Budgets]) -> None:
    await workers[0].charge("token:1", ALLOWANCE, 900)

    assert [await spend(workers[0], points) for points in (500, 100)] == [False, True]


async def test_what_wasn_t_spent_is_given_back(workers: list[Budgets], clock: Clock, session: AsyncSession) -> None:
    first, second = workers
    await first.charge("token:1", ALLOWANCE, 1000)
    first.settle("token:1", ALLOWANCE, 700)

    before = await spend(second, 600)
    clock.pass_(10)
    await first.return_idle()
    bucket = (await session.execute(select(models.Budget.subject, models.Budget.full_at))).one()

    assert before is False
    # Of a thousand points 300 were spent, and flow back within three seconds: they have.
    assert bucket == ("token:1", clock.now - 10 * SECOND + 3 * SECOND)
    assert await spend(second, 1000)


async def test_what_an_answer_cost_more_is_spent_too(workers: list[Budgets]) -> None:
    worker = workers[0]
    await worker.charge("token:1", ALLOWANCE, 10)
    worker.settle("token:1", ALLOWANCE, -800)

    assert [await spend(worker, points) for points in (300, 100)] == [False, True]


async def test_budgets_are_apart(workers: list[Budgets]) -> None:
    spent = [await spend(workers[0], 1000, subject) for subject in ("token:1", "token:2", "token:1")]

    assert spent == [True, True, False]


async def test_what_is_left_is_given_back_at_the_end(engine: AsyncEngine, clock: Clock, session: AsyncSession) -> None:
    worker = Budgets(engine, clock)
    worker.start()
    await worker.charge("token:1", ALLOWANCE, 5)
    await worker.stop()

    assert await session.scalar(select(models.Budget.full_at)) == clock.now + ALLOWANCE.span(5)


async def test_a_budget_that_can_t_be_kept_keeps_nobody_out(
    workers: list[Budgets], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(*_: Any) -> Any:
        raise OSError("a secret address")

    monkeypatch.setattr(keeping, "take", fail)

    assert [await spend(workers[0], 900) for _ in range(3)] == [True] * 3
    assert caplog.messages == ["Budgets can't be kept: OSError"]


async def test_who_leaves_meanwhile_leaves_no_bucket_locked(workers: list[Budgets]) -> None:
    waiting = asyncio.create_task(spend(workers[0], 10))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting

    assert await spend(workers[1], 10)
    assert await spend(workers[0], 10)


async def test_full_buckets_are_forgotten(engine: AsyncEngine, workers: list[Budgets], session: AsyncSession) -> None:
    for index, points in enumerate((10, 900, 20)):
        await spend(workers[0], points, f"token:{index}")

    purged = await purge_budgets(engine, NOW + timedelta(seconds=1), 1)

    assert purged == 2
    assert list(await session.scalars(select(models.Budget.subject))) == ["token:1"]
