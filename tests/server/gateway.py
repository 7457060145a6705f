"""The real gateway in a test's own process, and a client to speak with it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from server.app import Gateway, create_app
from server.http.endpoint import Endpoint
from server.settings import load
from tests.schema.both_ways import schema as graph

CHEAP = {"password_memory": 8192}
"""Hashing costs as little as can be."""

__all__ = ["Client", "code", "graph", "opened"]


class Client(httpx.AsyncClient):
    """Speaks to a gateway in this very process."""

    def __init__(self, app: Gateway) -> None:
        super().__init__(transport=httpx.ASGITransport(app), base_url="http://localhost")
        self.app = app

    @property
    def endpoint(self) -> Endpoint:
        """The gateway's GraphQL endpoint, for tests that make something fail in it."""
        return self.app.endpoint

    def move(self, address: str) -> None:
        """Come from another address from now on."""
        assert isinstance(self._transport, httpx.ASGITransport)
        self._transport.client = (address, 123)

    async def ask(self, query: str, variables: dict[str, Any] | None = None, **headers: str) -> httpx.Response:
        """Send an operation as most clients do."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.post("/graphql", json={"query": query, "variables": variables}, headers=named)

    async def send_body(self, body: bytes, content_type: str = "application/json") -> httpx.Response:
        """Send whatever as an operation."""
        return await self.post("/graphql", content=body, headers={"Content-Type": content_type})


@asynccontextmanager
async def opened(url: str, **settings: Any) -> AsyncIterator[Client]:
    """Open a gateway: `async with opened(url, deadline=0.2) as client`. Whoever asks may do everything in it."""
    app = create_app(load(database_url=url, **{"open_access": True, **CHEAP, **settings}), graph())
    async with app.router.lifespan_context(app), Client(app) as client:
        yield client


def code(response: httpx.Response) -> str:
    """The code of an answer's only error."""
    [error] = response.json()["errors"]
    found: str = error["extensions"]["code"]
    return found
