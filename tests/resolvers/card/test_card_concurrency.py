"""A free card goes to one holder, however many want it, from however many processes; the naive way gives it twice."""

import asyncio
import multiprocessing
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

import models
from resolvers import card
from resolvers.card import number as card_number
from resolvers.card.inputs import CardAssign, CardGenerate
from resolvers.operation.perform import Payload, perform
from resolvers.storage.context import RequestContext
from resolvers.storage.engine import make_engine
from resolvers.storage.reader import make_reader
from tests import factories
from tests.factories import NOW
from tests.resolvers.calling import call_of

CLIENTS, PROCESSES = 200, 2


async def clients(url: str, operation: Any, inputs: list[Any]) -> list[str]:
    """What each client of one process is told: the key of a card, or why there is none."""
    engine, reader = make_engine(url), make_reader(url)

    async def shown(payload: Payload, _context: RequestContext) -> str:
        return payload.user_errors[0].code if payload.user_errors else str(payload.answer.card.key)

    async def ask(given: Any) -> str:
        return await perform(engine, RequestContext(reader, now=NOW), call_of(operation, given), shown)

    told = await asyncio.gather(*(ask(given) for given in inputs))
    await reader.close()
    await engine.dispose()
    return list(told)


def process(url: str, name: str, inputs: list[Any]) -> list[str]:
    """A till's server of its own."""
    operation = {"assign": card.assign, "generate": card_number.generate}[name]
    return asyncio.run(clients(url, operation, inputs))


async def all_at_once(url: str, name: str, inputs: list[Any]) -> list[str]:
    """What all clients are told, half of them in each of two processes."""
    loop = asyncio.get_running_loop()
    with ProcessPoolExecutor(PROCESSES, multiprocessing.get_context("spawn")) as pool:
        parts = [loop.run_in_executor(pool, process, url, name, inputs[start::PROCESSES]) for start in range(PROCESSES)]
        return [told for part in await asyncio.gather(*parts) for told in part]


async def customers(session: AsyncSession, count: int) -> list[int]:
    people = [factories.customer() for _ in range(count)]
    await factories.save(session, *people)
    return [person.id for person in people]


async def holders(session: AsyncSession) -> list[int | None]:
    return list(await session.scalars(select(models.Card.customer_id).order_by(models.Card.id)))


async def test_one_card_that_200_want_goes_to_one(session: AsyncSession, database_url: str) -> None:
    free = factories.card(number="99000001")
    await factories.save(session, free)
    wanted = [CardAssign(customer=who, number="99000001") for who in await customers(session, CLIENTS)]

    told = await all_at_once(database_url, "assign", wanted)

    assert Counter(told) == {str(free.id): 1, "CARD_NOT_FREE": CLIENTS - 1}
    assert [len(await holders(session)), None in await holders(session)] == [1, False]
    assert list(await session.scalars(select(models.CardEvent.change))) == ["ASSIGNED"]


async def test_of_50_free_cards_200_customers_get_one_each(session: AsyncSession, database_url: str) -> None:
    kind = factories.card_type()
    await factories.save(session, *(factories.card(card_type=kind) for _ in range(50)))
    people = await customers(session, CLIENTS)

    told = await all_at_once(database_url, "assign", [CardAssign(customer=who, card_type=kind.id) for who in people])

    given = await holders(session)
    assert Counter(told)["NO_FREE_CARD"] == CLIENTS - 50
    assert len(set(told)) == 51
    assert len(set(given) - {None}) == len(given) == 50


async def test_100_numbers_drawn_at_once_are_all_different(session: AsyncSession, database_url: str) -> None:
    kind = factories.card_type(prefix="99", number_length=4)
    await factories.save(session, kind)

    told = await all_at_once(database_url, "generate", [CardGenerate(card_type=kind.id)] * 110)

    assert Counter(told)["NUMBERS_USED_UP"] == 10
    assert set(await session.scalars(select(models.Card.number))) == {f"99{serial:02d}" for serial in range(100)}


async def test_the_naive_way_gives_a_card_to_more_than_one(engine: AsyncEngine, session: AsyncSession) -> None:
    free = factories.card()
    await factories.save(session, free)
    people = [factories.customer() for _ in range(20)]
    await factories.save(session, *people)
    table, all_looked = models.Card, asyncio.Barrier(len(people))

    async def assign_naively(who: int) -> bool:
        async with engine.connect() as connection:
            state = await connection.scalar(select(table.state).where(table.id == free.id))
        await all_looked.wait()
        if state != "FREE":
            return False
        async with engine.connect() as connection:
            await connection.execute(update(table).where(table.id == free.id).values(state="ASSIGNED", customer_id=who))
            await connection.commit()
            return True

    told = await asyncio.gather(*(assign_naively(person.id) for person in people))

    assert told.count(True) > 1
