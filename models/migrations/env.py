"""How Alembic reaches the database: with the same asynchronous drivers as the gateway."""

import asyncio

from alembic import context
from sqlalchemy import Connection, pool
from sqlalchemy.ext.asyncio import create_async_engine

from models import Base, postgres, row_security


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
    if set(context.get_context().get_current_heads()) == set(context.script.get_heads()):
        with connection.begin_nested() if connection.in_transaction() else connection.begin():
            row_security.apply(connection)


async def connect() -> None:
    """Open the database that the configuration names."""
    url = context.config.attributes["url"]
    make = postgres.make_engine if postgres.backend_of(url) == "postgresql" else create_async_engine
    engine = make(url, poolclass=pool.NullPool, hide_parameters=True)
    async with engine.connect() as connection:
        await connection.run_sync(migrate)
        await connection.commit()
    await engine.dispose()


asyncio.run(connect())
