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


async def test_an_entry_follows_a_merged_customer_and_changes_in_nothing_else(session: AsyncSession) -> None:
    lot, jana = factories.points(), factories.customer()
    await factories.save(session, lot, jana)
    merged, into = lot.customer_id, jana.id
    move = "UPDATE point_entry SET customer_id = :into"

    async def assert_refused(change: str, key: int) -> None:
        with pytest.raises(IntegrityError, match="is append-only"):
            await session.execute(text(change), {"into": key})
        await session.rollback()

    await assert_refused(move, into)
    await factories.save(session, factories.customer_merge(customer_id=into, merged_id=merged))
    await assert_refused(f"{move}, amount = amount + 1", into)
    await assert_refused(move, merged)
    await session.execute(text(move), {"into": into})

    assert await session.scalar(text("SELECT customer_id FROM point_entry")) == into


async def test_a_lot_does_change(session: AsyncSession) -> None:
    lot = factories.points()
    await factories.save(session, lot)

    await session.execute(text("UPDATE point_lot SET remaining = 0"))

    assert await session.scalar(text("SELECT remaining FROM point_lot")) == 0
