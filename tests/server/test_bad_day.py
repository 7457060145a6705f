"""While the database is away, hangs or is locked, each request has an answer that says what to do."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import httpx
import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession

from models.postgres import Address
from resolvers.ids import opaque_id
from resolvers.storage.patience import frame
from resolvers.storage.statement import Statement
from tests import factories
from tests.conftest import NewDatabase
from tests.server.gateway import code, opened
from tests.server.http.test_deadline import FOREVER

CREATE = "mutation($name: String!) { segmentCreate(input: {name: $name}) { segment { name } } }"
QUERY = "{ customers { totalCount } }"
AWAY = "postgresql://localhost:1/bad_day"
DIES_AT_ITS_END = (
    "CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS"
    " 'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END'",
    "CREATE CONSTRAINT TRIGGER dies AFTER INSERT ON segment DEFERRABLE INITIALLY DEFERRED"
    " FOR EACH ROW EXECUTE FUNCTION die()",
)


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Any]:
    """A connection beside the gateway's own."""
    connection = await Address.of(url).connect()
    try:
        yield connection
    finally:
        await connection.close()


async def cut_off(url: str) -> None:
    """End all connections but this one, as a restart does."""
    async with connected(url) as connection:
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def told(answer: httpx.Response) -> tuple[int, str | None, str]:
    """The status, when to come back, and the code of the only error."""
    return answer.status_code, answer.headers.get("retry-after"), code(answer)


@pytest.mark.parametrize("url", [AWAY, "sqlite:////nowhere/bad_day.sqlite"])
async def test_while_the_database_is_away_everything_is_to_be_asked_again_and_the_log_says_it_once(
    url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with opened(url) as client:
        answers = [await client.ask(*asked) for asked in [(QUERY,), (CREATE, {"name": "A"})] * 3]

    assert {told(answer) for answer in answers} == {(503, "1", "UNAVAILABLE")}
    assert [record.levelno for record in caplog.records if record.name == "crm360"] == [logging.ERROR]
    assert "Until it can, requests are answered with 503." in caplog.text


async def test_what_is_changed_after_the_database_was_restarted_is_done(
    new_database: NewDatabase, caplog: pytest.LogCaptureFixture
) -> None:
    url = new_database("postgresql")
    async with opened(url) as client:
        # Several connections are open, and none of them knows.
        await asyncio.gather(*(client.ask(CREATE, {"name": name}) for name in "ABCD"))
        await cut_off(url)
        answer = await client.ask(CREATE, {"name": "E"})
        read = await client.ask(QUERY)

    assert (answer.status_code, answer.json()["data"]) == (200, {"segmentCreate": {"segment": {"name": "E"}}})
    assert read.json()["data"] == {"customers": {"totalCount": 0}}
    assert "crm360" not in {record.name for record in caplog.records if record.levelno > logging.WARNING}


async def test_an_end_that_nothing_was_heard_of_is_told_to_be_open(new_database: NewDatabase) -> None:
    url = new_database("postgresql")
    async with connected(url) as connection:
        for statement in DIES_AT_ITS_END:
            await connection.execute(statement)

    async with opened(url) as client:
        answer = await client.ask(CREATE, {"name": "A"})

    assert told(answer) == (503, "1", "UNAVAILABLE")
    assert "it isn't known whether it was done: ask again under its idempotency key" in answer.text


async def test_what_others_have_locked_for_long_is_not_waited_for(
    new_database: NewDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frame, "LIMITED", frame.LIMITED.replace("'1500'", "'50'"))
    url = new_database("postgresql")
    async with opened(url) as client:
        async with AsyncSession(client.endpoint.engine, expire_on_commit=False) as session:
            jana = factories.customer()
            await factories.save(session, jana)
        who = f'{{id: "{opaque_id("Customer", jana.id)}"}}'
        block = f"mutation {{ customerDeactivate(input: {who}) {{ userErrors {{ code }} }} }}"
        async with connected(url) as other:
            await other.execute("BEGIN; SELECT FROM customer FOR UPDATE")
            answer = await client.ask(block)
            others = await client.ask(CREATE, {"name": "A"})
        again = await client.ask(block)

    assert told(answer) == (503, "1", "UNAVAILABLE")
    assert "Nothing was changed" in answer.text
    assert others.json()["data"] == {"segmentCreate": {"segment": {"name": "A"}}}
    assert again.json() == {"data": {"customerDeactivate": {"userErrors": []}}}


async def test_a_disk_that_is_full_is_told_once_and_unready_until_there_is_room(
    new_database: NewDatabase, caplog: pytest.LogCaptureFixture
) -> None:
    full = True

    def bound(connection: Any, _record: Any) -> None:
        connection.execute(f"PRAGMA max_page_count={1 if full else 1_000_000}")

    async with opened(new_database("sqlite")) as client:
        engine = client.endpoint.engine
        event.listen(engine.sync_engine, "checkout", lambda connection, record, _proxy: bound(connection, record))
        names = (f"A{number}" * 20 for number in range(500))
        # What is left of the last pages is used up first.
        while (answer := await client.ask(CREATE, {"name": next(names)})).status_code == 200:
            pass
        answers = [answer, *[await client.ask(CREATE, {"name": next(names)}) for _ in range(2)]]
        unready, read = await client.get("/ready"), await client.ask(QUERY)
        full = False
        ready = await client.get("/ready")

    assert {told(answer) for answer in answers} == {(503, "1", "UNAVAILABLE")}
    assert "its disk is full" in answers[0].text
    assert (unready.status_code, unready.json()["obstacle"]) == (503, "the database can't write")
    assert read.status_code == ready.status_code == 200
    errors = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert errors == [
        "The database can't be used: database or disk is full. Until it can, requests are answered with 503."
    ]


async def test_slow_reads_do_not_stop_quick_ones(empty: str) -> None:
    async with opened(empty) as client:
        reader = client.endpoint.reader
        slow = [asyncio.ensure_future(reader.fetch(Statement(FOREVER["sqlite"], ()), {})) for _ in range(4)]
        quick = await client.ask(QUERY)
        still = [not task.done() for task in slow]
        for task in slow:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    assert quick.json()["data"] == {"customers": {"totalCount": 0}}
    assert still == [True] * 4
