import asyncio
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

import models
from resolvers.operation.perform import Call, Payload, perform
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


async def test_whoever_asks_first_writes_first_where_only_one_can(new_database: NewDatabase) -> None:
    url = new_database("sqlite")
    engine = make_engine(url)
    served: list[int] = []

    async def serve(_writing: Transaction, given: Any) -> Any:
        served.append(given["number"])
        return {}

    async def shown(_payload: Payload, _context: RequestContext) -> None:
        return None

    async with running_operations(engine, url) as crm:
        calls = [Call("serve", serve, {"number": number}) for number in range(40)]
        await asyncio.gather(*(perform(engine, RequestContext(crm.reader, now=NOW), call, shown) for call in calls))

    await engine.dispose()
    assert served == list(range(40))
