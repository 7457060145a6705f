"""All that a database holds, as the gateway reads it; and the shape of its tables as the database tells it."""

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from models import Base, ImportStep

DEFINITIONS = {
    "sqlite": "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'",
    "postgresql": """
        SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
        UNION ALL
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) || convalidated FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace
    """,
}


CHANCE = {
    "event": {"change", "transaction_id"},
    "audit_entry": {"request", "transaction_id"},
    "idempotency_key": {"change"},
    # Made by triggers for all rows of a statement, in an order that is the database's own.
    "customer_month": {"id"},
    # Moves on with each statement on one database, and with each row on the other.
    "customer_statistics": {"revision"},
}
"""Columns of tables that come out in another way each time."""


async def rows(url):
    """Every table's rows in the order of their keys; of the import's steps what doesn't depend on the clock."""
    engine = create_async_engine(url, poolclass=NullPool)
    async with engine.connect() as connection:
        found = {
            table.name: [tuple(row) for row in await connection.execute(_all(table))]
            for table in Base.metadata.sorted_tables
        }
    await engine.dispose()
    report = [column.name for column in ImportStep.__table__.columns].index("report")
    found["import_step"] = [_timeless(row[report]) for row in found["import_step"]]
    return found


def _all(table):
    columns = [column for column in table.c if column.name not in CHANCE.get(table.name, ())]
    return select(*columns).order_by(*([table.c.id] if table.c.id in columns else columns))


def _timeless(report):
    return {name: value for name, value in report.items() if name != "seconds"}


async def shape(url):
    """How the database itself defines its tables, indexes and constraints."""
    engine = create_async_engine(url, poolclass=NullPool)
    async with engine.connect() as connection:
        found = await connection.execute(text(DEFINITIONS[engine.dialect.name]))
        definitions = sorted(tuple(row) for row in found)
    await engine.dispose()
    return definitions
