"""Kill servers while clients call: `python -m tests.faults`, with how many rounds, and which ones.

Each round tells how many calls had been acknowledged when the server was killed, how many were in flight, how many of
those turned out to have been done, and what is wrong afterwards: nothing, unless the promise is broken.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from contextlib import AbstractAsyncContextManager, ExitStack

from tests import databases
from tests.faults.rounds import Rounds, killing_postgres, killing_the_gateway

VICTIMS = ("gateway on sqlite", "gateway on postgresql", "postgresql")


def scene(victim: str, made: databases.Databases, stack: ExitStack) -> AbstractAsyncContextManager[Rounds]:
    """Servers over an empty database."""
    if victim == "postgresql":
        return killing_postgres(databases.shared_folder() / "killed")
    return killing_the_gateway(stack.enter_context(made.database(victim.removeprefix("gateway on "))))


async def play(victim: str, scene: AbstractAsyncContextManager[Rounds], rounds: int, first: int) -> int:
    """Kill one of the servers, round after round; how many rounds found something wrong."""
    print(f"{victim}: acknowledged, in flight, of them done")
    wrong = 0
    async with scene as opened:
        for seed in range(first, first + rounds):
            found = await opened.play(seed)
            numbers = f"{found.acknowledged:5} {found.in_flight:5} {found.done_unseen:5}"
            print(
                f"  round {seed:3} {numbers}  {'; '.join(found.faults) or 'nothing lost, nothing doubled'}", flush=True
            )
            wrong += bool(found.faults)
    return wrong


def main() -> int:
    """Play the rounds; 1 where any found something wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("victims", nargs="*", default=VICTIMS, help=f"of: {', '.join(VICTIMS)}; all unless named")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0, help="of the first round; the next ones count on")
    given = parser.parse_args()
    wrong = 0
    with databases.of_a_program() as made:
        for victim in given.victims:
            with ExitStack() as stack:
                wrong += asyncio.run(play(victim, scene(victim, made, stack), given.rounds, given.seed))
    print(f"{len(given.victims) * given.rounds} rounds, {wrong} with something wrong")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
