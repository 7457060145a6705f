"""Nothing that tells of a person, and no secret, reaches a log, an error or a terminal, whatever goes wrong."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from typer.testing import CliRunner

from models.scope import Scope
from resolvers import jobs
from resolvers.ids import opaque_id
from schema.declaring.base import TYPES
from server.cli import app
from server.commands import transfer
from server.courier import Courier
from server.http.openid import Keys
from server.redaction import Redacting
from tests import factories
from tests.server.access import save_application, save_customer, save_token
from tests.server.gateway import Client, opened

NAME, EMAIL, PHONE, CARD = "Kanarkova", "kanarek@example.com", "+420777123987", "99864301"
NOTE, PASSWORD, CODE, VOUCHER = "kanarek sings", "kanarek heslo", "864209", "KANAREK77VOUCHER"
MARKS = ("kanar", "777123987", "777 123 987", CARD, CODE)
"""What none of it may hold, in small letters; the secrets of the tokens besides."""


@dataclass
class Scene:
    """A gateway with a customer who is personal all over, and what was told of errors meanwhile."""

    client: Client
    url: str
    jana: str
    till: str
    installation: str
    patch: pytest.MonkeyPatch
    told: list[str] = field(default_factory=list)

    async def ask(self, document: str, /, token: str | None = None, **variables: Any) -> Any:
        """Ask, and note what is said of errors; all of the answer where there is nothing else."""
        response = await self.client.ask(document, variables, Authorization=f"Bearer {token or self.till}")
        return self.note(response)

    def note(self, response: httpx.Response) -> Any:
        content = response.json()
        errors = [*content.get("errors", ()), *user_errors(content.get("data"))]
        assert errors, content
        self.told.append(json.dumps(errors, ensure_ascii=False))
        return {error.get("code") or error["extensions"]["code"] for error in errors}


def user_errors(data: Any) -> Iterator[Any]:
    """What payloads say of why they were refused."""
    for payload in (data or {}).values():
        if isinstance(payload, dict):
            yield from payload.get("userErrors", ())


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """What is logged by whomever, as the gateway writes it, and by the gateway itself as it says it."""
    written: list[str] = []

    class Keeping(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append(self.format(record))
            if record.name == "crm360":
                written.append(record.getMessage())

    handler, root = Keeping(), logging.getLogger()
    handler.setFormatter(Redacting("%(levelname)s %(name)s %(message)s"))
    level, asking = root.level, logging.getLogger("httpx")
    # It is the tests that ask by it; the gateway never lets it say what it asks.
    asking.setLevel(logging.WARNING)
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield written
    root.removeHandler(handler)
    root.setLevel(level)
    asking.setLevel(logging.NOTSET)


@pytest.fixture
async def scene(session: AsyncSession, database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Scene]:
    """Jana Kanarkova, whom the gateway knows by everything there is, and a till that may do everything."""
    await save_application(session)
    jana = await save_customer(session, last_name=NAME, email=EMAIL, phone=PHONE)
    voucher = factories.voucher(code=VOUCHER, customer=jana)
    await factories.save(
        session,
        factories.card(number=CARD, state="ASSIGNED", customer=jana),
        factories.customer_source_record(
            customer=jana, source=factories.customer_source(code="shop"), external_id="kanarek-1"
        ),
        factories.store(code="shop"),
        voucher,
    )
    till, installation = await save_token(session, *Scope), await save_token(session)
    settings = {"open_access": False, "jobs_every": 0, "oidc_issuer": "http://127.0.0.1:1"}
    async with opened(database_url, **settings, oidc_audience="crm360", oidc_source="shop") as client:
        yield Scene(client, database_url, opaque_id("Customer", jana.id), till, installation, monkeypatch)


Case = Callable[[Scene], Awaitable[set[str]]]
CREATE = "mutation($i: CustomerCreateInput!) { customerCreate(input: $i) { userErrors { code message field } } }"
UPDATE = "mutation($i: CustomerUpdateInput!) { customerUpdate(input: $i) { userErrors { code message field } } }"


async def what_is_anothers_already(scene: Scene) -> set[str]:
    person = {"lastName": NAME, "email": EMAIL, "phone": PHONE}
    source = {"source": "shop", "externalId": "kanarek-1"}
    found = await scene.ask(CREATE, i={"personalInformation": person})
    found |= await scene.ask(CREATE, i={"personalInformation": {"phone": PHONE}})
    found |= await scene.ask(CREATE, i={"personalInformation": {"lastName": "Other"}, "sources": [source]})
    card = "mutation($i: CardCreateInput!) { cardCreate(input: $i) { userErrors { code message field } } }"
    return found | await scene.ask(card, i={"cardType": opaque_id("CardType", 1), "number": CARD})


async def values_that_cannot_be(scene: Scene) -> set[str]:
    person = {"birthdate": NAME, "phone": "kanarek", "email": f"{NAME}@", "gender": NOTE, "lastName": [NAME]}
    found: set[str] = set()
    for name, value in person.items():
        found |= await scene.ask(CREATE, i={"personalInformation": {name: value, "firstName": NAME}})
        found |= await scene.ask(UPDATE, i={"personalInformation": {name: value, "firstName": NAME}})
        literal = value if name == "gender" else json.dumps(value)
        written = f"{{ {name}: {literal}, firstName: {{ a: {json.dumps(NAME)} }} }}"
        found |= await scene.ask(
            f"mutation {{ customerCreate(input: {{ personalInformation: {written} }}) "
            "{ userErrors { code message field } } }"
        )
    return found


async def questions_that_make_no_sense(scene: Scene) -> set[str]:
    found: set[str] = set()
    for document in (
        f'{{ customer(by: {{ email: {{ eq: "{EMAIL}" }} }}) {{ id }} }}',
        f'{{ customer(by: {{ phone: "{NOTE}" }}) {{ id }} }}',
        f'{{ customer(by: {{ id: "{EMAIL}" }}) {{ id }} }}',
        f'{{ customers(where: {{ birthdate: {{ eq: "{NAME}" }} }}) {{ totalCount }} }}',
        f'{{ customers(where: {{ phone: {{ eq: "{PHONE}x" }} }}) {{ totalCount }} }}',
        f'{{ customers(search: "{NAME * 60}") {{ totalCount }} }}',
        f'{{ customers(first: 1, after: "{EMAIL}") {{ totalCount }} }}',
        f'{{ customer(by: "{EMAIL}") "{NOTE}" {{ id }} }}',
        f'{{ node(id: "{PHONE}") {{ id }} }}',
        f'{{ customers(first: "{CODE}") {{ totalCount }} }}',
    ):
        response = await scene.client.ask(document, Authorization=f"Bearer {scene.till}")
        if response.json().get("errors"):
            found |= scene.note(response)
    return found


async def requests_that_are_none(scene: Scene) -> set[str]:
    client, headers = scene.client, {"Authorization": f"Bearer {scene.till}"}
    body = json.dumps({"query": "{ me { id } }", "variables": EMAIL, "operationName": [NAME]})
    found: set[str] = set()
    for response in (
        await client.send_body(f'{{"query": "{EMAIL}'.encode()),
        await client.send_body(body.encode()),
        await client.send_body(EMAIL.encode(), "text/plain"),
        await client.get("/graphql", params={"query": f"mutation {NAME} {{ __typename }}"}, headers=headers),
        await client.get("/graphql", params={"variables": EMAIL, "query": "{ me { id } }"}, headers=headers),
        await client.get("/graphql", params={"query": "{ me { id } }"}, headers={"CRM360-Customer": EMAIL, **headers}),
        await client.ask("{ me { id } }", Host=f"{NAME}.example"),
    ):
        if response.json().get("errors"):
            found |= scene.note(response)
    return found


async def logging_in_in_vain(scene: Scene) -> set[str]:
    log_in = "mutation($i: TokenLoginInput!) { tokenLogin(input: $i) { userErrors { code message field } } }"
    reset = "mutation($i: PasswordResetInput!) { passwordReset(input: $i) { userErrors { code message field } } }"
    phone, found = scene.installation, set[str]()
    for named in ({"email": EMAIL}, {"phone": PHONE}, {"cardNumber": CARD}):
        found |= await scene.ask(reset, phone, i={**named, "code": CODE, "password": PASSWORD})
        found |= await scene.ask(log_in, phone, i={**named, "code": CODE})
        found |= await scene.ask(log_in, phone, i={**named, "password": PASSWORD})
    return found | await scene.ask(reset, phone, i={"email": EMAIL, "code": CODE, "password": "k"})


async def tokens_that_are_not_accepted(scene: Scene) -> set[str]:
    found: set[str] = set()
    scene.patch.setattr(Keys, "_fetch", fail(httpx.ConnectError(f"{EMAIL} {PASSWORD}")))
    for token in (f"{scene.till}x", EMAIL, signed({"sub": "kanarek-1", "email": EMAIL}), "a.b.c"):
        found |= await scene.ask("{ me { id } }", token)
    return found


def signed(claims: dict[str, Any]) -> str:
    """A token of an identity provider, as far as can be told without its keys."""
    head = {"alg": "RS256", "kid": EMAIL}
    written = (base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (head, claims))
    return ".".join([*written, "kanarek"])


def fail(error: Exception) -> Callable[..., Awaitable[Any]]:
    async def failing(*_: Any, **__: Any) -> Any:
        raise error

    return failing


EVERYTHING = f"{NAME} {EMAIL} {PHONE} {CARD} {NOTE} {CODE} {VOUCHER} {PASSWORD}"


async def a_question_that_fails(scene: Scene) -> set[str]:
    document = "query($e: String!) { customer(by: {email: $e}) { id } }"
    for name in ("fetch", "fetch_for"):
        scene.patch.setattr(scene.client.endpoint.reader, name, fail(RuntimeError(EVERYTHING)))
    return scene.note(await scene.client.ask(document, {"e": EMAIL}))


async def an_operation_that_fails(scene: Scene) -> set[str]:
    scene.patch.setattr(TYPES["Mutation"].fields["customer_update"], "operation", fail(RuntimeError(EVERYTHING)))
    return await scene.ask(UPDATE, i={"id": scene.jana, "personalInformation": {"lastName": NAME}})


async def a_change_that_only_the_database_refuses(scene: Scene) -> set[str]:
    scene.patch.setattr("resolvers.customer.operations.UNIQUE", {})
    return await scene.ask(CREATE, i={"personalInformation": {"lastName": NAME, "email": EMAIL}})


async def a_deadline(scene: Scene) -> set[str]:
    endpoint = scene.client.endpoint
    scene.patch.setattr(endpoint, "limits", replace(endpoint.limits, deadline=0.05))
    for name in ("fetch", "fetch_for"):
        scene.patch.setattr(endpoint.reader, name, lambda *_: asyncio.sleep(60))
    by_email = "query($e: String!) { customer(by: {email: $e}) { id } }"
    return scene.note(await scene.client.ask(by_email, {"e": EMAIL}))


async def a_job_that_fails(scene: Scene) -> set[str]:
    failing = jobs.Job("forget", "Forget.", fail(RuntimeError(EVERYTHING)))
    scene.patch.setattr(jobs, "JOBS", {"forget": failing})
    assert (await jobs.run_jobs(scene.client.endpoint.engine, factories.NOW))[0].failed
    return set()


async def a_code_that_cannot_be_handed_out(scene: Scene) -> set[str]:
    endpoint = scene.client.endpoint
    courier = Courier(endpoint.engine, endpoint.reader, "http://kanarek:kanarek@127.0.0.1:1/codes", None, every=0.0)
    assert await courier.deliver() == 0
    return set()


CASES: dict[Case, set[str]] = {
    what_is_anothers_already: {"EMAIL_TAKEN", "PHONE_TAKEN", "EXTERNAL_ID_TAKEN", "NUMBER_TAKEN"},
    values_that_cannot_be: {
        "BAD_EMAIL",
        "BAD_INPUT",
        "BAD_PHONE",
        "GRAPHQL_PARSE_FAILED",
        "GRAPHQL_VALIDATION_FAILED",
    },
    questions_that_make_no_sense: {
        "BAD_CURSOR",
        "BAD_FILTER",
        "BAD_ID",
        "BAD_INPUT",
        "GRAPHQL_PARSE_FAILED",
        "GRAPHQL_VALIDATION_FAILED",
    },
    requests_that_are_none: {"BAD_REQUEST", "UNKNOWN_HOST"},
    logging_in_in_vain: {"LOGIN_REFUSED", "PASSWORD_WEAK", "TOO_MANY_ATTEMPTS"},
    tokens_that_are_not_accepted: {"UNAUTHENTICATED", "UNAVAILABLE"},
    a_question_that_fails: {"INTERNAL"},
    an_operation_that_fails: {"INTERNAL"},
    a_change_that_only_the_database_refuses: {"INTERNAL"},
    a_deadline: {"DEADLINE"},
    a_job_that_fails: set(),
    a_code_that_cannot_be_handed_out: set(),
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
async def test_whatever_goes_wrong_nothing_personal_is_told_or_logged(
    scene: Scene, lines: list[str], case: Case
) -> None:
    codes = await case(scene)

    assert [line for line in scene.told + lines if tells(line)] == []
    assert codes == CASES[case]


def tells(line: str) -> bool:
    return any(mark in line.lower() for mark in MARKS)


BAD_ROWS = [
    {"source": "shop", "externalId": "kanarek-2", "lastName": NAME, "birthdate": NAME, "phone": NOTE, "gender": NOTE},
    {"source": "shop", "externalId": "kanarek-3", "lastName": [NAME], "email": 7},
    {"source": "shop", "externalId": "kanarek-4", "lastName": NAME, "email": EMAIL},
]


@pytest.mark.parametrize("failing", [None, RuntimeError(EVERYTHING), ValueError(EVERYTHING), KeyError(EVERYTHING)])
async def test_an_import_tells_lines_and_fields_and_no_values(
    scene: Scene, tmp_path: Path, failing: Exception | None
) -> None:
    customers, cards, broken = (tmp_path / name for name in ("customers.jsonl", "cards.jsonl", "stores.jsonl"))
    customers.write_text("\n".join(map(json.dumps, BAD_ROWS)))
    cards.write_text(json.dumps({"cardType": "kanarek", "number": CARD, "customer": {"source": "shop"}}))
    broken.write_text(f'{{"code": "{NOTE}", "name": {NAME}')
    if failing:
        scene.patch.setattr(transfer, "import_files", fail(failing))

    files = [str(path) for path in (customers, cards, broken)]
    command = ["import", "files", *files]
    result = await asyncio.to_thread(CliRunner().invoke, app, command, env={"DATABASE_URL": scene.url})

    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    assert tells(result.output.replace(str(tmp_path), "")) is False
