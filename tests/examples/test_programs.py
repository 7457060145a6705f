"""The examples that are programs, run as their pages say against a gateway in a process of its own."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from resolvers.storage.engine import make_engine
from tests import factories
from tests.databases import Databases
from tests.gateways import serving

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
NOBODY = "http://127.0.0.1:9"
"""Where no gateway answers."""


async def fill(url: str) -> None:
    """A store, a product with its code, and a customer with a card, into an empty database."""
    engine = make_engine(url)
    async with AsyncSession(engine, expire_on_commit=False) as session:
        jana = factories.customer(first_name="Jana", last_name="Nová")
        rate = factories.earning_rule(currency_code="CZK")
        butter = factories.product(code="BUTTER", name="Butter")
        card = factories.card(customer=jana, number="2900000017")
        await factories.save(session, card, butter, factories.store(code="brno"), rate)
    await engine.dispose()


@pytest.fixture(scope="module")
def gateway(all_databases: Databases) -> Iterator[str]:
    """The address of a gateway with a small shop."""
    with all_databases.database("sqlite") as url:
        asyncio.run(fill(url))
        environment = {**os.environ, "DATABASE_URL": url, "CRM360_OPEN_ACCESS": "true", "CRM360_JOBS_EVERY": "0"}
        with serving(
            sys.executable, "-m", "crm360", "serve", "--port", "0", cwd=ROOT, environment=environment
        ) as found:
            yield found


def run(program: str, *arguments: str, folder: Path) -> list[str]:
    """What a program prints, line by line."""
    command = [sys.executable, str(EXAMPLES / program), *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_a_till_sells_while_the_gateway_is_away_and_sends_it_once(gateway: str, tmp_path: Path) -> None:
    bill = ("sell", "--store", "brno", "--currency", "CZK", "--card", "2900000017", "--line", "BUTTER,2,24.90")

    away = run("till/till.py", "--gateway", NOBODY, *bill, folder=tmp_path)
    sent = run("till/till.py", "--gateway", gateway, "send", folder=tmp_path)
    again = run("till/till.py", "--gateway", gateway, "send", folder=tmp_path)
    next_one = run("till/till.py", "--gateway", gateway, *bill, folder=tmp_path)

    assert away[0] == "No rewards or points now: the gateway is away."
    assert away[1].startswith("Kept for later: ")
    assert sent == ["Closed: 49.80 CZK, 49 points earned, 49 to spend"]
    assert again == ["Nothing is waiting."]
    assert next_one == ["Closed: 49.80 CZK, 49 points earned, 98 to spend"]


def test_the_customers_are_listed(gateway: str, tmp_path: Path) -> None:
    [jana] = run("python/customers.py", "--gateway", gateway, "--search", "Nová", folder=tmp_path)

    assert jana.startswith("Jana Nová, ")
