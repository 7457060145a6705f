"""GraphQL over HTTP: what a request asks for, and how an answer travels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any
from urllib.parse import parse_qsl

import orjson
from starlette.types import Message, Receive, Scope, Send

from server.http.errors import refusal

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"
HTML = "text/html"
KINDS: tuple[tuple[str, type], ...] = (("variables", dict), ("extensions", dict), ("operationName", str))
"""What may stand beside a query."""
BAD_REQUEST = "BAD_REQUEST"
NO_STORE = (b"cache-control", b"no-store")


@dataclass(slots=True)
class GraphQLRequest:
    """An operation to run."""

    query: str
    variables: dict[str, Any] | None
    operation_name: str | None


@dataclass(slots=True)
class Answer:
    """A response to send; without a media type it is one of GraphQL's two, as the client likes."""

    body: bytes
    status: int = 200
    headers: Mapping[str, str] | None = None
    media_type: str | None = None
    is_private: bool = False
    """Whether nobody on the way may keep it."""

    @classmethod
    def of(cls, content: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
        """The answer to an operation. It may be personal, so nobody keeps it."""
        return cls(orjson.dumps(content), status, headers, is_private=True)

    async def send(self, send: Send, request: Request) -> None:
        """Send it."""
        media_type = self.media_type or (GRAPHQL if request.wanted == GRAPHQL else JSON)
        raw = [(b"content-type", _content_type(media_type)), (b"content-length", b"%d" % len(self.body))]
        if self.is_private:
            raw.append(NO_STORE)
        if self.headers:
            raw += [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in self.headers.items()]
        await send({"type": "http.response.start", "status": self.status, "headers": raw})
        await send({"type": "http.response.body", "body": self.body})


@cache
def _content_type(media_type: str) -> bytes:
    return f"{media_type}; charset=utf-8".encode()


class Refused(Exception):  # noqa: N818
    """A request that isn't run."""

    def __init__(self, status: int, message: str, code: str = BAD_REQUEST, **headers: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}

    def answer(self) -> Answer:
        """What is answered instead."""
        return Answer.of({"errors": [refusal(str(self), self.code)]}, self.status, self.headers)


class Gone(Exception):  # noqa: N818
    """The client has left."""


class Request:
    """A request as it comes in."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.receive = receive
        self.client = (scope.get("client") or ("",))[0]
        """The address that it comes from, as far as the server knows."""
        self.method: str = scope["method"]
        self.address: bytes = scope["query_string"]
        self.headers: Mapping[bytes, bytes] = dict(scope["headers"])
        self.wanted = preferred_type(self.header(b"accept"))
        self.is_read = False
        self.is_gone = False

    def header(self, name: bytes) -> str:
        """A header's text; empty where there is none."""
        return self.headers.get(name, b"").decode("latin-1")

    async def asked(self, most: int) -> GraphQLRequest | None:
        """The operation that it carries in a body of so many bytes at most; none when a page is asked for."""
        if self.method == "GET":
            asked = self._from_address()
        elif self.method == "POST":
            asked = operation(decoded(await self._body(most), "The body"))
        else:
            raise Refused(405, "Operations come by POST, and queries by GET too.", Allow="GET, POST")
        self.is_read = True
        return asked

    def _from_address(self) -> GraphQLRequest | None:
        try:
            text = self.address.decode("ascii")
            given: dict[str, Any] = dict(parse_qsl(text, keep_blank_values=True, errors="strict"))
        except ValueError:
            raise Refused(400, "The address is not well-formed UTF-8.") from None
        if "query" not in given and self.wanted == HTML:
            return None
        for name in ("variables", "extensions"):
            if name in given:
                given[name] = decoded(given[name] or "null", f"The parameter `{name}`")
        return operation(given)

    async def _body(self, most: int) -> bytes:
        if not is_json(self.header(b"content-type")):
            raise Refused(415, "Send the operation as JSON in UTF-8, with `Content-Type: application/json`.")
        length = self.header(b"content-length")
        size = int(length) if length.isdecimal() and len(length) < 20 else 0
        body, more = b"", True
        while more and size <= most:
            message: Message = await self.receive()
            if message["type"] == "http.disconnect":
                raise Gone
            body += message.get("body", b"")
            more = message.get("more_body", False)
            size = max(size, len(body))
        if size > most:
            raise Refused(413, f"The body is larger than {most} bytes.", "TOO_LARGE", Connection="close")
        return body


@lru_cache(maxsize=256)
def is_json(content_type: str) -> bool:
    """Whether a body of this type is JSON in UTF-8."""
    kind, _, parameters = content_type.lower().partition(";")
    return kind.strip() == JSON and ("charset" not in parameters or "utf-8" in parameters)


@lru_cache(maxsize=256)
def preferred_type(accept: str) -> str:
    """The media type that a client likes best; JSON where it takes anything, or nothing that is made here."""
    best, most = JSON, 0.0
    for place, piece in enumerate(accept[:1024].lower().split(",")):
        name, *parameters = (part.strip() for part in piece.split(";"))
        if name in (JSON, GRAPHQL, HTML):
            quality = next((part[2:] for part in parameters if part.startswith("q=")), "1")
            # Of two that are liked equally the first named is meant.
            weight = _number(quality) - place / 1024
            if weight > most:
                best, most = name, weight
    return best


def _number(text: str) -> float:
    try:
        return min(float(text), 1.0)
    except ValueError:
        return 0.0


def decoded(text: str | bytes, name: str) -> Any:
    """What stands in JSON."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        raise Refused(400, f"{name} is not JSON.") from None


def operation(given: Any) -> GraphQLRequest:
    """An operation, when what was given is one."""
    if isinstance(given, list):
        raise Refused(400, "Batches of operations are not taken; send one request for each.")
    if not isinstance(given, dict):
        raise Refused(400, "The body must be a JSON object with a `query`.")
    query = given.get("query")
    if not isinstance(query, str):
        raise Refused(400, "There is no `query`: it must be the document as a string.")
    for name, kind in KINDS:
        value = given.get(name)
        if value is not None and not isinstance(value, kind):
            raise Refused(400, f"`{name}` must be {'a string' if kind is str else 'an object'} or null.")
    return GraphQLRequest(query, given.get("variables"), given.get("operationName"))
