"""Every peer of the benchmark has each query, and can read it; the benchmark itself is no test."""

from collections.abc import Callable

import asyncpg
import pytest
import strawberry
from graphql import parse, validate
from sqlalchemy.engine import make_url

from schema.declaring.build import build
from tests.benchmarks.cases import CASES, PROMISED, QUERIES
from tests.benchmarks.data import FUNCTIONS, copy_statement, moved_tables
from tests.benchmarks.peers import ordinary

DIALECTS = {"gateway": "graphql", "plain": "graphql", "postgraphile": "graphql", "sql": "sql"}
ALL = [case.name for case in CASES]
ASKED = {
    "gateway": [*ALL, *(case.name for case in PROMISED if case.operation is None)],
    "plain": ALL,
    "postgraphile": ALL,
    "sql": [*ALL, *(case.name for case in PROMISED)],
}
"""The cases by dialect. The promised operations of the gateway are kept among the tests of the schema."""


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_dialect_has_each_query_and_no_other(dialect: str) -> None:
    found = {path.name for path in (QUERIES / dialect).iterdir()}

    assert found == {f"{name}.{DIALECTS[dialect]}" for name in ASKED[dialect]}


@pytest.mark.parametrize(("dialect", "make"), [("gateway", build), ("plain", lambda: ordinary.app.schema)])
def test_the_queries_of_a_schema_in_python_are_valid(dialect: str, make: Callable[[], strawberry.Schema]) -> None:
    graph = make()._schema

    errors = [validate(graph, parse(path.read_text())) for path in (QUERIES / dialect).iterdir()]

    assert errors == [[]] * len(ASKED[dialect])


def test_the_queries_for_postgraphile_are_documents() -> None:
    for path in (QUERIES / "postgraphile").iterdir():
        assert parse(path.read_text())


async def test_postgresql_understands_what_is_written_by_hand(new_database: Callable[[str], str]) -> None:
    url = make_url(new_database("postgresql"))
    connection = await asyncpg.connect(host=url.query["host"], user=url.username, database=url.database)
    try:
        await connection.execute(FUNCTIONS.read_text())
        offsets = {table.name: 1000 for table in moved_tables()}
        for path in (QUERIES / "sql").iterdir():
            await connection.prepare(path.read_text())
        for table in moved_tables():
            await connection.prepare(copy_statement(table, offsets, 2))
    finally:
        await connection.close()
