"""What is written by hand for the promised operations gives the same answers as the gateway."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import asyncpg
import orjson
import pytest
from sqlalchemy import update
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncSession

import models
from resolvers.customer.figures.years import keep_years
from resolvers.storage.context import RequestContext
from resolvers.storage.engine import make_engine
from resolvers.storage.reader import Reader, make_reader
from schema.execution.run.planned_schema import Context
from tests.benchmarks import cases
from tests.benchmarks.cases import PROMISED, Case, Place
from tests.benchmarks.contestants import Gateway, plain_variables
from tests.benchmarks.data import FUNCTIONS
from tests.benchmarks.peers.floor import ARGUMENTS, SQL
from tests.factories import NOW
from tests.schema.both_ways import schema
from tests.schema.sample_retailer import Shop

FIRST = Place(0, "", 0)
"""The place before the first page."""


@pytest.fixture
async def url(new_database: Callable[[str], str]) -> str:
    """A database with a sample retailer, whose customers' years are kept."""
    made = new_database("postgresql")
    engine = make_engine(made)
    async with AsyncSession(engine, expire_on_commit=False) as session:
        await Shop(session).fill()
        # As in the benchmark's data, statuses ask for turnover alone.
        await session.execute(update(models.Status).values(qualification_points=None))
        await session.commit()
    await keep_years(engine, NOW, 20)
    await engine.dispose()
    return made


@pytest.fixture
async def reader(url: str) -> AsyncIterator[Reader]:
    """What the gateway reads by."""
    made = make_reader(url)
    yield made
    await made.close()


@pytest.fixture
async def by_hand(url: str) -> AsyncIterator[Any]:
    """A connection for what is written by hand, with its functions."""
    address = make_url(url)
    connection = await asyncpg.connect(host=address.query["host"], user=address.username, database=address.database)
    await connection.execute(FUNCTIONS.read_text().replace("now()", f"TIMESTAMPTZ '{NOW.isoformat()}'"))
    yield connection
    await connection.close()


async def answers(case: Case, subject: Any, reader: Reader, by_hand: Any) -> tuple[Any, Any]:
    """What the gateway says, and what is written by hand."""
    gateway = Gateway("crm360", "crm360", "postgresql")
    gateway._cursors[FIRST.depth] = None
    context = Context(RequestContext(reader, now=NOW))
    told = await schema().execute(
        gateway.document(case.name), gateway.variables(case.name, subject), context_value=context
    )
    text = await by_hand.fetchval(SQL[case.name], *ARGUMENTS[case.name](plain_variables(case.name, subject), NOW))
    return cases.answer(case.name, told.data), cases.answer(case.name, orjson.loads(text))


async def test_what_is_written_by_hand_answers_as_the_gateway_does(reader: Reader, by_hand: Any) -> None:
    customers = [row[0] for row in await by_hand.fetch("SELECT id FROM customer WHERE state <> 'DELETED'")]
    subjects = {"customer": customers, "page": [FIRST], "moment": ["2023-01-01T00:00:00Z", "2024-05-01T00:00:00Z"]}

    said = {
        (case.name, subject): await answers(case, subject, reader, by_hand)
        for case in PROMISED
        for subject in subjects[case.about]
    }

    assert {asked: both for asked, both in said.items() if both[0] != both[1]} == {}
    assert len(said) == 2 * len(customers) + 4
    assert len(said["insights", FIRST][0]["customers"]) == len(customers)
