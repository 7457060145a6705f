"""Clients that call until each of their calls was answered, whatever becomes of the servers meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import httpx

from tests.faults.processes import Gateway
from tests.faults.shop import Call


class Load:
    """Clients side by side, each with its calls one after another; who gets no answer asks again under its key."""

    def __init__(self, gateway: Gateway, clients: Sequence[Sequence[Call]], enough: int) -> None:
        self.gateway = gateway
        self.clients = clients
        self.enough = enough
        self.acknowledged: dict[str, str] = {}
        """The id of the row that each call made, as its client was told."""
        self.repeated: set[str] = set()
        """Calls that turned out to have been done when they were asked again for want of an answer."""
        self.refused: list[str] = []
        self.asking: set[str] = set()
        self.open, self.quiet, self.heard_enough = asyncio.Event(), asyncio.Event(), asyncio.Event()
        """Whether clients may ask; whether none is asking; whether enough was answered."""

    async def __aenter__(self) -> Load:
        self.open.set()
        self.http = await httpx.AsyncClient(timeout=30).__aenter__()
        return self

    async def __aexit__(self, *raised: Any) -> None:
        await self.http.__aexit__(*raised)

    async def run(self) -> None:
        """Come back when all calls are answered."""
        await asyncio.gather(*map(self._client, self.clients))

    async def ask_again(self) -> list[str]:
        """What is wrong with the answers when all that was acknowledged is asked once more, as if it had not been."""
        calls = [call for calls in self.clients for call in calls if call.name in self.acknowledged]
        payloads = await asyncio.gather(*map(self._answer, calls))
        return [
            f"retried: {call.name}, {payload}"
            for call, payload in zip(calls, payloads, strict=True)
            if not payload["repeated"] or _made(payload) != self.acknowledged[call.name]
        ]

    async def _client(self, calls: Sequence[Call]) -> None:
        for call in calls:
            payload = await self._answer(call)
            if payload["userErrors"]:
                self.refused.append(f"refused: {call.name}, {payload}")
                continue
            if payload["repeated"]:
                self.repeated.add(call.name)
            self.acknowledged[call.name] = _made(payload)
            if len(self.acknowledged) >= self.enough:
                self.heard_enough.set()

    async def _answer(self, call: Call) -> dict[str, Any]:
        """The payload; without one, a client can't know what became of its call, and asks until it does."""
        payload = None
        while payload is None or payload["userErrors"] == [{"code": "IN_FLIGHT"}]:
            payload = await self._ask(call)
        return payload

    async def _ask(self, call: Call) -> dict[str, Any] | None:
        await self.open.wait()
        self.asking.add(call.name)
        self.quiet.clear()
        try:
            answer = await self.http.post(self.gateway.address, json=call.body)
            data: dict[str, Any] | None = answer.json().get("data")
        except (httpx.TransportError, ValueError):
            return None
        finally:
            self.asking.remove(call.name)
            if not self.asking:
                self.quiet.set()
        return data and data[call.mutation]


def _made(payload: dict[str, Any]) -> str:
    """The id of the row that a call made; of the first where it made two."""
    made = payload["made"]
    row: str = (made[0] if isinstance(made, list) else made)["id"]
    return row
