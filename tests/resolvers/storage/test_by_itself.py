"""Statements that write by themselves: committed at once, sent again after a loss, and left where a server hangs."""

from collections.abc import AsyncIterator

import pytest

from resolvers.errors import Unavailable
from resolvers.storage.engine import make_engine
from resolvers.storage.writing import by_itself
from resolvers.storage.writing.by_itself import WriterByItself
from tests.conftest import NewDatabase

FIND = "SELECT pg_backend_pid()"
KEEP = {
    "postgresql": "INSERT INTO note (words) VALUES ($1) RETURNING words",
    "sqlite": "INSERT INTO note (words) VALUES (?) RETURNING words",
}


@pytest.fixture
async def on_postgres(new_database: NewDatabase) -> AsyncIterator[WriterByItself]:
    engine = make_engine(new_database("postgresql"))
    writer = WriterByItself(engine)
    yield writer
    await writer.close()
    await engine.dispose()


async def test_what_it_writes_is_there_for_others(database_url: str) -> None:
    engine = make_engine(database_url)
    writer = WriterByItself(engine)
    async with engine.begin() as connection:
        await connection.exec_driver_sql("CREATE TABLE note (words TEXT)")

    returned = await writer.write(KEEP[writer.backend], ["kept"])
    await writer.close()
    async with engine.connect() as connection:
        found = (await connection.exec_driver_sql("SELECT words FROM note")).all()
    await engine.dispose()

    assert [tuple(row) for row in returned] == [tuple(row) for row in found] == [("kept",)]


async def test_a_server_that_hangs_holds_up_nobody_who_comes_later(
    on_postgres: WriterByItself, monkeypatch: pytest.MonkeyPatch
) -> None:
    ((first,),) = await on_postgres.write(FIND, [])
    with monkeypatch.context() as soon:
        soon.setattr(by_itself, "LONGEST", 0.05)
        with pytest.raises(Unavailable):
            await on_postgres.write("SELECT pg_sleep(60)", [])

    ((second,),) = await on_postgres.write(FIND, [])

    assert second != first


async def test_a_connection_that_was_lost_is_replaced(on_postgres: WriterByItself) -> None:
    ((first,),) = await on_postgres.write(FIND, [])
    other = WriterByItself(on_postgres._engine)
    await other.write("SELECT pg_terminate_backend($1)", [first])
    await other.close()

    ((second,),) = await on_postgres.write(FIND, [])

    assert second != first
