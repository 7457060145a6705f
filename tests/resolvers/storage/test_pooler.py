"""Whatever stands between gateway and database, an answer is right or there is none."""

import asyncio
from itertools import count
from operator import itemgetter
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlparse
from weakref import WeakKeyDictionary

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from models.postgres import KEEPS_STATEMENTS, Address, CantConnect
from resolvers.errors import Unavailable
from resolvers.storage.engine import make_engine
from resolvers.storage.reader import MIXED_UP, Asking, make_reader
from resolvers.storage.statement import Statement
from tests import factories
from tests.conftest import NewDatabase
from tests.pgbouncer import pooler

QUESTIONS = [
    Statement(f"SELECT {number}::int AS answer WHERE $1::int IS NOT NULL", (itemgetter("n"),)) for number in range(8)
]


def through(url: str, place: str, *more: str) -> str:
    """The address of a database by way of a pooler."""
    return "&".join([f"{url.partition('?')[0]}?{place}", *more])


def socket_of(url: str) -> Path:
    """The folder in which the server's socket is."""
    return Path(parse_qs(urlparse(url).query)["host"][0])


async def ask(url: str, rounds: int = 25) -> dict[str, int]:
    """How many answers were right, wrong or refused, from two gateways that ask other statements in turn."""
    readers = [make_reader(url, 4), make_reader(url, 4)]
    found = {"right": 0, "wrong": 0, "refused": 0}

    async def one(number: int, place: int) -> None:
        which = (number * (place + 1) + place) % len(QUESTIONS)
        try:
            (row,) = await readers[place].fetch(QUESTIONS[which], {"n": number})
        except Unavailable:
            found["refused"] += 1
        else:
            found["right" if row[0] == which else "wrong"] += 1

    for start in range(rounds):
        await asyncio.gather(*(one(start * 8 + number, number % 2) for number in range(8)))
    for reader in readers:
        await reader.close()
    return found


@pytest.mark.parametrize("mode", ["session", "transaction"])
async def test_a_pooler_that_is_told_of_answers_rightly_in_every_mode(new_database: NewDatabase, mode: str) -> None:
    url = new_database("postgresql")

    with pooler(socket_of(url), mode, connections=8) as place:
        found = await ask(through(url, place, "pooler=transaction"))

    assert found == {"right": 200, "wrong": 0, "refused": 0}


async def test_a_pooler_that_is_not_told_of_never_answers_wrongly(new_database: NewDatabase) -> None:
    url = new_database("postgresql")

    with pooler(socket_of(url), "transaction") as place:
        found = await ask(through(url, place))

    assert found["wrong"] == 0


async def run_by_another(url: str) -> Any:
    """What a statement answers that is run by the server connection on which another client prepared one.

    Of the two server connections one is held by a transaction whenever the other one is to be taken.
    """
    clients = [await Address.of(url).connect(**KEEPS_STATEMENTS) for _ in range(4)]
    holder, other_holder, first, second = clients
    try:
        await holder.execute("BEGIN")
        await first.fetchval("SELECT 'the first one'")
        await other_holder.execute("BEGIN")
        await holder.execute("COMMIT")
        await second.fetchval("SELECT 'the second one'")
        await holder.execute("BEGIN")
        await other_holder.execute("COMMIT")
        return await second.fetchval("SELECT 'the second one'")
    finally:
        for client in clients:
            client.terminate()


async def test_a_statement_that_another_client_prepared_is_not_run(new_database: NewDatabase) -> None:
    url = new_database("postgresql")

    with pooler(socket_of(url), "transaction") as place, pytest.raises(MIXED_UP):
        await run_by_another(through(url, place))


async def test_names_that_repeat_are_answered_by_the_statement_of_another(
    new_database: NewDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: names that each connection counts for itself, as a driver's in another process are."""
    url = new_database("postgresql")
    counts: WeakKeyDictionary[Any, count[int]] = WeakKeyDictionary()

    def counted(connection: Any, prefix: str) -> str:
        return f"{prefix}_{next(counts.setdefault(connection, count()))}"

    monkeypatch.setattr("models.postgres.NamedConnection._get_unique_id", counted)

    with pooler(socket_of(url), "transaction") as place:
        answer = await run_by_another(through(url, place))

    assert answer == "the first one"


async def test_transactions_write_through_a_pooler(new_database: NewDatabase) -> None:
    url = new_database("postgresql")

    with pooler(socket_of(url), "transaction") as place:
        engine = make_engine(through(url, place, "pooler=transaction"))

        async def write(number: int) -> None:
            async with engine.begin() as connection:
                await connection.execute(
                    text(
                        "INSERT INTO partner (code, name, created_at, updated_at, state) "
                        "VALUES (:code, :name, now(), now(), 'ACTIVE')"
                    ),
                    {"code": str(number), "name": f"Partner {number}"},
                )

        await asyncio.gather(*(write(number) for number in range(20)))
        async with engine.connect() as connection:
            rows = await connection.execute(text("SELECT code, name FROM partner"))
            found = {row.code: row.name for row in rows}
        await engine.dispose()

    assert found == {str(number): f"Partner {number}" for number in range(20)}


def test_an_address_is_read_as_libpq_reads_it() -> None:
    address = Address.of(
        "postgresql+asyncpg://u:p@a:1,b:2/crm?target_session_attrs=read-write&ssl=require&keepalives=1"
    )

    assert address == Address(
        "postgresql://u:p@a:1,b:2/crm?target_session_attrs=read-write&sslmode=require",
        pooled=False,
        timeout=5.0,
        target="read-write",
    )


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("pooler=maybe", "`pooler` must be one of none, transaction"),
        ("connect_timeout=soon", "`connect_timeout` must be a number of seconds"),
    ],
)
def test_an_address_with_a_word_that_means_nothing_is_refused(query: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        Address.of(f"postgresql+asyncpg://u@h/crm?{query}")


@pytest.mark.parametrize("mode", ["require", "verify-full"])
async def test_a_server_without_tls_is_not_spoken_to_where_tls_is_asked_for(
    new_database: NewDatabase, mode: str
) -> None:
    url = new_database("postgresql")

    with pooler(socket_of(url), "session") as place:
        reader, engine = (make(through(url, place, f"sslmode={mode}")) for make in (make_reader, make_engine))
        with pytest.raises(Unavailable):
            await reader.fetch(QUESTIONS[0], {"n": 1})
        with pytest.raises(CantConnect, match=r"rejected SSL upgrade|root certificate"):
            async with engine.connect():
                pass
        await reader.close()
        await engine.dispose()


@pytest.mark.parametrize("wanted", ["any", "read-write", "primary"])
async def test_of_several_hosts_the_one_that_is_there_and_writes_is_taken(
    new_database: NewDatabase, wanted: str
) -> None:
    url = new_database("postgresql")
    several = f"host=/nowhere,{socket_of(url)}&port=5432,5432&target_session_attrs={wanted}"
    reader, engine = (make(through(url, several)) for make in (make_reader, make_engine))

    rows = await reader.fetch(QUESTIONS[3], {"n": 1})
    async with engine.connect() as connection:
        written = await connection.scalar(text("SELECT 3"))
    await reader.close()
    await engine.dispose()

    assert (rows[0][0], written) == (3, 3)


async def test_customers_read_behind_the_wall_through_a_pooler_and_leave_nothing_of_it_behind(
    new_database: NewDatabase,
) -> None:
    url = new_database("postgresql")
    engine = make_engine(url)
    async with AsyncSession(engine) as session:
        await factories.save(session, *(factories.customer() for _ in range(4)))
    await engine.dispose()
    count_of, key_of = "SELECT count(*) FROM customer", "SELECT min(id) FROM customer"

    with pooler(socket_of(url), "transaction", connections=2) as place:
        reader = make_reader(through(url, place, "pooler=transaction"), 4)

        async def own(key: int) -> tuple[Any, ...]:
            (row,) = await reader.fetch_for(Asking(key), Statement(key_of, ()), {})
            return (key, row[0])

        async def everybody() -> tuple[Any, ...]:
            (row,) = await reader.fetch(Statement(count_of, ()), {})
            return (0, row[0])

        found = await asyncio.gather(*(each for _ in range(10) for each in (own(1), everybody(), own(2), own(3))))
        with pytest.raises(asyncpg.UndefinedTableError):
            await reader.fetch_for(Asking(1), Statement("SELECT FROM nowhere", ()), {})
        afterwards = [await everybody() for _ in range(4)]
        await reader.close()

    assert set(found) == {(0, 4), (1, 1), (2, 2), (3, 3)}
    assert afterwards == [(0, 4)] * 4
