"""Tokens of an identity provider let its customers in, and nothing that only looks like one does."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import jwt
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from resolvers.ids import opaque_id
from server.http.openid import KEPT_FOR, PAUSE, USED_FOR, Keys
from tests import factories
from tests.server.access import ask
from tests.server.gateway import Client, code, opened
from tests.server.identity_provider import AUDIENCE, Running, running_provider

VIEWER = "{ viewer { kind customer { id } token { id } } }"


@pytest.fixture(scope="module")
def provider() -> Iterator[Running]:
    """The identity provider."""
    with running_provider() as running:
        yield running


def trusting(provider: Running, **others: Any) -> dict[str, Any]:
    """The settings of a gateway that takes a provider's tokens."""
    settings = {"oidc_issuer": provider.issuer, "oidc_audience": AUDIENCE, "oidc_source": "shop", "open_access": False}
    return settings | others


async def save_customers(session: AsyncSession) -> None:
    """Jana, whom the shop knows as 38, and Eva, whose account is off."""
    source = factories.customer_source(code="shop")
    jana = factories.customer(email="jana@example.com", phone="+420601234567")
    eva = factories.customer(state="INACTIVE")
    records = [
        factories.customer_source_record(customer=jana, source=source, external_id="38"),
        factories.customer_source_record(customer=eva, source=source, external_id="39"),
    ]
    card = factories.card(customer=jana, number="9911", state="ASSIGNED")
    await factories.save(session, *records, card)


async def status(client: Client, token: str) -> int:
    """How a request with a token is answered."""
    answer = await client.ask(VIEWER, Authorization=f"Bearer {token}")
    assert answer.status_code != 401 or code(answer) == "UNAUTHENTICATED"
    return answer.status_code


async def test_a_customer_of_the_provider_is_let_in(
    session: AsyncSession, database_url: str, provider: Running
) -> None:
    await save_customers(session)
    keys = provider.get("rotate")["keys"]

    async with opened(database_url, **trusting(provider)) as client:
        found = [(await ask(client, VIEWER, provider.token(key, sub="38")))["viewer"] for key in keys]

    assert found == [{"kind": "CUSTOMER", "customer": {"id": opaque_id("Customer", 1)}, "token": None}] * 2


@pytest.mark.parametrize("subject", ["39", "40", "", "x" * 400, 38, None])
async def test_one_whom_the_crm_does_not_know_is_anonymous(
    session: AsyncSession, database_url: str, provider: Running, subject: Any
) -> None:
    await save_customers(session)
    claims = {"name": subject}

    async with opened(database_url, **trusting(provider, oidc_claim="name")) as client:
        found = (await ask(client, VIEWER, provider.token(**claims)))["viewer"]

    assert found == {"kind": "ANONYMOUS", "customer": None, "token": None}


@pytest.mark.parametrize(
    ("by", "claims", "kind"),
    [
        ("email", {"email": "JANA@example.com", "email_verified": True}, "CUSTOMER"),
        ("email", {"email": "jana@example.com", "email_verified": False}, "ANONYMOUS"),
        ("email", {"email": "jana@example.com"}, "ANONYMOUS"),
        ("phone", {"phone": "+420 601 234 567", "phone_number_verified": True}, "CUSTOMER"),
        ("phone", {"phone": "+420601234567"}, "ANONYMOUS"),
        ("phone", {"phone": "nonsense", "phone_number_verified": True}, "ANONYMOUS"),
        ("phone", {"phone": "601 234 567", "phone_number_verified": True}, "ANONYMOUS"),
        ("card_number", {"card_number": "9911"}, "CUSTOMER"),
        ("card_number", {"card_number": "9912"}, "ANONYMOUS"),
    ],
)
async def test_a_customer_is_found_by_what_the_claim_holds(
    session: AsyncSession, database_url: str, provider: Running, by: str, claims: dict[str, Any], kind: str
) -> None:
    await save_customers(session)

    async with opened(database_url, **trusting(provider, oidc_customer_by=by, oidc_claim=by)) as client:
        found = (await ask(client, VIEWER, provider.token(**claims)))["viewer"]

    assert found["kind"] == kind


async def test_a_number_without_a_prefix_is_meant_in_the_programmes_country(
    session: AsyncSession, database_url: str, provider: Running
) -> None:
    await save_customers(session)
    await factories.save(session, factories.customer(phone="+48601234567"), factories.programme(country_code="CZ"))
    numbers = ("601 234 567", "00420 601234567", "601 234 568")

    async with opened(database_url, **trusting(provider, oidc_customer_by="phone", oidc_claim="phone")) as client:
        tokens = [provider.token(phone=number, phone_number_verified=True) for number in numbers]
        found = [(await ask(client, VIEWER, token))["viewer"]["customer"] for token in tokens]

    jana = {"id": opaque_id("Customer", 1)}
    assert found == [jana, jana, None]


@pytest.mark.parametrize(
    ("claims", "accepted"),
    [
        ({"aud": "another"}, False),
        ({"aud": ["another", AUDIENCE]}, True),
        ({"aud": None}, False),
        ({"iss": "https://another.example"}, False),
        ({"iss": None}, False),
        ({"exp": None}, False),
        ({"iat": None}, False),
        ({"exp": -10}, True),
        ({"exp": -60}, False),
        ({"nbf": 10}, True),
        ({"nbf": 60}, False),
        ({"iat": 60}, False),
    ],
)
async def test_issuer_audience_and_clock_are_checked(
    session: AsyncSession, database_url: str, provider: Running, claims: dict[str, Any], accepted: bool
) -> None:
    now = int(time.time())
    dated = {name: now + value if isinstance(value, int) else value for name, value in claims.items()}

    async with opened(database_url, **trusting(provider)) as client:
        assert await status(client, provider.token(sub="38", **dated)) == (200 if accepted else 401)


def encoded(part: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


async def test_what_anyone_could_sign_is_not_accepted(
    session: AsyncSession, database_url: str, provider: Running
) -> None:
    good = provider.token(sub="38")
    head, claims, signature = good.split(".")
    [key] = [each for each in provider.get("keys")["keys"] if each["kty"] == "RSA"]
    public = jwt.PyJWK.from_dict(key).key.public_numbers()
    secret = public.n.to_bytes(256)
    unsigned = f"{encoded({'alg': 'none', 'kid': key['kid']})}.{claims}."
    by_public_key = jwt.encode(
        jwt.decode(good, options={"verify_signature": False}), secret, "HS256", {"kid": key["kid"]}
    )
    other = json.loads(base64.urlsafe_b64decode(claims + "==")) | {"sub": "39"}
    forged = f"{head}.{encoded(other)}.{signature}"

    async with opened(database_url, **trusting(provider)) as client:
        found = [await status(client, token) for token in (good, unsigned, by_public_key, forged, "a.b.c", f"{good}x")]

    assert found == [200, 401, 401, 401, 401, 401]


async def test_keys_are_rotated_at_any_time(session: AsyncSession, database_url: str, provider: Running) -> None:
    async with opened(database_url, **trusting(provider)) as client:
        clock = [0.0]
        keys = client.endpoint.authentication.provider.keys
        keys._clock = lambda: clock[0]
        old = provider.token(sub="38")
        before = await status(client, old)
        provider.get("rotate")
        new = provider.token(sub="38")
        clock[0] += PAUSE
        after = [await status(client, token) for token in (new, old)]

    assert before == 200
    assert after == [200, 401]


async def test_made_up_keys_do_not_become_requests_to_the_provider(
    session: AsyncSession, database_url: str, provider: Running
) -> None:
    async with opened(database_url, **trusting(provider)) as client:
        assert await status(client, provider.token(sub="38")) == 200
        before = provider.get("requests")["asked"]
        found = [await status(client, provider.token(called=f"made-up-{number}")) for number in range(5)]

    assert found == [401] * 5
    assert provider.get("requests")["asked"] == before


async def test_keys_are_used_for_an_hour_while_the_provider_is_away(provider: Running) -> None:
    clock = [0.0]
    keys = Keys(provider.issuer, lambda: clock[0])
    name = provider.get("rotate")["keys"][0]
    assert await keys.key(name) is not None

    keys.issuer = "http://127.0.0.1:9"
    clock[0] = KEPT_FOR + 1
    away = await keys.key(name)
    clock[0] = USED_FOR + 1

    assert away is not None
    with pytest.raises(Exception, match="can't be reached"):
        await keys.key(name)


async def test_a_provider_that_is_away_or_another_is_told_as_such(
    session: AsyncSession, database_url: str, provider: Running
) -> None:
    token = provider.token(sub="38")
    answers: list[httpx.Response] = []

    for issuer in ("http://127.0.0.1:9", provider.issuer.replace("127.0.0.1", "localhost")):
        async with opened(database_url, **trusting(provider, oidc_issuer=issuer)) as client:
            answers.append(await client.ask(VIEWER, Authorization=f"Bearer {token}"))

    assert [(each.status_code, code(each)) for each in answers] == [(503, "UNAVAILABLE")] * 2
    assert {each.headers["retry-after"] for each in answers} == {"1"}


async def test_a_gateway_without_a_provider_takes_no_such_token(
    session: AsyncSession, database_url: str, provider: Running
) -> None:
    async with opened(database_url) as client:
        assert await status(client, provider.token(sub="38")) == 401
