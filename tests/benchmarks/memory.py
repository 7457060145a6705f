"""Whether a worker's memory stays flat: `python -m tests.benchmarks.memory`.

A hundred thousand requests of five thousand different documents, more than any cache keeps, so that what is kept for a
document is let go of again and again. The memory of the last quarter must be that of the second.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import statistics
import sys
import time
from pathlib import Path

import uvloop

from resolvers.ids import opaque_id
from tests.benchmarks import load
from tests.benchmarks.contestants import WORK, Gateway
from tests.benchmarks.data import Data
from tests.benchmarks.postgres import default_folder

FIELDS = ("state", "createdAt", "updatedAt", "store { name }", "personalInformation { fullName email }")
LISTS = {
    "cards": ("id", "number", "validFrom", "validTo", "cardType { name }"),
    "purchases": ("id", "paidAt", "number", "total { amount }", "store { name code }", "itemsCount"),
    "vouchers": ("id", "code", "validTo", "reward { name }", "state"),
    "segments": ("since", "segment { name }"),
}
ALLOWED = 1.05
"""How much more the last quarter may take than the second one."""


def documents(number: int) -> list[str]:
    """So many different documents, the same ones each time."""
    chance = random.Random(5000)
    made: set[str] = set()
    while len(made) < number:
        fields = chance.sample(FIELDS, chance.randint(1, len(FIELDS)))
        for name in chance.sample(sorted(LISTS), chance.randint(1, 2)):
            leaves = chance.sample(LISTS[name], chance.randint(1, len(LISTS[name])))
            fields.append(f"{name}(first: {chance.randint(1, 20)}) {{ nodes {{ {' '.join(leaves)} }} }}")
        made.add(f"query Q($id: ID!) {{ customer(by: {{ id: $id }}) {{ id {' '.join(fields)} }} }}")
    return sorted(made)


async def watch(gateway: Gateway, requests: list[bytes], number: int) -> list[float]:
    """Ask so many times; the memory after each few seconds, in MiB."""
    done, seen = 0, []
    while done < number:
        place = done % len(requests)
        measured = await load.press(gateway.port, requests[place:] + requests[:place], 8, 5)
        done += measured.requests
        seen.append(gateway.memory())
        print(f"{done:>7} requests, {measured.per_second:5.0f} a second: {seen[-1]:6.1f} MiB", flush=True)
    return seen


def main() -> None:
    """Watch, and fail if it grew."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.memory", description=__doc__)
    parser.add_argument("--backend", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--documents", type=int, default=5_000)
    parser.add_argument("--folder", type=Path, default=default_folder())
    given = parser.parse_args()
    WORK.mkdir(exist_ok=True)
    data = Data(given.folder)
    gateway = Gateway("memory", "crm360", given.backend)
    asked = [
        json.dumps({"query": text, "variables": {"id": opaque_id("Customer", 1 + place % 2000)}}).encode()
        for place, text in enumerate(documents(given.documents))
    ]
    random.Random(1).shuffle(asked)
    requests = [load.request(gateway.path, body) for body in asked]
    gateway.start(data, 1)
    began = time.perf_counter()
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            seen = runner.run(watch(gateway, requests, given.requests))
    finally:
        gateway.stop()
    quarter = len(seen) // 4
    before, after = statistics.median(seen[quarter : 2 * quarter]), statistics.median(seen[-quarter:])
    print(
        f"{given.requests} requests of {given.documents} documents in {time.perf_counter() - began:.0f} s: "
        f"{before:.1f} MiB in the second quarter, {after:.1f} MiB in the last"
    )
    if after > before * ALLOWED:
        sys.exit("The memory of the worker grows.")


if __name__ == "__main__":
    main()
