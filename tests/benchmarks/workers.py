"""Whether two workers answer nearly twice as much as one: `python -m tests.benchmarks.workers`.

On SQLite, where each worker reads by itself and no database is the limit.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
from pathlib import Path

import uvloop

from tests.benchmarks import cases, load
from tests.benchmarks.cases import CASES
from tests.benchmarks.contestants import WORK, Gateway
from tests.benchmarks.data import Data
from tests.benchmarks.postgres import default_folder

LEAST = 1.6


class Workers(Gateway):
    """The gateway with so many processes."""

    workers = 1

    def command(self) -> list[str]:
        return [*super().command(), "--workers", str(self.workers)]


async def rounds(one: Workers, two: Workers, requests: list[bytes], number: int, seconds: float) -> list[float]:
    """By how much two answer more, in each round."""
    found = []
    for _ in range(number):
        alone = await load.press(one.port, requests, 16, seconds)
        both = await load.press(two.port, requests, 16, seconds)
        found.append(both.per_second / alone.per_second)
        print(f"{alone.per_second:.0f} and {both.per_second:.0f} requests a second: {found[-1]:.2f}", flush=True)
    return found


def main() -> None:
    """Measure, and fail if it is too little."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.workers", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--folder", type=Path, default=default_folder())
    given = parser.parse_args()
    WORK.mkdir(exist_ok=True)
    data = Data(given.folder)
    data.url("postgresql", 1)
    subjects = asyncio.run(cases.subjects(data.postgres.address(data.name(1))))
    one, two = Workers("workers-1", "crm360", "sqlite"), Workers("workers-2", "crm360", "sqlite")
    two.workers = 2
    case = CASES[0]
    requests = [load.request(one.path, one.body(case.name, subject)) for subject in subjects.customer]
    try:
        one.start(data, 1)
        two.start(data, 1)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            found = runner.run(rounds(one, two, requests, given.rounds, given.seconds))
    finally:
        one.stop()
        two.stop()
    ratio = statistics.median(found)
    print(f"Two workers answer {ratio:.2f} times as much as one; at least {LEAST} is aimed at")
    if ratio < LEAST:
        sys.exit(1)


if __name__ == "__main__":
    main()
