"""A connection that doesn't wait for ever: the head of a request comes in time, or the line is cut.

Uvicorn waits with patience for a request that has begun, and for a first one that never does; a few thousand such
connections would keep all others out.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class CoalescingTransport(asyncio.Transport):
    """A transport that sends what is written in one turn of the loop at once: an answer's head with its body."""

    def __init__(self, transport: Any, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._transport, self._loop = transport, loop
        self._waiting: list[bytes | bytearray | memoryview] = []
        for name in ("is_closing", "get_extra_info", "pause_reading", "resume_reading", "set_protocol"):
            setattr(self, name, getattr(transport, name))

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send soon."""
        if not self._waiting:
            self._loop.call_soon(self._send)
        self._waiting.append(data)

    def close(self) -> None:
        """Close when all is sent."""
        self._send()
        self._transport.close()

    def _send(self) -> None:
        if self._waiting:
            self._transport.writelines(self._waiting)
            self._waiting = []


class Connection(HttpToolsProtocol):
    """One client's connection."""

    seconds = 5.0
    """How long the head of a request may take."""

    _impatience: asyncio.TimerHandle | None = None
    _is_in_head = False

    def connection_made(self, transport: Any) -> None:
        """Wait for the first request."""
        super().connection_made(CoalescingTransport(transport, self.loop))
        self._await_head()

    def data_received(self, data: bytes) -> None:
        """Wait for the rest of a request's head, where it has not come in one piece."""
        super().data_received(data)
        if self._is_in_head and self._impatience is None:
            self._await_head()

    def on_message_begin(self) -> None:
        """A request's head begins."""
        super().on_message_begin()
        self._forget()
        self._is_in_head = True

    def on_headers_complete(self) -> None:
        """The head is here."""
        self._forget()
        self._is_in_head = False
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing will come any more."""
        self._forget()
        super().connection_lost(exc)

    def _await_head(self) -> None:
        self._forget()
        self._impatience = self.loop.call_later(self.seconds, self._hang_up)

    def _forget(self) -> None:
        if self._impatience is not None:
            self._impatience.cancel()
            self._impatience = None

    def _hang_up(self) -> None:
        if not self.transport.is_closing():
            self.transport.close()
