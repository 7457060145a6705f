"""Guesses: five are looked at within 15 minutes, of one account or from one address, however they come."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from models.scope import ViewerKind
from resolvers.access.account import LoginAccount
from resolvers.access.throttle import Attempt, Purpose, admit, forgive
from resolvers.errors import Refused
from resolvers.operation.perform import Stage
from resolvers.storage.context import RequestContext, Viewer
from resolvers.storage.reader import make_reader
from resolvers.storage.transaction import Transaction, in_transaction
from tests.factories import NOW

JANA = LoginAccount("email jana@example.com", 1)


class Gate:
    """Attempts at one database, from an address as of a moment."""

    def __init__(self, engine: AsyncEngine, url: str) -> None:
        self.engine, self.reader = engine, make_reader(url)

    async def attempt(self, account: LoginAccount, address: str = "", later: timedelta = timedelta(0)) -> str:
        """What becomes of an attempt: it is OPEN, SILENT or refused by a code."""
        try:
            attempt = await self.admitted(account, address, later)
        except Refused as refused:
            return refused.code.value
        return "SILENT" if attempt.silent else "OPEN"

    async def admitted(self, account: LoginAccount, address: str = "", later: timedelta = timedelta(0)) -> Attempt:
        """An attempt that is looked at."""
        viewer = Viewer(None, ViewerKind.ANONYMOUS)
        context = RequestContext(self.reader, NOW + later, viewer=viewer, address=address)
        return await admit(Stage(self.engine, context), Purpose.LOGIN, account)


@pytest.fixture
async def gate(engine: AsyncEngine, database_url: str) -> Any:
    made = Gate(engine, database_url)
    yield made
    await made.reader.close()


async def test_the_sixth_guess_at_an_account_is_refused_for_a_quarter_of_an_hour(gate: Gate) -> None:
    guesses = [await gate.attempt(JANA, f"192.0.2.{number}", timedelta(minutes=number)) for number in range(7)]

    within = await gate.attempt(JANA, later=timedelta(minutes=14, seconds=59))
    later = await gate.attempt(JANA, later=timedelta(minutes=15))

    assert guesses == ["OPEN"] * 5 + ["TOO_MANY_ATTEMPTS"] * 2
    assert (within, later) == ("TOO_MANY_ATTEMPTS", "OPEN")


async def test_an_address_guesses_at_five_accounts_and_no_more(gate: Gate) -> None:
    guesses = [await gate.attempt(LoginAccount(f"email {number}@x.cz"), "192.0.2.1") for number in range(7)]
    mapped = await gate.attempt(LoginAccount("email 8@x.cz"), "::ffff:192.0.2.1")
    other = await gate.attempt(LoginAccount("email 8@x.cz"), "192.0.2.2")

    assert guesses == ["OPEN"] * 5 + ["TOO_MANY_ATTEMPTS"] * 2
    assert (mapped, other) == ("TOO_MANY_ATTEMPTS", "OPEN")


async def test_guesses_by_another_name_are_not_looked_at_and_tell_nothing(gate: Gate) -> None:
    phone, stranger = LoginAccount("phone +420601234567", 1), LoginAccount("phone +420601234568")
    await asyncio.gather(*(gate.attempt(JANA) for _ in range(5)))

    known = [await gate.attempt(phone) for _ in range(6)]
    unknown = [await gate.attempt(stranger) for _ in range(6)]

    assert known == ["SILENT"] * 5 + ["TOO_MANY_ATTEMPTS"]
    assert unknown == ["OPEN"] * 5 + ["TOO_MANY_ATTEMPTS"]


async def test_an_attempt_that_was_right_does_not_count(gate: Gate) -> None:
    right = await gate.admitted(JANA, "192.0.2.1")
    await asyncio.gather(*(gate.attempt(JANA, "192.0.2.1") for _ in range(4)))

    full = await gate.attempt(JANA, "192.0.2.1")

    async def work(transaction: Transaction) -> None:
        await forgive(transaction, right)

    await in_transaction(gate.engine, NOW, work)
    assert full == "TOO_MANY_ATTEMPTS"
    assert await gate.attempt(JANA, "192.0.2.1") == "OPEN"


async def test_of_many_guesses_at_the_same_moment_five_are_looked_at(gate: Gate) -> None:
    guesses = await asyncio.gather(*(gate.attempt(JANA, f"192.0.2.{number}") for number in range(30)))

    assert sorted(guesses) == ["OPEN"] * 5 + ["TOO_MANY_ATTEMPTS"] * 25


GUESSING = """
import asyncio, sys
from resolvers.access.account import LoginAccount
from tests.resolvers.access.test_throttle import Gate
from resolvers.storage.engine import make_engine

async def main(url, number):
    gate = Gate(make_engine(url), url)
    sys.stdin.readline()
    made = [gate.attempt(LoginAccount("email jana@example.com", 1), f"192.0.{number}.{place}") for place in range(20)]
    print(" ".join(await asyncio.gather(*made)), flush=True)
    await gate.reader.close()
    await gate.engine.dispose()

asyncio.run(main(*sys.argv[1:]))
"""


def test_two_processes_look_at_five_guesses_together(database_url: str) -> None:
    command = [sys.executable, "-c", GUESSING, database_url]
    racers = [
        subprocess.Popen(
            [*command, str(number)],
            cwd=Path(__file__).parents[3],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(2)
    ]

    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.flush()
    became = " ".join(racer.communicate(timeout=120)[0] for racer in racers).split()

    assert sorted(became) == ["OPEN"] * 5 + ["TOO_MANY_ATTEMPTS"] * 35
