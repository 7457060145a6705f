"""What becomes of a gateway that is asked four times what it can answer: `python -m tests.faults.overload`.

In turns it is asked by as many clients as keep it busy, and by a crowd that asks at four times that rate, whatever
becomes of the answers. Told are ratios of what lies next to each other, so that a busy machine spoils little: how much
was answered, how long the slowest hundredth of what was let in took, by how much the process grew, and how much of its
processor time goes to those who are answered: that one says the same however busy others keep the machine.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import time
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import psutil
import uvloop
from sqlalchemy.ext.asyncio import AsyncSession

from resolvers.ids import opaque_id
from resolvers.storage.engine import make_engine
from tests import databases
from tests.benchmarks.load import request
from tests.faults.processes import Gateway
from tests.schema.contract_operations import operations
from tests.schema.sample_retailer import Shop

BUSY = 64
"""How many clients keep the gateway busy: more are a crowd."""

CROWD = 2_000
TIMES = 4
LEAST_GOODPUT, MOST_WAITING, MOST_MEMORY = 0.9, 2.0, 1.1
TICK = 0.005


@dataclass
class Seen:
    """What a while of asking showed."""

    seconds: float = 0.0
    answered: list[float] = field(default_factory=list)
    """How long each took, in seconds."""

    others: Counter[str] = field(default_factory=Counter)
    cpu: float = 0.0
    """Seconds of processor time that the gateway took meanwhile."""

    @property
    def per_answer(self) -> float:
        """Seconds of the gateway's processor time for each that was answered."""
        return self.cpu / len(self.answered)

    @property
    def per_second(self) -> float:
        """How many were answered."""
        return len(self.answered) / self.seconds

    @property
    def slowest(self) -> float:
        """What 99 of 100 stayed below, in seconds."""
        return sorted(self.answered)[int(len(self.answered) * 0.99)]


class Client(asyncio.Protocol):
    """A connection that asks one thing at a time."""

    def __init__(self, requests: Sequence[bytes], place: int, seen: Seen) -> None:
        self._requests, self._place, self.seen = requests, place, seen
        self._buffer = bytearray()
        self.is_free = True
        self.idle: deque[Client] | None = None
        """Where it waits to be sent again."""
        self.until = 0.0
        """Until when it asks again as soon as it is answered."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Be ready."""
        self._transport: Any = transport

    def ask(self) -> None:
        """Send the next request."""
        self.is_free = False
        self._sent = time.perf_counter()
        self._transport.write(self._requests[self._place % len(self._requests)])
        self._place += 1

    def data_received(self, data: bytes) -> None:
        """Note an answer that is complete."""
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = bytes(self._buffer[:end]).lower()
        at = head.find(b"content-length:") + 15
        if len(self._buffer) < end + 4 + int(head[at:].split(b"\r", 1)[0]):
            return
        self._note(head, bytes(self._buffer[end + 4 : end + 13]))
        self._buffer.clear()
        self.is_free = True
        if time.perf_counter() < self.until:
            self.ask()
        elif self.idle is not None:
            self.idle.append(self)

    def _note(self, head: bytes, body: bytes) -> None:
        if head.startswith(b"http/1.1 200") and body == b'{"data":{':
            self.seen.answered.append(time.perf_counter() - self._sent)
        elif head.startswith(b"http/1.1 503") and b"retry-after:" in head:
            self.seen.others["told to come back"] += 1
        else:
            self.seen.others[f"wrong: {head[:13].decode()} {body!r}"] += 1

    def connection_lost(self, exc: Exception | None) -> None:
        """It was not closed by us while it asked."""
        if not self.is_free:
            self.seen.others["cut off"] += 1
            self.is_free = True

    def close(self) -> None:
        """Ask no more."""
        self.is_free = True
        self._transport.close()


async def connected(port: int, requests: Sequence[bytes], count: int, seen: Seen) -> list[Client]:
    """So many clients."""
    loop, clients = asyncio.get_running_loop(), []
    for place in range(count):
        _, client = await loop.create_connection(lambda place=place: Client(requests, place, seen), "127.0.0.1", port)
        clients.append(client)
    return clients


async def busy(port: int, requests: Sequence[bytes], seconds: float) -> Seen:
    """As many clients as keep it busy, each of whom asks again when answered."""
    seen = Seen()
    clients = await connected(port, requests, BUSY, seen)
    began = time.perf_counter()
    for client in clients:
        client.until = began + seconds
        client.ask()
    while not all(client.is_free for client in clients):
        await asyncio.sleep(TICK)
    seen.seconds = time.perf_counter() - began
    for client in clients:
        client.close()
    return seen


async def crowded(port: int, requests: Sequence[bytes], seconds: float, rate: float) -> Seen:
    """A crowd that asks at a rate, whatever becomes of the answers."""
    seen = Seen()
    clients = await connected(port, requests, CROWD, seen)
    idle = deque(clients)
    for client in clients:
        client.idle = idle
    began, sent = time.perf_counter(), 0
    while (passed := time.perf_counter() - began) < seconds:
        due = int(passed * rate) - sent
        sent += due
        # In turns, so that none is idle until it is closed.
        for _ in range(min(due, len(idle))):
            idle.popleft().ask()
            due -= 1
        seen.others["found no connection"] += due
        await asyncio.sleep(TICK)
    # What is under way is answered in less than a deadline.
    seen.seconds = time.perf_counter() - began
    async with asyncio.timeout(10):
        while not all(client.is_free for client in clients):
            await asyncio.sleep(TICK)
    for client in clients:
        client.close()
    return seen


async def filled(url: str) -> list[bytes]:
    """Put a small retailer into a database; what is asked of each of its customers."""
    engine = make_engine(url)
    async with AsyncSession(engine, expire_on_commit=False) as session:
        await Shop(session).fill()
    await engine.dispose()
    query = operations()["Customer360"]
    return [
        request("/graphql", json.dumps({"query": query, "variables": {"id": opaque_id("Customer", key)}}).encode())
        for key in range(1, 6)
    ]


def tell(name: str, seen: Seen) -> None:
    """A line of what was seen."""
    others = ", ".join(f"{count} {what}" for what, count in seen.others.items() if count)
    print(f"  {name}: {seen.per_second:6.0f} a second, 99 % within {seen.slowest * 1000:5.0f} ms; {others}", flush=True)


def used(process: psutil.Process) -> float:
    """Seconds of processor time that a process has taken so far."""
    times = process.cpu_times()
    return times.user + times.system


async def measure(url: str, rounds: int, seconds: float) -> list[tuple[float, float, float, float]]:
    """How much is answered in a crowd, how long it takes, in how much memory and processor time, against the usual."""
    requests = await filled(url)
    async with Gateway(url, CRM360_JOBS_EVERY="0") as gateway:
        port = urlsplit(gateway.address).port or 0
        assert gateway.process is not None
        process = psutil.Process(gateway.process.pid)
        await busy(port, requests, seconds / 4)
        found = []
        # Buffers of so many connections stay, once there were as many.
        before = await busy(port, requests, seconds / 4)
        await crowded(port, requests, seconds / 4, TIMES * before.per_second)
        for _ in range(rounds):
            spent, memory = used(process), process.memory_info().rss
            before = await busy(port, requests, seconds / 4)
            before.cpu = used(process) - spent
            tell("busy    ", before)
            spent = used(process)
            crowd = await crowded(port, requests, seconds, TIMES * before.per_second)
            crowd.cpu = used(process) - spent
            grown = process.memory_info().rss / memory
            tell("crowded ", crowd)
            after = await busy(port, requests, seconds / 4)
            usual = statistics.mean([before.per_second, after.per_second])
            usually = statistics.mean([before.slowest, after.slowest])
            to_those = before.per_answer / crowd.per_answer
            found.append((crowd.per_second / usual, crowd.slowest / usually, grown, to_those))
            told = (
                "  {:.2f} answered, {:.2f} of the time, {:.2f} of the memory, {:.2f} of the processor time for answers"
            )
            print(told.format(*found[-1]), flush=True)
    return found


def main() -> int:
    """Measure, and fail where a promise isn't kept."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.overload", description=__doc__)
    parser.add_argument("--backend", choices=("sqlite", "postgresql"), default="postgresql")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=60)
    given = parser.parse_args()
    runs = asyncio.Runner(loop_factory=uvloop.new_event_loop)
    with databases.of_a_program() as made, made.database(given.backend) as url, runs as runner:
        found = runner.run(measure(url, given.rounds, given.seconds))
    goodput, waiting, memory, to_those = (statistics.median(each) for each in zip(*found, strict=True))
    print(
        f"{goodput:.2f} of the peak is answered, 99 % within {waiting:.2f} of its time, in {memory:.2f} of its memory; "
        f"{to_those:.2f} of the processor time goes to those who are answered"
    )
    return int(goodput < LEAST_GOODPUT or waiting > MOST_WAITING or memory > MOST_MEMORY)


if __name__ == "__main__":
    sys.exit(main())
