"""Tokens from the command line let programs in, and are listed and revoked."""

import asyncio
import re
from collections.abc import Callable

import pytest
from typer.testing import CliRunner, Result

from resolvers.ids import opaque_id
from server.cli import app
from server.commands import token
from server.settings import load
from tests.server.access import ask
from tests.server.gateway import CHEAP, opened

Run = Callable[..., Result]
VIEWER = "{ viewer { kind scopes customer { id } } }"


@pytest.fixture
def run(empty: str) -> Run:
    """Run `crm360 token …` with an empty database."""

    def invoke(*arguments: object) -> Result:
        environment = {"DATABASE_URL": empty, "COLUMNS": "200", "TERM": "dumb"}
        return CliRunner().invoke(app, ["token", *map(str, arguments)], env=environment)

    return invoke


def viewer(url: str, shown: str) -> object:
    """Who a gateway takes the one for who shows a token; its status where it takes them for nobody."""

    async def answer() -> object:
        async with opened(url, open_access=False) as client:
            answered = await client.ask(VIEWER, Authorization=f"Bearer {shown}")
            return answered.json()["data"]["viewer"] if answered.status_code == 200 else answered.status_code

    return asyncio.run(answer())


def test_a_token_of_a_till_is_made_listed_and_revoked(run: Run, empty: str) -> None:
    made = run("create", "--name", "Till 7", "--scope", "cards:write", "--scope", "points:write", "--days", 30)
    secret = made.output.splitlines()[0]
    taken = viewer(empty, secret)
    [line] = run("list").output.splitlines()
    revoked = run("revoke", opaque_id("Token", 1))

    assert taken == {"kind": "ENTERPRISE", "scopes": ["cards:write", "points:write"], "customer": None}
    assert re.fullmatch(
        rf"{opaque_id('Token', 1)} +ENTERPRISE +{secret[:12]} +seen .{{16}} +Till 7  cards:write points:write"
        r"  until \d{4}-\d\d-\d\d",
        line,
    )
    assert revoked.exit_code == 0
    assert viewer(empty, secret) == 401
    assert run("list").output == "There are no tokens.\n"
    assert "revoked" in run("list", "--all").output


def test_a_token_of_an_installation_is_made(run: Run, empty: str) -> None:
    secret = run("create", "--installation", "--language", "cs").output.splitlines()[0]

    assert secret.startswith("crm_app_")
    assert viewer(empty, secret) == {"kind": "ANONYMOUS", "scopes": [], "customer": None}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            ["create", "--name", "Till", "--scope", "everything"],
            "There is no scope everything. There are: customers:read",
        ),
        (["create", "--name", "Till"], "Say what the token may do by --scope."),
        (["create", "--installation", "--application", "none"], "No application in use has this code."),
        (["create", "--installation", "--language", "xx"], "xx is no language of ISO 639-1."),
        (["revoke", "nonsense"], "This is not an id of the API"),
        (["revoke", opaque_id("Token", 7)], "There is no Token with this id."),
    ],
)
def test_what_cannot_be_done_is_told_in_a_line(run: Run, arguments: list[str], says: str) -> None:
    refused = run(*arguments)

    assert refused.exit_code == 1
    assert refused.stderr.startswith(says)
    assert len(refused.stderr.splitlines()) == 1


def test_the_demo_lets_in_by_a_token_of_each_kind_and_a_password(demo_url: str) -> None:
    settings = load(database_url=demo_url, **CHEAP)
    earlier = token.for_demo(settings, 1)
    made = token.for_demo(settings, 1)
    login = {"email": made.email, "password": made.password}

    async def logged_in() -> object:
        async with opened(demo_url, open_access=False) as client:
            document = "mutation($l: TokenLoginInput!) { tokenLogin(input: $l) { userErrors { code } } }"
            answered = await ask(client, document, made.installation, l=login)
            return answered["tokenLogin"]["userErrors"], await ask(client, VIEWER, made.installation)

    errors, now = asyncio.run(logged_in())
    assert errors == []
    assert now["viewer"]["customer"] == {"id": opaque_id("Customer", 1)}
    assert [viewer(demo_url, each or "") for each in (earlier.enterprise, earlier.customer)] == [401, 401]
    customer = viewer(demo_url, made.customer or "")
    assert customer["kind"] == "CUSTOMER"
    assert customer["customer"] == {"id": opaque_id("Customer", 1)}
    assert list(made.tokens.values()) == [made.enterprise, made.installation, made.customer]
    assert len(viewer(demo_url, made.enterprise or "")["scopes"]) >= 15


def test_a_token_has_a_budget_of_its_own(run: Run, empty: str) -> None:
    made = run("create", "--name", "Shop", "--scope", "cards:write", "--budget", "5000/70")
    secret = made.output.splitlines()[0]
    own = budget(empty, secret)
    told = run("list").output
    changed = run("budget", opaque_id("Token", 1), "9000/80")
    other = budget(empty, secret)
    run("budget", opaque_id("Token", 1), "usual")

    assert own == {"limit": 5000, "refillPerSecond": 70}
    assert told.endswith("cards:write  budget 5000/70\n")
    assert changed.output == "It has a budget of 9,000 points, 80 a second.\n"
    assert other == {"limit": 9000, "refillPerSecond": 80}
    assert budget(empty, secret) == {"limit": 2_000_000, "refillPerSecond": 100_000}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("create", "--name", "x", "--scope", "cards:write", "--budget", "5000"), "must be the points of a budget"),
        (("create", "--name", "x", "--scope", "cards:write", "--budget", "0"), "has bounds"),
        (("budget", opaque_id("Token", 7), "5/5"), "There is no enterprise token with this id"),
    ],
)
def test_a_budget_that_can_t_be_is_refused(run: Run, arguments: tuple[str, ...], told: str) -> None:
    refused = run(*arguments)

    assert refused.exit_code == 1
    assert told in refused.output


def budget(url: str, shown: str) -> object:
    """The budget that a gateway keeps for who shows a token."""

    async def answer() -> object:
        async with opened(url, open_access=False) as client:
            answered = await client.ask("{ rateLimit { limit refillPerSecond } }", Authorization=f"Bearer {shown}")
            return answered.json()["data"]["rateLimit"]

    return asyncio.run(answer())
