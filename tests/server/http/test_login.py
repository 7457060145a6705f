"""Log-in by whatever names an account, passwords and one-time codes; what is wrong is told in one way only."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event, select, update
from sqlalchemy.ext.asyncio import AsyncSession

import models
from models.rules.login import MOST_GUESSES
from models.scope import Scope
from resolvers.access.configuration import current
from resolvers.ids import opaque_id
from tests import factories
from tests.server.access import PASSWORD, ask, install, log_in, save_application, save_customer, save_token
from tests.server.gateway import Client, opened

SEND = "mutation($to: LoginCodeSendInput!) { loginCodeSend(input: $to) { expiresAt userErrors { code field } } }"
SET = "mutation($given: PasswordSetInput!) { passwordSet(input: $given) { userErrors { code field } } }"
RESET = "mutation($given: PasswordResetInput!) { passwordReset(input: $given) { userErrors { code field } } }"
ME = "{ me { id } }"
WEBHOOK = "http://127.0.0.1:9/codes"


async def save_shop(session: AsyncSession) -> None:
    """Jana with everything by which she can be named."""
    await save_application(session)
    jana = await save_customer(session, email="jana@example.com", phone="+420601234567")
    free = factories.card(number="9955", state="FREE")
    blocked = factories.card(number="9944", state="BLOCKED", customer=jana)
    await factories.save(session, factories.card(number="9911", state="ASSIGNED", customer=jana), free, blocked)


async def codes(client: Client, document: str, name: str, token: str, **variables: Any) -> list[str]:
    """What was wrong with a mutation."""
    return [error["code"] for error in (await ask(client, document, token, **variables))[name]["userErrors"]]


async def sent_code(session: AsyncSession) -> str:
    """The code that waits to be handed out."""
    session.expire_all()
    code = await session.scalar(select(models.CodeMessage.code).order_by(models.CodeMessage.id.desc()).limit(1))
    await session.rollback()
    assert code is not None
    return code


@pytest.mark.parametrize(
    "name",
    [{"email": " Jana@EXAMPLE.com"}, {"phone": "+420 601 234 567"}, {"phone": "601 234 567"}, {"cardNumber": "9911"}],
)
async def test_a_customer_logs_in_by_what_they_know(
    session: AsyncSession, database_url: str, name: dict[str, str]
) -> None:
    await save_shop(session)

    async with opened(database_url, open_access=False) as client:
        token = await install(client)
        wrong = await log_in(client, token, **name, password="wrong horse")
        right = await log_in(client, token, **name, password=PASSWORD)
        me = await ask(client, ME, token)

    assert (wrong, right) == (["LOGIN_REFUSED"], [])
    assert me == {"me": {"id": opaque_id("Customer", 1)}}


async def test_a_number_without_a_prefix_is_meant_in_the_programmes_country(
    session: AsyncSession, database_url: str
) -> None:
    await save_shop(session)
    await factories.save(session, factories.customer(phone="+48601234567"), factories.programme(country_code="CZ"))

    async with opened(database_url, open_access=False) as client:
        token = await install(client)
        found = [
            await log_in(client, token, phone=number, password=PASSWORD)
            for number in ("601 234 567", "+48 601 234 567", "601", "12345 67890 12345 67890")
        ]
        me = await ask(client, ME, token)

    assert found == [[], ["LOGIN_REFUSED"], ["BAD_PHONE"], ["LOGIN_REFUSED"]]
    assert me == {"me": {"id": opaque_id("Customer", 1)}}


async def test_what_cannot_be_logged_in_to_is_told_as_a_wrong_password_is(
    session: AsyncSession, database_url: str
) -> None:
    await save_shop(session)
    await save_customer(session, email="off@example.com", state="INACTIVE")
    await factories.save(session, factories.customer(email="none@example.com"))
    names = [
        {"email": "jana@example.com"},
        {"email": "off@example.com"},
        {"email": "none@example.com"},
        {"email": "nobody@example.com"},
        {"cardNumber": "9955"},
        {"cardNumber": "9944"},
        {"cardNumber": "1"},
    ]

    found = []
    async with opened(database_url, open_access=False) as client:
        token = await install(client)
        for number, name in enumerate(names):
            client.move(f"192.0.2.{number}")
            answer = await client.ask(
                "mutation($l: TokenLoginInput!) { tokenLogin(input: $l) { userErrors { code message field } } }",
                {"l": {**name, "password": PASSWORD if number else "wrong horse"}},
                Authorization=f"Bearer {token}",
            )
            found.append(answer.content)

    assert len(set(found)) == 1
    assert b"LOGIN_REFUSED" in found[0]


async def test_every_guess_takes_one_hash_and_the_same_statements(session: AsyncSession, database_url: str) -> None:
    await save_shop(session)
    done: list[tuple[int, list[str]]] = []
    statements: list[str] = []

    async with opened(database_url, open_access=False) as client:
        token = await install(client)
        passwords, hashed = current().passwords, []
        verify = passwords.verify

        async def noted(kept: str | None, text: str) -> bool:
            hashed.append(kept)
            return await verify(kept, text)

        passwords.verify = noted
        event.listen(
            client.endpoint.engine.sync_engine, "before_cursor_execute", lambda *ran: statements.append(ran[2])
        )
        for email in ("jana@example.com", "nobody@example.com"):
            hashed.clear()
            statements.clear()
            assert await log_in(client, token, email=email, password="wrong horse") == ["LOGIN_REFUSED"]
            done.append((len(hashed), list(statements)))

    assert done[0] == done[1]
    assert done[0][0] == 1


async def test_aliases_of_one_document_are_guesses_each(session: AsyncSession, database_url: str) -> None:
    await save_shop(session)
    login = '(input: {{email: "jana@example.com", password: "{0}"}}) {{ userErrors {{ code }} }}'
    fields = [f"g{number}: tokenLogin{login.format(f'wrong {number}')}" for number in range(8)]
    fields.append(f"last: tokenLogin{login.format(PASSWORD)}")

    async with opened(database_url, open_access=False) as client:
        token = await install(client)
        answered = await ask(client, f"mutation {{ {' '.join(fields)} }}", token)

    found = [each["userErrors"][0]["code"] for each in answered.values()]
    assert found == ["LOGIN_REFUSED"] * MOST_GUESSES + ["TOO_MANY_ATTEMPTS"] * 4


async def test_a_dry_run_is_a_guess_too(session: AsyncSession, database_url: str) -> None:
    await save_shop(session)
    document = (
        'mutation($p: String!) { tokenLogin(dryRun: true, input: {email: "jana@example.com", password: $p})'
        " { userErrors { code } } }"
    )

    async with opened(database_url, open_access=False) as client:
        token = await install(client)
        found = [await codes(client, document, "tokenLogin", token, p=PASSWORD) for _ in range(6)]
        me = await ask(client, ME, token)

    assert found == [[]] * 5 + [["TOO_MANY_ATTEMPTS"]]
    assert me == {"me": None}


async def test_a_code_lets_in_once(session: AsyncSession, database_url: str) -> None:
    await save_shop(session)

    async with opened(database_url, open_access=False, code_webhook=WEBHOOK) as client:
        token = await install(client)
        await client.app.access.stop()
        assert await codes(client, SEND, "loginCodeSend", token, to={"email": "jana@example.com"}) == []
        code = await sent_code(session)
        first = await log_in(client, token, phone="+420601234567", code=code)
        second = await log_in(client, token, phone="+420601234567", code=code)

    assert (first, second) == ([], ["LOGIN_REFUSED"])


async def test_only_the_last_code_that_was_sent_lets_in(session: AsyncSession, database_url: str) -> None:
    await save_shop(session)

    async with opened(database_url, open_access=False, code_webhook=WEBHOOK) as client:
        token = await install(client)
        await client.app.access.stop()
        sent = []
        for _ in range(2):
            await codes(client, SEND, "loginCodeSend", token, to={"cardNumber": "9911"})
            sent.append(await sent_code(session))
        await session.execute(update(models.OneTimeCode).where(models.OneTimeCode.id == 1).values(used_at=None))
        await session.rollback()
        found = [await log_in(client, token, cardNumber="9911", code=code) for code in sent]

    assert found == [["LOGIN_REFUSED"], []]


async def test_a_code_for_nobody_is_answered_and_not_sent(session: AsyncSession, database_url: str) -> None:
    await save_shop(session)

    async with opened(database_url, open_access=False, code_webhook=WEBHOOK) as client:
        token = await install(client)
        await client.app.access.stop()
        found = [
            await codes(client, SEND, "loginCodeSend", token, to={"email": email})
            for email in ("jana@example.com", "nobody@example.com")
        ]

    messages = list(await session.scalars(select(models.CodeMessage.recipient)))
    kept = list(await session.scalars(select(models.OneTimeCode.customer_id).order_by(models.OneTimeCode.id)))
    assert found == [[], []]
    assert (messages, kept) == (["jana@example.com"], [1, None])


async def test_codes_are_off_unless_something_brings_them(session: AsyncSession, database_url: str) -> None:
    await save_shop(session)

    async with opened(database_url, open_access=False) as client:
        token = await install(client)
        found = await codes(client, SEND, "loginCodeSend", token, to={"email": "jana@example.com"})

    assert found == ["CODES_OFF"]


async def test_a_password_is_changed_by_who_knows_it(session: AsyncSession, database_url: str) -> None:
    await save_shop(session)

    async with opened(database_url, open_access=False) as client:
        token, other = await install(client), await install(client)
        for each in (token, other):
            assert await log_in(client, each, email="jana@example.com", password=PASSWORD) == []
        found = [
            await codes(client, SET, "passwordSet", token, given=given)
            for given in (
                {"password": "battery staple"},
                {"password": "battery staple", "currentPassword": "wrong horse"},
                {"password": "jana@example.com", "currentPassword": PASSWORD},
                {"password": "battery staple", "currentPassword": PASSWORD},
            )
        ]
        mes = [(await ask(client, ME, each))["me"] for each in (token, other)]
        old = await log_in(client, other, phone="+420601234567", password=PASSWORD)
        new = await log_in(client, other, phone="+420601234567", password="battery staple")

    assert found == [["LOGIN_REFUSED"], ["LOGIN_REFUSED"], ["PASSWORD_WEAK"], []]
    assert mes == [{"id": opaque_id("Customer", 1)}, None]
    assert (old, new) == (["LOGIN_REFUSED"], [])


async def test_a_forgotten_password_is_set_by_a_code(session: AsyncSession, database_url: str) -> None:
    await save_shop(session)

    async with opened(database_url, open_access=False, code_webhook=WEBHOOK) as client:
        token = await install(client)
        await client.app.access.stop()
        assert await log_in(client, token, email="jana@example.com", password=PASSWORD) == []
        await codes(client, SEND, "loginCodeSend", token, to={"email": "jana@example.com"})
        code = await sent_code(session)
        given = {"email": "jana@example.com", "password": "battery staple"}
        wrong = await codes(client, RESET, "passwordReset", token, given={**given, "code": "x"})
        weak = await codes(client, RESET, "passwordReset", token, given={**given, "code": code, "password": "short"})
        right = await codes(client, RESET, "passwordReset", token, given={**given, "code": code})
        me = await ask(client, ME, token)
        back = await log_in(client, token, email="jana@example.com", password="battery staple")

    assert (wrong, weak, right, back) == (["LOGIN_REFUSED"], ["PASSWORD_WEAK"], [], [])
    assert me == {"me": None}


async def test_logging_out_everywhere_leaves_no_installation_logged_in(
    session: AsyncSession, database_url: str
) -> None:
    await save_shop(session)
    everywhere = "mutation { tokenLogout(input: {everywhere: true}) { userErrors { code } } }"

    async with opened(database_url, open_access=False) as client:
        tokens = [await install(client) for _ in range(3)]
        for token in tokens:
            await log_in(client, token, email="jana@example.com", password=PASSWORD)
        await ask(client, everywhere, tokens[0])
        mes = [(await ask(client, ME, token))["me"] for token in tokens]

    assert mes == [None] * 3


async def test_a_login_under_a_key_can_be_repeated_and_keeps_no_password(
    session: AsyncSession, database_url: str
) -> None:
    await save_shop(session)
    document = (
        'mutation($p: String!) { tokenLogin(idempotencyKey: "k", input: {email: "jana@example.com", password: $p})'
        " { repeated token { customer { id } } userErrors { code } } }"
    )

    async with opened(database_url, open_access=False) as client:
        token, other = await install(client), await install(client)
        first, second = [(await ask(client, document, token, p=PASSWORD))["tokenLogin"] for _ in range(2)]
        theirs = (await ask(client, document, other, p=PASSWORD))["tokenLogin"]

    assert [first["repeated"], second["repeated"]] == [False, True]
    assert first["token"] == second["token"] == {"customer": {"id": opaque_id("Customer", 1)}}
    assert [error["code"] for error in theirs["userErrors"]] == ["KEY_REUSED"]


async def test_logging_in_takes_an_installation(session: AsyncSession, database_url: str) -> None:
    await save_shop(session)
    till = await save_token(session, Scope.CUSTOMERS_READ)

    async with opened(database_url, open_access=False) as client:
        found = [await log_in(client, token, email="jana@example.com", password=PASSWORD) for token in ("", till)]

    assert found == [["INSTALLATION_REQUIRED"]] * 2
