"""Many customers reserving at once, from one process and from two, on both databases."""

import asyncio
import sys
from collections import Counter
from decimal import Decimal
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

import models
from resolvers.ids import opaque_id
from resolvers.reservation.operations import expire_reservations
from tests import factories
from tests.factories import NOW
from tests.resolvers.running_operations import Operations

CLIENTS = 200
STOCK = 120


async def open_shop(session: AsyncSession, stock: int = STOCK) -> list[models.Customer]:
    """A store with butter and milk in stock, and twenty customers."""
    store = factories.store()
    for name in ("Butter", "Milk"):
        product = factories.reservable_product(product=factories.product(name=name))
        await factories.save(
            session, factories.reservable_offer(reservable_product=product, store=store, stock=Decimal(stock))
        )
    customers = [factories.customer() for _ in range(20)]
    await factories.save(session, *customers)
    return customers


def order(customer: int, *products: int) -> dict[str, Any]:
    """One of each product for a customer."""
    items = [{"reservableProduct": opaque_id("ReservableProduct", key), "quantity": "1"} for key in products]
    return {"customer": opaque_id("Customer", customer), "store": opaque_id("Store", 1), "items": items}


async def reserve_many(crm: Operations, orders: list[dict[str, Any]]) -> Counter[str]:
    """How as many calls at once end: DONE, or by the code of the refusal."""
    shows = "userErrors { code }"
    payloads = await asyncio.gather(*(crm.do("productReservationCreate", shows, **each) for each in orders))
    return Counter(payload["userErrors"][0]["code"] if payload["userErrors"] else "DONE" for payload in payloads)


async def left(engine: AsyncEngine) -> list[Decimal]:
    offer = models.ReservableOffer
    async with engine.connect() as connection:
        return list(await connection.scalars(select(offer.stock).order_by(offer.id)))


async def test_two_hundred_customers_never_reserve_more_than_there_is(crm: Operations, session: AsyncSession) -> None:
    customers = await open_shop(session)

    found = await reserve_many(crm, [order(customers[place % 20].id, 1) for place in range(CLIENTS)])

    assert found == {"DONE": STOCK, "OUT_OF_STOCK": CLIENTS - STOCK}
    assert await left(crm.engine) == [0, STOCK]
    assert len(await crm.rows(models.ProductReservationItem, "quantity")) == STOCK


CLIENT = """
import asyncio, sys
from collections import Counter
from decimal import Decimal
from resolvers import reservation
from resolvers.storage.reader import make_reader
from resolvers.storage.engine import make_engine
from resolvers.storage.context import RequestContext
from resolvers.operation.perform import perform
from tests.factories import NOW
from tests.resolvers.calling import call_of

async def main(url, inputs):
    engine, reader = make_engine(url), make_reader(url)
    for each in inputs:
        each["items"] = [{"reservable_product": each.pop("product"), "quantity": Decimal(1)}]

    async def shown(payload, _context):
        return payload.user_errors[0].code if payload.user_errors else "DONE"

    print("ready", flush=True)
    sys.stdin.readline()
    calls = [call_of(reservation.create, each) for each in inputs]
    found = Counter(await asyncio.gather(
        *(perform(engine, RequestContext(reader, now=NOW), call, shown) for call in calls)
    ))
    print(found["DONE"], found["OUT_OF_STOCK"])
    await reader.close()
    await engine.dispose()

asyncio.run(main(sys.argv[1], eval(sys.argv[2])))
"""


async def from_two_processes(url: str, inputs: list[dict[str, str]]) -> list[int]:
    """How many reserved and how many were refused, of clients in two processes at once."""
    pipe = asyncio.subprocess.PIPE
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", CLIENT, url, repr(inputs[half::2]), stdin=pipe, stdout=pipe
        )
        for half in range(2)
    ]
    for process in processes:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
    answers = await asyncio.gather(*(process.communicate(b"go\n") for process in processes))
    return [sum(numbers) for numbers in zip(*(map(int, out.split()) for out, _ in answers), strict=True)]


async def test_customers_in_two_processes_never_reserve_more_than_there_is(
    database_url: str, engine: AsyncEngine, session: AsyncSession
) -> None:
    customers = await open_shop(session)
    inputs = [
        {
            "customer": opaque_id("Customer", customers[place % 20].id),
            "store": opaque_id("Store", 1),
            "product": opaque_id("ReservableProduct", 1),
        }
        for place in range(CLIENTS)
    ]

    assert await from_two_processes(database_url, inputs) == [STOCK, CLIENTS - STOCK]
    assert await left(engine) == [0, STOCK]


async def reserve_naively(engine: AsyncEngine) -> bool:
    """Look first, write afterwards: what the operation must not do."""
    offer = models.ReservableOffer
    async with engine.connect() as connection:
        stock = await connection.scalar(select(offer.stock).where(offer.id == 1))
        await connection.rollback()
    await asyncio.sleep(0)
    if stock is None or stock < 1:
        return False
    async with engine.begin() as connection:
        await connection.execute(update(offer).where(offer.id == 1).values(stock=stock - 1))
    return True


async def test_looking_first_and_writing_afterwards_sells_what_is_not_there(
    engine: AsyncEngine, session: AsyncSession
) -> None:
    """The control: it can be seen to fail where nothing settles who comes first."""
    await open_shop(session, stock=20)

    reserved = await asyncio.gather(*(reserve_naively(engine) for _ in range(60)))

    assert sum(reserved) > 20


async def test_reserving_cancelling_and_expiring_at_once_keep_the_stock_whole_and_never_block_each_other(
    crm: Operations, session: AsyncSession
) -> None:
    customers = await open_shop(session, stock=30)
    shows = "reservation { id } userErrors { code }"

    async def come_and_go(place: int) -> None:
        """Reserve both, in either order, and cancel, or have it ready for a day that is over, in turn."""
        products = (1, 2) if place % 2 else (2, 1)
        made = await crm.do("productReservationCreate", shows, **order(customers[place % 20].id, *products))
        if made["userErrors"]:
            return
        which = made["reservation"]["id"]
        await crm.do("productReservationAdvance", shows, id=which, state="READY", pickupDate="2024-05-15")
        if place % 3 == 0:
            await crm.do("productReservationAdvance", shows, id=which, state="CANCELLED")

    async def let_go() -> None:
        for _ in range(5):
            await expire_reservations(crm.engine, NOW.replace(day=17), 7)
            await asyncio.sleep(0.01)

    await asyncio.gather(let_go(), *(come_and_go(place) for place in range(60)))
    await expire_reservations(crm.engine, NOW.replace(day=17), 7)

    states = Counter(state for (state,) in await crm.rows(models.ProductReservation, "state"))
    assert states.keys() == {"CANCELLED", "NOT_PICKED_UP"}
    assert await left(crm.engine) == [30, 30]


async def test_one_external_id_is_reserved_once_however_often_it_is_sent_at_once(
    crm: Operations, session: AsyncSession
) -> None:
    customers = await open_shop(session)
    named = {"source": "eshop", "externalId": "r-1"}
    shows = "reservation { id } repeated userErrors { code }"

    payloads = await asyncio.gather(
        *(crm.do("productReservationCreate", shows, **order(customers[0].id, 1), **named) for _ in range(10))
    )

    assert [payload["userErrors"] for payload in payloads] == [[]] * 10
    assert len({payload["reservation"]["id"] for payload in payloads}) == 1
    assert sum(payload["repeated"] for payload in payloads) == 9
    assert await left(crm.engine) == [STOCK - 1, STOCK]


async def test_one_reservable_product_is_made_once_by_many_at_once(crm: Operations, session: AsyncSession) -> None:
    product = factories.product()
    await factories.save(session, product)
    given = {"product": {"id": opaque_id("Product", product.id)}, "source": "erp", "externalId": "1"}

    payloads = await asyncio.gather(
        *(crm.do("reservableProductUpsert", "userErrors { code }", **given) for _ in range(8))
    )

    assert payloads == [{"userErrors": []}] * 8
    assert await crm.rows(models.ReservableProduct, "external_id") == [("1",)]
