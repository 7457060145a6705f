import asyncio
from contextlib import suppress
from typing import Annotated

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

import models
from models.event_kinds import EventKind
from models.rules.error_codes import ErrorCode
from resolvers.errors import Refused
from resolvers.operation.answers import Answer
from resolvers.operation.inputs import Input
from resolvers.operation.perform import Call, Payload, perform
from resolvers.query.compiled_query import CompiledQuery
from resolvers.storage.context import RequestContext
from resolvers.storage.engine import make_engine
from resolvers.storage.statement import compile_statement
from resolvers.storage.transaction import Transaction, TransactionReader
from tests import factories
from tests.conftest import NewDatabase
from tests.factories import NOW
from tests.resolvers.running_operations import Operations, running_operations


async def test_what_the_first_statement_of_a_transaction_locks_stays_locked(
    crm: Operations, session: AsyncSession
) -> None:
    await factories.save(session, factories.customer())
    chosen = select(models.Customer.id, models.Customer.state).with_for_update()

    async def first_of_all(transaction: Transaction) -> tuple[int, bool]:
        connection = await transaction.session.connection()
        rows = await TransactionReader(connection).fetch(compile_statement(chosen, transaction.backend), {})
        driver = (await connection.get_raw_connection()).driver_connection
        return len(rows), driver.is_in_transaction() if transaction.backend == "postgresql" else driver.in_transaction

    found = await crm.inside(first_of_all)

    assert found == (1, True)


async def test_what_the_session_holds_is_seen_inside_and_what_fails_takes_its_events_with_it(
    crm: Operations, session: AsyncSession
) -> None:
    card = factories.card()
    await factories.save(session, card)
    counted = CompiledQuery(lambda _: select(func.count()).select_from(models.CardEvent))

    async def work(transaction: Transaction) -> int:
        transaction.emit(EventKind.CARD_ISSUED, card)
        transaction.session.add(models.CardEvent(card_id=card.id, change=models.CardChange.ISSUED, at=NOW))
        with suppress(Refused):
            async with transaction.attempt():
                transaction.emit(EventKind.CARD_BLOCKED, card)
                raise Refused(ErrorCode.WRONG_STATE, "No.")
        transaction.emit(EventKind.CARD_EXPIRED, card)
        ((number,),) = await counted.read(await transaction.inside())
        return int(number)

    seen = await crm.inside(work)

    assert seen == 1
    assert await crm.rows(models.Event, "kind") == [("CARD_ISSUED",), ("CARD_EXPIRED",)]


class LostError(Exception):
    sqlstate = "40001"


async def test_work_is_done_again_when_the_database_asks_for_it(crm: Operations) -> None:
    tries: list[Transaction] = []

    async def work(transaction: Transaction) -> int:
        tries.append(transaction)
        if len(tries) < 3:
            raise DBAPIError("", {}, LostError())
        return len(set(map(id, tries)))

    assert await crm.inside(work) == 3


class Numbered(Input):
    """A call with its place in the queue."""

    number: Annotated[int, "Its place."]


async def test_whoever_asks_first_writes_first_where_only_one_can(new_database: NewDatabase) -> None:
    url = new_database("sqlite")
    engine = make_engine(url)
    served: list[int] = []

    async def serve(_transaction: Transaction, given: Numbered) -> Answer:
        served.append(given.number)
        return Answer()

    async def shown(_payload: Payload, _context: RequestContext) -> None:
        return None

    async with running_operations(engine, url) as crm:
        calls = [Call("serve", serve, Numbered, Answer, {"number": number}) for number in range(40)]
        await asyncio.gather(*(perform(engine, RequestContext(crm.reader, now=NOW), call, shown) for call in calls))

    await engine.dispose()
    assert served == list(range(40))
