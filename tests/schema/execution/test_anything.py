"""Documents of anything at all are answered, or told as the caller's own mistake; none is an internal error.

`FUZZ_CASES=10000 pytest tests/schema/execution/test_anything.py` asks more of them.
"""

from __future__ import annotations

import os
import warnings
from functools import cache
from typing import Any

import pytest
from graphql import ArgumentNode, BooleanValueNode, FieldNode, NameNode, OperationDefinitionNode, parse, print_ast
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis_graphql import from_schema, nodes

from tests.schema.both_ways import schema
from tests.schema.execution.documents import sdl_without_descriptions
from tests.server.gateway import Client, opened

CHUNKS = 4
CASES = int(os.environ.get("FUZZ_CASES", "400"))
"""How many documents are asked, over both databases together."""
ODD = ("", "x", "%", "_", "\\", "'", "\U0001f600", "\u0661", "NaN", "1e400", "-0", "0x1", "null", "a" * 300)


def _scalars() -> dict[str, st.SearchStrategy[Any]]:
    """Values of each scalar, half of them none that it takes."""
    odd = st.sampled_from(ODD).map(nodes.String)
    amounts = st.decimals(allow_nan=False, places=4).map(lambda each: nodes.String(str(each)))
    whole = st.integers(-(2**70), 2**70).map(nodes.Int)
    moments = st.datetimes().map(lambda moment: nodes.String(f"{moment.isoformat()}Z"))
    return {
        "Decimal": st.one_of(odd, whole, amounts),
        "DateTime": st.one_of(odd, moments),
        "Date": st.one_of(odd, st.dates().map(lambda day: nodes.String(day.isoformat()))),
        "JSON": st.one_of(odd, whole, st.floats(allow_nan=False, allow_infinity=False).map(nodes.Float)),
    }


@cache
def anything(count: int, chosen_seed: int) -> list[str]:
    """So many documents; the same ones for the same seed."""
    made: list[str] = []

    @seed(chosen_seed)
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(from_schema(sdl_without_descriptions(schema().as_str()), custom_scalars=_scalars(), allow_null=True))
    def note(document: str) -> None:
        made.append(document)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        note()
    return made


@pytest.mark.parametrize("chunk", range(CHUNKS))
async def test_no_document_is_an_internal_error(shop_url: str, database_kind: str, chunk: int) -> None:
    chosen = 1000 * (1 + ["sqlite", "postgresql"].index(database_kind)) + chunk
    documents = anything(CASES // 2 // CHUNKS, chosen)

    async with opened(shop_url, jobs_every=0) as client:
        wrong = [why for each in documents if (why := await _wrong(client, each)) is not None]

    assert len(documents) > CASES // 2 // CHUNKS - 5
    assert wrong == []


async def _wrong(client: Client, document: str) -> str | None:
    response = await client.ask(_tried(document))
    codes = {error["extensions"]["code"] for error in response.json().get("errors", [])}
    return f"{document}: {response.text}" if response.status_code >= 500 or "INTERNAL" in codes else None


def _tried(document: str) -> str:
    """A document whose mutations are tried and undone: others read the same database."""
    if not document.startswith("mutation"):
        return document
    node = parse(document)
    [operation] = node.definitions
    assert isinstance(operation, OperationDefinitionNode)
    for field in operation.selection_set.selections:
        assert isinstance(field, FieldNode)
        if field.name.value != "__typename":
            others = [each for each in field.arguments or () if each.name.value != "dryRun"]
            trial = ArgumentNode(name=NameNode(value="dryRun"), value=BooleanValueNode(value=True))
            object.__setattr__(field, "arguments", (*others, trial))
    return print_ast(node)
