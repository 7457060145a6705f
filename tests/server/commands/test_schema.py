"""The schema as it was promised: the committed file, what was released before, and what frontends ask for."""

import subprocess
from pathlib import Path

import pytest
from graphql import GraphQLSchema, build_schema, parse, validate
from graphql.utilities import find_breaking_changes

from server.commands.schema import definition
from tests.schema.contract_operations import operations
from tests.server.gateway import graph

ROOT = Path(__file__).parents[3]
FILE = ROOT / "schema.graphql"


def test_the_committed_file_is_the_schema() -> None:
    assert FILE.read_text(encoding="utf-8") == definition(graph()), "Run make schema, and look at what changed."


def breaking(old: GraphQLSchema, new: GraphQLSchema) -> list[str]:
    return [change.description for change in find_breaking_changes(old, new)]


def test_nothing_that_was_released_is_taken_away() -> None:
    if released := git("describe", "--tags", "--match=v*", "--abbrev=0"):
        old = build_schema(git("show", f"{released}:schema.graphql"))

        assert breaking(old, graph()._schema) == []


def git(*arguments: str) -> str:
    """What git answers; nothing where there is no git, or no release yet."""
    ran = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return ran.stdout.strip() if ran.returncode == 0 else ""


@pytest.mark.parametrize(
    ("new", "taken"),
    [
        ("type Query { a(x: Int): Int! b: Int c: Int }", []),
        ("type Query { a(x: Int): Int }", ["Field Query.b was removed."]),
        ("type Query { a(x: Int!): Int b: Int }", ["Argument Query.a(x:) has changed type from Int to Int!."]),
        ("type Query { a(x: Int, y: Int!): Int b: Int }", ["A required argument Query.a(y:) was added."]),
        ("type Query { a(x: Int): String b: Int }", ["Field Query.a changed type from Int to String."]),
    ],
)
def test_what_takes_something_away_is_found(new: str, taken: list[str]) -> None:
    assert breaking(build_schema("type Query { a(x: Int): Int b: Int }"), build_schema(new)) == taken


def test_all_that_frontends_were_promised_can_be_asked_for() -> None:
    failing = {name for name, text in operations().items() if validate(graph()._schema, parse(text))}

    assert failing == set()


@pytest.mark.parametrize("name", sorted(operations()))
def test_an_operation_of_the_contract_is_within_the_limits(name: str) -> None:
    assert graph().documents.document(operations()[name]).errors == []
