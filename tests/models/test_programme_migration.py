"""A database that holds bills goes on as before: its programme is written down, and its ledger stays as it was."""

from asyncio import to_thread
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from sqlalchemy.exc import DBAPIError

from models import migrations
from resolvers.storage.engine import make_engine
from tests.conftest import NewDatabase

NOW = datetime(2024, 5, 15, 12, tzinfo=UTC)


def before() -> str:
    """The revision before programmes were records."""
    scripts = ScriptDirectory.from_config(migrations.configuration("")).walk_revisions()
    (made,) = (script for script in scripts if script.doc.startswith("The loyalty programme as records"))
    assert isinstance(made.down_revision, str)
    return made.down_revision


def insert(connection: sa.Connection, name: str, **given: Any) -> None:
    """A row with something in each column that needs it."""
    table = sa.Table(name, sa.MetaData(), autoload_with=connection)
    moment: Any = NOW.isoformat() if connection.dialect.name == "sqlite" else NOW
    for column in table.columns:
        if column.nullable or column.server_default is not None or column.name in given:
            continue
        if column.name in {"created_at", "updated_at", "paid_at", "at"}:
            given[column.name] = moment
        elif isinstance(column.type, sa.JSON):
            given[column.name] = []
        elif isinstance(column.type, sa.Boolean):
            given[column.name] = True
        else:
            given[column.name] = "" if isinstance(column.type, sa.String) else 0
    connection.execute(sa.insert(table), given)


def bills_of_two_currencies(connection: sa.Connection) -> None:
    insert(connection, "store", id=1, code="shop")
    insert(connection, "customer", id=1)
    for key, currency in ((1, "CZK"), (2, "EUR"), (3, "CZK")):
        bill = {"external_id": str(key), "currency_code": currency, "total": 500, "state": "CLOSED"}
        insert(connection, "purchase", id=key, store_id=1, customer_id=1, **bill)
    insert(connection, "point_entry", id=7, customer_id=1, kind="EARN", amount=500, purchase_id=1)


async def test_what_held_before_is_written_down_and_the_ledger_kept(
    database_kind: str, new_database: NewDatabase
) -> None:
    url = new_database(database_kind, migrated=False)
    await to_thread(migrations.upgrade, url, before())
    engine = make_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(bills_of_two_currencies)
    await engine.dispose()

    await to_thread(migrations.upgrade, url)

    async with engine.connect() as connection:
        programmes = await connection.execute(sa.text("SELECT code, points_last FROM programme"))
        assert [tuple(row) for row in programmes] == [("standard", "P12M")]
        rules = await connection.execute(sa.text("SELECT currency_code FROM earning_rule ORDER BY id"))
        assert [tuple(row) for row in rules] == [("CZK",), ("EUR",)]
        entries = await connection.execute(sa.text("SELECT id, purchase_id, amount, owed FROM point_entry"))
        assert [tuple(row) for row in entries] == [(7, 1, 500, 0)]
        with pytest.raises(DBAPIError, match="append-only"):
            await connection.execute(sa.text("UPDATE point_entry SET amount = 1"))
    await engine.dispose()
