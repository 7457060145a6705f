"""Many tills at once, from one process and from two, on both databases."""

import asyncio
import sys
from collections import Counter
from contextlib import suppress
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

import models
from resolvers.ids import opaque_id
from tests import factories
from tests.factories import NOW
from tests.resolvers.purchase.shopping import PURCHASE, bill, open_shop, points_of
from tests.resolvers.running_operations import Operations

CLIENTS = 200
CUSTOMERS_CLIENTS = 64


def outcome(payload: dict[str, Any]) -> str:
    """How a mutation ended."""
    if payload["userErrors"]:
        return str(payload["userErrors"][0]["code"])
    return "REPEATED" if payload["repeated"] else "DONE"


async def outcomes(calls: list[Any]) -> Counter[str]:
    """How all of them ended; one that raises fails the test."""
    return Counter(map(outcome, await asyncio.gather(*calls)))


async def applied_events(engine: AsyncEngine) -> int:
    """How many times any voucher was applied, by the history."""
    event = models.VoucherEvent
    async with engine.connect() as connection:
        counted = select(func.count()).where(event.change == models.VoucherChange.APPLIED)
        return await connection.scalar(counted) or 0


async def apply_naively(engine: AsyncEngine, voucher_id: int) -> bool:
    """Look first, write afterwards: what the operation must not do."""
    async with engine.connect() as connection:
        state = await connection.scalar(select(models.Voucher.state).where(models.Voucher.id == voucher_id))
        await connection.rollback()
    await asyncio.sleep(0)
    if state is not models.VoucherState.ACTIVE:
        return False
    async with engine.begin() as connection:
        values = {"state": models.VoucherState.APPLIED, "redeemed_at": NOW}
        await connection.execute(update(models.Voucher).where(models.Voucher.id == voucher_id).values(values))
    return True


async def test_a_voucher_is_applied_once_by_two_hundred_tills(crm: Operations, session: AsyncSession) -> None:
    reward = factories.reward(is_portable=True)
    voucher = factories.voucher(reward=reward, code="PORTABLE")
    await open_shop(session, voucher)

    found = await outcomes(
        [
            crm.do("purchaseSend", PURCHASE, bill=bill(external_id=f"bill-{place}"), benefitCodes=["PORTABLE"])
            for place in range(CLIENTS)
        ]
    )

    assert found == {"DONE": 1, "ALREADY_APPLIED": CLIENTS - 1}
    assert await applied_events(crm.engine) == 1
    assert len(await crm.rows(models.Purchase, "id")) == 1


async def test_a_voucher_is_applied_once_however_it_is_used(crm: Operations, session: AsyncSession) -> None:
    voucher = factories.voucher(reward=factories.reward(is_portable=True), code="PORTABLE")
    shop = await open_shop(session, voucher)
    calls: list[Any] = []
    for place in range(20):
        online, offline = ({"bill": bill(external_id=f"{way}-{place}")} for way in ("online", "offline"))
        whose = {"customer": shop.customer, "voucherCodes": ["PORTABLE"]}
        calls += [
            crm.do("purchaseSend", PURCHASE, **online, benefitCodes=["PORTABLE"]),
            crm.do("voucherRedeem", f"voucher {SHOWN}", code="PORTABLE", bill=f"elsewhere-{place}"),
            crm.do("purchasesImport", "imported leftOut { code } userErrors { code }", bills=[offline | whose]),
        ]

    payloads = await asyncio.gather(*calls)

    done = [not each["userErrors"] and not each.get("leftOut") for each in payloads]
    assert sum(done) == 1
    assert await applied_events(crm.engine) == 1


async def test_looking_first_and_writing_afterwards_applies_a_voucher_more_than_once(
    engine: AsyncEngine, session: AsyncSession
) -> None:
    voucher = factories.voucher()
    await factories.save(session, voucher)

    done = await asyncio.gather(*(apply_naively(engine, voucher.id) for _ in range(20)))

    assert sum(done) > 1


TILL = """
import asyncio, sys
from resolvers.storage.engine import make_engine
from tests.resolvers.running_operations import running_operations
from tests.resolvers.purchase.shopping import PURCHASE, bill
from tests.resolvers.purchase.test_concurrent import outcomes

async def main(url, first, count):
    engine = make_engine(url)
    async with running_operations(engine, url) as crm:
        print("ready", flush=True)
        sys.stdin.readline()
        calls = [
            crm.do("purchaseSend", PURCHASE, bill=bill(external_id=f"bill-{first + place}"), benefitCodes=["PORTABLE"])
            for place in range(count)
        ]
        found = await outcomes(calls)
        print(found["DONE"], found["ALREADY_APPLIED"], sum(found.values()), flush=True)
    await engine.dispose()

asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
"""


async def test_a_voucher_is_applied_once_from_two_processes(
    database_url: str, engine: AsyncEngine, session: AsyncSession
) -> None:
    voucher = factories.voucher(reward=factories.reward(is_portable=True), code="PORTABLE")
    await open_shop(session, voucher)
    pipe = asyncio.subprocess.PIPE
    tills = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", TILL, database_url, str(place * 1000), str(CLIENTS // 2), stdin=pipe, stdout=pipe
        )
        for place in range(2)
    ]

    for till in tills:
        assert till.stdout is not None
        assert await till.stdout.readline() == b"ready\n"
    answers = await asyncio.gather(*(till.communicate(b"go\n") for till in tills))

    found = [tuple(map(int, out.split())) for out, _ in answers]
    assert sum(done for done, _, _ in found) == 1
    assert sum(refused for _, refused, _ in found) == CLIENTS - 1
    assert await applied_events(engine) == 1


async def test_a_bill_counts_once_however_many_tills_send_it_online_and_offline(
    crm: Operations, session: AsyncSession
) -> None:
    shop = await open_shop(session)
    online = [
        crm.do("purchaseSend", PURCHASE, bill=bill(), customer=shop.customer if place % 2 else None)
        for place in range(20)
    ]
    offline = [
        crm.do("purchasesImport", "imported repeated refused { code } userErrors { code }", bills=[{"bill": bill()}])
        for _ in range(20)
    ]

    sent, imported = await asyncio.gather(outcomes(online), asyncio.gather(*offline))

    new = sent["DONE"] + sum(payload["imported"] for payload in imported)
    assert new == 1
    assert sent["REPEATED"] + sum(payload["repeated"] for payload in imported) == 39
    assert len(await crm.rows(models.Purchase, "id")) == 1
    assert len(await crm.rows(models.PurchaseItem, "id")) == 1


async def count_naively(engine: AsyncEngine, store: int, customer: int) -> None:
    """Give the points of a bill, and write it down unless it is there: what the operation must not do."""
    values = {
        "store_id": store,
        "customer_id": customer,
        "external_id": "bill-1",
        "paid_at": NOW,
        "currency_code": "CZK",
    }
    made = factories.purchase(**values)
    async with AsyncSession(engine) as session:
        session.add(models.PointLot(customer_id=customer, amount=1, remaining=1, active_from=NOW, created_at=NOW))
        await session.commit()
        session.add(made)
        with suppress(IntegrityError):
            await session.commit()


async def test_counting_first_and_writing_down_afterwards_counts_a_bill_more_than_once(
    engine: AsyncEngine, session: AsyncSession
) -> None:
    shop = await open_shop(session, points=0)

    await asyncio.gather(*(count_naively(engine, shop.store.id, shop.jana.id) for _ in range(5)))

    left, _ = await points_of(session, shop.jana)
    assert left == 5


async def test_sixty_four_tills_on_one_customer_succeed_or_are_refused_with_a_code(
    crm: Operations, session: AsyncSession
) -> None:
    reward = factories.reward(code="COSTLY", points_cost=Decimal(30), limit_per_customer=5)
    vouchers = [factories.voucher(reward=factories.reward(), code=f"OWN{place}") for place in range(4)]
    shop = await open_shop(session, reward)
    for voucher in vouchers:
        voucher.customer = shop.jana
    await factories.save(session, *vouchers)
    reward_id = opaque_id("Reward", reward.id)
    calls: list[Any] = []
    for place in range(CUSTOMERS_CLIENTS // 4):
        given = {"bill": bill(external_id=f"bill-{place}"), "customer": shop.customer}
        code = [f"OWN{place % 4}"]
        calls += [
            crm.do("purchaseSend", PURCHASE, **given, benefitCodes=code),
            crm.do("purchaseSend", PURCHASE, **given | {"bill": bill(external_id=f"paid-{place}")}, spendPoints="7"),
            crm.do("voucherIssue", f"voucher {SHOWN}", customer=shop.customer["id"], reward=reward_id),
            crm.do("voucherCancel", f"voucher {SHOWN}", code=f"OWN{place % 4}"),
        ]

    found = await outcomes(calls)

    assert sum(found.values()) == CUSTOMERS_CLIENTS
    assert set(found) <= {"DONE", "REPEATED", "ALREADY_APPLIED", "POINTS_SHORT", "LIMIT_REACHED", "WRONG_STATE"}
    left, booked = await points_of(session, shop.jana)
    assert left == booked
    assert left >= 0


SHOWN = "{ id } repeated userErrors { code message field missing }"


async def test_a_reward_limited_in_total_is_used_as_often_as_it_may_be(crm: Operations, session: AsyncSession) -> None:
    reward = factories.reward(code="FIRST-FIVE", limit_total=5)
    await open_shop(session, reward)

    found = await outcomes(
        [
            crm.do("purchaseSend", PURCHASE, bill=bill(external_id=f"bill-{place}"), benefitCodes=["FIRST-FIVE"])
            for place in range(40)
        ]
    )

    assert found == {"DONE": 5, "LIMIT_REACHED": 35}


async def test_vouchers_within_a_limit_are_issued_to_whoever_comes_first(
    crm: Operations, session: AsyncSession
) -> None:
    reward = factories.reward(limit_total=7, limit_per_customer=2)
    customers = [factories.customer() for _ in range(10)]
    await factories.save(session, reward, *customers)

    found = await outcomes(
        [
            crm.do(
                "voucherIssue",
                f"voucher {SHOWN}",
                customer=opaque_id("Customer", customer.id),
                reward=opaque_id("Reward", reward.id),
            )
            for customer in customers * 3
        ]
    )

    issued = Counter(owner for (owner,) in await crm.rows(models.Voucher, "customer_id"))
    assert found == {"DONE": 7, "LIMIT_REACHED": 23}
    assert max(issued.values()) <= 2
