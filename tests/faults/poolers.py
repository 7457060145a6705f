"""Mixed operations through PgBouncer: `python -m tests.faults.poolers`, in transaction mode and in session mode.

Clients read what is known and change what is counted, through several workers that share few connections. Told is how
many answers were right, wrong, internal errors, or refusals to be asked again; and what is wrong with the books.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from tests import databases
from tests.faults.books import faults
from tests.faults.processes import Gateway
from tests.faults.shop import Call, Shop, open_shop
from tests.pgbouncer import pooler

MODES = ("transaction", "session")
CLIENTS = 16
WORKERS = 4
READS = (
    "query A($id: ID!) { customer(by: {id: $id}) { id } }",
    "query B($id: ID!) { customer(by: {id: $id}) { id cards(first: 5) { nodes { number } } } }",
    "query C($id: ID!) { customer(by: {id: $id}) { id pointAccount { active } vouchers(first: 3) { totalCount } } }",
    "query D($id: ID!) { customer(by: {id: $id}) { id purchases(first: 2) { nodes { number store { code } } } } }",
    "query E($id: ID!) { customer(by: {id: $id}) { id } stores(first: 1) { nodes { code } } }",
    "query F($id: ID!) { customer(by: {id: $id}) { id } rewards(first: 2) { nodes { id name } } }",
)

Post = Callable[[dict[str, Any]], Awaitable[httpx.Response]]
"""How one of the gateways is asked."""


class Mixed:
    """Clients who read and change; what became of it."""

    def __init__(self, shop: Shop, posts: Sequence[Post]) -> None:
        self.shop, self.posts = shop, posts
        self.found: Counter[str] = Counter()
        self.calls: list[Call] = []
        self.acknowledged: dict[str, str] = {}

    async def run(self, operations: int) -> None:
        """Do so many, each client its share."""
        await asyncio.gather(*(self._client(place, operations // CLIENTS) for place in range(CLIENTS)))

    async def _client(self, place: int, count: int) -> None:
        chance = random.Random(place)
        calls = self.shop.calls(f"TILL{place}", 0, count)
        for number in range(count):
            post = self.posts[(place + number) % len(self.posts)]
            if chance.random() < 0.3:
                await self._change(post, next(calls))
            else:
                await self._read(post, chance)

    async def _read(self, post: Post, chance: random.Random) -> None:
        customer = chance.choice(self.shop.customers)
        data = await self._data(post, {"query": chance.choice(READS), "variables": {"id": customer}})
        if data is not None:
            is_right = data["customer"]["id"] == customer and _is_the_shop(data.get("stores"))
            self.found["right" if is_right else "wrong"] += 1

    async def _change(self, post: Post, call: Call) -> None:
        self.calls.append(call)
        data = None
        while data is None or data[call.mutation]["userErrors"] == [{"code": "IN_FLIGHT"}]:
            data = await self._data(post, call.body)
        payload = data[call.mutation]
        self.found["wrong" if payload["userErrors"] else "right"] += 1
        if not payload["userErrors"]:
            made = payload["made"]
            self.acknowledged[call.name] = (made[0] if isinstance(made, list) else made)["id"]

    async def _data(self, post: Post, body: dict[str, Any]) -> dict[str, Any] | None:
        """What was answered; nothing where it is to be asked again, or is an error."""
        answer = await post(body)
        content = answer.json()
        if errors := content.get("errors"):
            code = errors[0]["extensions"]["code"]
            self.found["refused" if code in ("UNAVAILABLE", "DEADLINE") else code] += 1
            return None
        data: dict[str, Any] = content["data"]
        return data


def _is_the_shop(stores: dict[str, Any] | None) -> bool:
    return stores is None or stores["nodes"] == [{"code": "shop"}]


def through(url: str, place: str) -> str:
    """A database's address by way of a pooler that the gateway is told of."""
    return f"{url.partition('?')[0]}?{place}&pooler=transaction"


def socket_of(url: str) -> Path:
    """The folder in which its server's socket is."""
    return Path(parse_qs(urlsplit(url).query)["host"][0])


async def play(url: str, mode: str, operations: int) -> bool:
    """Whether all was right."""
    shop = await open_shop(url)
    with pooler(socket_of(url), mode, connections=20) as place:
        gateway = Gateway(through(url, place), CRM360_JOBS_EVERY="0")
        gateway.command = (*gateway.command, "--workers", str(WORKERS))
        async with gateway, httpx.AsyncClient(timeout=30) as client:
            mixed = Mixed(shop, [lambda body: client.post(gateway.address, json=body)])
            await mixed.run(operations)
    wrong = await faults(url, mixed.calls, mixed.acknowledged)
    told = ", ".join(f"{count} {what}" for what, count in sorted(mixed.found.items()))
    print(f"{mode}: {told}; {'; '.join(wrong) or 'the books are right'}", flush=True)
    return not wrong and mixed.found.keys() <= {"right", "refused"}


def main() -> int:
    """Play both modes; 1 where anything was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.poolers", description=__doc__)
    parser.add_argument("modes", nargs="*", default=MODES)
    parser.add_argument("--operations", type=int, default=10_000)
    given = parser.parse_args()
    well = []
    with databases.of_a_program() as made:
        for mode in given.modes:
            with made.database("postgresql") as url:
                well.append(asyncio.run(play(url, mode, given.operations)))
    return int(not all(well))


if __name__ == "__main__":
    sys.exit(main())
