"""Asking the gateway: one document at a time, with retries that can do no harm."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

TRIES = 3
LONGEST_WAIT = 5.0


class Away(Exception):
    """The gateway can't be reached, or asks to come back later."""


class Mistaken(Exception):
    """The gateway says that the till asked for something wrong."""


@dataclass
class Gateway:
    """The gateway under an address, asked with the till's own token."""

    address: str
    token: str | None = None
    wait: Callable[[float], None] = time.sleep
    client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=10))

    def ask(self, document: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        """The data of an answer. What may be tried again is: a mutation must come with an idempotency key."""
        for attempt in range(1, TRIES + 1):
            try:
                return self._once(document, variables)
            except Away:
                if attempt == TRIES:
                    raise
        raise AssertionError

    def _once(self, document: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        try:
            response = self.client.post(
                f"{self.address}/graphql", json={"query": document, "variables": dict(variables)}, headers=headers
            )
        except httpx.TransportError as error:
            raise Away(str(error)) from error
        if response.status_code in {429, 502, 503, 504}:
            self.wait(min(float(response.headers.get("Retry-After", 1)), LONGEST_WAIT))
            raise Away(f"the gateway answers {response.status_code}")
        answer = response.json()
        if errors := answer.get("errors"):
            # Past its deadline the outcome of a mutation is open: the same key tells.
            if any(error["extensions"]["code"] in {"DEADLINE", "UNAVAILABLE"} for error in errors):
                raise Away(errors[0]["message"])
            raise Mistaken("; ".join(f"{error['extensions']['code']}: {error['message']}" for error in errors))
        data: dict[str, Any] = answer["data"]
        return data
