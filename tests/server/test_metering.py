"""What a document costs is known before it runs, charged to a budget, and told to who asks."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from models.scope import Scope
from tests import factories
from tests.server.access import save_application, save_customer, save_token
from tests.server.gateway import Client, code, opened

STORES = "{ stores(first: 20) { nodes { name } } }"
"""A connection and 20 stores, each with a value, and a list: 21 + 2 + 50 points."""
CLOSED = {"open_access": False}


@pytest.fixture
async def shops(database_url: str, session: AsyncSession) -> str:
    """The address of a database with three stores."""
    await factories.save(session, *(factories.store(name=name) for name in "ABC"))
    return database_url


def told(response: Any) -> dict[str, Any]:
    """What an answer tells of its cost."""
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()["extensions"]["cost"]
    return found


async def test_an_answer_tells_its_cost_to_who_asks(shops: str) -> None:
    async with opened(shops, **CLOSED, anonymous_budget="1000/1", anonymous_cost=500) as client:
        asked = await client.ask(STORES, None, CRM360_Cost="1")
        plain = await client.ask(STORES)

    # Three stores were there: a connection, three objects, and as many values as an object is dear.
    assert told(asked) == {
        "requested": 73,
        "actual": 55,
        "documentLimit": 500,
        "limit": 1000,
        "remaining": 945,
        "refillPerSecond": 1,
    }
    assert plain.json().keys() == {"data"}


async def test_a_setting_tells_everybody(shops: str) -> None:
    async with opened(shops, **CLOSED, show_cost=True) as client:
        assert told(await client.ask(STORES))["requested"] == 73


async def test_open_access_has_no_budget(shops: str) -> None:
    async with opened(shops, anonymous_budget="10/1", anonymous_cost=10) as client:
        assert told(await client.ask(STORES, None, CRM360_Cost="1")) == {
            "requested": 73,
            "actual": 55,
            "documentLimit": None,
            "limit": None,
            "remaining": None,
            "refillPerSecond": None,
        }


async def test_a_document_over_its_limit_isn_t_run(shops: str) -> None:
    async with opened(shops, **CLOSED, anonymous_cost=72) as client:
        refused = await client.ask(STORES, None, Accept="application/graphql-response+json")
        smaller = await client.ask("{ stores(first: 19) { nodes { name } } }")

    assert (refused.status_code, code(refused)) == (400, "COST_EXCEEDED")
    assert refused.json()["errors"][0]["message"].startswith("It may cost 73 points, and one document 72: ask for")
    assert smaller.json().keys() == {"data"}


async def test_no_document_costs_more_than_a_budget_holds(shops: str) -> None:
    async with opened(shops, **CLOSED, anonymous_budget="72/1000000") as client:
        assert code(await client.ask(STORES)) == "COST_EXCEEDED"


async def test_over_budget_one_is_told_when_to_come_back(shops: str) -> None:
    async with opened(shops, **CLOSED, anonymous_budget="150/1") as client:
        answered = [await client.ask(STORES) for _ in range(3)]
        refused = answered[2]

    assert [each.status_code for each in answered] == [200, 200, 429]
    assert code(refused) == "THROTTLED"
    assert 30 <= int(refused.headers["Retry-After"]) <= 33
    assert "wait" in refused.json()["errors"][0]["message"]
    assert refused.json()["extensions"]["cost"]["requested"] == 73
    assert refused.headers["Cache-Control"] == "no-store"


async def test_addresses_and_tokens_have_budgets_apart(shops: str, session: AsyncSession) -> None:
    shop = await save_token(session, Scope.CUSTOMERS_READ)
    budgets = {"anonymous_budget": "80/1", "enterprise_budget": "80/1"}
    async with opened(shops, **CLOSED, **budgets) as client:
        statuses = [(await client.ask(STORES)).status_code for _ in range(2)]
        client.move("192.0.2.1")
        statuses += [(await client.ask(STORES)).status_code for _ in range(2)]
        bearer = {"Authorization": f"Bearer {shop}"}
        statuses += [(await client.ask(STORES, None, **bearer)).status_code for _ in range(2)]

    assert statuses == [200, 429] * 3


async def test_installations_have_the_budget_of_their_address_or_their_customer(
    shops: str, session: AsyncSession
) -> None:
    await save_application(session)
    jana = await save_customer(session)
    tokens = [await save_token(session) for _ in range(2)]
    tokens += [await save_token(session, customer=jana) for _ in range(2)]
    async with opened(shops, **CLOSED, anonymous_budget="80/1", customer_budget="80/1") as client:
        statuses = [(await client.ask(STORES, None, Authorization=f"Bearer {token}")).status_code for token in tokens]

    assert statuses == [200, 429, 200, 429]


async def test_an_enterprise_token_may_have_a_budget_of_its_own(shops: str, session: AsyncSession) -> None:
    shop = await save_token(session, Scope.CUSTOMERS_READ, budget_limit=5000, budget_refill=7)
    async with opened(shops, **CLOSED, enterprise_budget="10/1") as client:
        answered = await client.ask(STORES, None, Authorization=f"Bearer {shop}", CRM360_Cost="1")

    assert (told(answered)["limit"], told(answered)["refillPerSecond"]) == (5000, 7)


async def test_processes_share_a_budget(shops: str) -> None:
    settings = {**CLOSED, "anonymous_budget": "150/1"}
    async with opened(shops, **settings) as first, opened(shops, **settings) as second:
        statuses = [(await client.ask(STORES)).status_code for client in (first, second, first, second)]

    assert statuses == [200, 200, 429, 429]


BUDGET = "rateLimit { cost documentLimit limit remaining used refillPerSecond resetAt }"


async def test_a_document_may_ask_for_its_cost_and_the_budget(shops: str) -> None:
    async with opened(shops, **CLOSED, anonymous_budget="1000/1", anonymous_cost=0) as client:
        data = (await client.ask(f"{{ {BUDGET} stores(first: 1) {{ nodes {{ name }} }} }}")).json()["data"]

    until = data["rateLimit"].pop("resetAt")
    # The connection, a store with its name, this object with its values, and a list.
    assert data["rateLimit"] == {
        "cost": 54,
        "documentLimit": 1000,
        "limit": 1000,
        "remaining": 946,
        "used": 54,
        "refillPerSecond": 1,
    }
    assert until.endswith("+00:00")
    assert len(data["stores"]["nodes"]) == 1


async def test_a_dry_run_reads_nothing_and_tells_what_a_document_would_cost(shops: str) -> None:
    query = "query ($n: Int, $d: Boolean!) { rateLimit(dryRun: $d) { cost } stores(first: $n) { nodes { name } } }"
    async with opened(shops, **CLOSED, anonymous_cost=70) as client:
        priced = (await client.ask(query, {"n": 100, "d": True})).json()
        refused = code(await client.ask(query, {"n": 100, "d": False}))
        run = (await client.ask(query, {"n": 2, "d": False})).json()

    assert priced == {"data": {"rateLimit": {"cost": 163}}}
    assert refused == "COST_EXCEEDED"
    assert run["data"]["rateLimit"] == {"cost": 55}
    assert len(run["data"]["stores"]["nodes"]) == 2


async def test_a_header_asks_for_the_cost_of_anything_and_nothing_is_done(shops: str) -> None:
    mutation = 'mutation { tokenCreate(input: { language: "cs" }) { secret } }'
    async with opened(shops, **CLOSED, anonymous_budget="2000/1", anonymous_cost=0) as client:
        priced = [(await client.ask(each, None, CRM360_Cost="only")).json() for each in (mutation, STORES)]
        done = await client.ask(mutation)
        over = await client.ask(mutation)

    assert priced[0]["data"] == {}
    # Asking cost a point.
    assert priced[0]["extensions"]["cost"] | {"remaining": 0} == {
        "requested": 1002,
        "actual": 1,
        "documentLimit": 2000,
        "limit": 2000,
        "remaining": 0,
        "refillPerSecond": 1,
    }
    assert priced[1]["extensions"]["cost"]["requested"] == 73
    assert done.json()["data"]["tokenCreate"]["secret"]
    assert over.status_code == 429


async def test_answers_that_tell_of_a_budget_are_nobody_else_s(shops: str) -> None:
    async with opened(shops, **CLOSED) as client:
        kept, asked, told = [
            (await client.get("/graphql", params={"query": query}, headers=headers)).headers["Cache-Control"]
            for query, headers in ((STORES, {}), (STORES, {"CRM360-Cost": "1"}), ("{ rateLimit { cost } }", {}))
        ]

    assert (kept, asked, told) == ("public, max-age=60", "no-store", "no-store")


async def test_questions_about_the_schema_are_charged(shops: str) -> None:
    async with opened(shops, **CLOSED) as client:
        answered = await client.ask("{ __schema { types { name } } }", None, CRM360_Cost="1")

    assert told(answered)["requested"] == 5000


@pytest.fixture
async def wordy(database_url: str, session: AsyncSession) -> str:
    """The address of a database with ten rewards of 10,000 characters each."""
    await factories.save(session, *(factories.reward(name=str(index), description="x" * 10_000) for index in range(10)))
    return database_url


WORDS = "{ rewards(first: 20) { nodes { description } } }"


async def test_long_texts_cost_by_their_bytes(wordy: str) -> None:
    async with opened(wordy, **CLOSED) as client:
        cost = told(await client.ask(WORDS, None, CRM360_Cost="1"))

    # A connection and ten rewards, a list, and a point for each 256 bytes.
    assert (cost["requested"], cost["actual"]) == (73, 11 + 50 + 391)


@pytest.fixture(params=[True, False])
async def narrow(request: pytest.FixtureRequest, wordy: str) -> AsyncIterator[Client]:
    """A client whose answers may have 64 KiB, answered by plans and the ordinary way."""
    async with opened(wordy, answer_limit=65_536) as client:
        client.endpoint.schema.planned = request.param
        yield client
        client.endpoint.schema.planned = True


async def test_an_answer_of_too_many_bytes_is_refused(narrow: Client) -> None:
    enough = await narrow.ask("{ rewards(first: 6) { nodes { description } } }")
    refused = await narrow.ask(WORDS, None, Accept="application/graphql-response+json")

    assert len(enough.json()["data"]["rewards"]["nodes"]) == 6
    assert (refused.status_code, code(refused)) == (400, "ANSWER_TOO_LARGE")
    assert refused.json()["data"] is None


async def test_what_is_too_much_is_not_read_to_its_end(narrow: Client) -> None:
    twice = " ".join(f"a{index}: rewards(first: 20) {{ nodes {{ description }} }}" for index in range(30))

    refused = await narrow.ask(f"{{ {twice} }}")

    assert {error["extensions"]["code"] for error in refused.json()["errors"]} == {"ANSWER_TOO_LARGE"}
    assert len(refused.content) < 10_000


async def test_a_new_token_is_given_a_budget_and_tells_it(shops: str, session: AsyncSession) -> None:
    admin = await save_token(session, Scope.TOKENS_WRITE, Scope.CUSTOMERS_READ)
    create = """mutation ($budget: TokenBudgetInput) {
      enterpriseTokenCreate(input: { name: "Shop", scopes: ["customers:read"], budget: $budget }) {
        token { budget { limit refillPerSecond } } userErrors { code field }
      }
    }"""
    async with opened(shops, **CLOSED) as client:
        made = [
            (await client.ask(create, {"budget": budget}, Authorization=f"Bearer {admin}")).json()["data"]
            for budget in ({"limit": 5000, "refillPerSecond": 7}, None, {"limit": 0, "refillPerSecond": 7})
        ]

    assert [each["enterpriseTokenCreate"] for each in made] == [
        {"token": {"budget": {"limit": 5000, "refillPerSecond": 7}}, "userErrors": []},
        {"token": {"budget": None}, "userErrors": []},
        {"token": None, "userErrors": [{"code": "OUT_OF_RANGE", "field": "budget.limit"}]},
    ]
