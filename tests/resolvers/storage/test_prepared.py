"""What a connection prepared takes memory of the server's: so many statements are kept, those that were used last."""

from models.postgres import KEEPS_STATEMENTS
from resolvers.storage.reader import make_reader
from resolvers.storage.statement import Statement
from tests.conftest import NewDatabase


async def test_a_connection_keeps_a_bounded_number_of_statements(new_database: NewDatabase) -> None:
    most = KEEPS_STATEMENTS["statement_cache_size"]
    reader = make_reader(new_database("postgresql"), 1)

    for number in range(most + 10):
        await reader.fetch(Statement(f"SELECT {number}", ()), {})
    ((kept,),) = await reader.fetch(Statement("SELECT count(*) FROM pg_prepared_statements", ()), {})
    await reader.close()

    assert kept == most == 256


async def test_what_depends_on_its_values_is_planned_for_them(new_database: NewDatabase) -> None:
    reader = make_reader(new_database("postgresql"), 1)
    sql = "SELECT current_setting('plan_cache_mode')"

    modes = [await reader.fetch(Statement(sql, (), by_values), {}) for by_values in (False, True, True, False)]
    await reader.close()

    assert [mode for ((mode,),) in modes] == [
        "force_generic_plan",
        "force_custom_plan",
        "force_custom_plan",
        "force_generic_plan",
    ]
