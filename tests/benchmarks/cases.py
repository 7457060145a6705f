"""What is asked, of whom, and what the answers come to once each server's way of writing them is taken off."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import asyncpg

from resolvers.ids import key_of

QUERIES = Path(__file__).parent / "queries"
SAMPLE = 64
PAGES = 20
PAGE = 50


@dataclass(frozen=True)
class Case:
    """A query with what it is asked about."""

    name: str
    title: str
    about: str
    """What varies: a customer, a product group, a card number, a place in the list of customers, or a moment."""
    operation: str | None = None
    """What it is called among the operations that frontends were promised, where it is one."""


CASES = (
    Case("customer360", "Customer 360°", "customer"),
    Case("list", "50 customers, nested lists", "page"),
    Case("catalogue", "Catalogue page of 20", "group"),
    Case("lookup", "Lookup by card number", "card"),
    Case("timeline", "Timeline page of 20", "customer"),
    Case("deep", "Deep page of 50", "deep"),
)
"""What all servers are asked."""
PROMISED = (
    Case("promised360", "Promised: Customer360", "customer", "Customer360"),
    Case("promisedTimeline", "Promised: CustomerTimeline", "customer", "CustomerTimeline"),
    Case("promisedCustomers", "Promised: Customers", "page", "Customers"),
    Case("loyalButQuiet", "Promised: LoyalButQuiet", "moment", "LoyalButQuiet"),
    Case("insights", "Insights of 50 customers", "page"),
)
"""What takes insights, progress, points and the like, which the other servers would have to be taught."""


@dataclass(frozen=True)
class Place:
    """A place in the list of customers by name: behind so many of them."""

    depth: int
    name: str
    key: int


@dataclass(frozen=True)
class Subjects:
    """What the cases are asked about; the same for all servers."""

    customer: Sequence[int]
    group: Sequence[int]
    card: Sequence[str]
    page: Sequence[Place]
    deep: Sequence[Place]
    moment: Sequence[str]


async def subjects(address: Mapping[str, Any]) -> Subjects:
    """Choose by a fixed seed from what a database holds."""
    chance = random.Random(360)
    connection: Any = await asyncpg.connect(**address)
    try:
        customers = [row[0] for row in await connection.fetch("SELECT id FROM customer ORDER BY id")]
        groups = [
            row[0]
            for row in await connection.fetch(
                "SELECT group_id FROM product WHERE group_id IS NOT NULL GROUP BY 1 HAVING count(*) >= 20 ORDER BY 1"
            )
        ]
        cards = [
            row[0]
            for row in await connection.fetch(
                "SELECT number FROM card WHERE customer_id IS NOT NULL AND state = 'ASSIGNED' ORDER BY id"
            )
        ]
        depths = [PAGE * place for place in range(1, PAGES + 1)]
        depths += [int(len(customers) * (0.6 + place * 0.015)) for place in range(PAGES)]
        places = [await _place(connection, depth) for depth in depths]
        newest = await connection.fetchval("SELECT max(paid_at) FROM purchase")
    finally:
        await connection.close()
    return Subjects(
        chance.sample(customers, SAMPLE),
        chance.sample(groups, min(SAMPLE, len(groups))),
        chance.sample(cards, SAMPLE),
        places[:PAGES],
        places[PAGES:],
        [(newest - timedelta(days=days)).isoformat() for days in range(20, 120, 5)],
    )


async def _place(connection: Any, depth: int) -> Place:
    row = await connection.fetchrow(
        "SELECT last_name_key, id FROM customer ORDER BY last_name_key, id OFFSET $1 LIMIT 1", depth - 1
    )
    return Place(depth, row[0], row[1])


NUMBER = re.compile(r"-?\d+\.\d+")
MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
MERGED = ("personalInformation", "recommendation")
DROPPED = ("id", "rowId", "key", "pageInfo", "hasNextPage", "endCursor")
CODED = ("language", "country")
"""What is told by code: names in the reader's language are the server's own."""


def plain(value: Any) -> Any:
    """An answer without ids, cursors and connections; money, decimals and moments in one form."""
    if isinstance(value, list):
        return [plain(each) for each in value]
    if isinstance(value, Mapping):
        return _plain_object(value)
    if isinstance(value, str) and NUMBER.fullmatch(value):
        return format(Decimal(value).normalize(), "f")
    if isinstance(value, str) and MOMENT.match(value):
        return datetime.fromisoformat(value).timestamp()
    return value


def _plain_object(value: Mapping[str, Any]) -> Any:
    if "nodes" in value:
        return plain(value["nodes"])
    if "edges" in value:
        return plain([edge["node"] for edge in value["edges"]])
    made: dict[str, Any] = {}
    for name, each in value.items():
        if name in DROPPED:
            continue
        if name in MERGED:
            made |= plain(each)
        elif isinstance(each, Mapping) and set(each) <= {"amount", "currency"}:
            made[name] = plain(each["amount"])
            if "currency" in each:
                made["currencyCode"] = each["currency"]["code"]
        elif name == "currency":
            made["currencyCode"] = each["code"]
        elif name in CODED and isinstance(each, Mapping):
            made[name] = each["code"]
        else:
            made[name] = plain(each)
    return made


def answer(case: str, data: Any) -> Any:
    """What an answer says."""
    found = plain(data)
    if case == "promised360" and isinstance(bills := data["customer"]["purchases"], Mapping):
        found["customer"]["purchasesCount"] = bills["totalCount"]
    if case == "loyalButQuiet":
        return _counted(data), [row.get("key") or key_of(row["id"], "Customer") for row in _rows(data["customers"])]
    if case == "promisedCustomers":
        return _counted(data), found["customers"]
    if case == "lookup":
        return found.get("customer") or found.get("customerByCard") or found["card"]["customer"]
    if case in ("timeline", "promisedTimeline"):
        return [_event(event) for event in found["customer"]["timeline"]]
    if case == "customer360" and isinstance(found["customer"]["status"], list):
        found["customer"]["status"] = next(iter(found["customer"]["status"]), None)
    return found


def _rows(found: Any) -> Any:
    return found["nodes"] if isinstance(found, Mapping) else found


def _counted(data: Any) -> Any:
    return data["customers"]["totalCount"] if isinstance(data["customers"], Mapping) else data["totalCount"]


def _event(event: Mapping[str, Any]) -> tuple[Any, ...]:
    """The moment of an event, and what it says of itself, in the order of the letters."""
    said: list[Any] = []

    def collect(value: Any) -> None:
        if isinstance(value, Mapping):
            for each in value.values():
                collect(each)
        elif value is not None:
            said.append(str(_number(value)))

    collect({name: value for name, value in event.items() if name != "at"})
    return event["at"], *sorted(said)


def _number(value: Any) -> Any:
    try:
        return format(Decimal(value).normalize(), "f")
    except (ArithmeticError, TypeError, ValueError):
        return value
