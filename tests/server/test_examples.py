"""The reference's examples: each is a document of the graph as it is, and runs on rows that are there."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    FieldNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    parse,
    validate,
)
from graphql.execution.values import get_variable_values

from server.reference import kept
from tests import databases
from tests.pages.examples.examples import Recorded, begin
from tests.server.gateway import graph, opened

SOME = 9
"""Of so many examples one is run, and all that are written by hand are validated."""
CUT = "… and "


def operation(document: str) -> OperationDefinitionNode:
    [found] = parse(document).definitions
    assert isinstance(found, OperationDefinitionNode)
    return found


def wrong_with(document: str, variables: dict[str, Any]) -> list[str]:
    """What a document, or what it is given, has that the graph hasn't."""
    schema = graph()._schema
    found = [error.message for error in validate(schema, parse(document))]
    taken = get_variable_values(schema, operation(document).variable_definitions or (), variables)
    found += [error.message for error in taken] if isinstance(taken, list) else []
    return found


def unlike(selections: SelectionSetNode | None, answer: Any, path: str) -> Iterator[str]:
    """Where an answer holds other fields than were asked for."""
    if isinstance(answer, list):
        for each in answer:
            yield from unlike(selections, each, path)
    elif isinstance(answer, dict) and selections:
        fields = dict(asked(selections))
        own = {name for name, (_, always) in fields.items() if always}
        if not own <= answer.keys() <= fields.keys():
            yield f"{path}: {sorted(own ^ answer.keys())}"
        for name, value in answer.items():
            yield from unlike(fields[name][0].selection_set, value, f"{path}.{name}")


def asked(selections: SelectionSetNode, always: bool = True) -> Iterator[tuple[str, tuple[FieldNode, bool]]]:
    """The fields that are selected, each with whether it is so whatever the type."""
    for each in selections.selections:
        if isinstance(each, FieldNode):
            yield each.name.value, (each, always)
        elif isinstance(each, InlineFragmentNode):
            yield from asked(each.selection_set, False)


def test_every_example_is_a_document_of_the_graph_with_variables_that_it_takes() -> None:
    wrong = {name: found for name, each in kept().items() if (found := wrong_with(each.document, each.variables))}

    assert wrong == {}, "Run python -m tests.pages.examples."


def test_every_answer_holds_what_its_document_asks_for() -> None:
    wrong = {
        name: found
        for name, each in kept().items()
        if (found := list(unlike(operation(each.document).selection_set, each.answer["data"], name)))
    }

    assert wrong == {}
    assert [name for name, each in kept().items() if "errors" in each.answer] == []


def test_no_example_changes_anything_and_none_shows_a_token() -> None:
    mutations = {name: each for name, each in kept().items() if name.startswith("Mutation.")}

    assert [name for name, each in mutations.items() if "dryRun: true" not in each.document] == []
    assert [
        word for word in json.dumps([each.answer for each in kept().values()]).split('"') if "crm_app_" in word
    ] == []


async def test_examples_run_on_the_rows_of_the_demo(demo_url: str, tmp_path: Path) -> None:
    copy = tmp_path / "demo.sqlite"
    shutil.copyfile(databases.shared_folder() / "demo.sqlite", copy)
    url = f"sqlite+aiosqlite:///{copy}"

    async with opened(url) as client:
        examples = Recorded(client, url)
        refused = await begin(examples)
        answers = {}
        for name in list(kept())[::SOME]:
            each = (await client.get(f"/graphql/examples/{name}")).json()
            answers[name] = await examples.ask(each["query"], each["variables"])

    assert refused == {}
    assert {name: codes(answer) for name, answer in answers.items()} == {
        name: codes(kept()[name].answer) for name in answers
    }


async def test_where_there_are_no_rows_an_example_says_what_belongs_in_their_places(empty: str) -> None:
    async with opened(empty) as client:
        example = (await client.get("/graphql/examples/Mutation.cardUnblock")).json()
        missing = await client.get("/graphql/examples/Mutation.nothing")

    assert example["variables"] == {"input": {"id": "the id of a blocked card", "reason": "Found again"}}
    assert missing.status_code == 404


@pytest.mark.parametrize("settings", [{"open_access": False}, {"public_schema": False}])
async def test_examples_name_no_rows_where_not_everybody_may_read_them(
    demo_url: str, settings: dict[str, bool]
) -> None:
    async with opened(demo_url, **settings) as client:
        answer = await client.get("/graphql/examples/Mutation.cardBlock")

    named = answer.json()["variables"]["input"]["id"] if answer.status_code == 200 else None
    assert (answer.status_code, named) in {(200, "the id of an assigned card"), (404, None)}


def codes(answer: Any) -> Any:
    """The codes that an answer's operation was refused with, or its errors."""
    if "errors" in answer:
        return answer["errors"]
    [data] = answer["data"].values()
    return [error["code"] for error in data.get("userErrors", ())] if isinstance(data, dict) else []
