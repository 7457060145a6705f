"""A connection that doesn't wait for ever: the head of a request comes in time, or the line is cut.

Uvicorn waits with patience for a request that has begun, and for a first one that never does; a few thousand such
connections would keep all others out.
"""

from __future__ import annotations

import asyncio
from typing import Any, NamedTuple, NoReturn

import httptools
import orjson
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from resolvers.errors import Unavailable
from resolvers.request_codes import RequestCode
from resolvers.storage.patience.outage import BUSY
from server.admission import Admission
from server.http.errors import refusal

LAST_REQUEST = 1.0
"""The seconds in which a connection that waits for a request may bring one more when the gateway is to stop."""


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


LARGEST_HEAD = 32_768
LONGEST_HEADER = LONGEST_ADDRESS = 16_384
MOST_HEADERS = 100
MOST_UNREAD = 65_536
FRAME = 8
"""How many bytes a chunk of a body has around it: its length in hexadecimal and two ends of lines."""
UPGRADING = frozenset({b"upgrade", b"http2-settings"})


GRAPH = b"/graphql"
BUSY_BODY = orjson.dumps({"errors": [refusal(BUSY, Unavailable.code)]})
COME_BACK = (
    b"%bcontent-type: application/json; charset=utf-8\r\ncache-control: no-store\r\nretry-after: 1\r\n"
    b"content-length: %d\r\n%%b\r\n%b" % (STATUS_LINE[503], len(BUSY_BODY), BUSY_BODY)
)
CLOSING = b"connection: close\r\n"
BROWSERS = b"origin"
WAITING = b"expect"


class Reason(NamedTuple):
    """Why a request is not read on."""

    status: int
    message: str
    code: str


HEAD_TOO_LARGE = Reason(431, f"The head of a request may have {LARGEST_HEAD} bytes.", RequestCode.TOO_LARGE)
ADDRESS_TOO_LONG = Reason(414, f"The address of a request may have {LONGEST_ADDRESS} bytes.", RequestCode.TOO_LARGE)
MALFORMED = Reason(400, "Invalid HTTP request received.", RequestCode.BAD_REQUEST)
TUNNEL = Reason(501, "The gateway opens no tunnels.", RequestCode.BAD_REQUEST)


class Unreadable(Exception):
    """A request that is not read on."""


class ClientConnection(HttpToolsProtocol):
    """One client's connection."""

    seconds = 5.0
    """How long the head of a request may take."""

    _impatience: asyncio.TimerHandle | None = None
    _is_in_head = False
    _is_leaving = False
    _is_turned_away = False
    """Whether the request that is read will only be told to come back."""
    _reason: Reason | None = None
    _ignores_upgrade = False
    _head = 0
    """How many bytes the names, values and address of the head come to, trailers included."""
    _unread = 0
    """How many bytes came in since the head began, or since it ended, that were no body."""

    def connection_made(self, transport: Any) -> None:
        """Wait for the first request."""
        super().connection_made(CoalescingTransport(transport, self.loop))
        self._door = _door_of(self.app)
        self._await_head()

    def data_received(self, data: bytes) -> None:
        """Read on. Wait for the rest of a request's head, where it has not come in one piece."""
        self._unset_keepalive_if_required()
        self._unread += len(data)
        try:
            self._feed(data)
        except (httptools.HttpParserError, Unreadable):
            self._refuse(self._reason or MALFORMED)
            return
        if self._unread > MOST_UNREAD:
            self._refuse(HEAD_TOO_LARGE)
            return
        if self._is_in_head and self._impatience is None:
            self._await_head()

    def _feed(self, data: bytes) -> None:
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            if not self._ignores_upgrade:
                self._stop(TUNNEL)
            # The parser takes what follows for another protocol, but nobody has agreed to one: it is the body.
            self._ignores_upgrade = False
            head = self._head_without_upgrade()
            self.parser = httptools.HttpRequestParser(self)
            self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
            self._feed(head + data[upgrade.args[0] :])

    def _head_without_upgrade(self) -> bytes:
        version = self.parser.get_http_version().encode()
        lines = [b"%b %b HTTP/%b" % (self.parser.get_method(), self.url, version)]
        for name, value in self.headers:
            if name == b"connection":
                kept = [token for token in value.split(b",") if token.strip().lower() not in UPGRADING]
                lines += [name + b": " + b",".join(kept)] if kept else []
            elif name not in UPGRADING:
                lines.append(name + b": " + value)
        return b"\r\n".join(lines) + b"\r\n\r\n"

    def on_message_begin(self) -> None:
        """A request's head begins."""
        super().on_message_begin()
        self._forget()
        self._is_in_head = True
        self._head = self._unread = 0

    def on_url(self, url: bytes) -> None:
        """Take a piece of the address."""
        super().on_url(url)
        self._count(len(url))
        if len(self.url) > LONGEST_ADDRESS:
            self._stop(ADDRESS_TOO_LONG)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header, or a trailer."""
        super().on_header(name, value)
        self._count(len(name) + len(value))
        if len(value) > LONGEST_HEADER or len(self.headers) > MOST_HEADERS:
            self._stop(HEAD_TOO_LARGE)

    def _count(self, more: int) -> None:
        self._head += more
        if self._head > LARGEST_HEAD:
            self._stop(HEAD_TOO_LARGE)

    def on_headers_complete(self) -> None:
        """The head is here."""
        self._forget()
        self._is_in_head = False
        self._unread = 0
        if self.parser.should_upgrade():
            # CONNECT asks for a tunnel, and is none of what is read again.
            self._ignores_upgrade = self.parser.get_method() != b"CONNECT"
        elif self._has_no_room():
            self._is_turned_away = True
        else:
            super().on_headers_complete()
            if self._is_leaving and self.cycle is not None:
                self.cycle.keep_alive = False

    def _has_no_room(self) -> bool:
        """Whether an operation is turned away before anything is made of it, which costs next to nothing.

        Browsers must be told more than that, and who waits before sending a body is answered first.
        """
        if self._door is None or not self.url.startswith(GRAPH) or not self._door.is_full:
            return False
        is_next = self.cycle is None or self.cycle.response_complete
        return is_next and not any(name in (BROWSERS, WAITING) for name, _ in self.headers)

    def _turn_away(self) -> None:
        """Say when to come back."""
        self._is_turned_away = False
        closes = self._is_leaving or not self.parser.should_keep_alive()
        if self._door is not None:
            self._door.turned_away += 1
        self.transport.write(COME_BACK % (CLOSING if closes else b""))
        if closes:
            self.transport.close()
            return
        self._unset_keepalive_if_required()
        self.timeout_keep_alive_task = self.loop.call_later(self.timeout_keep_alive, self.timeout_keep_alive_handler)

    def on_body(self, body: bytes) -> None:
        """Take a piece of the body; each may come in a chunk of its own, which has a frame of some bytes."""
        if not self._is_turned_away:
            super().on_body(body)
        self._unread = max(0, self._unread - FRAME - len(body))

    def on_message_complete(self) -> None:
        """The request is here, unless it asked for another protocol: then its body is still to be read."""
        if self._is_turned_away:
            self._turn_away()
        elif not self.parser.should_upgrade():
            super().on_message_complete()

    def shutdown(self) -> None:
        """Answer what was asked, and then close; a request that is on its way meanwhile is answered, too."""
        if self.cycle is None or self.cycle.response_complete:
            self._is_leaving = True
            self.loop.call_later(LAST_REQUEST, self._leave)
        else:
            self.cycle.keep_alive = False

    def _leave(self) -> None:
        if (self.cycle is None or self.cycle.response_complete) and not self._is_in_head:
            self._hang_up()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing will come any more."""
        self._forget()
        super().connection_lost(exc)

    def _stop(self, reason: Reason) -> NoReturn:
        self._reason = reason
        raise Unreadable

    def _refuse(self, reason: Reason) -> None:
        """Say why nothing more is read, unless an answer has begun, and hang up."""
        self.logger.warning("A request was refused: %s", reason.message)
        if self.transport.is_closing():
            return
        if self.cycle is None or self.cycle.response_complete or not self.cycle.response_started:
            body = orjson.dumps({"errors": [refusal(reason.message, reason.code)]})
            head = b"%bcontent-type: application/json; charset=utf-8\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
            self.transport.write(head % (STATUS_LINE[reason.status], len(body)) + body)
        self.transport.close()

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


def _door_of(app: Any) -> Admission | None:
    """What lets operations in; what stands before the application is passed through."""
    while (inner := getattr(app, "app", None)) is not None:
        app = inner
    endpoint = getattr(app, "endpoint", None)
    return None if endpoint is None else endpoint.admission
