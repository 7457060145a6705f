"""What the README shows on the demo's data: its documents, and four steps at the till as the playground has them."""

import json
import re
import shutil
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests import databases
from tests.pages.markdown import DOCUMENT, README
from tests.server.gateway import Client, opened

POINTS = "query($id: ID!) { customer(by: { id: $id }) { pointAccount { active pending } } }"
EVENTS = "{ events(last: 20) { nodes { kind } pageInfo { endCursor } } }"
LATER = "query($after: String) { events(first: 20, after: $after) { nodes { kind customer { id } } } }"


class Tabs:
    """The tabs of the playground, run with the variables that they bring."""

    def __init__(self, client: Client, page: str) -> None:
        self.client = client
        tabs, _ = json.JSONDecoder().raw_decode(page[page.index("[", page.index('"tabs": ')) :])
        self.tabs = {re.findall(r"(?:query|mutation) (\w+)", tab["query"])[0]: tab for tab in tabs}

    def variables(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.tabs[name]["variables"])
        return found

    async def run(self, name: str, **more: Any) -> Any:
        """What the only field of a tab's operation answers."""
        return await self.ask(self.tabs[name]["query"], **self.variables(name) | more)

    async def ask(self, query: str, **variables: Any) -> Any:
        answer = (await self.client.ask(query, variables)).json()
        assert "errors" not in answer
        [(_, found)] = answer["data"].items()
        return found


@pytest.fixture
async def tabs(demo_url: str, tmp_path: Path) -> AsyncIterator[Tabs]:
    """The tabs of a gateway over a few households, at which no other test has closed a bill."""
    copy = tmp_path / "demo.sqlite"
    shutil.copyfile(databases.shared_folder() / "demo.sqlite", copy)
    async with opened(f"sqlite+aiosqlite:///{copy}") as client:
        yield Tabs(client, (await client.get("/graphql", headers={"Accept": "text/html"})).text)


async def test_the_readme_s_documents_find_what_they_ask_for(demo_url: str) -> None:
    documents = DOCUMENT.findall(README.read_text("utf-8"))

    async with opened(demo_url) as client:
        answers = [(await client.ask(document)).json() for document in documents]

    assert ["errors" in answer or None in answer["data"].values() for answer in answers] == [False]


async def test_the_tabs_close_a_bill_step_by_step_and_take_it_back(tabs: Tabs) -> None:
    customer = tabs.variables("CloseTheBill")["input"]["customer"]["id"]
    account = (await tabs.ask(POINTS, id=customer))["pointAccount"]
    had = Decimal(account["active"])
    seen = (await tabs.ask(EVENTS))["pageInfo"]["endCursor"]

    recommended = await tabs.run("RecommendedRewards")
    previewed = await tabs.run("PreviewTheBill")
    closed = await tabs.run("CloseTheBill")
    pending = Decimal((await tabs.ask(POINTS, id=customer))["pointAccount"]["pending"]) - Decimal(account["pending"])
    again = await tabs.run("CloseTheBill")
    undone = await tabs.run("UndoTheBill", input={"id": closed["purchase"]["id"]}, dryRun=False)

    # Each applies or says why not; those that apply come first.
    applies = [not each["refusals"] for each in recommended]
    assert applies == sorted(applies, reverse=True)
    assert {True, False} == set(applies)
    off = sum(Decimal(line["amount"]["amount"]) for line in previewed["discounts"])
    assert Decimal(previewed["total"]["amount"]) - off - Decimal("0.10") == Decimal(previewed["toPay"]["amount"])
    assert (closed["userErrors"], closed["repeated"], closed["purchase"]["pointsSpent"]) == ([], False, "10")
    # What the upper tiers earn on top counts two weeks later; whether the customer is of one depends on the day.
    after = had - 10 + Decimal(closed["purchase"]["pointsEarned"]) - pending
    assert Decimal(closed["purchase"]["customer"]["pointAccount"]["active"]) == after
    assert again == closed | {"repeated": True}
    assert (undone["userErrors"], undone["purchase"]["state"]) == ([], "CANCELLED")
    assert Decimal(undone["purchase"]["customer"]["pointAccount"]["active"]) == had
    kinds = [event["kind"] for event in (await tabs.ask(LATER, after=seen))["nodes"]]
    assert (kinds.count("PURCHASE_CLOSED"), kinds.count("PURCHASE_CANCELLED")) == (1, 1)
    assert kinds.index("PURCHASE_CLOSED") < kinds.index("PURCHASE_CANCELLED")
