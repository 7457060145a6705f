"""The floor: a query in hand-written SQL that answers finished JSON, behind bare ASGI. No GraphQL at all."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import orjson

SQL = {path.stem: path.read_text() for path in (Path(__file__).parent.parent / "queries" / "sql").glob("*.sql")}
ARGUMENTS: dict[str, Callable[[dict[str, Any], datetime], list[Any]]] = {
    "customer360": lambda given, _now: [int(given["id"])],
    "list": lambda given, _now: [*cursor(given.get("after"))],
    "catalogue": lambda given, _now: [int(given["id"])],
    "lookup": lambda given, _now: [given["number"]],
    "timeline": lambda given, _now: [int(given["id"])],
    "deep": lambda given, _now: [*cursor(given.get("after"))],
    "promised360": lambda given, now: [int(given["id"]), now],
    "promisedTimeline": lambda given, _now: [int(given["id"])],
    "promisedCustomers": lambda given, _now: [*cursor(given.get("after"))],
    "loyalButQuiet": lambda given, now: [datetime.fromisoformat(given["since"]), now],
    "insights": lambda given, now: [*cursor(given.get("after")), now],
}
HEADERS = [(b"content-type", b"application/json")]


def cursor(text: str | None) -> tuple[str, int]:
    """A place in the list of customers: the sort key of the name, and the key of the row."""
    if text is None:
        return "", 0
    name, key = orjson.loads(text)
    return name, key


class Floor:
    """An ASGI application."""

    pool: Any = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        if self.pool is None:
            self.pool = await asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=8, max_size=8, reset=_keep)
        message = await receive()
        body = message["body"]
        while message.get("more_body"):
            message = await receive()
            body += message["body"]
        asked = orjson.loads(body)
        name = asked["query"]
        async with self.pool.acquire() as connection:
            text = await connection.fetchval(SQL[name], *ARGUMENTS[name](asked["variables"], datetime.now(UTC)))
        answer = (text or "null").encode()
        headers = [*HEADERS, (b"content-length", str(len(answer)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answer})


async def _keep(_connection: Any) -> None:
    """Nothing here changes a session."""


app = Floor()
