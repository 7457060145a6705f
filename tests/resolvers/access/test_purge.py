"""What log-in leaves behind goes when it is of no use any more."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

import models
from resolvers.access.purge import purge_logins
from tests import factories
from tests.factories import NOW
from tests.resolvers.running_operations import running_operations

MINUTES = timedelta(minutes=1)


async def test_guesses_and_codes_that_are_over_are_forgotten(
    engine: AsyncEngine, session: AsyncSession, database_url: str
) -> None:
    guesses = [factories.login_guess(at=NOW - age * MINUTES) for age in (14, 15, 16)]
    codes = [factories.one_time_code(expires_at=NOW - age * MINUTES) for age in (5, 1440, 2000)]
    messages = [factories.code_message(expires_at=NOW + age * MINUTES) for age in (1, 0, -1)]
    await factories.save(session, *guesses, *codes, *messages)

    purged = await purge_logins(engine, NOW, 1)

    async with running_operations(engine, database_url) as crm:
        left = [await crm.rows(each, "id") for each in (models.Guess, models.OneTimeCode, models.CodeMessage)]
    assert purged == 6
    assert left == [[(guesses[0].id,)], [(codes[0].id,)], [(messages[0].id,)]]
