"""A new document costs what is new about it: texts of SQL are compiled once, and plans are found by its words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from resolvers.query.level import select as level_select
from schema.declaring.build import build
from schema.execution.plan import document_cache
from schema.execution.plan.document_cache import Documents
from schema.execution.plan.literals import words_of
from tests.schema.both_ways import Graph, schema
from tests.schema.contract_operations import operations

LISTS = """{
  customers(first: 4, where: { lastName: { startsWith: "N" } }) {
    nodes { id cards(first: 2) { nodes { number } } }
  }
}"""


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The databases for which pieces of SQL were compiled since."""
    found: list[str] = []
    compile_piece = level_select.compile_piece

    def noted(select: Any, backend: str, *more: Any) -> Any:
        found.append(backend)
        return compile_piece(select, backend, *more)

    monkeypatch.setattr(level_select, "compile_piece", noted)
    return found


async def test_a_leaf_less_is_no_new_sql(shop: Graph, compiled: list[str]) -> None:
    contract = operations()["Customer360"]
    given = {"id": (await shop.data("{ customers(first: 1) { nodes { id } } }"))["customers"]["nodes"][0]["id"]}
    await shop.data(contract, **given)
    compiled.clear()

    for leaf in ("salutation", "pickupDate", "monetaryScore", "webUrl"):
        assert leaf in contract
        await shop.data(contract.replace(leaf, ""), **given)

    assert compiled == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("first: 4", "first: 3"),
        ('"N"', '"S"'),
        ("{ id cards", "{ id  # of the row\n cards"),
        ("first: 4, where", "first:4 where"),
    ],
)
async def test_other_literals_and_white_space_find_the_plan(
    shop: Graph, old: str, new: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema(), "documents", Documents(schema()._schema))
    changed = LISTS.replace(old, new)
    await shop.ask(LISTS)
    await shop.run(changed.replace("{ id", "{  id"), {}, planned=True)
    misses = schema().documents.plans.misses

    await shop.data(changed)

    assert schema().documents.plans.misses == misses


def read(documents: Documents, text: str) -> Any:
    """A document as it is read; one that has nothing wrong about it."""
    document = documents.document(text)
    assert not document.errors
    return document


def test_documents_are_like_one_another_by_their_words() -> None:
    documents = Documents(build()._schema)
    first = read(documents, LISTS)

    found = {
        change: read(documents, LISTS.replace(*change)) for change in [("4", "5"), ('"N"', '"S"'), ("4,", "# 4\n4")]
    }

    assert first.like is None
    assert len({document.like for document in found.values()}) == 1
    assert [document.operation(None).read({}).coerced for document in found.values()] == [
        {"0": 5, "1": "N", "2": 2},
        {"0": 4, "1": "S", "2": 2},
        {"0": 4, "1": "N", "2": 2},
    ]


@pytest.mark.parametrize(
    "other",
    [
        LISTS.replace("first: 2", "first: 4"),
        LISTS.replace("number", "id"),
        LISTS.replace("nodes { id", "nodes { key: id"),
        LISTS.replace("first: 2", "last: 2"),
        LISTS.replace('"N"', r'"\u004e"'),
    ],
)
def test_what_differs_otherwise_is_not_alike(other: str) -> None:
    first, found = words_of(LISTS), words_of(other)

    assert first is not None
    assert found is not None
    assert first.key != found.key


def test_another_name_of_an_alias_is_valid_without_a_look(monkeypatch: pytest.MonkeyPatch) -> None:
    documents, asked = Documents(build()._schema), []
    validate = document_cache.validate

    def noted(*given: Any, **more: Any) -> Any:
        asked.append(given)
        return validate(*given, **more)

    monkeypatch.setattr(document_cache, "validate", noted)
    read(documents, "{ one: customers { totalCount } two: stores { totalCount } }")

    assert list(read(documents, "{ uno: customers { totalCount } duo: stores { totalCount } }").operations) == [""]
    assert len(asked) == 1
    assert documents.document("{ same: customers { totalCount } same: stores { totalCount } }").errors
    assert documents.document("{ stores: customers { totalCount } stores { totalCount } }").errors
    assert len(asked) == 3
