"""PostgreSQL itself refuses what a customer's operation would write to others' rows."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

import models
from models import own_writes
from models.ownership import Kind, ownership_of
from tests import factories

pytestmark = pytest.mark.parametrize("database_kind", ["postgresql"])
OWN = (
    "UPDATE customer SET city = 'Brno' WHERE id = 1",
    "UPDATE card SET customer_id = 1, state = 'ASSIGNED' WHERE customer_id IS NULL",
    "UPDATE purchase_item SET quantity = quantity WHERE purchase_id = 1",
    "DELETE FROM purchase_item WHERE purchase_id = 1",
    "UPDATE store SET name = 'Brno'",
)
OTHERS = (
    "UPDATE customer SET city = 'Brno' WHERE id = 2",
    "UPDATE card SET customer_id = 2 WHERE customer_id = 1",
    "UPDATE card SET customer_id = NULL, state = 'FREE' WHERE customer_id = 1",
    "UPDATE card SET customer_id = 1 WHERE customer_id = 2",
    "UPDATE purchase_item SET quantity = quantity WHERE purchase_id = 2",
    "DELETE FROM card WHERE customer_id = 2",
    "INSERT INTO customer_consent (customer_id, consent_id, value, changed_at) SELECT 2, id, 'GIVEN', now() "
    "FROM consent",
)


async def test_a_customers_operation_writes_their_own_rows_and_public_ones_alone(
    session: AsyncSession, database_kind: str
) -> None:
    customers = [factories.customer(), factories.customer()]
    bills = [factories.purchase(customer=each, items=[factories.purchase_item()]) for each in customers]
    await factories.save(session, *bills, factories.consent())
    await factories.save(session, *(factories.card(customer=each) for each in (*customers, None)))

    refused = {}
    for statement in (*OWN, *OTHERS):
        await session.execute(text(f"SELECT {own_writes.naming(1)}"))
        try:
            await session.execute(text(statement))
        except DBAPIError as error:
            refused[statement] = getattr(error.orig, "sqlstate", None)
        await session.rollback()

    assert refused == dict.fromkeys(OTHERS, "42501")


async def test_who_is_not_named_writes_as_ever(session: AsyncSession, database_kind: str) -> None:
    await factories.save(session, factories.customer(), factories.customer(), factories.card(customer=None))

    await session.execute(text("UPDATE customer SET city = 'Brno'"))
    await session.execute(text("UPDATE card SET customer_id = 2, state = 'ASSIGNED'"))
    await session.commit()

    assert await session.scalar(text("SELECT count(*) FROM customer WHERE city = 'Brno'")) == 2


async def test_every_table_of_customers_rows_has_the_trigger(session: AsyncSession, database_kind: str) -> None:
    made = set(
        await session.scalars(
            text(f"SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = '{own_writes.TRIGGER}'")
        )
    )

    owned = [each.class_ for each in models.Base.registry.mappers if ownership_of(each.class_).kind is Kind.OWNED]
    assert made == {each.__tablename__ for each in owned} == own_writes.bodies().keys()
