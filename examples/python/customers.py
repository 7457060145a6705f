"""Walks through the customers of a gateway, page by page, and prints each one's points, status and last bills.

python examples/python/customers.py --limit 20
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from gql import Client, gql
from gql.client import AsyncClientSession
from gql.transport.exceptions import TransportQueryError
from gql.transport.httpx import HTTPXAsyncTransport

SCHEMA = Path(__file__).parents[2] / "schema.graphql"
DOCUMENT = Path(__file__).with_name("customers.graphql")
PAGE = 50


async def customers(session: AsyncClientSession, search: str | None) -> AsyncIterator[dict[str, Any]]:
    """All customers, a page at a time, as Relay's connections are read."""
    document, after = gql(DOCUMENT.read_text()), None
    while True:
        document.variable_values = {"first": PAGE, "after": after, "search": search}
        page = (await session.execute(document))["customers"]
        for node in page["nodes"]:
            yield node
        if not page["pageInfo"]["hasNextPage"]:
            return
        after = page["pageInfo"]["endCursor"]


def line(customer: dict[str, Any]) -> str:
    """A customer in a line."""
    status = (customer["status"] or {}).get("status")
    bills = [
        f"{bill['total']['amount']} {bill['total']['currency']['code']}" for bill in customer["purchases"]["nodes"]
    ]
    parts = [customer["personalInformation"]["fullName"] or "(no name)", f"{customer['pointAccount']['active']} points"]
    return ", ".join([*parts, status["name"] if status else "no status", f"last bills: {'; '.join(bills) or 'none'}"])


async def main(arguments: list[str]) -> int:
    """Print what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gateway", default=os.environ.get("CRM_GATEWAY", "http://127.0.0.1:8000"))
    parser.add_argument("--token", default=os.environ.get("CRM_TOKEN"), help="better in CRM_TOKEN")
    parser.add_argument("--search", help="words of a name, an e-mail address, a phone number")
    parser.add_argument("--limit", type=int, default=20)
    given = parser.parse_args(arguments)
    headers = {"Authorization": f"Bearer {given.token}"} if given.token else {}
    transport = HTTPXAsyncTransport(url=f"{given.gateway}/graphql", headers=headers)
    # With the schema at hand a document is checked before it is sent.
    async with Client(transport=transport, schema=SCHEMA.read_text()) as session:
        left = given.limit
        try:
            async for customer in customers(session, given.search):
                print(line(customer))
                left -= 1
                if not left:
                    break
        except TransportQueryError as refused:
            print("; ".join(error["message"] for error in refused.errors or []), file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
