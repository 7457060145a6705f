"""The planned way and the ordinary way give the same bytes and the same errors, for thousands of documents.

`TESTS_DOCUMENTS=100000 pytest tests/schema/test_differential.py` asks more of them.
"""

import os
from pathlib import Path

import orjson
import pytest

from tests.schema.both_ways import Graph
from tests.schema.execution.documents import random_documents

CHUNKS = 4
DOCUMENTS = int(os.environ.get("TESTS_DOCUMENTS", "240"))
"""How many random documents are asked, over both databases together."""

CORPUS = sorted((Path(__file__).parent / "corpus").glob("*.graphql"))


@pytest.mark.parametrize("chunk", range(CHUNKS))
async def test_random_documents_are_answered_alike(shop: Graph, database_kind: str, chunk: int) -> None:
    count = DOCUMENTS // 2 // CHUNKS
    chosen = 1000 * (1 + ["sqlite", "postgresql"].index(database_kind)) + chunk
    documents = random_documents(count - count // 4, chosen) + random_documents(count // 4, chosen, filtered=True)
    found = empty = refused = 0

    for document in documents:
        answer = await shop.ask(document)
        found += bool(not answer.errors and _holds_something(answer.data))
        empty += bool(not answer.errors and not _holds_something(answer.data))
        refused += bool(answer.errors)

    assert len(documents) >= count - 2
    assert shop.count["planned"] + refused >= len(documents)
    assert found > len(documents) * 0.4, (found, empty, refused)


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
async def test_hard_documents_are_answered_alike(shop: Graph, path: Path) -> None:
    header, _, document = path.read_text().partition("\n\n")
    expected = dict(line.removeprefix("# ").split(": ", 1) for line in header.splitlines())

    answer = await shop.ask(document, **_variables(expected.get("variables", "{}")))

    assert [error.message.split(".")[0] for error in answer.errors] == _listed(expected.get("errors"))
    assert answer.planned is (expected.get("planned", "yes") == "yes")


def _variables(text: str) -> dict[str, object]:
    found: dict[str, object] = orjson.loads(text)
    return found


def _listed(text: str | None) -> list[str]:
    return text.split(" | ") if text else []


def _holds_something(data: object) -> bool:
    """Whether there is a value anywhere that is more than a zero, a flag of a page or the name of the root."""
    if isinstance(data, dict):
        return any(_holds_something(value) for key, value in data.items() if key != "pageInfo")
    if isinstance(data, list):
        return any(_holds_something(value) for value in data)
    return data not in (None, 0, "Query")
