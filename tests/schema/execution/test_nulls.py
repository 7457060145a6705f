"""Null for whatever may be null is answered, or told as the caller's own mistake; it never is an internal error."""

from __future__ import annotations

import pytest

from tests.schema.execution.null_documents import Asked, null_documents
from tests.server.gateway import Client, graph, opened

CHUNKS = 4


@pytest.mark.parametrize("chunk", range(CHUNKS))
async def test_null_is_never_an_internal_error(shop_url: str, chunk: int) -> None:
    asked = null_documents(graph()._schema)[chunk::CHUNKS]

    async with opened(shop_url, jobs_every=0) as client:
        wrong = [why for each in asked if (why := await _wrong(client, each)) is not None]

    assert len(asked) > 500
    assert wrong == []


async def _wrong(client: Client, asked: Asked) -> str | None:
    """What is wrong with an answer: nothing when a mistake is told with the name of the variable."""
    response = await client.ask(asked.document, {"v": None})
    errors = response.json().get("errors", [])
    codes = {error["extensions"]["code"] for error in errors}
    if response.status_code != 200 or codes & {"INTERNAL", "GRAPHQL_VALIDATION_FAILED", "GRAPHQL_PARSE_FAILED"}:
        return f"{asked.document}: {response.text}"
    if errors and not asked.is_allowed and not any("$v" in error["message"] for error in errors):
        return f"{asked.document}: the variable isn't named: {response.text}"
    return None
