import asyncio
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

import models
from resolvers.engine import make_engine
from resolvers.reading import Reading
from resolvers.statement import compile_statement
from resolvers.writing import Call, Payload, TransactionReader, Writing, perform
from tests import factories
from tests.conftest import NewDatabase
from tests.factories import NOW
from tests.resolvers.doing import Doing, doing


async def test_what_the_first_statement_of_a_transaction_locks_stays_locked(crm: Doing, session: AsyncSession) -> None:
    await factories.save(session, factories.customer())
    chosen = select(models.Customer.id, models.Customer.state).with_for_update()

    async def first_of_all(writing: Writing) -> tuple[int, bool]:
        connection = await writing.session.connection()
        rows = await TransactionReader(connection).fetch(compile_statement(chosen, writing.backend), {})
        driver = (await connection.get_raw_connection()).driver_connection
        return len(rows), driver.is_in_transaction() if writing.backend == "postgresql" else driver.in_transaction

    found = await crm.inside(first_of_all)

    assert found == (1, True)


async def test_whoever_asks_first_writes_first_where_only_one_can(new_database: NewDatabase) -> None:
    url = new_database("sqlite")
    engine = make_engine(url)
    served: list[int] = []

    async def serve(_writing: Writing, given: Any) -> Any:
        served.append(given["number"])
        return {}

    async def shown(_payload: Payload, _reading: Reading) -> None:
        return None

    async with doing(engine, url) as crm:
        calls = [Call("serve", serve, {"number": number}) for number in range(40)]
        await asyncio.gather(*(perform(engine, Reading(crm.reader, now=NOW), call, shown) for call in calls))

    await engine.dispose()
    assert served == list(range(40))
