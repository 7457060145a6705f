"""What clients do to a small shop while its servers are killed: money-like changes, each of which tells its own name.

The name is the idempotency key of the call, and stands in the row that the call makes: a row that is there twice, or
not at all, is known by it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

import models
from resolvers.ids import opaque_id
from resolvers.storage.engine import make_engine
from tests import factories

OPENING = Decimal(100_000)
CUSTOMERS = 4


@dataclass(frozen=True)
class Call:
    """A mutation, and what it does."""

    name: str
    mutation: str
    shows: str
    input: dict[str, Any]
    points: Decimal
    """What it adds to all points that there are; less than zero where it takes some."""

    @property
    def body(self) -> dict[str, Any]:
        """What is posted."""
        named = self.mutation[0].upper() + self.mutation[1:]
        document = (
            f"mutation($input: {named}Input!, $key: String!) {{ {self.mutation}(input: $input, idempotencyKey: $key) "
            f"{{ made: {self.shows} repeated userErrors {{ code }} }} }}"
        )
        return {"query": document, "variables": {"input": self.input, "key": self.name}}


@dataclass(frozen=True)
class Shop:
    """A store, some customers with points, and a reward that costs points; all by their ids."""

    customers: list[str]
    reward: str

    def calls(self, client: str, seed: int, count: int) -> Iterator[Call]:
        """What a client does, one after another: now and then a voucher is bought, and then used for a bill."""
        chance = random.Random(f"{client} {seed}")
        kinds = [_assign, _spend, _transfer, self._voucher, self._voucher]
        bought: Call | None = None
        for place in range(count):
            name = f"{client}-{seed}-{place}"
            if bought is None:
                call = chance.choice(kinds)(name, *chance.sample(self.customers, 2))
                bought = call if call.mutation == "voucherIssue" else None
            else:
                call, bought = _bill(name, bought.name, bought.input["customer"]), None
            yield call

    def _voucher(self, name: str, who: str, _other: str) -> Call:
        given = {"customer": who, "reward": self.reward, "code": name}
        return Call(name, "voucherIssue", "voucher { id }", given, Decimal(-5))


def _assign(name: str, who: str, _other: str) -> Call:
    return Call(name, "pointsAssign", "entry { id }", {"customer": who, "amount": "7", "note": name}, Decimal(7))


def _spend(name: str, who: str, _other: str) -> Call:
    return Call(name, "pointsSpend", "entry { id }", {"customer": who, "amount": "3", "note": name}, Decimal(-3))


def _transfer(name: str, who: str, other: str) -> Call:
    given = {"from": who, "to": other, "amount": "2", "note": name}
    return Call(name, "pointsTransfer", "entries { id }", given, Decimal(0))


def _bill(name: str, voucher: str, who: str) -> Call:
    """A hundred less ten per cent less ten points: 89.90 to pay, which earns 89 points."""
    items = [{"billItemId": "1", "quantity": "1", "paid": "100"}]
    bill = {"store": {"code": "shop"}, "externalId": name, "currency": "CZK", "items": items}
    given = {"customer": {"id": who}, "bill": bill, "benefitCodes": [voucher], "spendPoints": "10"}
    return Call(name, "purchaseSend", "purchase { id }", given, Decimal(89 - 10))


async def open_shop(url: str) -> Shop:
    """Put a shop into an empty database."""
    engine = make_engine(url)
    async with AsyncSession(engine, expire_on_commit=False) as session:
        customers = [factories.customer() for _ in range(CUSTOMERS)]
        purses = [factories.points(customer=each, amount=OPENING) for each in customers]
        reward: models.Reward = factories.reward(points_cost=Decimal(5))
        await factories.save(session, factories.store(code="shop"), factories.usual_programme(), reward, *purses)
    await engine.dispose()
    return Shop([opaque_id("Customer", each.id) for each in customers], opaque_id("Reward", reward.id))
