"""The statements behind bills, recorded from the graph and run by hand through PostgreSQL's driver."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import asyncpg
from sqlalchemy import event
from sqlalchemy.engine import make_url

from resolvers.storage.context import RequestContext
from resolvers.storage.engine import make_engine
from resolvers.storage.reader import make_reader
from resolvers.storage.transaction import TransactionReader
from schema.declaring.build import build
from schema.execution.run.planned_schema import Context
from tests.benchmarks.bills import CLOSE_THE_BILL, Till
from tests.factories import NOW

INSERT = re.compile(r"INSERT INTO (\w+) ")
SEQUENCES = "SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' ORDER BY sequencename"
APART = 10**12
"""The keys of each table begin at a multiple of this, so that a number in a statement tells which key it is."""

Recorded = list[tuple[str, Any]]
"""The statements of a bill, with their arguments."""


async def connect(url: str) -> Any:
    """A bare connection of the driver's."""
    parsed = make_url(url)
    return await asyncpg.connect(host=str(parsed.query["host"]), user=parsed.username, database=parsed.database)


async def set_keys_apart(url: str) -> dict[str, int]:
    """Make the next keys of a database tell which table's they are; by table, the next one."""
    connection = await connect(url)
    found = {}
    for place, row in enumerate(await connection.fetch(SEQUENCES), start=1):
        await connection.execute(f"SELECT setval('{row[0]}', {place * APART}, false)")
        found[row[0].removesuffix("_id_seq")] = place * APART
    await connection.execute("ANALYZE")
    await connection.close()
    return found


@asynccontextmanager
async def gateway(url: str, log: Recorded | None = None) -> AsyncIterator[Any]:
    """Close a bill through the graph; what the driver runs is noted in `log`."""
    engine, reader, schema = make_engine(url, pool_size=8), make_reader(url), build()

    async def close(given: dict[str, Any]) -> None:
        context = Context(RequestContext(reader, now=NOW), engine)
        result = await schema.execute(CLOSE_THE_BILL, {"input": given}, context_value=context)
        assert not result.errors, result.errors
        assert not result.data["purchaseSend"]["userErrors"], result.data
        assert not result.data["purchaseSend"]["repeated"]

    with _listening(engine, log):
        yield close
    await reader.close()
    await engine.dispose()


@contextmanager
def _listening(engine: Any, log: Recorded | None) -> Iterator[None]:
    """Note what SQLAlchemy runs, and what goes straight to the driver."""
    if log is None:
        yield
        return
    fetch = TransactionReader.fetch

    def ran(_connection: Any, _cursor: Any, sql: str, args: Any, _context: Any, _many: Any) -> None:
        log.append((sql, list(args) if args and isinstance(args[0], tuple) else tuple(args)))

    async def noted(self: TransactionReader, statement: Any, values: Any) -> Any:
        log.append((statement.sql, tuple(statement.arguments(values))))
        return await fetch(self, statement, values)

    event.listen(engine.sync_engine, "before_cursor_execute", ran)
    TransactionReader.fetch = noted
    yield
    TransactionReader.fetch = fetch


async def record(url: str, tills: Sequence[Till]) -> list[list[Recorded]]:
    """The statements of each till's bills, as the graph runs them."""
    log: Recorded = []
    found: list[list[Recorded]] = []
    async with gateway(url, log) as close:
        for bills in tills:
            found.append([])
            for given in bills:
                log.clear()
                await close(given)
                found[-1].append(list(log))
    return found


class ByHand:
    """Runs recorded statements; keys that the database gives are put where the recording had its own."""

    def __init__(self, recorded: list[list[Recorded]], first: dict[str, int]) -> None:
        self.recorded = recorded
        self.next = dict(first)
        self.keys = [[self._expected(bill) for bill in bills] for bills in recorded]
        self.given: list[dict[int, int]] = [{} for _ in recorded]
        """By till: the keys of the recording, and those that took their places. Later bills name earlier ones' lots."""

    def _expected(self, bill: Recorded) -> list[list[int]]:
        """The keys that the recording was given, by statement."""
        found = []
        for sql, _ in bill:
            table = INSERT.match(sql)
            rows = sql.count("), (") + 1 if table and "RETURNING" in sql else 0
            start = self.next[table[1]] if table else 0
            if table:
                self.next[table[1]] += rows
            found.append(list(range(start, start + rows)))
        return found

    async def till(self, connection: Any, place: int, bills: slice) -> None:
        """Close some bills of a till, a transaction each."""
        given = self.given[place]
        for bill, expected in zip(self.recorded[place][bills], self.keys[place][bills], strict=True):
            async with connection.transaction():
                for (sql, args), keys in zip(bill, expected, strict=True):
                    if isinstance(args, list):
                        await connection.executemany(sql, [[_put(each, given) for each in row] for row in args])
                        continue
                    rows = await connection.fetch(sql, *(_put(each, given) for each in args))
                    if keys:
                        given.update(zip(keys, (row[0] for row in rows), strict=True))


def _put(value: Any, given: dict[int, int]) -> Any:
    if type(value) is int:
        return given.get(value, value)
    return [_put(each, given) for each in value] if isinstance(value, list) else value
