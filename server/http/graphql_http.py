"""GraphQL over HTTP: what a request asks for, and how an answer travels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from typing import Any
from urllib.parse import parse_qsl

import orjson
from starlette.types import Message, Receive, Scope, Send

from resolvers.request_codes import RequestCode
from schema.execution.run.planned_schema import Context, OperationRequest
from server.http.compression import SHORTEST, chosen, compressed
from server.http.errors import codes_of, refusal
from server.http.media_types import GRAPHQL, HTML, JSON, is_json, preferred_type

BESIDE: tuple[tuple[str, type], ...] = (("variables", dict), ("extensions", dict), ("operationName", str))
"""What may stand beside a query."""
IDS = ("documentId", "id", "doc_id")
"""Under what names clients send the id of a document instead of its text."""
METHODS = "GET, HEAD, OPTIONS, POST"
BOM = b"\xef\xbb\xbf"
NO_STORE = (b"cache-control", b"no-store")


@dataclass(slots=True)
class GraphQLRequest:
    """An operation to run."""

    query: str
    """The text of its document; empty where only the id or the hash is given."""
    variables: dict[str, Any] | None
    operation_name: str | None
    document_id: str | None = None
    persisted: Mapping[str, Any] | None = None
    """What Apollo's protocol says of the document: a version, and its hash."""


@dataclass(slots=True)
class Answer:
    """A response to send; without a media type it is one of GraphQL's two, as the client likes."""

    body: bytes
    status: int = 200
    headers: Mapping[str, str] | None = None
    media_type: str | None = None
    is_private: bool = False
    """Whether nobody on the way may keep it."""
    seconds: int = 0
    """How long anybody may keep it; 0 where that isn't said."""
    codes: Sequence[str] = ()
    """Those of its errors."""

    @classmethod
    def of(cls, content: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
        """The answer to an operation. It may be personal, so nobody keeps it."""
        return cls(orjson.dumps(content), status, headers, is_private=True, codes=codes_of(content.get("errors")))

    async def send(self, send: Send, request: Request) -> None:
        """Send it."""
        if self.status == 204:
            await self._send(send, [], b"")
            return
        media_type = self.media_type or (GRAPHQL if request.wanted == GRAPHQL else JSON)
        raw = [(b"content-type", _content_type(media_type))]
        if self.seconds:
            raw += self._for_all()
            if _is_known(raw[-1][1], request.header(b"if-none-match")):
                self.status = 304
                await self._send(send, raw[1:], b"")
                return
        body = self.body
        if len(body) >= SHORTEST and (encoding := chosen(request.header(b"accept-encoding"))) is not None:
            body = await compressed(body, encoding)
            raw.append((b"content-encoding", encoding.encode()))
            if not self.seconds:
                raw.append((b"vary", b"Accept-Encoding"))
        raw.append((b"content-length", b"%d" % len(body)))
        if self.is_private and not self.seconds:
            raw.append(NO_STORE)
        await self._send(send, raw, b"" if request.method == "HEAD" else body)

    def _for_all(self) -> list[tuple[bytes, bytes]]:
        """The headers of an answer that anybody may keep: it is the same for all who ask without a token."""
        tag = blake2b(self.body, digest_size=16).hexdigest()
        return [
            (b"cache-control", b"public, max-age=%d" % self.seconds),
            (b"vary", b"Accept, Accept-Encoding, Accept-Language, Authorization, Origin"),
            (b"etag", f'W/"{tag}"'.encode()),
        ]

    async def _send(self, send: Send, raw: list[tuple[bytes, bytes]], body: bytes) -> None:
        if self.headers:
            raw += [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in self.headers.items()]
        await send({"type": "http.response.start", "status": self.status, "headers": raw})
        await send({"type": "http.response.body", "body": body})


def _is_known(tag: bytes, known: str) -> bool:
    """Whether a client that sends this `If-None-Match` has the answer already."""
    return bool(known) and (known.strip() == "*" or tag.decode() in (each.strip() for each in known.split(",")))


@cache
def _content_type(media_type: str) -> bytes:
    return f"{media_type}; charset=utf-8".encode()


class Refused(Exception):
    """A request that isn't run."""

    def __init__(self, status: int, message: str, code: str = RequestCode.BAD_REQUEST, **headers: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}

    def answer(self) -> Answer:
        """What is answered instead."""
        return Answer.of({"errors": [refusal(str(self), self.code)]}, self.status, self.headers)


class Gone(Exception):
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
        self.is_safe = self.method in ("GET", "HEAD")
        """Whether it may change nothing."""
        self.is_read = False
        self.is_gone = False
        self.has_begun = False
        """Whether a change has begun, which goes on to its end."""
        self.running: OperationRequest | None = None
        """What it asks for, once that is known to be valid."""
        self.context: Context | None = None
        """What it is answered with."""
        self.answer: Answer | None = None

    def header(self, name: bytes) -> str:
        """A header's text; empty where there is none."""
        return self.headers.get(name, b"").decode("latin-1")

    async def asked(self, most: int) -> GraphQLRequest | None:
        """The operation that it carries in a body of so many bytes at most; none when a page is asked for."""
        if self.is_safe:
            asked = self._from_address()
        elif self.method == "POST":
            asked = operation(decoded((await self._body(most)).removeprefix(BOM), "The body"))
        elif self.method == "OPTIONS":
            raise Refused(204, "", Allow=METHODS)
        else:
            raise Refused(405, "Operations come by POST, and queries by GET too.", Allow=METHODS)
        self.is_read = True
        return asked

    def _from_address(self) -> GraphQLRequest | None:
        try:
            text = self.address.decode("ascii")
            given: dict[str, Any] = dict(parse_qsl(text, keep_blank_values=True, errors="strict"))
        except ValueError:
            raise Refused(400, "The address is not well-formed UTF-8.") from None
        if self.wanted == HTML and given.keys().isdisjoint(("query", "extensions", *IDS)):
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
            raise Refused(413, f"The body is larger than {most} bytes.", RequestCode.TOO_LARGE, Connection="close")
        return body


def decoded(text: str | bytes, name: str) -> Any:
    """What stands in JSON."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        raise Refused(400, f"{name} is not JSON.") from None


def _document_id(given: Mapping[str, Any]) -> str | None:
    return next((given[name] for name in IDS if isinstance(given.get(name), str)), None)


def operation(given: Any) -> GraphQLRequest:
    """An operation, when what was given is one."""
    if isinstance(given, list):
        raise Refused(400, "Batches of operations are not taken; send one request for each.")
    if not isinstance(given, dict):
        raise Refused(400, "The body must be a JSON object with a `query`.")
    for name, kind in BESIDE:
        value = given.get(name)
        if value is not None and not isinstance(value, kind):
            raise Refused(400, f"`{name}` must be {'a string' if kind is str else 'an object'} or null.")
    query = given.get("query")
    document_id = None if given.keys().isdisjoint(IDS) else _document_id(given)
    persisted = (given.get("extensions") or {}).get("persistedQuery")
    if query is None and (document_id is not None or persisted is not None):
        query = ""
    elif not isinstance(query, str):
        raise Refused(400, "There is no `query`: it must be the document as a string.")
    if not isinstance(persisted, dict | None):
        raise Refused(400, "`extensions.persistedQuery` must be an object.")
    return GraphQLRequest(query, given.get("variables"), given.get("operationName"), document_id, persisted)
