"""How fast bills are closed, and what becomes of a crowd: `python -m tests.benchmarks.purchase_send`.

Eight tills close bills of five lines, with a voucher and points, for different customers on PostgreSQL: once through
the graph, and once by the very same statements, recorded from the graph and run by hand through the driver, a
transaction a bill. What the first takes longer is what the gateway itself costs.

Then 64 clients close bills of one customer at once, on each database, through a gateway of its own and with its
deadline; two bills each name one voucher. A bill is closed or refused with a code, and nobody waits longer than the
deadline.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil

from server.settings import Settings
from tests import databases
from tests.benchmarks.bills import CLOSE_THE_BILL, Till, fill
from tests.benchmarks.by_hand import ByHand, connect, gateway, record, set_keys_apart
from tests.faults.processes import Gateway

TARGET = 0.45
WARM = 10
"""Bills of each till that are closed before anything is measured."""

CROWD = 64
DEADLINE: float = Settings.model_fields["deadline"].default


@dataclass(frozen=True, slots=True)
class Took:
    """What works took: seconds, and seconds of CPU here and in the database."""

    seconds: float
    here: float
    database: float

    @property
    def cpu(self) -> float:
        """Seconds of CPU wherever: what a busy machine can't blur."""
        return self.here + self.database

    def of(self, bills: int) -> str:
        """It in words, for so many bills."""
        each = [f"{1000 * used / bills:.1f}" for used in (self.here, self.database)]
        return f"{bills / self.seconds:.1f} bills/s, {each[0]} + {each[1]} ms of CPU a bill here and in the database"


async def timed(works: Sequence[Awaitable[Any]]) -> Took:
    """What works take side by side."""
    database = cpu_of(databases.shared_folder() / "postgres" / "postmaster.pid")
    began = time.perf_counter(), time.process_time(), database()
    await asyncio.gather(*works)
    ended = time.perf_counter(), time.process_time(), database()
    return Took(*(after - before for before, after in zip(began, ended, strict=True)))


def cpu_of(pid_file: Path) -> Callable[[], float]:
    """What tells the seconds of CPU that PostgreSQL has used so far, in all its processes."""
    server = psutil.Process(int(pid_file.read_text().split()[0]))

    def used() -> float:
        gone = server.cpu_times()
        total = gone.user + gone.system + gone.children_user + gone.children_system
        for child in server.children():
            with suppress(psutil.NoSuchProcess):
                total += sum(child.cpu_times()[:2])
        return total

    return used


async def through_the_graph(url: str, tills: int, bills: int) -> Took:
    """What the bills take through the graph."""
    plans = await fill(url, tills, WARM + bills)
    await set_keys_apart(url)

    async def close_all(close: Any, its: Till) -> None:
        for given in its:
            await close(given)

    async with gateway(url) as close:
        await timed([close_all(close, its[:WARM]) for its in plans])
        return await timed([close_all(close, its[WARM:]) for its in plans])


async def by_hand(recorded: str, url: str, tills: int, bills: int) -> tuple[Took, float]:
    """What the same bills take by hand, and how many statements a bill has."""
    plans = await fill(recorded, tills, WARM + bills)
    await set_keys_apart(recorded)
    statements = await record(recorded, plans)
    await fill(url, tills, WARM + bills)
    hand = ByHand(statements, await set_keys_apart(url))
    connections = [await connect(url) for _ in range(tills)]
    await timed([hand.till(connection, place, slice(WARM)) for place, connection in enumerate(connections)])
    took = await timed(
        [hand.till(connection, place, slice(WARM, None)) for place, connection in enumerate(connections)]
    )
    for connection in connections:
        await connection.close()
    return took, statistics.median(len(bill) for its in statements for bill in its)


def compare(made: databases.Databases, tills: int, bills: int) -> tuple[float, float]:
    """How many bills the graph closes for each that is closed by hand: in the same time, and for the same CPU."""
    with made.database("postgresql") as ours, made.database("postgresql") as noted, made.database("postgresql") as url:
        graph = asyncio.run(through_the_graph(ours, tills, bills))
        hand, statements = asyncio.run(by_hand(noted, url, tills, bills))
    print(f"through the graph: {graph.of(tills * bills)}")
    print(f"by hand: {hand.of(tills * bills)} ({statements:.0f} statements a bill)", flush=True)
    return hand.seconds / graph.seconds, hand.cpu / graph.cpu


async def crowd(url: str, bills: int) -> tuple[Counter[str], list[float]]:
    """What clients were told who close bills of one customer at once, and how long each waited."""
    told: Counter[str] = Counter()
    waited: list[float] = []
    (plan,) = await fill(url, 1, CROWD * bills)
    for one, other in zip(plan[::2], plan[1::2], strict=True):
        other["benefitCodes"] = one["benefitCodes"]
    async with Gateway(url) as gateway, httpx.AsyncClient(timeout=None, limits=httpx.Limits()) as http:

        async def client(its: Till) -> None:
            for given in its:
                began = time.perf_counter()
                body = {"query": CLOSE_THE_BILL, "variables": {"input": given}}
                answer = (await http.post(gateway.address, json=body)).json()
                waited.append(time.perf_counter() - began)
                told[_outcome(answer)] += 1

        await asyncio.gather(*(client(plan[place::CROWD]) for place in range(CROWD)))
    return told, waited


def _outcome(answer: dict[str, Any]) -> str:
    """Closed, or the code of what was in the way."""
    if errors := answer.get("errors"):
        return f"error {errors[0]['extensions']['code']}"
    refusals = answer["data"]["purchaseSend"]["userErrors"]
    return f"refused {refusals[0]['code']}" if refusals else "closed"


def watch_the_crowd(made: databases.Databases, kind: str, bills: int) -> None:
    """Say what became of the crowd on one kind of database."""
    with made.database(kind) as url:
        told, waited = asyncio.run(crowd(url, bills))
    outcomes = ", ".join(f"{times} {what}" for what, times in sorted(told.items()))
    print(
        f"{CROWD} clients on one customer, {kind}: {outcomes}; the median waited {statistics.median(waited):.2f} s, "
        f"the longest {max(waited):.2f} s, the deadline is {DEADLINE:g} s",
        flush=True,
    )


def main() -> None:
    """Measure in turns, and say the median; then let the crowds in."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tills", type=int, default=8)
    parser.add_argument("--bills", type=int, default=60, help="bills of each till")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--crowd-bills", type=int, default=3, help="bills of each client of the crowd")
    given = parser.parse_args()
    with databases.of_a_program() as made:
        ratios = [compare(made, given.tills, given.bills) for _ in range(given.rounds)]
        if ratios:
            in_time, in_cpu = (statistics.median(each) for each in zip(*ratios, strict=True))
            print(
                f"ratio {in_time:.2f} in time, {in_cpu:.2f} in CPU (medians of {given.rounds}; the target is {TARGET})"
            )
        for kind in databases.KINDS:
            watch_the_crowd(made, kind, given.crowd_bills)


if __name__ == "__main__":
    main()
