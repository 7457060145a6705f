"""What each request passes before it is answered, and its answer after, whatever is asked for.

It gets an id; it must come under a name that the gateway answers to; a page of another origin is let in if it is one
of those named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import orjson
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from resolvers.request_codes import RequestCode
from server.http.errors import refusal
from server.http.hosts import Hosts
from server.http.request_ids import HEADER, identify

UNKNOWN = "The gateway doesn't answer to this name; CRM360_ALLOWED_HOSTS says to which it does."
LOCAL_PAGES = r"https?://(?:localhost|(?:[a-z0-9-]+\.)+localhost|127\.0\.0\.1|\[::1\])(?::[0-9]{1,5})?"
METHODS = ("GET", "HEAD", "POST")
SHOWN = b"X-Request-Id, Retry-After, ETag, WWW-Authenticate"
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

    def __bool__(self) -> bool:
        """Whether any may."""
        return self.local or bool(self.named)


class EdgeMiddleware:
    """Stands before an application."""

    def __init__(self, app: ASGIApp, hosts: Hosts, origins: Origins) -> None:
        self.app = app
        self.hosts = hosts
        self.origins = origins
        self.preflight = CORSMiddleware(
            app,
            allow_origins=origins.named,
            allow_origin_regex=LOCAL_PAGES if origins.local else None,
            allow_methods=METHODS,
            # Clients add headers of their own; without cookies none of them gives a page any right.
            allow_headers=("*",),
            max_age=PREFLIGHT_SECONDS,
        )
        self.shared = lru_cache(maxsize=256)(self._shared)

    def _shared(self, origin: bytes) -> tuple[tuple[bytes, bytes], ...]:
        """What lets a page of an origin read an answer; nothing for one that isn't let in."""
        if not self.preflight.is_allowed_origin(origin.decode("latin-1")):
            return ()
        allowed = b"*" if self.preflight.allow_all_origins else origin
        return (
            (b"access-control-allow-origin", allowed),
            (b"access-control-expose-headers", SHOWN),
            (b"vary", b"Origin"),
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        headers = dict(scope["headers"])
        more = [(HEADER, identify(headers.get(HEADER)))]

        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *more]
            await send(message)

        if scope["path"] not in PROBED and (refused := self._refusal(headers, scope["headers"])):
            await _refuse(send_on, *refused)
            return
        origin = headers.get(b"origin")
        if origin is not None and self.origins:
            if scope["method"] == "OPTIONS" and b"access-control-request-method" in headers:
                await self.preflight(scope, receive, send_on)
                return
            more += self.shared(origin)
        await self.app(scope, receive, send_on)

    def _refusal(
        self, headers: Mapping[bytes, bytes], given: Sequence[tuple[bytes, bytes]]
    ) -> tuple[int, str, str] | None:
        """Why a request is not taken under the name that it came under: status, message and code."""
        if not self.hosts.knows(headers.get(b"host", b"")):
            return 421, UNKNOWN, RequestCode.UNKNOWN_HOST
        if len(headers) < len(given) and [name for name, _ in given].count(b"host") > 1:
            return 400, "The header Host is given twice.", RequestCode.BAD_REQUEST
        return None


async def _refuse(send: Send, status: int, message: str, code: str) -> None:
    body = orjson.dumps({"errors": [refusal(message, code)]})
    headers = [
        (b"content-type", b"application/json; charset=utf-8"),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
