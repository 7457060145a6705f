"""The way of an application: installed, logged in, used, logged out; and tokens that are not accepted."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

import models
from models.base import utc_now
from models.scope import Scope
from resolvers.access.token_secret import hash_of
from resolvers.ids import opaque_id
from tests import factories
from tests.server.access import (
    INSTALLATION,
    PASSWORD,
    ask,
    install,
    log_in,
    run,
    save_application,
    save_customer,
    save_token,
)
from tests.server.gateway import code, opened

VIEWER = "{ viewer { kind scopes customer { id } token { hint } } }"


def shown(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def test_a_customer_installs_logs_in_is_shown_and_logs_out(session: AsyncSession, database_url: str) -> None:
    await save_application(session)
    jana = await save_customer(session, email="Jana@Example.com", language_code="de")
    await factories.save(session, factories.card(number="99123", state="ASSIGNED", customer=jana))
    own = opaque_id("Customer", jana.id)

    async with opened(database_url, open_access=False) as client:
        created = (await run(client, "Install", create=INSTALLATION))["tokenCreate"]
        secret = created["secret"]
        before = await run(client, "Me", secret)
        logged_in = await run(client, "LogIn", secret, login={"email": "jana@example.COM ", "password": PASSWORD})
        me = (await run(client, "Me", secret))["me"]
        logged_out = await run(client, "LogOut", secret)
        after = await run(client, "Me", secret)

    assert created["token"] == {
        "id": opaque_id("Token", 1),
        "language": {"code": "cs"},
        "permissions": {"gps": True, "notifications": False},
        "device": {"name": "Jana's phone"},
    }
    assert before == after == {"me": None}
    assert logged_in == {
        "tokenLogin": {"token": {"id": opaque_id("Token", 1), "customer": {"id": own}}, "userErrors": []}
    }
    assert (me["id"], me["cards"]["nodes"]) == (own, [{"number": "99123"}])
    assert me["personalInformation"]["language"] == {"code": "de"}
    assert logged_out == {"tokenLogout": {"token": {"id": opaque_id("Token", 1), "customer": None}, "userErrors": []}}


async def test_secrets_and_passwords_are_kept_as_hashes_only(session: AsyncSession, database_url: str) -> None:
    await save_application(session)
    jana = await save_customer(session, email="jana@example.com")

    async with opened(database_url) as client:
        secret = await install(client)
        assert await log_in(client, secret, email="jana@example.com", password=PASSWORD) == []

    async with session.bind.connect() as connection:
        tables = models.Base.metadata.sorted_tables
        dump = [repr(tuple(row)) for table in tables for row in await connection.execute(select(table))]
    assert not [row for row in dump if secret in row or secret[8:51] in row or PASSWORD in row]
    assert jana.id == 1


async def test_everyone_is_known_by_their_token(session: AsyncSession, database_url: str) -> None:
    jana = factories.customer()
    gone = factories.customer(state="INACTIVE")
    installed = await save_token(session)
    hers = await save_token(session, customer=jana)
    theirs = await save_token(session, customer=gone)
    till = await save_token(session, Scope.POINTS_WRITE, Scope.CARDS_WRITE)

    async with opened(database_url, open_access=False) as client:
        found = [(await ask(client, VIEWER, token))["viewer"] for token in (None, installed, hers, theirs, till)]

    assert [(each["kind"], each["customer"], each["scopes"]) for each in found] == [
        ("ANONYMOUS", None, []),
        ("ANONYMOUS", None, []),
        ("CUSTOMER", {"id": opaque_id("Customer", jana.id)}, []),
        ("ANONYMOUS", None, []),
        ("ENTERPRISE", None, ["cards:write", "points:write"]),
    ]
    assert [each["token"] and each["token"]["hint"] for each in found] == [
        None,
        *(token[:12] for token in (installed, hers, theirs, till)),
    ]


async def test_a_token_that_is_not_accepted_is_refused(session: AsyncSession, database_url: str) -> None:
    past = utc_now() - timedelta(seconds=1)
    expired = await save_token(session, expires_at=past)
    revoked = await save_token(session, revoked_at=past)
    good = await save_token(session)
    made_up = good[:20] + ("a" if good[20] != "a" else "b") + good[21:]

    async with opened(database_url) as client:
        answers: list[httpx.Response] = [
            await client.ask("{ __typename }", **shown(token)) for token in (expired, revoked, made_up, "", "x.y.z")
        ]
        basic = await client.ask("{ __typename }", Authorization="Basic Y3JtOnNlY3JldA==")
        taken = await client.ask("{ __typename }", **shown(good))

    assert [(each.status_code, code(each)) for each in (*answers, basic)] == [(401, "UNAUTHENTICATED")] * 6
    assert {each.headers["www-authenticate"] for each in answers} == {'Bearer error="invalid_token"'}
    assert taken.status_code == 200


async def test_a_made_up_token_never_reaches_the_database(session: AsyncSession, database_url: str) -> None:
    good = await save_token(session)

    async with opened(database_url) as client:
        asked = []
        find = client.endpoint.authentication.tokens.find

        async def noted(hashed: str) -> object:
            asked.append(hashed)
            return await find(hashed)

        client.endpoint.authentication.tokens.find = noted
        await client.ask("{ __typename }", **shown(good[:-1] + ("0" if good[-1] != "0" else "1")))
        await client.ask("{ __typename }", **shown(good))

    assert asked == [hash_of(good)]


async def test_a_token_is_refused_from_the_request_after_its_revocation(
    session: AsyncSession, database_url: str
) -> None:
    await save_application(session)
    till = await save_token(session, Scope.TOKENS_WRITE)

    async with opened(database_url, open_access=False) as client, opened(database_url) as other:
        secret = await install(client)
        mine = (await ask(client, "{ viewer { token { id } } }", secret))["viewer"]["token"]["id"]
        revoke = "mutation($id: ID!) { tokenRevoke(input: {id: $id}) { token { revokedAt } userErrors { code } } }"
        revoked = (await ask(other, revoke, till, id=mine))["tokenRevoke"]
        refused = await client.ask("{ __typename }", **shown(secret))

    assert revoked["token"]["revokedAt"] is not None
    assert refused.status_code == 401


async def test_a_rotated_token_is_accepted_for_a_while(session: AsyncSession, database_url: str) -> None:
    await save_application(session)
    rotate = (
        "mutation($m: Int!) { tokenRotate(input: {overlapMinutes: $m}) { secret token { id } userErrors { code } } }"
    )

    async with opened(database_url, open_access=False) as client:
        first = await install(client)
        second = (await ask(client, rotate, first, m=5))["tokenRotate"]["secret"]
        both = [(await ask(client, VIEWER, token))["viewer"]["kind"] for token in (first, second)]
        third = (await ask(client, rotate, second, m=0))["tokenRotate"]["secret"]
        answers = [await client.ask(VIEWER, **shown(token)) for token in (first, second, third)]

    assert both == ["ANONYMOUS", "ANONYMOUS"]
    assert [answer.status_code for answer in answers] == [401, 401, 200]


async def test_a_token_gives_the_language_unless_the_request_does(session: AsyncSession, database_url: str) -> None:
    token = await save_token(session, language_code="cs")
    query = '{ countries(where: {code: {eq: "CZ"}}) { nodes { name } } }'

    async with opened(database_url) as client:
        names = [
            (await client.ask(query, **shown(token), **said)).json()["data"]["countries"]["nodes"][0]["name"]
            for said in ({}, {"Accept_Language": "de"})
        ]

    assert names == ["Česko", "Tschechien"]


async def test_when_a_token_was_last_seen_is_written_down_once_a_minute(
    session: AsyncSession, database_url: str
) -> None:
    fresh = await save_token(session, last_seen_at=utc_now())
    stale = await save_token(session)

    async with opened(database_url) as client:
        seen = client.endpoint.authentication.seen
        for token in (fresh, stale, stale):
            await client.ask("{ __typename }", **shown(token))
        noted = dict(seen._seen)
        await seen.write()
        await client.ask("{ __typename }", **shown(stale))
        again = dict(seen._seen)

    assert list(noted) == [2]
    assert again == {}


@pytest.mark.parametrize("open_access", [True, False])
async def test_a_header_names_a_customer_only_where_access_is_open(
    session: AsyncSession, database_url: str, open_access: bool
) -> None:
    jana = factories.customer()
    await factories.save(session, jana)

    async with opened(database_url, open_access=open_access) as client:
        answer = await client.ask("{ me { id } }", CRM360_Customer=opaque_id("Customer", jana.id))

    assert answer.json()["data"] == {"me": {"id": opaque_id("Customer", jana.id)} if open_access else None}


async def test_many_requests_share_a_lookup(session: AsyncSession, database_url: str) -> None:
    tokens = [await save_token(session) for _ in range(3)]

    async with opened(database_url) as client:
        lookup = client.endpoint.authentication.tokens
        batches = []
        answer = lookup._answer

        async def noted(waiting: dict[str, object]) -> None:
            batches.append(len(waiting))
            await answer(waiting)

        lookup._answer = noted
        found = await asyncio.gather(*(lookup.find(hash_of(token)) for token in tokens * 5))

    assert [each and each.viewer.token_id for each in found] == [1, 2, 3] * 5
    assert batches == [15]


async def test_the_playground_has_a_place_for_a_token_and_names_nobody_where_access_is_not_open(
    session: AsyncSession, database_url: str
) -> None:
    jana = factories.customer()
    await factories.save(session, jana)
    named = opaque_id("Customer", jana.id)

    pages = []
    for open_access in (True, False):
        async with opened(database_url, open_access=open_access) as client:
            pages.append((await client.get("/graphql", headers={"Accept": "text/html"})).text)

    assert [named in page for page in pages] == [True, False]
    assert all("Authorization" in page for page in pages)
