"""Nothing that was acknowledged is lost, and nothing is done twice, when servers are killed while clients call.

A few rounds; `python -m tests.faults` plays as many as wanted. Beside each, a naive control that loses something.
"""

from pathlib import Path
from uuid import uuid4

import pytest

from tests import databases
from tests.conftest import NewDatabase
from tests.faults.rounds import Rounds, killing_postgres, killing_the_gateway

ROUNDS = 1


@pytest.fixture
def folder() -> Path:
    """Where a PostgreSQL of a test's own has its data."""
    return databases.shared_folder() / uuid4().hex


async def played(rounds: Rounds) -> list[list[str]]:
    """What was wrong in each round."""
    return [(await rounds.play(seed)).faults for seed in range(ROUNDS)]


async def test_what_a_killed_gateway_acknowledged_is_there_and_is_there_once(database_url: str) -> None:
    async with killing_the_gateway(database_url) as rounds:
        assert await played(rounds) == [[]] * ROUNDS


async def test_what_was_acknowledged_before_postgresql_was_killed_is_there_and_is_there_once(folder: Path) -> None:
    async with killing_postgres(folder) as rounds:
        assert await played(rounds) == [[]] * ROUNDS


async def test_a_gateway_that_answers_before_it_commits_loses_what_it_acknowledged(
    new_database: NewDatabase,
) -> None:
    async with killing_the_gateway(new_database("sqlite"), "tests.faults.naive_gateway") as rounds:
        faults = (await rounds.play(0)).faults

    assert any(fault.startswith("lost: ") for fault in faults)


async def test_a_postgresql_that_writes_a_little_later_loses_what_was_acknowledged(folder: Path) -> None:
    async with killing_postgres(folder, synchronous_commit="off", wal_writer_delay="10s") as rounds:
        faults = (await rounds.play(0)).faults

    assert any(fault.startswith("lost: ") for fault in faults)
