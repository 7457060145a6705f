"""PostgreSQL itself keeps customers' rows apart: no table is left out, and nobody else is held up."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

import models
from models import migrations, row_security
from models.ownership import Kind, ownership_of
from tests import factories
from tests.databases import migrate

pytestmark = pytest.mark.parametrize("database_kind", ["postgresql"])
MADE = (
    "SELECT c.relname, obj_description(p.oid, 'pg_policy') FROM pg_class c LEFT JOIN pg_policy p ON p.polrelid = c.oid"
    " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relrowsecurity"
)


async def test_every_table_that_is_not_public_has_a_policy(session: AsyncSession, database_kind: str) -> None:
    made = {row[0]: row[1] for row in await session.execute(text(MADE))}

    wanted = row_security.conditions()
    assert made == {table: told for table, told in wanted.items() if told != row_security.OPEN}
    owned = [each for each in models.Base.registry.mappers if ownership_of(each.class_).kind is Kind.OWNED]
    assert [each for each in owned if each.class_.__tablename__ not in made] == []
    closed = {"customer_password", "one_time_code", "idempotency_key", "event", "audit_entry"}
    assert {wanted[table] for table in closed} == {row_security.CLOSED}


async def counts(session: AsyncSession) -> dict[str, int]:
    found = {}
    for table in ("customer", "purchase", "purchase_item", "property_record", "segment_member", "store", "event"):
        found[table] = await session.scalar(text(f"SELECT count(*) FROM {table}"))
    return found


async def test_a_customers_transaction_sees_public_rows_and_their_own(
    session: AsyncSession, database_kind: str
) -> None:
    jana, ota = factories.customer(), factories.customer()
    bills: list[Any] = [factories.purchase(customer=each, items=[factories.purchase_item()]) for each in (jana, ota)]
    await factories.save(session, *bills, factories.segment_member(customer=ota), factories.event())
    await factories.save(
        session,
        factories.property_record(customer=jana),
        factories.property_record(purchase_id=bills[1].id),
        factories.property_record(purchase_item_id=bills[0].items[0].id),
    )
    everything = await counts(session)

    await session.execute(text(row_security.naming(jana.id, None)))
    await session.execute(text(f"SET LOCAL ROLE {row_security.ROLE}"))
    hers = await counts(session)

    assert everything == {
        "customer": 2,
        "purchase": 2,
        "purchase_item": 2,
        "property_record": 3,
        "segment_member": 1,
        "store": 2,
        "event": 1,
    }
    assert hers == {
        "customer": 1,
        "purchase": 1,
        "purchase_item": 1,
        "property_record": 2,
        "segment_member": 0,
        "store": 2,
        "event": 0,
    }


async def test_a_policy_that_was_lost_is_made_again_and_the_others_are_left_alone(
    session: AsyncSession, database_url: str, database_kind: str
) -> None:
    policies = "SELECT polrelid::regclass::text, oid FROM pg_policy ORDER BY 1"
    before = {row[0]: row[1] for row in await session.execute(text(policies))}
    await session.execute(text(f"DROP POLICY {row_security.ROLE} ON purchase"))
    await session.commit()

    migrate(database_url)

    after = {row[0]: row[1] for row in await session.execute(text(policies))}
    assert {name for name in before if before[name] != after[name]} == {"purchase"}
    assert migrations.newest() is not None


async def test_who_is_not_held_up_reads_by_the_same_plans(session: AsyncSession, database_kind: str) -> None:
    statement = (
        "EXPLAIN SELECT * FROM purchase p JOIN purchase_item i ON i.purchase_id = p.id JOIN customer c"
        " ON c.id = p.customer_id WHERE p.customer_id = 3 AND c.city = 'Brno'"
    )

    walled = list(await session.scalars(text(statement)))
    for table in ("purchase", "purchase_item", "customer"):
        await session.execute(text(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"))
    alone = list(await session.scalars(text(statement)))

    assert walled == alone
    assert len(walled) > 3
