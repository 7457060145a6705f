"""The load: connections that are kept and ask again as soon as they have an answer, on bare sockets."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


class BadAnswerError(Exception):
    """An answer that is no success."""


def request(path: str, body: bytes, headers: str = "") -> bytes:
    """A request, ready to be sent."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAccept: application/json\r\n"
        f"{headers}Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class Connection(asyncio.Protocol):
    """One connection: sends its requests in turn, each when the last one was answered."""

    def __init__(self, requests: Sequence[bytes], first: int, until: float) -> None:
        self.requests = requests
        self.next = first
        self.until = until
        self.latencies: list[float] = []
        self.bytes = 0
        self.done = asyncio.get_running_loop().create_future()
        self._buffer = bytearray()
        self._missing = -1

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: Any = transport
        self._send()

    def _send(self) -> None:
        self._sent = time.perf_counter()
        self.transport.write(self.requests[self.next % len(self.requests)])
        self.next += 1

    def data_received(self, data: bytes) -> None:
        if self._missing < 0:
            self._buffer += data
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            head = bytes(self._buffer[: end + 4]).lower()
            if not head.startswith(b"http/1.1 200"):
                self._fail(bytes(self._buffer[:2000]))
                return
            at = head.find(b"content-length:")
            if at < 0:
                self._fail(head)
                return
            length = int(head[at + 15 : head.find(b"\r", at)])
            self.bytes += length
            self._missing = length - (len(self._buffer) - end - 4)
            if self._buffer[end + 4 : end + 12] == b'{"errors':
                self._fail(bytes(self._buffer[end + 4 :]))
                return
            self._buffer.clear()
        else:
            self._missing -= len(data)
        if self._missing == 0:
            now = time.perf_counter()
            self.latencies.append(now - self._sent)
            self._missing = -1
            if now < self.until:
                self._send()
            else:
                self._finish()

    def _fail(self, answer: bytes) -> None:
        if not self.done.done():
            self.done.set_exception(BadAnswerError(answer.decode(errors="replace")))
        self.transport.abort()

    def _finish(self) -> None:
        if not self.done.done():
            self.done.set_result(None)
        self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or BadAnswerError("the connection was closed"))


@dataclass
class Measured:
    """What a time under load showed."""

    requests: int = 0
    seconds: float = 0.0
    bytes: int = 0
    latencies: list[float] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds

    def percentile(self, part: float) -> float:
        """In milliseconds."""
        ordered = sorted(self.latencies)
        return ordered[min(int(len(ordered) * part), len(ordered) - 1)] * 1000


async def press(port: int, requests: Sequence[bytes], connections: int, seconds: float) -> Measured:
    """Ask over so many connections for so long."""
    loop = asyncio.get_running_loop()
    began = time.perf_counter()
    until = began + seconds
    stride = max(len(requests) // connections, 1)
    opened = []
    for place in range(connections):
        _, connection = await loop.create_connection(
            lambda place=place: Connection(requests, place * stride, until), "127.0.0.1", port
        )
        opened.append(connection)
    await asyncio.gather(*(connection.done for connection in opened))
    latencies = [latency for connection in opened for latency in connection.latencies]
    return Measured(
        len(latencies), time.perf_counter() - began, sum(connection.bytes for connection in opened), latencies
    )
