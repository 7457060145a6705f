"""The database itself refuses every change to what the ledger of points and the audit trail say."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from tests import factories

CHANGES = [
    "UPDATE audit_entry SET what = 'nothing'",
    "DELETE FROM audit_entry",
    "UPDATE audit_seal SET digest = ''",
    "DELETE FROM audit_seal",
    "UPDATE point_entry SET amount = 1",
    "UPDATE point_entry SET note = NULL",
    "DELETE FROM point_entry",
    "UPDATE point_entry_lot SET amount = 1",
    "DELETE FROM point_entry_lot",
    "TRUNCATE point_entry_lot",
    "INSERT INTO point_entry_lot SELECT * FROM point_entry_lot WHERE true ON CONFLICT (id) DO UPDATE SET amount = 1",
    "REPLACE INTO point_entry_lot SELECT * FROM point_entry_lot",
]
ONLY_ON = {"TRUNCATE": "postgresql", "REPLACE": "sqlite"}


@pytest.mark.parametrize("change", CHANGES)
async def test_what_is_only_added_to_is_never_changed(session: AsyncSession, database_kind: str, change: str) -> None:
    await factories.save(session, factories.points(), factories.audit_entry(), factories.audit_seal())

    if ONLY_ON.get(change.split(maxsplit=1)[0], database_kind) != database_kind:
        change = "DELETE FROM point_entry_lot WHERE 1 = 1"
    with pytest.raises(IntegrityError, match="is append-only"):
        await session.execute(text(change))


async def test_a_lot_does_change(session: AsyncSession) -> None:
    lot = factories.points()
    await factories.save(session, lot)

    await session.execute(text("UPDATE point_lot SET remaining = 0"))

    assert await session.scalar(text("SELECT remaining FROM point_lot")) == 0
