"""What PostgreSQL's own wall costs: the promised operations with the policies and without, in turns within one run.

    python -m tests.benchmarks.wall --rounds 9

Told is the time of an answer with the wall as a share of that without, its median and the quarters around it: for those
who aren't held up by it, and for customers, who read behind it: one alone, or several who ask in turns.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from models import row_security
from resolvers.storage.context import RequestContext, Viewer, ViewerKind
from resolvers.storage.engine import make_engine
from resolvers.storage.reader import Reader, make_reader
from schema.declaring.build import build
from schema.execution.run.planned_schema import Context, PlannedSchema
from tests import databases
from tests.schema.contract_operations import operations
from tests.schema.sample_retailer import Shop

ANSWERS = 60
OPERATION = "Me"
EVERYBODY = (
    "{ purchases(first: 20) { nodes { number paidAt customer { id } store { name } items { quantity } } } "
    "customers(first: 20) { nodes { personalInformation { fullName } vouchers(first: 5) { nodes { code } } } } }"
)


@dataclass(frozen=True)
class Case:
    """What is asked, by whom, and whether behind the wall."""

    document: str
    viewers: tuple[Viewer, ...]
    """They ask in turns."""
    is_walled: bool = True


async def milliseconds(schema: PlannedSchema, reader: Reader, case: Case) -> float:
    """How long an answer takes."""
    began = time.perf_counter()
    for place in range(ANSWERS):
        viewer = case.viewers[place % len(case.viewers)]
        context = RequestContext(reader, viewer=viewer, is_walled=case.is_walled)
        result = await schema.execute(case.document, {}, context_value=Context(context))
        assert not result.errors, result.errors
        assert result.data
    return (time.perf_counter() - began) / ANSWERS * 1000


async def policies(engine: AsyncEngine, *, are_there: bool) -> None:
    """Switch the policies of all tables on or off."""
    async with engine.begin() as connection:
        for table, wanted in row_security.conditions().items():
            if wanted != row_security.OPEN:
                verb = "ENABLE" if are_there else "DISABLE"
                await connection.execute(text(f"ALTER TABLE {table} {verb} ROW LEVEL SECURITY"))


async def measure(url: str, rounds: int) -> dict[str, list[float]]:
    """Shares of time, by whose answers they are of."""
    engine, reader, schema = make_engine(url), make_reader(url), build()
    async with AsyncSession(engine, expire_on_commit=False) as session:
        await Shop(session).fill()
    me, anyone = operations()[OPERATION], Case(EVERYBODY, (Viewer(),))
    customers = tuple(Viewer(key, ViewerKind.CUSTOMER) for key in (3, 4, 5))
    shares: dict[str, list[float]] = {"not held up": [], "one customer": [], "customers in turns": []}
    for turn in range(rounds + 1):
        order = (True, False) if turn % 2 else (False, True)
        times: dict[tuple[str, bool], float] = {}
        for asking, name in ((customers[:1], "one customer"), (customers, "customers in turns")):
            for is_walled in order:
                times[name, is_walled] = await milliseconds(schema, reader, Case(me, asking, is_walled))
        for are_there in order:
            await policies(engine, are_there=are_there)
            await milliseconds(schema, reader, anyone)
            times["not held up", are_there] = await milliseconds(schema, reader, anyone)
        await policies(engine, are_there=True)
        for name, found in shares.items():
            if turn:
                found.append(times[name, True] / times[name, False])
    await reader.close()
    await engine.dispose()
    return shares


def main() -> None:
    """Measure, and tell."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.wall", description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    with databases.of_a_program() as made, made.database("postgresql") as url:
        shares = asyncio.run(measure(url, parser.parse_args().rounds))
    for whose, found in shares.items():
        low, middle, high = statistics.quantiles(found, n=4)
        print(f"{whose}: {middle:.3f} ({low:.3f} to {high:.3f})")


if __name__ == "__main__":
    main()
