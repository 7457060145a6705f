"""What of the audit trail need no longer be kept goes, and the rest is still proved."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

import models
from resolvers.audit.pruning import prune_audit
from resolvers.audit.sealing import seal_audit
from tests.factories import NOW
from tests.resolvers.audit.test_sealing import save_entries, verified

DAY = timedelta(days=1)


async def test_old_entries_go_and_the_rest_of_the_chain_is_proved_from_there(
    engine: AsyncEngine, session: AsyncSession
) -> None:
    for day, keys in enumerate([(1, 2, 3), (4, 5), (6,)]):
        await save_entries(session, *keys)
        await seal_audit(engine, NOW + day * DAY, 10)
    await save_entries(session, 7)

    pruned = [await prune_audit(engine, NOW + DAY, 2), await prune_audit(engine, NOW + DAY, 2)]

    found = await verified(engine)
    assert pruned == [5, 0]
    assert (found.pruned, found.entries, found.seals, found.unsealed, found.broken) == (5, 1, 1, 1, None)
    assert list(await session.scalars(select(models.AuditEntry.id).order_by(models.AuditEntry.id))) == [6, 7]
    with pytest.raises(IntegrityError, match="append-only"):
        await session.execute(text("DELETE FROM audit_entry"))


async def test_the_newest_seal_stays_so_that_numbers_go_on(engine: AsyncEngine, session: AsyncSession) -> None:
    await save_entries(session, 1)
    await seal_audit(engine, NOW, 10)

    assert await prune_audit(engine, NOW + DAY, 10) == 0

    assert (await verified(engine)).entries == 1


async def test_a_checkpoint_that_is_not_of_its_seal_shows(engine: AsyncEngine, session: AsyncSession) -> None:
    await save_entries(session, 1)
    await seal_audit(engine, NOW, 10)
    session.add(models.AuditCheckpoint(seal_id=1, last_entry_id=1, entries=1, digest="f" * 64, at=NOW))
    await session.commit()

    assert (await verified(engine)).broken == 1
