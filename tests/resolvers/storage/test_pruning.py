"""Events that need no longer be kept go, and none that somebody still has to read."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

import models
from resolvers.jobs import run_jobs
from resolvers.storage.writing.pruning import prune_events
from tests import factories
from tests.factories import NOW

DAY = timedelta(days=1)


async def left(session: AsyncSession) -> list[int]:
    return list(await session.scalars(select(models.Event.id).order_by(models.Event.id)))


async def save_events(session: AsyncSession, *days: int) -> None:
    await factories.save(session, *(factories.event(at=NOW - age * DAY, transaction_id=0) for age in days))


async def test_old_events_go_some_at_a_time(engine: AsyncEngine, session: AsyncSession) -> None:
    await save_events(session, 9, 8, 7, 6, 1, 0)

    assert await prune_events(engine, NOW - 6 * DAY, 3) == 4

    assert await left(session) == [5, 6]


async def test_what_a_reader_has_not_dealt_with_stays(engine: AsyncEngine, session: AsyncSession) -> None:
    await save_events(session, 9, 8, 7, 6, 1, 0)
    await factories.save(session, factories.event_reader(event_id=3))

    assert await prune_events(engine, NOW - 5 * DAY, 100) == 2

    assert await left(session) == [3, 4, 5, 6]


async def test_the_last_event_stays_so_that_numbers_go_on(engine: AsyncEngine, session: AsyncSession) -> None:
    await save_events(session, 9, 8)

    assert await prune_events(engine, NOW, 100) == 1

    assert await left(session) == [2]


async def test_events_are_kept_for_good_unless_it_is_said_for_how_long(
    engine: AsyncEngine, session: AsyncSession
) -> None:
    await save_events(session, 900, 800, 1)

    kept = await run_jobs(engine, NOW, ["prune-events"])
    pruned = await run_jobs(engine, NOW, ["prune-events"], retention={"events": 400 * DAY})

    assert [(ran.done, ran.failed) for ran in (*kept, *pruned)] == [(0, False), (2, False)]
    assert await left(session) == [3]
