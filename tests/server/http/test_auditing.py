"""Who was shown or changed which customer's personal data can be told afterwards."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

import models
from models.scope import Scope
from resolvers.audit import trail
from resolvers.ids import opaque_id
from tests import factories
from tests.server.access import PASSWORD, ask, install, log_in, save_application, save_customer, save_token
from tests.server.gateway import code, opened

LIST = "query Everybody { customers(first: 2) { nodes { id personalInformation { firstName } } } }"
COLUMNS = ("action", "customer_id", "what", "viewer_kind", "token_id")


async def entries(session: AsyncSession) -> list[tuple[Any, ...]]:
    """The trail, the oldest entry first."""
    entry = models.AuditEntry
    rows = await session.execute(select(*(getattr(entry, name) for name in COLUMNS)).order_by(entry.id))
    found = [tuple(row) for row in rows]
    await session.rollback()
    return found


async def test_what_a_back_office_is_shown_is_noted_for_each_customer(session: AsyncSession, database_url: str) -> None:
    customers = [factories.customer(first_name=name) for name in ("Jana", "Eva", "Ota")]
    await factories.save(session, *customers)
    office = await save_token(session, Scope.CUSTOMERS_READ, Scope.PERSONAL_READ)

    async with opened(database_url, open_access=False) as client:
        answer = await ask(client, LIST, office)

    assert answer["customers"]["nodes"] == [
        {"id": opaque_id("Customer", key), "personalInformation": {"firstName": name}}
        for key, name in ((1, "Jana"), (2, "Eva"))
    ]
    assert await entries(session) == [
        ("READ", 1, "Everybody", "ENTERPRISE", 1),
        ("READ", 2, "Everybody", "ENTERPRISE", 1),
    ]


async def test_what_is_not_personal_or_ones_own_is_not_noted(session: AsyncSession, database_url: str) -> None:
    jana = factories.customer()
    await factories.save(session, jana, factories.purchase(customer=jana))
    office = await save_token(session, Scope.CUSTOMERS_READ)
    hers = await save_token(session, customer=jana)

    async with opened(database_url, open_access=False) as client:
        await ask(client, "{ purchases { nodes { number customer { id } } } customers { totalCount } }", office)
        await ask(client, "{ me { personalInformation { firstName } } }", hers)

    assert await entries(session) == []


async def test_an_export_is_noted(session: AsyncSession, database_url: str) -> None:
    await factories.save(session, factories.customer())
    office = await save_token(session, Scope.CUSTOMERS_READ, Scope.PERSONAL_READ)

    async with opened(database_url, open_access=False) as client:
        await ask(client, "query Take($id: ID!) { customerExport(by: {id: $id}) }", office, id=opaque_id("Customer", 1))

    assert await entries(session) == [("READ", 1, "Take", "ENTERPRISE", 1)]


async def test_a_change_is_noted_with_whoever_made_it(session: AsyncSession, database_url: str) -> None:
    await save_application(session)
    jana = await save_customer(session, email="jana@example.com")
    office = await save_token(session, Scope.CUSTOMERS_WRITE)
    update = (
        'mutation($id: ID!) { customerUpdate(input: {id: $id, personalInformation: {firstName: "Eva"}})'
        " { userErrors { code } } }"
    )

    async with opened(database_url, open_access=False) as client:
        await ask(client, update, office, id=opaque_id("Customer", jana.id))
        token = await install(client)
        assert await log_in(client, token, email="jana@example.com", password=PASSWORD) == []
    event_ = models.Event
    events = await session.execute(select(event_.kind, event_.viewer_kind, event_.token_id).order_by(event_.id))

    assert [tuple(row) for row in events] == [
        ("CUSTOMER_UPDATED", "ENTERPRISE", 1),
        ("TOKEN_CREATED", "ANONYMOUS", None),
        ("CUSTOMER_LOGGED_IN", "CUSTOMER", 2),
    ]
    assert await entries(session) == [
        ("CHANGE", 1, "CUSTOMER_UPDATED", "ENTERPRISE", 1),
        ("CHANGE", 1, "CUSTOMER_LOGGED_IN", "CUSTOMER", 2),
    ]


async def test_what_cannot_be_noted_is_not_shown(
    session: AsyncSession, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await factories.save(session, factories.customer(first_name="Jana"))
    office = await save_token(session, Scope.CUSTOMERS_READ, Scope.PERSONAL_READ)

    failing = "INSERT INTO audit_entry (canary) VALUES (1)"
    monkeypatch.setattr(trail, "WRITE", {"sqlite": failing, "postgresql": failing})

    async with opened(database_url, open_access=False) as client:
        answer = await client.ask(LIST, Authorization=f"Bearer {office}")

    assert (answer.status_code, code(answer)) == (500, "INTERNAL")
    assert "Jana" not in answer.text
    assert "canary" not in answer.text


async def test_answers_that_come_together_are_noted_together(session: AsyncSession, database_url: str) -> None:
    await factories.save(session, factories.customer())
    office = await save_token(session, Scope.CUSTOMERS_READ, Scope.PERSONAL_READ)

    async with opened(database_url, open_access=False) as client:
        kept = client.endpoint.auditing.trail
        batches: list[int] = []
        write = kept._write

        async def noted(waiting: Any) -> None:
            batches.append(len(waiting))
            await write(waiting)

        kept._write = noted
        await asyncio.gather(*(ask(client, LIST, office) for _ in range(12)))

    assert len(await entries(session)) == sum(batches) == 12
    assert len(batches) < 12


async def test_the_trail_is_read_through_the_api(session: AsyncSession, database_url: str) -> None:
    await factories.save(session, factories.customer(), factories.customer())
    office = await save_token(session, Scope.CUSTOMERS_READ, Scope.PERSONAL_READ, name="Office")
    # The trail takes one scope; whom an entry is about, and by which token, the two that open those.
    auditor = await save_token(session, Scope.AUDIT_READ, Scope.CUSTOMERS_READ, Scope.TOKENS_WRITE)
    query = (
        "query($id: ID!) { auditEntries(where: {customer: {id: {eq: $id}}})"
        " { nodes { action what viewerKind customer { id } token { name } } } }"
    )

    async with opened(database_url, open_access=False) as client:
        await ask(client, LIST, office)
        found = await ask(client, query, auditor, id=opaque_id("Customer", 2))

    assert found["auditEntries"]["nodes"] == [
        {
            "action": "READ",
            "what": "Everybody",
            "viewerKind": "ENTERPRISE",
            "customer": {"id": opaque_id("Customer", 2)},
            "token": {"name": "Office"},
        }
    ]
