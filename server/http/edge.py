"""What each request passes before it is answered, and its answer after, whatever is asked for.

It gets an id; it must come under a name that the gateway answers to; a page of another origin is let in if it is one
of those named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import orjson
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.http.errors import refusal
from server.http.hosts import Hosts
from server.http.request_ids import HEADER, identify

UNKNOWN_HOST = "UNKNOWN_HOST"
LOCAL_PAGES = r"https?://(?:localhost|(?:[a-z0-9-]+\.)+localhost|127\.0\.0\.1|\[::1\])(?::[0-9]{1,5})?"
METHODS = ("GET", "HEAD", "POST")
SHOWN = ("X-Request-Id", "Retry-After", "ETag", "WWW-Authenticate")
"""The headers of an answer that a page of another origin may read."""
PREFLIGHT_SECONDS = 7200
"""How long a browser may remember what it was allowed; Chromium's own limit."""
PROBED = frozenset({"/health", "/ready"})
"""What is asked for by address, by whoever watches over the process."""


@dataclass(frozen=True, slots=True)
class Origins:
    """The pages that may use the gateway from another origin."""

    named: Sequence[str] = ()
    local: bool = False
    """Whether pages of this machine may, on any port: for those who develop one."""


class Edge:
    """Stands before an application."""

    def __init__(self, app: ASGIApp, hosts: Hosts, origins: Origins) -> None:
        self.app = app
        self.hosts = hosts
        self.shared: ASGIApp | None = None
        if origins.named or origins.local:
            self.shared = CORSMiddleware(
                app,
                allow_origins=origins.named,
                allow_origin_regex=LOCAL_PAGES if origins.local else None,
                allow_methods=METHODS,
                # Clients add headers of their own; without cookies none of them gives a page any right.
                allow_headers=("*",),
                expose_headers=SHOWN,
                max_age=PREFLIGHT_SECONDS,
            )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        host = given_id = origin = None
        is_named_twice = False
        for name, value in scope["headers"]:
            if name == b"host":
                is_named_twice = host is not None
                host = value
            elif name == HEADER:
                given_id = value
            elif name == b"origin":
                origin = value
        request_id = identify(given_id)

        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), (HEADER, request_id)]
            await send(message)

        if is_named_twice:
            await _refuse(send_named, 400, "The header Host is given twice.", "BAD_REQUEST")
        elif not self.hosts.knows(host or b"") and scope["path"] not in PROBED:
            told = "The gateway doesn't answer to this name; CRM360_ALLOWED_HOSTS says to which it does."
            await _refuse(send_named, 421, told, UNKNOWN_HOST)
        elif origin is not None and self.shared is not None:
            await self.shared(scope, receive, send_named)
        else:
            await self.app(scope, receive, send_named)


async def _refuse(send: Send, status: int, message: str, code: str) -> None:
    body = orjson.dumps({"errors": [refusal(message, code)]})
    headers = [
        (b"content-type", b"application/json; charset=utf-8"),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
