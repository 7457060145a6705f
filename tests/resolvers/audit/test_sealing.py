"""The audit trail is chained: what is changed, taken out or slipped in afterwards shows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

import models
from resolvers.audit import sealing
from resolvers.audit.sealing import BEGINNING, Verified, digest_of, seal_audit, verify_audit
from resolvers.storage.engine import make_engine
from resolvers.storage.transaction import in_transaction
from tests import factories
from tests.conftest import NewDatabase
from tests.factories import NOW

TAMPERING = {
    "changed": "UPDATE audit_entry SET customer_id = 7 WHERE id = 2",
    "taken out": "DELETE FROM audit_entry WHERE id = 4",
    "slipped in": "INSERT INTO audit_entry (id, action, customer_id, what, request, viewer_kind, at)"
    " SELECT 3, action, 9, what, request, viewer_kind, at FROM audit_entry WHERE id = 2",
}
SQLITE_TRIGGERS = ("audit_entry_refuses_UPDATE", "audit_entry_refuses_DELETE")


async def save_entries(session: AsyncSession, *ids: int) -> None:
    entries = [factories.audit_entry(id=key, customer_id=key, at=NOW + timedelta(seconds=key)) for key in ids]
    await factories.save(session, *entries)


async def verified(engine: AsyncEngine) -> Verified:
    return await in_transaction(engine, NOW, verify_audit)


async def test_what_was_added_is_sealed_once(engine: AsyncEngine, session: AsyncSession) -> None:
    await save_entries(session, 1, 2, 4, 5)

    sealed = [await seal_audit(engine, NOW, 3), await seal_audit(engine, NOW, 3)]
    await save_entries(session, 6)

    found = await verified(engine)
    assert sealed == [4, 0]
    assert (found.entries, found.seals, found.unsealed, found.broken) == (4, 2, 1, None)


async def test_a_digest_is_of_the_one_before_and_of_every_value() -> None:
    entry = factories.audit_entry(id=1)
    entry.action, entry.viewer_kind = models.AuditAction.READ, models.ViewerKind.ENTERPRISE

    first = digest_of(BEGINNING, [entry])

    assert digest_of(first, [entry]) != first
    for name, value in {"customer_id": 2, "what": "other", "token_id": 3, "at": NOW + timedelta(1)}.items():
        before = getattr(entry, name)
        setattr(entry, name, value)
        assert digest_of(BEGINNING, [entry]) != first
        setattr(entry, name, before)


@pytest.mark.parametrize("how", TAMPERING)
async def test_tampering_shows(engine: AsyncEngine, session: AsyncSession, database_kind: str, how: str) -> None:
    await save_entries(session, 1, 2, 4, 5)
    await seal_audit(engine, NOW, 2)
    assert (await verified(engine)).broken is None

    if database_kind == "sqlite":
        for trigger in SQLITE_TRIGGERS:
            await session.execute(text(f"DROP TRIGGER {trigger}"))
    else:
        await session.execute(text("ALTER TABLE audit_entry DISABLE TRIGGER USER"))
    await session.execute(text(TAMPERING[how]))
    await session.commit()

    assert (await verified(engine)).broken == (1 if how == "changed" else 2)


async def test_nothing_is_sealed_while_an_entry_may_still_come_before_it(
    new_database: NewDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "TRIES", 1)
    engine = make_engine(new_database("postgresql"))
    async with AsyncSession(engine, expire_on_commit=False) as first, AsyncSession(engine) as second:
        first.add(factories.audit_entry())
        await first.flush()
        await factories.save(second, factories.audit_entry())
        meanwhile = await seal_audit(engine, NOW, 10)
        await first.commit()
    afterwards = await seal_audit(engine, NOW, 10)

    found = await verified(engine)
    await engine.dispose()
    assert (meanwhile, afterwards) == (0, 2)
    assert (found.unsealed, found.broken) == (0, None)
