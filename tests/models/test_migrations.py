from asyncio import to_thread
from decimal import Decimal
from itertools import accumulate
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, delete, inspect, select, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

import models
from models import migrations, row_security
from models.customer import NAMELESS
from resolvers.storage.engine import make_engine
from tests import factories
from tests.conftest import NewDatabase

POSTGRES_SHAPE = (
    "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE connamespace = 'public'::regnamespace",
    "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "SELECT proname, pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
    "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "SELECT table_name, column_name, data_type, character_maximum_length, numeric_precision, numeric_scale,"
    " is_nullable, column_default, collation_name, generation_expression"
    " FROM information_schema.columns WHERE table_schema = 'public'",
)
SQLITE_SHAPE = "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL"

# Defaults of the server and generated columns are compared by the tables' shape below.
OPTIONS = {"compare_type": True, "compare_server_default": False}


def shape(connection: Connection) -> set[tuple[Any, ...]]:
    """Everything that a database knows of its tables, without Alembic's own."""
    if connection.dialect.name == "postgresql":
        rows = [tuple(row) for query in POSTGRES_SHAPE for row in connection.execute(text(query))]
    else:
        # The order of a table's columns and constraints means nothing; nor do quotes round a name, which a table has
        # that was made anew by a later migration.
        rows = [
            (kind, name, " ".join(part.replace('"', "").split()))
            for kind, name, sql in connection.execute(text(SQLITE_SHAPE))
            for part in (parts(sql) if kind == "table" else [sql])
        ]
    return {tuple(str(value).strip() for value in row) for row in rows if "alembic_version" not in row}


def parts(sql: str) -> list[str]:
    """The columns and constraints of a table: what stands between the commas that lie in no further parentheses.

    A column that was added by a later migration stands on the line of the one before it.
    """
    body = sql[sql.index("(") + 1 : sql.rindex(")")]
    depths = accumulate((character == "(") - (character == ")") for character in body)
    outside = "".join(
        "\0" if (character, depth) == (",", 0) else character for character, depth in zip(body, depths, strict=True)
    )
    return outside.split("\0")


def tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names())


def differences(connection: Connection) -> list[Any]:
    return compare_metadata(MigrationContext.configure(connection, opts=OPTIONS), models.Base.metadata)


@pytest.mark.filterwarnings(
    # Indexes on expressions are compared below, by the tables' shape.
    "ignore:Skipped unsupported reflection of expression-based index",
    "ignore:autogenerate skipping metadata-specified expression-based index",
)
async def test_migrations_make_the_tables_that_the_models_describe(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_migrations_and_models_give_the_same_constraints_indexes_and_defaults(
    engine: AsyncEngine, database_kind: str, new_database: NewDatabase
) -> None:
    direct = make_engine(new_database(database_kind, migrated=False))
    async with direct.begin() as connection:
        await connection.run_sync(models.Base.metadata.create_all)
        await connection.run_sync(row_security.apply)
        described = await connection.run_sync(shape)
    await direct.dispose()

    async with engine.connect() as connection:
        migrated = await connection.run_sync(shape)

    assert migrated == described
    assert any("uq_customer_email_key" in row and "DELETED" in row[-1] for row in migrated)


async def test_migrations_go_down_and_up_again(engine: AsyncEngine, database_url: str) -> None:
    async with engine.connect() as connection:
        before = await connection.run_sync(shape)

    await to_thread(migrations.downgrade, database_url)
    async with engine.connect() as connection:
        assert await connection.run_sync(tables) == {"alembic_version"}

    await to_thread(migrations.upgrade, database_url)
    async with engine.connect() as connection:
        assert await connection.run_sync(shape) == before


def test_newest_revision_is_known() -> None:
    assert migrations.newest() is not None


def test_every_table_and_column_is_documented() -> None:
    mappers = list(models.Base.registry.mappers)

    assert [mapper.class_.__name__ for mapper in mappers if not mapper.class_.__doc__] == []
    columns = [column for mapper in mappers for column in mapper.local_table.columns if column.name != "id"]
    assert [str(column) for column in columns if not column.doc] == []


async def test_bills_kept_before_tell_what_was_paid_how(
    engine: AsyncEngine, session: AsyncSession, database_url: str
) -> None:
    jana = factories.customer()
    bill = factories.purchase(customer=jana, points_spent=Decimal(130), returned=Decimal(50), state="PARTLY_RETURNED")
    voucher = factories.voucher(customer=jana)
    paid = factories.point_entry(customer=jana, kind="SPEND", amount=Decimal(-100), purchase=bill)
    await factories.save(session, paid, factories.purchase_discount(purchase=bill, voucher=voucher, amount=Decimal(5)))
    cost = {"kind": "SPEND", "amount": Decimal(-30), "extended_data": {"reward": "R"}}
    back = {"kind": "REVERSE", "amount": Decimal("50.5"), "reverses_id": paid.id}
    await factories.save(session, *(factories.point_entry(customer=jana, purchase=bill, **one) for one in (cost, back)))

    await to_thread(migrations.downgrade, database_url, "0050")
    await to_thread(migrations.upgrade, database_url)

    columns = ("paid_with_points", "returned_with_points", "paid_with_vouchers", "withheld")
    found = await session.execute(select(*(getattr(models.Purchase, name) for name in columns)))
    assert found.one() == (Decimal(1), Decimal("0.505"), Decimal(5), 0)


async def test_customers_kept_before_without_a_name_are_sorted_after_those_with_one(
    session: AsyncSession, database_url: str
) -> None:
    await factories.save(session, factories.customer(last_name=None), factories.customer(last_name="Zelená"))

    await to_thread(migrations.downgrade, database_url, "0160")
    before = list(await session.scalars(select(models.Customer.last_name_key).order_by(models.Customer.id)))
    await session.rollback()
    await to_thread(migrations.upgrade, database_url)

    key = models.Customer.last_name_key
    assert before == ["", "zelena"]
    assert list(await session.scalars(select(key).order_by(key))) == ["zelena", NAMELESS]


async def test_products_kept_before_are_found_by_their_names_in_further_languages(
    session: AsyncSession, database_url: str
) -> None:
    butter = factories.product(name="Butter", code="1", translations={"de": {"name": "Süße Butter"}, "cs": {}})
    await factories.save(session, butter, factories.product(name="Milk", code="2"))
    await to_thread(migrations.downgrade, database_url, "0460")
    await session.execute(delete(models.ProductTerm).where(models.ProductTerm.term == "susse"))
    await session.commit()

    await to_thread(migrations.upgrade, database_url)

    terms = select(models.ProductTerm.term).order_by(models.ProductTerm.term)
    assert list(await session.scalars(terms)) == ["1", "2", "butter", "milk", "susse"]
