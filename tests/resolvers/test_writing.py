from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

import models
from resolvers.statement import compile_statement
from resolvers.writing import TransactionReader, Writing
from tests import factories
from tests.resolvers.doing import Doing


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
