"""Guesses at passwords are counted together over all that a client can multiply: fields, connections and processes."""

from __future__ import annotations

import asyncio
import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
from sqlalchemy.ext.asyncio import AsyncSession

from models.rules.login import MOST_GUESSES
from tests.gateways import serving
from tests.server.access import save_customer, save_token

ROOT = Path(__file__).parents[3]
SETTINGS = 'trusted_proxies = "127.0.0.1"\npassword_memory = 8192\ndeadline = 60\n'


@contextmanager
def two_workers(url: str, folder: Path) -> Iterator[str]:
    """The address of a gateway with two processes, which is told by the test where requests come from."""
    (folder / "crm360.toml").write_text(SETTINGS, encoding="utf-8")
    environment = {**os.environ, "DATABASE_URL": url, "PYTHONPATH": str(ROOT)}
    command = (sys.executable, "-m", "server.cli", "serve", "--port", "0", "--workers", "2")
    with serving(*command, cwd=folder, environment=environment) as address:
        yield f"{address}/graphql"


def guesses(emails: Sequence[str]) -> str:
    """A document with a wrong guess at each."""
    fields = [
        f'g{place}: tokenLogin(input: {{email: "{email}", password: "wrong {place}"}}) {{ userErrors {{ code }} }}'
        for place, email in enumerate(emails)
    ]
    return f"mutation {{ {' '.join(fields)} }}"


async def became(address: str, token: str, requests: Sequence[tuple[str, str]]) -> Counter[str]:
    """What became of the guesses of all requests, each on a connection of its own, sent at once from an address."""

    async def send(document: str, client: str) -> list[str]:
        async with httpx.AsyncClient(timeout=120) as http:
            headers = {"Authorization": f"Bearer {token}", "X-Forwarded-For": client}
            answer = await http.post(address, json={"query": document}, headers=headers)
        return [each["userErrors"][0]["code"] for each in answer.json()["data"].values()]

    found = await asyncio.gather(*(send(*request) for request in requests))
    return Counter(code for codes in found for code in codes)


async def test_five_guesses_are_looked_at_over_aliases_connections_and_workers(
    session: AsyncSession, database_url: str, tmp_path: Path
) -> None:
    for number in range(40):
        await save_customer(session, email=f"jana{number}@example.com")
    token = await save_token(session)
    at_one_account = guesses(["jana0@example.com"] * 4)
    everywhere = [(at_one_account, f"192.0.2.{number}") for number in range(10)]
    at_many = [guesses([f"jana{4 * number + place}@example.com" for place in range(4)]) for number in range(1, 9)]
    from_one_address = [(document, "198.51.100.7") for document in at_many]

    with two_workers(database_url, tmp_path) as address:
        of_an_account = await became(address, token, everywhere)
        of_an_address = await became(address, token, from_one_address)

    assert of_an_account == {"LOGIN_REFUSED": MOST_GUESSES, "TOO_MANY_ATTEMPTS": 40 - MOST_GUESSES}
    assert of_an_address == {"LOGIN_REFUSED": MOST_GUESSES, "TOO_MANY_ATTEMPTS": 32 - MOST_GUESSES}
