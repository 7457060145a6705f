"""What each hostile request costs before it is refused: `python -m tests.server.http.hostile`.

It tells the milliseconds of CPU that one takes, and for how many of them in a row nobody else is served.
"""

import asyncio
import sys
import time
from asyncio.events import Handle
from collections.abc import Iterator
from typing import Any

from tests import databases
from tests.server.gateway import Client, opened
from tests.server.http.hostile.documents import DOCUMENTS
from tests.server.http.hostile.variables import VARIABLES

MOST, LONGEST = 50, 20


class Stretches:
    """The CPU of the loop's thread: all of it, and the longest stretch of one callback."""

    def __init__(self) -> None:
        self.longest = self.all = 0.0

    def watch(self) -> None:
        """Look at each callback from now on."""
        run = Handle._run

        def timed(handle: Any) -> None:
            began = time.thread_time()
            run(handle)
            took = (time.thread_time() - began) * 1000
            self.all += took
            self.longest = max(self.longest, took)

        Handle._run = timed


def requests() -> Iterator[tuple[str, str, dict[str, Any] | None]]:
    """All of the corpus."""
    for name, document in DOCUMENTS.items():
        yield name, document, None
    for name, (document, variables, _) in VARIABLES.items():
        yield name, document, variables


async def measured(client: Client) -> bool:
    """Ask all, and say what each costs; whether all is within the bounds."""
    stretches, fine = Stretches(), True
    stretches.watch()
    for name, document, variables in requests():
        best: tuple[float, float, int] | None = None
        for _ in range(3):
            # The bodies are made and the answers read here, by the one who asks.
            request = client.build_request("POST", "/graphql", json={"query": document, "variables": variables})
            await asyncio.sleep(0)
            stretches.longest = stretches.all = 0.0
            answer = await asyncio.create_task(client.send(request))
            found = stretches.all, stretches.longest, answer.status_code
            best = found if best is None else min(best, found)
        assert best is not None
        within = best[0] <= MOST and best[1] <= LONGEST
        fine = fine and within and best[2] < 500
        sys.stdout.write(f"{best[0]:7.1f} ms {best[1]:7.1f} ms  {best[2]}  {'' if within else '!! '}{name}\n")
    return fine


async def main(url: str) -> bool:
    """Measure in a gateway of its own."""
    async with opened(url, jobs_every=0) as client:
        return await measured(client)


if __name__ == "__main__":
    with databases.of_a_program() as made, made.database("sqlite") as address:
        sys.exit(not asyncio.run(main(address)))
