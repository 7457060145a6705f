"""What graphql-cop asks a gateway, and what is right to answer where the schema is public, as the demo's, or hidden.

The auditor takes data for a finding. Three of its questions a public schema answers on purpose; the fourth, a query by
GET, is answered everywhere: it changes nothing, and no page of another origin reads it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.server.gateway import Client, opened

QUERY = "query cop { __typename }"
ANSWERED = (200, None)
CIRCLE = "{ name }"
for _ in range(4):
    CIRCLE = f"{{ fields {{ type {CIRCLE} }} }}"


def by_post(query: str, **more: Any) -> dict[str, Any]:
    return {"method": "POST", "url": "/graphql", "json": {"query": query, "operationName": "cop"}, **more}


DOCUMENTS = {
    "alias overloading": (f"query cop {{ {' '.join(f'alias{i}: __typename' for i in range(101))} }}", "TOO_COMPLEX"),
    "field duplication": (f"query cop {{ {'__typename ' * 500} }}", "TOO_COMPLEX"),
    "directive overloading": ("query cop { __typename @aa@aa@aa@aa@aa@aa@aa@aa@aa@aa }", "TOO_COMPLEX"),
    "circular introspection": (f"query cop {{ __schema {{ types {CIRCLE} }} }}", "GRAPHQL_VALIDATION_FAILED"),
    "field suggestions": ("query cop { __schema { directive } }", "GRAPHQL_VALIDATION_FAILED"),
    "unhandled error": ("qwerty cop { abc }", "GRAPHQL_PARSE_FAILED"),
}
REQUESTS: dict[str, tuple[dict[str, Any], tuple[int, str | None]]] = {
    **{name: (by_post(query), (200, code)) for name, (query, code) in DOCUMENTS.items()},
    "batch of queries": ({"method": "POST", "url": "/graphql", "json": [{"query": QUERY}] * 10}, (400, "BAD_REQUEST")),
    "query in a form": ({"method": "POST", "url": "/graphql", "data": {"query": QUERY}}, (415, "BAD_REQUEST")),
    "query in the address of a POST": (
        {"method": "POST", "url": "/graphql", "params": {"query": QUERY}},
        (415, "BAD_REQUEST"),
    ),
    "mutation by GET": (
        {"method": "GET", "url": "/graphql", "params": {"query": "mutation cop { __typename }"}},
        (405, "BAD_REQUEST"),
    ),
    "query by GET": ({"method": "GET", "url": "/graphql", "params": {"query": QUERY}}, ANSWERED),
    "tracing": (by_post(QUERY, headers={"X-Apollo-Tracing": "1", "Apollo-Tracing": "1"}), ANSWERED),
}


@pytest.fixture(params=[True, False], ids=["public schema", "hidden schema"])
async def audited(request: pytest.FixtureRequest, empty: str) -> AsyncIterator[Client]:
    """A client of a gateway with access by tokens."""
    async with opened(empty, open_access=False, public_schema=request.param) as client:
        yield client


def told(response: httpx.Response) -> tuple[int, str | None]:
    """The status, and the code of the only error if there is one."""
    errors = response.json().get("errors", [{"extensions": {"code": None}}])
    [code] = {error["extensions"]["code"] for error in errors}
    return response.status_code, code


@pytest.mark.parametrize("name", REQUESTS)
async def test_what_an_auditor_asks_is_answered_as_it_should_be(audited: Client, name: str) -> None:
    request, expected = REQUESTS[name]

    response = await audited.request(**request)

    content = response.json()
    assert told(response) == expected
    assert content.keys() == ({"data"} if expected == ANSWERED else {"errors"})
    assert all(error["extensions"].keys() == {"code"} for error in content.get("errors", []))
    assert not any(word in response.text for word in ("Did you mean", "exception", "stacktrace", "tracing"))


async def test_introspection_and_the_ide_are_there_where_the_schema_is_public_and_nowhere_else(empty: str) -> None:
    found = {}
    for public in (True, False):
        async with opened(empty, open_access=False, public_schema=public) as client:
            introspected = await client.ask("query cop { __schema { types { name fields { name } } } }")
            pages = [
                await client.get(path, headers={"Accept": "text/html"})
                for path in ("/graphiql", "/playground", "/console", "/graphql", "/reference/")
            ]
            found[public] = told(introspected), [page.status_code for page in pages]

    assert found == {
        True: ((200, None), [404, 404, 404, 200, 200]),
        False: ((403, "SCHEMA_HIDDEN"), [404, 404, 404, 404, 404]),
    }


async def test_an_answer_to_a_get_by_a_page_of_a_browser_is_read_by_nobody_else(audited: Client) -> None:
    response = await audited.get("/graphql", params={"query": QUERY}, headers={"Origin": "https://evil.example"})

    assert "access-control-allow-origin" not in response.headers
    assert response.json() == {"data": {"__typename": "Query"}}
