"""Documents that are asked for by a name instead of their text."""

import json
import logging
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest

from server.persisted import ManifestError, read_manifests
from tests.server.gateway import Client, code, graph, opened

QUERY = "query Kind { __typename }"
HASH = sha256(QUERY.encode()).hexdigest()
ANSWER = {"data": {"__typename": "Query"}}
STORES = "query Stores($few: Boolean!) { stores(first: 1) { nodes @skip(if: $few) { id } totalCount } }"

RELAY = {"5f1a": QUERY, "77aa": STORES}
APOLLO = {
    "format": "apollo-persisted-query-manifest",
    "version": 1,
    "operations": [
        {"id": HASH, "name": "Kind", "type": "query", "body": QUERY},
        {"id": "stores", "name": "Stores", "type": "query", "body": STORES},
    ],
}
CODEGEN = {HASH: QUERY, "b7": STORES}


def automatic(query: str | None = None, *, key: str = HASH, version: Any = 1) -> dict[str, Any]:
    """What Apollo's link sends."""
    asked: dict[str, Any] = {"extensions": {"persistedQuery": {"version": version, "sha256Hash": key}}}
    return asked if query is None else {"query": query, **asked}


async def posted(client: Client, body: dict[str, Any]) -> httpx.Response:
    return await client.post("/graphql", json=body)


def written(folder: Path, content: Any, name: str = "manifest.json") -> str:
    """The path of a manifest."""
    (folder / name).write_text(content if isinstance(content, str) else json.dumps(content))
    return str(folder / name)


async def test_a_hash_is_enough_once_its_text_is_known(client: Client) -> None:
    first = await posted(client, automatic())
    second = await posted(client, automatic(QUERY))
    third = await posted(client, automatic())
    by_get = await client.get("/graphql", params={"extensions": json.dumps(automatic()["extensions"])})

    assert (first.status_code, first.json()) == (
        200,
        {"errors": [{"message": "PersistedQueryNotFound", "extensions": {"code": "PERSISTED_QUERY_NOT_FOUND"}}]},
    )
    assert first.headers["cache-control"] == "no-store"
    assert [second.json(), third.json(), by_get.json()] == [ANSWER] * 3


async def test_a_browser_s_get_by_hash_is_no_visit_to_the_playground(client: Client) -> None:
    await posted(client, automatic(QUERY))

    response = await client.get(
        "/graphql",
        params={"extensions": json.dumps(automatic()["extensions"])},
        headers={"Accept": "text/html,*/*;q=0.8"},
    )

    assert response.json() == ANSWER


async def test_a_text_under_the_hash_of_another_is_refused_and_not_learnt(client: Client) -> None:
    other = "query Kind { kind: __typename }"

    mismatch = await posted(client, automatic(other))
    after = await posted(client, automatic())

    assert (mismatch.status_code, code(mismatch)) == (400, "PERSISTED_QUERY_HASH_MISMATCH")
    assert mismatch.json()["errors"][0]["message"] == "provided sha does not match query"
    assert code(after) == "PERSISTED_QUERY_NOT_FOUND"


async def test_what_is_not_valid_is_not_learnt(client: Client) -> None:
    wrong = "{ nothing }"
    key = sha256(wrong.encode()).hexdigest()

    refused = await posted(client, automatic(wrong, key=key))
    after = await posted(client, automatic(key=key))

    assert [code(refused), code(after)] == ["GRAPHQL_VALIDATION_FAILED", "PERSISTED_QUERY_NOT_FOUND"]


@pytest.mark.parametrize(
    "persisted", [{"version": 2, "sha256Hash": HASH}, {"version": 1}, {}, {"version": 1, "sha256Hash": 5}]
)
async def test_another_version_of_the_protocol_is_not_supported(client: Client, persisted: dict[str, Any]) -> None:
    response = await posted(client, {"query": QUERY, "extensions": {"persistedQuery": persisted}})

    assert (response.status_code, code(response)) == (400, "PERSISTED_QUERY_NOT_SUPPORTED")


@pytest.mark.parametrize("persisted", [5, "x", [], True])
async def test_what_is_no_object_is_refused(client: Client, persisted: Any) -> None:
    response = await posted(client, {"query": QUERY, "extensions": {"persistedQuery": persisted}})

    assert (response.status_code, code(response)) == (400, "BAD_REQUEST")


async def test_what_is_learnt_is_bounded(client: Client) -> None:
    learnt = client.endpoint.persisted.learnt
    learnt.size = 3

    for place in range(5):
        query = f"{{ a{place}: __typename }}"
        await posted(client, automatic(query, key=sha256(query.encode()).hexdigest()))

    assert len(learnt) == 3


@pytest.mark.parametrize(
    ("manifest", "asked"),
    [
        (RELAY, {"id": "5f1a"}),
        (RELAY, {"doc_id": "5f1a"}),
        (APOLLO, automatic()),
        (APOLLO, {"documentId": HASH}),
        (APOLLO, {"documentId": f"sha256:{HASH}"}),
        (CODEGEN, {"documentId": HASH}),
        (CODEGEN, automatic()),
        (CODEGEN, {"query": QUERY}),
    ],
)
@pytest.mark.parametrize("only", [True, False])
async def test_a_document_of_a_manifest_is_known_from_the_start(
    empty: str, tmp_path: Path, manifest: Any, asked: dict[str, Any], only: bool
) -> None:
    async with opened(empty, trusted_documents=written(tmp_path, manifest), trusted_only=only) as client:
        response = await posted(client, asked)

    assert (response.status_code, response.json()) == (200, ANSWER)


async def test_documents_of_a_manifest_are_read_and_planned_before_they_are_asked_for(
    empty: str, tmp_path: Path
) -> None:
    async with opened(empty, trusted_documents=written(tmp_path, RELAY)) as client:
        plans = graph().documents.plans
        before = plans.misses
        answers = [await posted(client, {"id": "77aa", "variables": {"few": few}}) for few in (True, False)]

    assert plans.misses == before
    assert [answer.json()["data"] for answer in answers] == [
        {"stores": {"totalCount": 0}},
        {"stores": {"nodes": [], "totalCount": 0}},
    ]


@pytest.mark.parametrize(
    "asked",
    [
        {"query": "{ __typename }"},
        {"query": "{ __schema { types { name } } }"},
        automatic("{ __typename }", key=sha256(b"{ __typename }").hexdigest()),
        automatic(key="0" * 64),
    ],
)
async def test_nothing_else_is_run_where_only_the_manifests_are_trusted(
    empty: str, tmp_path: Path, asked: dict[str, Any]
) -> None:
    async with opened(empty, trusted_documents=written(tmp_path, APOLLO), trusted_only=True) as client:
        response = await posted(client, asked)
        unknown = await posted(client, {"documentId": "no such"})
        page = await client.get("/graphql", headers={"Accept": "text/html"})

    assert (response.status_code, code(response)) == (403, "DOCUMENT_NOT_TRUSTED")
    assert "CRM360_TRUSTED_ONLY" in response.json()["errors"][0]["message"]
    assert (unknown.status_code, code(unknown)) == (404, "UNKNOWN_DOCUMENT")
    assert page.status_code == 404


async def test_a_document_that_cannot_be_run_is_told_at_the_start(
    empty: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        async with opened(empty, trusted_documents=written(tmp_path, {"old": "{ nothing }"})) as client:
            response = await posted(client, {"id": "old"})

    assert "The document old of a manifest can't be run: Cannot query field 'nothing' on type 'Query'." in caplog.text
    assert code(response) == "GRAPHQL_VALIDATION_FAILED"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("{", "is not JSON"),
        ("[]", "is no manifest that is known"),
        ({"a": 5}, "is no manifest that is known"),
        ({"format": "apollo-persisted-query-manifest", "version": 2, "operations": []}, "has version 2"),
        (
            {"format": "apollo-persisted-query-manifest", "version": 1, "operations": [{"id": "a"}]},
            "without `id` or `body`",
        ),
        ({"format": "apollo-persisted-query-manifest", "version": 1}, "without `id` or `body`"),
    ],
)
def test_a_manifest_that_cannot_be_read_is_named(tmp_path: Path, content: Any, why: str) -> None:
    path = Path(written(tmp_path, content))

    with pytest.raises(ManifestError, match=why) as raised:
        read_manifests([path])

    assert str(path) in str(raised.value)


def test_manifests_go_together_unless_they_disagree(tmp_path: Path) -> None:
    one = Path(written(tmp_path, {"a": "{ a }", "b": "{ b }"}, "one.json"))
    two = Path(written(tmp_path, {"b": "{ b }", "c": "{ c }"}, "two.json"))
    three = Path(written(tmp_path, {"a": "{ other }"}, "three.json"))

    assert read_manifests([one, two]) == {"a": "{ a }", "b": "{ b }", "c": "{ c }"}
    with pytest.raises(ManifestError, match="different documents under a"):
        read_manifests([one, three])
    with pytest.raises(ManifestError, match="can't be read"):
        read_manifests([tmp_path / "none.json"])
