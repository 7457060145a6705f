"""How fast bills are closed: `python -m tests.benchmarks.purchase_send`.

Eight tills close bills of five lines, with a voucher and points, for different customers on PostgreSQL: once through
the graph, and once by the very same statements, recorded from the graph and run by hand through the driver, a
transaction a bill. What the first takes longer is what the gateway itself costs.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import statistics
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from decimal import Decimal
from typing import Any

import asyncpg
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncSession

from resolvers.database import make_reader
from resolvers.engine import make_engine
from resolvers.ids import opaque_id
from resolvers.reading import Reading
from resolvers.writing import TransactionReader
from schema.execution.schema import Context
from schema.graph import build
from tests import databases, factories
from tests.factories import NOW

LINES = 5
CLOSE_THE_BILL = """
mutation CloseTheBill($input: PurchaseSendInput!) {
  purchaseSend(input: $input) {
    purchase { id total { amount } pointsEarned vouchersApplied { code }
      customer { id pointAccount { active } status { status { name } } } }
    repeated
    userErrors { code message field }
  }
}
"""
INSERT = re.compile(r"INSERT INTO (\w+) ")
FIRST_KEYS = "SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' ORDER BY sequencename"
APART = 10**12
"""The keys of each table begin at a multiple of this, so that a number in a statement tells which key it is."""

Till = list[dict[str, Any]]
Recorded = list[tuple[str, Any]]


async def fill(url: str, tills: int, bills: int) -> list[Till]:
    """A shop with products and tiers; for each till a customer, and the bills that they will bring."""
    engine = make_engine(url)
    async with AsyncSession(engine, expire_on_commit=False) as session:
        member = factories.status(code="member", qualification="REGISTRATION")
        silver = factories.status(previous=member, qualification="CONDITION", qualification_months=12, validity="P12M")
        group = factories.product_group(parent=factories.product_group())
        products = [factories.product(group=group, brand=factories.product_brand()) for _ in range(200)]
        codes = [factories.product_code(product=each, code=f"{place}") for place, each in enumerate(products)]
        reward = factories.reward(code="TEN", minimum_purchase=Decimal(10), currency_code="CZK")
        turnover = factories.status_turnover(status=silver, amount=Decimal(10**9))
        await factories.save(session, factories.store(code="shop"), turnover, reward, group, *codes)
        found = []
        for till in range(tills):
            person = factories.customer()
            vouchers = [factories.voucher(customer=person, reward=reward, code=f"V{till}X{n}") for n in range(bills)]
            record, lot = (
                factories.status_record(customer=person, status=member),
                factories.points(customer=person, amount=Decimal(10**7)),
            )
            await factories.save(session, record, lot, *vouchers)
            found.append([_bill(person.id, till, place) for place in range(bills)])
    await engine.dispose()
    await _set_keys_apart(url)
    return found


def _bill(customer: int, till: int, place: int) -> dict[str, Any]:
    items = [
        {
            "billItemId": str(line),
            "quantity": "2",
            "paid": "59.90",
            "codes": [{"list": "EAN", "code": str((till * 7 + place * LINES + line) % 200)}],
        }
        for line in range(LINES)
    ]
    return {
        "customer": {"id": opaque_id("Customer", customer)},
        "bill": {"store": {"code": "shop"}, "externalId": f"{till}-{place}", "currency": "CZK", "items": items},
        "benefitCodes": [f"V{till}X{place}"],
        "spendPoints": "100",
    }


async def connect(url: str) -> Any:
    """A bare connection of the driver's."""
    parsed = make_url(url)
    return await asyncpg.connect(host=str(parsed.query["host"]), user=parsed.username, database=parsed.database)


async def _set_keys_apart(url: str) -> None:
    connection = await connect(url)
    for place, row in enumerate(await connection.fetch(FIRST_KEYS), start=1):
        await connection.execute(f"SELECT setval('{row[0]}', {place * APART}, false)")
    await connection.execute("ANALYZE")
    await connection.close()


@asynccontextmanager
async def gateway(url: str, log: Recorded | None = None) -> AsyncIterator[Any]:
    """Close a bill through the graph; what the driver runs is noted in `log`."""
    engine, reader, schema = make_engine(url, pool_size=8), make_reader(url), build()

    async def close(given: dict[str, Any]) -> None:
        context = Context(Reading(reader, now=NOW), engine)
        result = await schema.execute(CLOSE_THE_BILL, {"input": given}, context_value=context)
        assert not result.errors, result.errors
        assert not result.data["purchaseSend"]["userErrors"], result.data
        assert not result.data["purchaseSend"]["repeated"]

    with listening(engine, log):
        yield close
    await reader.close()
    await engine.dispose()


@contextmanager
def listening(engine: Any, log: Recorded | None) -> Iterator[None]:
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
    TransactionReader.fetch = noted  # type: ignore[method-assign]
    yield
    TransactionReader.fetch = fetch  # type: ignore[method-assign]


async def record(url: str, tills: Sequence[Till]) -> list[list[Recorded]]:
    """The statements of each bill, as the graph runs them."""
    log: Recorded = []
    found = []
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

    def __init__(self, url: str, recorded: list[list[Recorded]], first: dict[str, int]) -> None:
        self.url, self.recorded, self.first = url, recorded, first
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

    async def till(self, connection: Any, place: int) -> None:
        """Close the bills of one till."""
        for bill, expected in zip(self.recorded[place], self.keys[place], strict=True):
            given = self.given[place]
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


async def first_keys(url: str) -> dict[str, int]:
    """The first key of each table."""
    connection = await connect(url)
    rows = await connection.fetch(FIRST_KEYS)
    await connection.close()
    return {row[0].removesuffix("_id_seq"): place * APART for place, row in enumerate(rows, start=1)}


async def timed(works: Sequence[Any]) -> float:
    """How long works take side by side."""
    began = time.perf_counter()
    await asyncio.gather(*works)
    return time.perf_counter() - began


async def measure(server: Any, tills: int, bills: int, warm: int) -> tuple[float, float, float]:
    """Bills a second through the graph, by hand, and statements a bill."""
    urls = [server.create(migrated=True) for _ in range(3)]
    plans = []
    for url in urls:
        factories.restart()
        plans.append(await fill(url, tills, bills + warm))
    recorded = await record(urls[0], plans[0])
    hand = ByHand(urls[1], recorded, await first_keys(urls[1]))
    connections = [await connect(urls[1]) for _ in range(tills)]

    async def send_all(close: Any, its: Till) -> None:
        for given in its:
            await close(given)

    async with gateway(urls[2]) as close:
        await timed([send_all(close, its[:warm]) for its in plans[2]])
        ours = await timed([send_all(close, its[warm:]) for its in plans[2]])
    rest = hand.recorded, hand.keys
    hand.recorded, hand.keys = [each[:warm] for each in rest[0]], [each[:warm] for each in rest[1]]
    await timed([hand.till(connection, place) for place, connection in enumerate(connections)])
    hand.recorded, hand.keys = [each[warm:] for each in rest[0]], [each[warm:] for each in rest[1]]
    theirs = await timed([hand.till(connection, place) for place, connection in enumerate(connections)])
    for connection in connections:
        await connection.close()
    for url in urls:
        server.drop(url)
    statements = statistics.median(len(bill) for its in recorded for bill in its)
    return tills * bills / ours, tills * bills / theirs, statements


def main() -> None:
    """Measure in turns, and say the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tills", type=int, default=8)
    parser.add_argument("--bills", type=int, default=60, help="bills of each till")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    folder = databases.begin_run()
    try:
        made = databases.Databases()
        server = made.server("postgresql")
        rounds = [asyncio.run(measure(server, given.tills, given.bills, 10)) for _ in range(given.rounds)]
        made.close()
    finally:
        if folder is not None:
            databases.end_run(folder)
    for ours, theirs, statements in rounds:
        print(f"{ours:7.1f} bills/s through the graph, {theirs:7.1f} by hand ({statements:.0f} statements a bill)")
    ratio = statistics.median(ours / theirs for ours, theirs, _ in rounds)
    print(f"ratio {ratio:.2f} (median of {given.rounds}; the target is 0.30)")


if __name__ == "__main__":
    main()
