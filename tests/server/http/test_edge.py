"""What each request passes: the name it comes under, the page it comes from, its id; and how its answer travels."""

import gzip
import logging

import pytest
import zstandard
from sqlalchemy.ext.asyncio import AsyncSession

from server.http.request_ids import NamesRequest
from tests import factories
from tests.server.gateway import Client, code, opened

QUERY = "{ __typename }"
ANSWER = {"data": {"__typename": "Query"}}
PREFLIGHT = {
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization,content-type,x-apollo-operation-name",
}


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:8000", "LOCALHOST", "app.localhost:3000", "127.0.0.1:8000", "[::1]:8000", "[::1]"]
)
async def test_the_gateway_answers_to_what_this_machine_calls_itself(client: Client, host: str) -> None:
    response = await client.ask(QUERY, Host=host)

    assert (response.status_code, response.json()) == (200, ANSWER)


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "evil.example:80", "192.0.2.1", "", "[::2]", "a" * 300]
)
@pytest.mark.parametrize("path", ["/graphql", "/graphql/", "/", "/reference", "/nothing"])
async def test_another_name_is_refused_whatever_is_asked_for(client: Client, host: str, path: str) -> None:
    response = await client.get(path, headers={"Host": host})

    assert (response.status_code, code(response)) == (421, "UNKNOWN_HOST")
    assert "location" not in response.headers


@pytest.mark.parametrize("path", ["/health", "/ready"])
async def test_who_watches_over_the_process_may_call_it_by_any_address(client: Client, path: str) -> None:
    response = await client.get(path, headers={"Host": "10.1.2.3:8000"})

    assert response.status_code == 200


async def test_names_are_set_by_the_operator(empty: str) -> None:
    async with opened(empty, allowed_hosts="api.shop.example, *.shops.example") as client:
        statuses = [
            (await client.ask(QUERY, Host=host)).status_code
            for host in ("api.shop.example:443", "a.b.shops.example", "shops.example", "localhost")
        ]

    assert statuses == [200, 200, 421, 421]


async def test_an_open_gateway_answers_to_any_address_of_a_machine_but_to_no_other_name(empty: str) -> None:
    async with opened(empty, open=True) as client:
        statuses = [
            (await client.ask(QUERY, Host=host)).status_code
            for host in ("192.0.2.1:8000", "[2001:db8::1]", "evil.example")
        ]

    assert statuses == [200, 200, 421]


async def test_a_request_under_two_names_is_refused(client: Client) -> None:
    response = await client.get("/graphql", headers=[("Host", "evil.example"), ("Host", "localhost")])

    assert (response.status_code, code(response)) == (400, "BAD_REQUEST")


@pytest.mark.parametrize("origin", ["http://localhost:3000", "https://app.localhost", "http://127.0.0.1:5173"])
async def test_a_page_of_this_machine_may_ask_where_only_this_machine_can(client: Client, origin: str) -> None:
    preflight = await client.options("/graphql", headers={"Origin": origin, **PREFLIGHT})
    response = await client.ask(QUERY, Origin=origin)

    assert (preflight.status_code, preflight.headers["access-control-allow-origin"]) == (200, origin)
    assert preflight.headers["access-control-allow-headers"] == PREFLIGHT["Access-Control-Request-Headers"]
    assert preflight.headers["access-control-allow-methods"] == "GET, HEAD, POST"
    assert "access-control-allow-credentials" not in preflight.headers
    assert (response.json(), response.headers["access-control-allow-origin"]) == (ANSWER, origin)


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://localhost.evil.example", "http://evil.example/localhost"]
)
async def test_another_page_may_not(client: Client, origin: str) -> None:
    preflight = await client.options("/graphql", headers={"Origin": origin, **PREFLIGHT})
    response = await client.ask(QUERY, Origin=origin)

    assert preflight.status_code == 400
    assert "access-control-allow-origin" not in {*preflight.headers, *response.headers}


async def test_pages_are_named_by_the_operator_and_read_refusals_too(empty: str) -> None:
    async with opened(empty, cors_origins="https://shop.example, https://m.shop.example:8443") as client:
        named = await client.ask("{", Origin="https://m.shop.example:8443")
        local = await client.ask(QUERY, Origin="http://localhost:3000")

    assert named.headers["access-control-allow-origin"] == "https://m.shop.example:8443"
    assert "X-Request-Id" in named.headers["access-control-expose-headers"]
    assert "access-control-allow-origin" not in local.headers


async def test_a_gateway_that_others_reach_lets_no_page_in_unless_told(empty: str) -> None:
    async with opened(empty, host="0.0.0.0", open=True) as client:
        response = await client.options("/graphql", headers={"Origin": "http://localhost:3000", **PREFLIGHT})

    assert response.status_code == 204
    assert "access-control-allow-origin" not in response.headers


async def test_the_caller_s_id_comes_back_and_a_bad_one_is_replaced(client: Client) -> None:
    own = await client.ask(QUERY, X_Request_Id="order-7/8f3a")
    made = [await client.ask(QUERY, X_Request_Id=given) for given in ("", "a b", "x" * 129, "<script>")]

    assert own.headers["x-request-id"] == "order-7/8f3a"
    assert all(len(response.headers["x-request-id"]) == 16 for response in made)
    assert len({response.headers["x-request-id"] for response in made}) == 4


async def test_a_line_of_the_log_names_its_request(
    client: Client, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise KeyError

    monkeypatch.setattr(client.endpoint.schema, "answer", fail)
    caplog.handler.addFilter(NamesRequest())
    caplog.handler.setFormatter(logging.Formatter("[%(request)s] %(message)s"))

    response = await client.ask(QUERY, X_Request_Id="order-7")

    assert response.status_code == 500
    assert caplog.text.startswith("[order-7] Internal error ")


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip, deflate, br", "gzip"),
        ("gzip;q=0.5, zstd;q=0.1", "gzip"),
        ("*", "zstd"),
        ("zstd;q=0, *;q=0.1", "gzip"),
        ("identity", None),
        ("gzip;q=0", None),
        ("gzip;q=nonsense", None),
        ("", None),
    ],
)
async def test_a_long_answer_is_made_smaller_as_the_client_likes(
    client: Client, accepted: str, encoding: str | None
) -> None:
    query = "{ __schema { types { name } } }"
    plain = await client.ask(query, Accept_Encoding="identity")

    async with client.stream(
        "POST", "/graphql", json={"query": query}, headers={"Accept-Encoding": accepted}
    ) as response:
        sent = b"".join([piece async for piece in response.aiter_raw()])

    unpack = {"zstd": zstandard.ZstdDecompressor().decompress, "gzip": gzip.decompress, None: bytes}[encoding]
    assert response.headers.get("content-encoding") == encoding
    assert response.headers.get("vary") == (None if encoding is None else "Accept-Encoding")
    assert unpack(sent) == plain.content
    assert len(sent) == int(response.headers["content-length"])


async def test_a_short_answer_is_left_as_it_is(client: Client) -> None:
    response = await client.ask(QUERY, Accept_Encoding="gzip, zstd")

    assert "content-encoding" not in response.headers


async def test_what_anybody_is_answered_may_be_kept_by_anybody(session: AsyncSession, database_url: str) -> None:
    await factories.save(session, factories.store(code="S1"))

    async with opened(database_url, open_access=False) as client:
        first = await client.get("/graphql", params={"query": QUERY})
        tag = first.headers["etag"]
        again = await client.get("/graphql", params={"query": QUERY}, headers={"If-None-Match": f'"x", {tag}'})
        other = await client.get("/graphql", params={"query": "{ a: __typename }"}, headers={"If-None-Match": tag})

    assert first.headers["cache-control"] == "public, max-age=60"
    assert first.headers["vary"] == "Accept, Accept-Encoding, Accept-Language, Authorization, Origin"
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert (other.status_code, other.json()) == (200, {"data": {"a": "Query"}})


async def test_nobody_keeps_what_was_posted_what_failed_or_what_an_open_gateway_tells(empty: str) -> None:
    async with opened(empty, open_access=False) as client:
        posted = await client.ask(QUERY)
        failed = await client.get("/graphql", params={"query": '{ customer(by: {id: "x"}) { id } }'})
        shown = await client.get("/graphql", params={"query": QUERY}, headers={"Authorization": "Bearer x"})
    async with opened(empty) as client:
        opened_up = await client.get("/graphql", params={"query": QUERY})
    async with opened(empty, open_access=False, public_seconds=0) as client:
        forbidden = await client.get("/graphql", params={"query": QUERY})

    answers = (posted, failed, shown, opened_up, forbidden)
    assert {response.headers["cache-control"] for response in answers} == {"no-store"}
    assert not any("etag" in response.headers for response in answers)


async def test_a_schema_that_is_not_public_is_told_in_no_way(empty: str) -> None:
    async with opened(empty, public_schema=False) as client:
        introspected = await client.ask("{ __schema { types { name } } }")
        named = await client.ask('{ ...A } fragment A on Query { __type(name: "Query") { name } }')
        page = await client.get("/graphql", headers={"Accept": "text/html"})
        reference = await client.get("/reference/")
        mistyped = await client.ask("{ customerz { totalCount } }")

    assert [(one.status_code, code(one)) for one in (introspected, named)] == [(403, "SCHEMA_HIDDEN")] * 2
    assert (page.status_code, reference.status_code) == (404, 404)
    assert "mean" not in mistyped.text
