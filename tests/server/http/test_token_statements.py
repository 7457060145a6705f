"""Tokens cost a question no statement of their own, and one that changed is what it is now at the next request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from models.scope import Scope
from resolvers.ids import opaque_id
from tests import factories
from tests.server.access import ask, save_token
from tests.server.gateway import code, opened

ME = "{ me { id } }"
STORES = "{ stores { nodes { code } } }"
VIEWER = "{ viewer { kind scopes } }"


@contextmanager
def statements(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Whatever is sent to PostgreSQL by the driver."""
    sent: list[str] = []

    def noting(send: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def noted(connection: Any, sql: str, *args: Any, **options: Any) -> Any:
            sent.append(sql)
            return await send(connection, sql, *args, **options)

        return noted

    with monkeypatch.context() as patch:
        for name in ("fetch", "execute"):
            patch.setattr(asyncpg.Connection, name, noting(getattr(asyncpg.Connection, name)))
        yield sent


@pytest.mark.parametrize("database_kind", ["postgresql"])
async def test_a_question_of_a_known_token_takes_its_own_statement_and_none_beside(
    session: AsyncSession, database_url: str, monkeypatch: pytest.MonkeyPatch, database_kind: str
) -> None:
    customers = [factories.customer(), factories.customer()]
    hers, his = [await save_token(session, customer=each) for each in customers]
    till = await save_token(session, Scope.POINTS_WRITE)

    async with opened(database_url, open_access=False, database_connections=2) as client:
        for token in (hers, his, till):
            await ask(client, ME, token)
            await ask(client, STORES, token)
        with statements(monkeypatch) as sent:
            found = [(await ask(client, ME, token))["me"] for token in (hers, his, hers)]
            await ask(client, STORES, hers)
            await ask(client, STORES, till)

    assert found == [{"id": opaque_id("Customer", key)} for key in (1, 2, 1)]
    # Who `me` is takes two.
    assert len(sent) == 2 * 3 + 2


async def test_what_a_token_may_is_told_anew_by_the_next_request(session: AsyncSession, database_url: str) -> None:
    jana = factories.customer()
    hers = await save_token(session, customer=jana)
    till = await save_token(session, Scope.POINTS_WRITE)
    changes = (
        f"UPDATE customer SET state = 'INACTIVE' WHERE id = {jana.id}",
        "UPDATE token SET scopes = '[\"cards:write\"]' WHERE scopes IS NOT NULL",
        "UPDATE token SET expires_at = '2020-01-01 00:00:00+00:00'",
    )

    async with opened(database_url, open_access=False) as client:
        found = [[(await ask(client, VIEWER, token))["viewer"] for token in (hers, till)]]
        for change in changes[:2]:
            await session.execute(text(change))
            await session.commit()
            found.append([(await ask(client, VIEWER, token))["viewer"] for token in (hers, till)])
        await session.execute(text(changes[2]))
        await session.commit()
        over = [await client.ask(ME, Authorization=f"Bearer {token}") for token in (hers, till)]

    kinds = [[(each["kind"], *each["scopes"]) for each in pair] for pair in found]
    assert kinds == [
        [("CUSTOMER",), ("ENTERPRISE", "points:write")],
        [("ANONYMOUS",), ("ENTERPRISE", "points:write")],
        [("ANONYMOUS",), ("ENTERPRISE", "cards:write")],
    ]
    assert [(answer.status_code, code(answer)) for answer in over] == [(401, "UNAUTHENTICATED")] * 2


@pytest.mark.parametrize(
    "document", ["{ __typename }", "{ me { id } }", "{ stores { nodes { code } } }", "{ nodes(ids: []) { id } }"]
)
async def test_one_that_is_revoked_is_refused_whatever_is_asked_and_charged_nothing(
    session: AsyncSession, database_url: str, document: str
) -> None:
    hers = await save_token(session, customer=factories.customer())
    await factories.save(session, factories.store())

    async with opened(database_url, open_access=False) as client:
        answer = await client.ask(document, Authorization=f"Bearer {hers}")
        shares = client.endpoint.metering.budgets._shares
        before = {subject: share.points for subject, share in shares.items()}
        await session.execute(text("UPDATE token SET revoked_at = '2026-01-01 00:00:00+00:00'"))
        await session.commit()
        refused = await client.ask(document, Authorization=f"Bearer {hers}")
        after = {subject: share.points for subject, share in shares.items()}

    assert answer.status_code == 200
    assert (refused.status_code, code(refused)) == (401, "UNAUTHENTICATED")
    assert "data" not in refused.json()
    assert after == before
