"""What a long bill costs, and how long others wait for it: `python -m tests.benchmarks.long_bills`.

A bill of a thousand lines meets two hundred rewards of all kinds, each with conditions and bonuses. It is previewed
with fifty of their codes, with all two hundred coming by themselves, closed, and asked what could be had on it: for
each, the CPU that it takes in the gateway, and the longest time for which nobody else was answered.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import random
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

import models
from resolvers.ids import opaque_id
from resolvers.storage.context import RequestContext
from resolvers.storage.engine import make_engine
from resolvers.storage.reader import make_reader
from schema.declaring.build import build
from schema.execution.run.planned_schema import Context
from server.app import GARBAGE
from tests import databases, factories
from tests.factories import NOW

LINES, REWARDS, PRODUCTS, ASKED = 1000, 200, 500, 50
VALUES = {
    models.RewardKind.PERCENT: 10,
    models.RewardKind.AMOUNT: 10,
    models.RewardKind.FINAL_PRICE: 15,
    models.RewardKind.FREE_PRODUCT: 1,
    models.RewardKind.GIFT: 0,
}
COUNTED = 0.25
"""How many of the conditions and bonuses are about a number of pieces."""

MOST_CPU, MOST_WAIT = 100, 20
"""Milliseconds that are aimed at."""

PREVIEW = """
query($customer: CustomerBy, $bill: BillInput!, $codes: [String!]) {
  purchasePreview(customer: $customer, bill: $bill, benefitCodes: $codes) { toPay { amount } }
}
"""
SEND = """
mutation($customer: CustomerBy, $bill: BillInput!) {
  purchaseSend(input: {customer: $customer, bill: $bill}) { purchase { id } userErrors { code } }
}
"""
RECOMMENDED = """
query($customer: CustomerBy!, $bill: BillInput!) {
  recommendedRewards(customer: $customer, bill: $bill) { maxCount discount { amount } reward { code } }
}
"""


async def fill(url: str, rules: int, *, automated: bool) -> str:
    """Products, and rewards that ask for them; the customer's id."""
    factories.restart()
    chance, engine = random.Random(4), make_engine(url)
    async with AsyncSession(engine, expire_on_commit=False) as session:
        groups = [factories.product_group() for _ in range(30)]
        brands = [factories.product_brand() for _ in range(60)]
        products = [
            factories.product(group=chance.choice(groups), brand=chance.choice(brands), code=f"P{place}")
            for place in range(PRODUCTS)
        ]
        person = factories.customer()
        await factories.save(session, factories.store(code="shop"), factories.usual_programme(), person, *products)
        for place in range(REWARDS):
            terms = {"kind": chance.choice(list(VALUES)), "is_automated": automated}
            value = Decimal(VALUES[terms["kind"]])
            made = factories.reward(code=f"R{place}", currency_code="CZK", value=value, **terms)
            await factories.save(session, made)
            for rule in range(rules):
                role = models.ConditionRole.CONDITION if rule % 2 else models.ConditionRole.BONUS
                kind, target = chance.choice(
                    [
                        (models.RelatedTo.PRODUCT, {"product_id": chance.choice(products).id}),
                        (models.RelatedTo.PRODUCT_GROUP, {"group_id": chance.choice(groups).id}),
                        (models.RelatedTo.PRODUCT_BRAND, {"brand_id": chance.choice(brands).id}),
                    ]
                )
                count = Decimal(chance.randint(1, 3)) if chance.random() < COUNTED else None
                condition = factories.reward_condition(reward=made, role=role, related_to=kind, count=count)
                session.add(factories.reward_condition_target(condition=condition, **target))
        await session.commit()
    await engine.dispose()
    return opaque_id("Customer", person.id)


def bill(external_id: str) -> dict[str, Any]:
    """A thousand lines of five hundred products."""
    chance = random.Random(5)
    items = [
        {
            "billItemId": str(line),
            "quantity": str(chance.randint(1, 3)),
            "paid": str(Decimal(chance.randint(500, 9000)) / 100),
            "codes": [{"code": f"P{chance.randrange(PRODUCTS)}"}],
        }
        for line in range(LINES)
    ]
    return {"store": {"code": "shop"}, "externalId": external_id, "currency": "CZK", "items": items}


@asynccontextmanager
async def waiting(longest: list[float]) -> AsyncIterator[None]:
    """Notes how long somebody else had to wait at most, who wants a turn all the time."""

    async def other() -> None:
        before = time.perf_counter()
        while True:
            await asyncio.sleep(0)
            now = time.perf_counter()
            longest[0], before = max(longest[0], now - before), now

    task = asyncio.ensure_future(other())
    yield
    task.cancel()


async def measure(url: str, customer: str, rounds: int) -> None:
    """Ask for each thing in turn, and say the medians."""
    engine, reader, schema = make_engine(url), make_reader(url), build()
    codes = [f"R{place}" for place in range(ASKED)]
    # As a server does once it is made.
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE)

    async def ask(document: str, **given: Any) -> Any:
        context = Context(RequestContext(reader, now=NOW), engine)
        result = await schema.execute(document, given, context_value=context)
        assert not result.errors, result.errors
        return result.data

    named = {"customer": {"id": customer}}
    asked = {
        "preview with 50 codes": lambda n: ask(PREVIEW, **named, bill=bill(f"p{n}"), codes=codes),
        "preview": lambda n: ask(PREVIEW, **named, bill=bill(f"q{n}")),
        "send": lambda n: ask(SEND, **named, bill=bill(f"s{n}")),
        "recommended rewards": lambda n: ask(RECOMMENDED, **named, bill=bill(f"r{n}")),
    }
    for what, work in asked.items():
        cpu, waited = [], []
        for turn in range(rounds + 1):
            given, began, longest = work(turn), time.process_time(), [0.0]
            await given
            spent = time.process_time() - began
            async with waiting(longest):
                await work(1000 + turn)
            if turn:
                cpu.append(1000 * spent)
                waited.append(1000 * longest[0])
        print(
            f"{what}: {statistics.median(cpu):.0f} ms of CPU, others waited {statistics.median(waited):.0f} ms at most",
            flush=True,
        )
    await reader.close()
    await engine.dispose()


def main() -> None:
    """Measure on each database, with rewards that are asked for and with such as come by themselves."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rules", type=int, default=20, help="conditions and bonuses of each reward")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with databases.of_a_program() as made:
        for kind in databases.KINDS:
            for automated in (False, True):
                print(f"{kind}, rewards {'come by themselves' if automated else 'are asked for'}:", flush=True)
                with made.database(kind) as url:
                    customer = asyncio.run(fill(url, given.rules, automated=automated))
                    asyncio.run(measure(url, customer, given.rounds))
        print(f"aimed at: {MOST_CPU} ms of CPU, {MOST_WAIT} ms of waiting")


if __name__ == "__main__":
    main()
