import logging
import re
from hashlib import sha256
from typing import Any

import pytest
import strawberry

from resolvers.errors import Unavailable
from resolvers.storage.context import RequestContext
from schema.execution.run.planned_schema import Context, PlannedSchema
from server.http.errors import masked, shown
from tests.server.gateway import Client, code

CANARY = "eva.canary@example.com"
QUERY = "query ($search: String) { customers(search: $search) { nodes { id } } }"


class Broken:
    """A reader that fails, with something in its message that nobody should read."""

    backend = "sqlite"
    requests = 0

    def __init__(self, error: Exception) -> None:
        self.error = error

    async def fetch(self, _statement: Any, _values: Any) -> Any:
        try:
            raise ValueError(CANARY)
        except ValueError as cause:
            raise self.error from cause

    async def close(self) -> None:
        pass


async def test_what_nobody_foresaw_is_masked_and_logged_for_each_way_without_what_it_says(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    client.endpoint.reader = Broken(RuntimeError(CANARY))

    response = await client.ask(QUERY, {"search": CANARY})

    [error] = response.json()["errors"]
    error_id = error["extensions"].pop("id")
    assert error == {
        "message": "Internal error",
        "extensions": {"code": "INTERNAL"},
        "locations": [{"line": 1, "column": 27}],
        "path": ["customers"],
    }
    assert [(record.name, record.levelno) for record in caplog.records] == [
        ("crm360", logging.WARNING),
        ("crm360", logging.ERROR),
    ]
    assert sha256(QUERY.encode()).hexdigest() in caplog.records[0].getMessage()
    assert error_id in caplog.records[1].getMessage()
    assert "builtins.RuntimeError" in caplog.text
    assert "builtins.ValueError" in caplog.text
    assert re.search(r'test_errors.py", line \d+, in fetch', caplog.text)
    assert CANARY not in response.text + caplog.text


async def test_what_fails_outside_of_graphql_is_masked_as_well(
    client: Client, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_text: str) -> None:
        raise RuntimeError(CANARY)

    monkeypatch.setattr(client.endpoint.schema.documents, "document_beside", fail)

    response = await client.ask(QUERY)

    assert (response.status_code, code(response)) == (500, "INTERNAL")
    assert response.json()["errors"][0]["extensions"]["id"] in caplog.text
    assert CANARY not in response.text + caplog.text


async def test_a_database_that_is_away_is_told_with_when_to_come_back(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    client.endpoint.reader = Broken(Unavailable("The database can't be reached; try again."))

    response = await client.ask(QUERY)

    assert (response.status_code, code(response)) == (503, "UNAVAILABLE")
    assert response.headers["retry-after"] == "1"
    assert response.json()["data"] is None
    assert caplog.records == []


@strawberry.type
class Query:
    @strawberry.field
    def count(self) -> int:
        return CANARY


async def test_a_value_that_cannot_be_shown_is_not_shown(caplog: pytest.LogCaptureFixture) -> None:
    result = await PlannedSchema(Query).execute("{ count }", {}, Context(RequestContext(Broken(ValueError()))))

    [error] = shown(result.errors)

    assert error["extensions"]["code"] == "INTERNAL"
    assert CANARY not in str(error) + caplog.text


def test_errors_that_refer_to_each_other_are_logged_to_their_end(caplog: pytest.LogCaptureFixture) -> None:
    first, second = KeyError(CANARY), ValueError(CANARY)
    first.__cause__, second.__cause__ = second, first

    assert masked(first)["message"] == "Internal error"

    assert caplog.text.count("builtins.") == 2
    assert CANARY not in caplog.text
