"""How Alembic reaches the database: with the same asynchronous drivers as the gateway."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from alembic import context
from sqlalchemy import Connection, delete, func, insert, inspect, pool, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from models import Base, ServedRevision, migrations, outbox, postgres, row_security

LOCK_NOT_AVAILABLE = "55P03"
ONE_AT_A_TIME = select(func.pg_advisory_xact_lock(func.hashtextextended("crm360 migrate", 0)))
log = logging.getLogger("crm360")


def migrate(connection: Connection) -> None:
    """Run the migrations on an open connection, each in a transaction of its own."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_type=True,
        render_as_batch=connection.dialect.name == "sqlite",
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    heads = context.get_context().get_current_heads()
    if not inspect(connection).has_table(ServedRevision.__tablename__):
        return
    with connection.begin_nested() if connection.in_transaction() else connection.begin():
        connection.execute(delete(ServedRevision))
        oldest = [{"revision": migrations.oldest_served(head)} for head in heads]
        connection.execute(insert(ServedRevision), oldest)
        if set(heads) == set(context.script.get_heads()):
            row_security.apply(connection)
            outbox.go_on(connection)


async def connect() -> None:
    """Open the database that the configuration names."""
    url = context.config.attributes["url"]
    make = postgres.make_engine if postgres.backend_of(url) == "postgresql" else create_async_engine
    engine = make(url, poolclass=pool.NullPool, hide_parameters=True)
    try:
        async with alone(engine):
            await patiently(engine)
    finally:
        await engine.dispose()


@asynccontextmanager
async def alone(engine: AsyncEngine) -> AsyncIterator[None]:
    """One process at a time; who comes second waits, and finds nothing left to do."""
    if engine.dialect.name != "postgresql":
        yield
        return
    async with engine.begin() as connection:
        await connection.execute(ONE_AT_A_TIME)
        yield


async def patiently(engine: AsyncEngine) -> None:
    """Try until each migration has had the tables to itself, without having others wait for long."""
    for attempt in range(1, migrations.TRIES + 1):
        try:
            async with engine.connect() as connection:
                if engine.dialect.name == "postgresql":
                    await connection.execute(text(f"SET lock_timeout TO {migrations.LOCK_TIMEOUT * 1000:.0f}"))
                    await connection.commit()
                await connection.run_sync(migrate)
                await connection.commit()
                return
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) != LOCK_NOT_AVAILABLE or attempt == migrations.TRIES:
                raise
            log.warning("Others are using a table that is to be changed: trying again in %g s.", migrations.PAUSE)
        await asyncio.sleep(migrations.PAUSE)


asyncio.run(connect())
