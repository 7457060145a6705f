"""A statement of PostgreSQL's says itself who asks, and fails where their token isn't what it was."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from models.entering import CUSTOMER
from resolvers.storage.reader import Asking, PostgresReader, TokenChanged
from resolvers.storage.statement import Statement
from tests import factories

pytestmark = pytest.mark.parametrize("database_kind", ["postgresql"])

CUSTOMERS = Statement("SELECT id FROM customer ORDER BY id DESC LIMIT 5", ())
NOBODY = Statement("SELECT id FROM customer WHERE id < 0", ())


@pytest.fixture
async def reader(database_url: str) -> AsyncIterator[PostgresReader]:
    """A reader with one connection, which all ask over."""
    opened = PostgresReader(database_url, 1)
    yield opened
    await opened.close()


async def saved_token(session: AsyncSession, **overrides: Any) -> tuple[int, int]:
    """The key of a token, and the version of its row."""
    token = factories.token(**overrides)
    await factories.save(session, token)
    return token.id, await version_of(session, token.id)


async def version_of(session: AsyncSession, key: int) -> int:
    found = await session.scalar(text(f"SELECT xmin::text::bigint FROM token WHERE id = {key}"))
    await session.rollback()
    assert isinstance(found, int)
    return found


async def test_customers_in_turns_on_one_connection_see_their_own_and_leave_nothing(
    session: AsyncSession, reader: PostgresReader, database_kind: str
) -> None:
    await factories.save(session, *(factories.customer() for _ in range(3)))
    asked = [Asking(1), Asking(2), Asking(), Asking(is_walled=False), Asking(3)]

    found = [[row[0] for row in await reader.fetch_for(asking, CUSTOMERS, {})] for asking in asked]
    left = await reader._free[0].fetchval(f"SELECT current_setting('{CUSTOMER}')")
    unnamed = await reader._free[0].fetch(CUSTOMERS.sql)

    assert found == [[1], [2], [], [3, 2, 1], [3]]
    assert (left, unnamed) == ("", [])
    assert len(reader._free) == 1


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE token SET revoked_at = now()",
        "UPDATE token SET scopes = '[]'",
        "UPDATE token SET customer_id = NULL",
        "DELETE FROM token",
        "UPDATE customer SET state = 'INACTIVE'",
    ],
)
async def test_a_statement_fails_where_the_token_changed_even_if_it_finds_nothing(
    session: AsyncSession, reader: PostgresReader, change: str, database_kind: str
) -> None:
    jana = factories.customer()
    key, version = await saved_token(session, customer=jana)
    asking = Asking(1, key, version)

    before = [list(row) for row in await reader.fetch_for(asking, CUSTOMERS, {})]
    await session.execute(text(change))
    await session.commit()

    assert before == [[1]]
    for statement in (CUSTOMERS, NOBODY):
        for each in (asking, asking._replace(is_walled=False)):
            with pytest.raises(TokenChanged):
                await reader.fetch_for(each, statement, {})


async def test_a_change_of_others_changes_nothing(
    session: AsyncSession, reader: PostgresReader, database_kind: str
) -> None:
    jana = factories.customer()
    key, version = await saved_token(session, customer=jana)
    await saved_token(session, customer=factories.customer())
    await session.execute(text(f"UPDATE token SET revoked_at = now() WHERE id <> {key}"))
    await session.execute(text("UPDATE customer SET city = 'Brno'"))
    await session.commit()

    assert await reader.fetch_for(Asking(1, key, version), NOBODY, {}) == []
