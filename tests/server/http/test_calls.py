"""What a request costs, in something that is the same on every machine: how many functions of ours it calls."""

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from types import FrameType
from typing import Any

import orjson
import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.types import Message

from tests import factories
from tests.server.access import save_token
from tests.server.gateway import Client, opened

OURS = tuple(f"{Path(__file__).parents[3] / name}/" for name in ("models", "resolvers", "schema", "server"))
LOOKUP = """
    query Lookup($number: String!) {
      customer(by: { cardNumber: $number }) { id state personalInformation { fullName } store { id name } }
    }
"""
LISTS = """
    query Lists($number: String!) {
      customer(by: { cardNumber: $number }) {
        cards(first: 2) { nodes { number } }
        purchases(first: 2) { nodes { paidAt store { name } } }
        vouchers(first: 2) { nodes { code } }
      }
    }
"""
NUMBER = "2900000000017"


@pytest.fixture
async def shop(session: AsyncSession, database_url: str) -> AsyncIterator[tuple[Client, str]]:
    """A gateway over a customer with a card, who is logged in."""
    customer = factories.customer(first_name="Jana", last_name="Nová")
    await factories.save(session, customer, factories.card(number=NUMBER, customer=customer))
    token = await save_token(session, customer=customer)
    async with opened(database_url, open_access=False) as client:
        yield client, token


async def calls(client: Client, token: str, document: str) -> int:
    """How many of our functions are called, or gone on with, to answer a document that is known by now."""
    body = orjson.dumps({"query": document, "variables": {"number": NUMBER}})
    for _ in range(4):
        answer = await _send(client, token, body)
        assert answer["data"]["customer"] is not None
    count = 0

    def note(frame: FrameType, event: str, _given: Any) -> None:
        nonlocal count
        count += event == "call" and frame.f_code.co_filename.startswith(OURS)

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        await _send(client, token, body)
    finally:
        sys.setprofile(before)
    return count


async def _send(client: Client, token: str, body: bytes) -> Any:
    """Ask the application itself, since what a client does would be counted too."""
    sent: list[Message] = []
    begun = False

    async def receive() -> Message:
        nonlocal begun
        if begun:
            await asyncio.Event().wait()
        begun = True
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    headers = {
        b"host": b"localhost",
        b"content-type": b"application/json",
        b"authorization": f"Bearer {token}".encode(),
    }
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/graphql",
        "query_string": b"",
        "headers": list(headers.items()),
    }
    await client.app(scope, receive, send)
    return orjson.loads(sent[1]["body"])


@pytest.mark.parametrize(
    ("document", "most"),
    [(LOOKUP, {"postgresql": 168, "sqlite": 218}), (LISTS, {"postgresql": 194, "sqlite": 250})],
    ids=["look-up", "lists"],
)
async def test_what_a_customer_asks_takes_few_calls(
    shop: tuple[Client, str], document: str, most: Mapping[str, int], database_kind: str
) -> None:
    count = await calls(*shop, document)

    assert count <= most[database_kind]
