import json

import httpx
import pytest
from graphql import build_client_schema, get_introspection_query
from sqlalchemy.ext.asyncio import AsyncSession

from resolvers.ids import opaque_id
from tests import factories
from tests.server.gateway import Client, code, opened

JSON = "application/json; charset=utf-8"
GRAPHQL = "application/graphql-response+json; charset=utf-8"
QUERY = "{ customers { nodes { id } } }"
NOTHING = {"data": {"customers": {"nodes": []}}}


async def test_a_query_by_post_is_answered_as_json_that_nobody_keeps(client: Client) -> None:
    response = await client.ask(QUERY)

    assert response.json() == NOTHING
    assert response.status_code == 200
    assert dict(response.headers) == {
        "content-type": JSON,
        "content-length": str(len(response.content)),
        "cache-control": "no-store",
        "x-request-id": response.headers["x-request-id"],
    }


async def test_a_query_by_get_is_answered(client: Client) -> None:
    parameters = {
        "query": "query A($n: Int) { customers(first: $n) { nodes { id } } } query B { __typename }",
        "variables": '{"n": 1}',
        "operationName": "A",
    }

    response = await client.get("/graphql", params=parameters)

    assert (response.status_code, response.json()) == (200, NOTHING)


async def test_a_browser_that_asks_for_the_endpoint_gets_the_playground(client: Client) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}

    page = await client.get("/graphql", headers=browser)
    answer = await client.get("/graphql", params={"query": QUERY}, headers=browser)

    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert 'id="playground"' in page.text
    assert answer.json() == NOTHING


async def test_a_get_without_a_query_is_told_what_is_missing(client: Client) -> None:
    response = await client.get("/graphql")

    assert (response.status_code, code(response)) == (400, "BAD_REQUEST")


async def test_a_get_may_not_change_anything(client: Client) -> None:
    mutation = 'mutation { segmentCreate(input: {name: "x"}) { segment { id } } }'

    response = await client.get("/graphql", params={"query": mutation})

    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    assert (await client.ask("{ segments { totalCount } }")).json() == {"data": {"segments": {"totalCount": 0}}}


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
async def test_other_methods_are_refused(client: Client, method: str) -> None:
    response = await client.request(method, "/graphql")

    assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD, OPTIONS, POST")


async def test_options_says_which_methods_there_are(client: Client) -> None:
    response = await client.options("/graphql")

    assert (response.status_code, response.content) == (204, b"")
    assert response.headers["allow"] == "GET, HEAD, OPTIONS, POST"


async def test_head_answers_what_get_does_without_its_body(client: Client) -> None:
    got = await client.get("/graphql", params={"query": QUERY})
    headed = await client.head("/graphql", params={"query": QUERY})

    assert (headed.status_code, headed.content) == (200, b"")
    assert headed.headers["content-length"] == str(len(got.content))
    assert headed.headers["content-type"] == JSON


async def test_a_byte_order_mark_before_the_body_is_passed_over(client: Client) -> None:
    response = await client.send_body(b"\xef\xbb\xbf" + hostile({"query": QUERY}))

    assert response.json() == NOTHING


async def test_the_endpoint_is_found_with_a_slash_behind_it_too(client: Client) -> None:
    response = await client.post("/graphql/", json={"query": QUERY})

    assert (response.status_code, response.json()) == (200, NOTHING)


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        (None, JSON),
        ("*/*", JSON),
        ("application/json", JSON),
        ("application/graphql-response+json", GRAPHQL),
        ("application/graphql-response+json, application/json;q=0.9", GRAPHQL),
        ("application/json, application/graphql-response+json", JSON),
        ("application/graphql-response+json;q=0.5, application/json", JSON),
        ("application/graphql-response+json;q=nonsense, */*", JSON),
        ("text/plain", JSON),
        (",;,;;q=,", JSON),
    ],
)
async def test_the_client_chooses_the_media_type(client: Client, accept: str | None, content_type: str) -> None:
    headers = {"Accept": accept} if accept is not None else {}
    client.headers.pop("accept")

    response = await client.post("/graphql", json={"query": QUERY}, headers=headers)

    assert (response.status_code, response.headers["content-type"]) == (200, content_type)


@pytest.mark.parametrize(
    ("query", "variables", "expected"),
    [
        ("{", None, "GRAPHQL_PARSE_FAILED"),
        ("", None, "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", None, "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { nothing }", None, "GRAPHQL_VALIDATION_FAILED"),
        ("query ($n: Int!) { customers(first: $n) { totalCount } }", {}, "BAD_INPUT"),
        ("query ($n: Int!) { customers(first: $n) { totalCount } }", {"n": 2**70}, "BAD_INPUT"),
    ],
)
async def test_what_cannot_begin_has_no_data_and_a_code(
    client: Client, query: str, variables: dict[str, object] | None, expected: str
) -> None:
    as_json = await client.ask(query, variables)
    as_graphql = await client.ask(query, variables, Accept="application/graphql-response+json")

    assert (as_json.status_code, as_graphql.status_code) == (200, 400)
    assert as_json.json() == as_graphql.json()
    assert as_json.json().keys() == {"errors"}
    assert code(as_json) == expected


async def test_an_operation_that_is_not_there_is_refused(client: Client) -> None:
    body = {"query": "query A { __typename } query B { __typename }"}

    unknown = await client.post("/graphql", json={**body, "operationName": "C"})
    unnamed = await client.post("/graphql", json=body)

    assert [(one.status_code, code(one)) for one in (unknown, unnamed)] == [(400, "BAD_REQUEST")] * 2


async def test_an_error_while_running_leaves_the_rest_of_the_answer(client: Client) -> None:
    response = await client.ask('{ a: customer(by: {id: "nonsense"}) { id } b: __typename }')

    assert response.status_code == 200
    assert response.json()["data"] == {"a": None, "b": "Query"}
    assert response.json()["errors"] == [
        {
            "message": "This is not an id of the API; give one that it answered, unchanged.",
            "extensions": {"code": "BAD_ID"},
            "locations": [{"line": 1, "column": 3}],
            "path": ["a"],
        }
    ]


async def test_names_of_codes_are_in_the_language_of_the_reader(client: Client) -> None:
    query = '{ countries(first: 1, where: {code: {eq: "CZ"}}) { nodes { name } } }'

    czech = await client.ask(query, Accept_Language="cs-CZ,cs;q=0.9,en;q=0.8")
    unknown = await client.ask(query, Accept_Language="x-klingon")

    assert czech.json()["data"]["countries"]["nodes"] == [{"name": "Česko"}]
    assert unknown.json()["data"]["countries"]["nodes"] == [{"name": "Czechia"}]


async def test_the_header_says_on_whose_behalf_is_read(session: AsyncSession, database_url: str) -> None:
    eva = factories.customer(first_name="Eva")
    await factories.save(session, eva)

    async with opened(database_url) as client:
        mine = await client.ask(
            "{ me { personalInformation { firstName } } }", CRM360_Customer=opaque_id("Customer", 1)
        )
        bad = await client.ask("{ me { id } }", CRM360_Customer="nonsense")
        other = await client.ask("{ me { id } }", CRM360_Customer=opaque_id("Store", 1))

    assert mine.json() == {"data": {"me": {"personalInformation": {"firstName": "Eva"}}}}
    assert [(one.status_code, code(one)) for one in (bad, other)] == [(400, "BAD_ID")] * 2


async def test_tools_may_ask_for_the_whole_schema(client: Client) -> None:
    query = get_introspection_query(
        specified_by_url=True, directive_is_repeatable=True, schema_description=True, input_value_deprecation=True
    )

    response = await client.ask(query)

    assert "Customer" in build_client_schema(response.json()["data"]).type_map


async def test_development_shows_the_statements_to_whoever_asks_for_them(empty: str) -> None:
    async with opened(empty, development=True) as client:
        shown = await client.ask(QUERY, CRM360_Plan="1")
        unasked = await client.ask(QUERY)
    async with opened(empty) as client:
        refused = await client.ask(QUERY, CRM360_Plan="1")

    plan = shown.json()["extensions"]["plan"]
    [statement] = plan["statements"]
    assert plan["planned"] is True
    assert plan["levels"] == ["customers: connection of Customer, one statement for all its parents"]
    assert plan["kept"]["plans"]["hits"] >= 1
    assert statement["rows"] == 0
    assert statement["sql"].startswith('SELECT NULL AS "key", customer_00.id AS r0')
    assert statement["milliseconds"] > 0
    assert [unasked.json(), refused.json()] == [NOTHING, NOTHING]


async def test_other_addresses(client: Client) -> None:
    home = await client.get("/")
    missing = await client.get("/nothing")
    reference = await client.get("/reference/")

    assert (home.status_code, home.headers["location"]) == (307, "/graphql")
    assert missing.status_code == 404
    assert "<h1" in reference.text


def hostile(body: object) -> bytes:
    return json.dumps(body).encode()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b'"query"',
        b"5",
        b"true",
        b"{",
        b"{}",
        b"[]",
        b'[{"query": "{ __typename }"}]',
        b"\xff\xfe{}",
        b'{"query": "\xff"}',
        b'{"query": "\\ud800"}',
        b'{"query": ' + b"1" * 5000 + b"}",
        b'{"query": "{ __typename }", "variables": {"n": ' + b"1" * 5000 + b"}}",
        b'{"query": "{ __typename }", "variables": {"n": NaN}}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        hostile({"query": None}),
        hostile({"query": 1}),
        hostile({"query": ["{ __typename }"]}),
        hostile({"query": {"a": 1}}),
        hostile({"query": "{ __typename }", "variables": []}),
        hostile({"query": "{ __typename }", "variables": "{}"}),
        hostile({"query": "{ __typename }", "variables": 1}),
        hostile({"query": "{ __typename }", "extensions": []}),
        hostile({"query": "{ __typename }", "operationName": 1}),
        hostile({"query": "{ __typename }", "operationName": {}}),
    ],
)
async def test_a_hostile_body_is_refused_with_an_error_like_any_other(client: Client, body: bytes) -> None:
    response = await client.send_body(body)

    assert (response.status_code, code(response)) == (400, "BAD_REQUEST")


@pytest.mark.parametrize(
    "query", ["%ff", "%ed%a0%80", "query={__typename}&variables=[", "query={__typename}&variables=5", "variables={}"]
)
async def test_a_hostile_address_is_refused(client: Client, query: str) -> None:
    response = await client.get(httpx.URL(f"http://localhost/graphql?{query}"))

    assert (response.status_code, code(response)) == (400, "BAD_REQUEST")


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "application/graphql",
        "multipart/form-data; boundary=x",
        "application/json; charset=latin-1",
        ";",
    ],
)
async def test_another_content_type_is_refused(client: Client, content_type: str) -> None:
    response = await client.send_body(hostile({"query": QUERY}), content_type)

    assert response.status_code == 415


@pytest.mark.parametrize("depth", [50, 500])
async def test_variables_nested_deeply_are_the_caller_s_mistake(client: Client, depth: int) -> None:
    query = '"query ($w: CustomerWhere) { customers(where: $w) { totalCount } }"'
    where = '{"and": [' * depth + "{}" + "]}" * depth

    response = await client.send_body(f'{{"query": {query}, "variables": {{"w": {where}}}}}'.encode())

    assert response.status_code < 500
    assert code(response) == "TOO_COMPLEX"


async def test_a_body_over_the_limit_is_refused_before_all_of_it_came(empty: str) -> None:
    async def endless():
        for _ in range(100):
            yield b" " * 1024
        pytest.fail("The rest of the body was waited for.")

    async with opened(empty, body_limit=10_000) as client:
        declared = await client.send_body(b" " * 10_001)
        counted = await client.post("/graphql", content=endless(), headers={"Content-Type": "application/json"})
        fits = await client.send_body(hostile({"query": QUERY}).ljust(10_000))

    assert [(one.status_code, code(one)) for one in (declared, counted)] == [(413, "TOO_LARGE")] * 2
    assert fits.json() == NOTHING
