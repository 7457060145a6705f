"""A proxy before several servers, as plain as proxies are: it sends each request to one that says it is ready.

It keeps its connections to them, tries another one where nobody listens, and repeats nothing that it has sent.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from typing import NamedTuple, Self

LOOKS_EVERY = 0.05
READY = b"GET /ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
FAILED = b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n"


class Line(NamedTuple):
    """A connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def message(self) -> bytes:
        """A request or an answer, head and body."""
        head = await self.reader.readuntil(b"\r\n\r\n")
        _, found, rest = head.lower().partition(b"content-length:")
        length = int(rest.split(b"\r", 1)[0]) if found else 0
        return head + await self.reader.readexactly(length)

    async def close(self) -> None:
        """Close it, and wait until it is."""
        self.writer.close()
        with suppress(OSError):
            await self.writer.wait_closed()

    @property
    def is_over(self) -> bool:
        """Whether the other end has closed it."""
        return self.reader.at_eof() or self.writer.is_closing()


class Upstream:
    """One of the servers."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.is_ready = False
        self.kept: list[Line] = []

    async def line(self) -> Line:
        """A connection that was kept, or a new one."""
        while self.kept:
            kept = self.kept.pop()
            if not kept.is_over:
                return kept
            await kept.close()
        return Line(*await asyncio.open_connection("127.0.0.1", self.port))

    async def close(self) -> None:
        """Close what was kept."""
        while self.kept:
            await self.kept.pop().close()

    async def look(self) -> None:
        """See whether it is ready."""
        is_ready = False
        with suppress(OSError, asyncio.IncompleteReadError):
            line = Line(*await asyncio.open_connection("127.0.0.1", self.port))
            line.writer.write(READY)
            try:
                is_ready = (await line.message()).startswith(b"HTTP/1.1 200")
            finally:
                await line.close()
        self.is_ready = is_ready


class Proxy:
    """Listens on a port of its own while it is open."""

    def __init__(self) -> None:
        self.upstreams: deque[Upstream] = deque()
        self.failures = 0
        self._clients: list[Line] = []

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port: int = self._server.sockets[0].getsockname()[1]
        self._looking = asyncio.create_task(self._keep_looking())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._looking.cancel()
        await asyncio.wait([self._looking])
        self._server.close()
        for upstream in self.upstreams:
            await upstream.close()
        for client in self._clients:
            await client.close()

    async def _keep_looking(self) -> None:
        while True:
            await asyncio.gather(*(upstream.look() for upstream in self.upstreams))
            await asyncio.sleep(LOOKS_EVERY)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        client = Line(reader, writer)
        self._clients.append(client)
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                request = await client.message()
                writer.write(await self._answer(request))

    async def _answer(self, request: bytes) -> bytes:
        for upstream in [each for each in self.upstreams if each.is_ready]:
            self.upstreams.rotate(1)
            try:
                line = await upstream.line()
            except OSError:
                continue
            try:
                line.writer.write(request)
                answer = await line.message()
            except (OSError, asyncio.IncompleteReadError):
                await line.close()
                break
            head = answer.partition(b"\r\n\r\n")[0].lower()
            if b"\r\nconnection: close" in head:
                await line.close()
                return answer.replace(b"\r\nconnection: close", b"", 1)
            upstream.kept.append(line)
            return answer
        self.failures += 1
        return FAILED
