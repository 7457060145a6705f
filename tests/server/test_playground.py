import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import graphql
import httpx
import pytest
from playwright.async_api import Locator, Page, Response, expect
from starlette.applications import Starlette

from server import playground
from server.app import create_app
from server.playground import bundle, cdn
from server.settings import load
from tests.server.browser import serving, visit
from tests.server.gateway import graph, opened

BUSIEST = "Alex Callahan"
"""Of the few households that tests import, the customer whom the ready tabs are about."""


@pytest.fixture(scope="session")
def app(demo_url: str) -> Starlette:
    assert playground.build()
    return create_app(load(database_url=demo_url, open_access=True, development=True, deadline=60), graph())


@pytest.fixture(scope="session")
def server_url(app: Starlette) -> Iterator[str]:
    with serving(app) as url:
        yield url


async def test_a_first_visitor_runs_the_ready_tab_and_reads_the_documentation(server_url: str) -> None:
    async with visit(f"{server_url}/graphql") as visited:
        page = visited.page

        await expect(tabs(page)).to_have_text(list(playground.TABS))
        await run(page)
        await expect(page.locator(".graphiql-response")).to_contain_text(BUSIEST)
        await look_up(page, "Customer")
        await expect(page.locator(".graphiql-plugin")).to_contain_text("A person in the loyalty programme")

        await expect(page.get_by_role("status")).to_have_text(re.compile(r"^\d+ ms · [\d.]+ KB · cost \d+$"))
        await expect(page.get_by_role("button", name="Copy as cURL")).to_be_enabled()

        assert visited.strangers == []
        assert visited.complaints == []


async def test_time_size_cost_and_plan_of_an_answer_are_in_view_and_the_plan_is_no_part_of_it(server_url: str) -> None:
    async with visit(f"{server_url}/graphql") as visited:
        page = visited.page
        plan = page.locator(".plan")

        await run(page)
        await expect(page.locator(".graphiql-response")).to_contain_text(BUSIEST)
        await page.get_by_role("button", name="Show Plan").click()

        await expect(plan).to_contain_text("customer: lookup of Customer, one statement for all its parents")
        await expect(plan.locator("dd")).to_have_text(
            [re.compile(r"^\d+ ms$"), re.compile("KB$"), re.compile(r"^\d+$")]
        )
        assert await plan.locator("summary").count() > 0
        await expect(page.locator(".graphiql-response")).not_to_contain_text('"plan"')
        assert visited.complaints == []


async def test_where_plans_are_not_told_none_is_asked_for(demo_url: str) -> None:
    with serving(create_app(load(database_url=demo_url, open_access=True), graph())) as url:
        async with visit(f"{url}/graphql") as visited:
            page = visited.page
            async with page.expect_request(lambda asked: "Customer360" in (asked.post_data or "")) as sent:
                await run(page)
            await page.get_by_role("button", name="Show Plan").click()

            await expect(page.locator(".plan")).to_contain_text("This gateway tells no plans")
            assert "crm360-plan" not in (await sent.value).headers


async def test_queries_are_clicked_together_in_the_explorer(server_url: str) -> None:
    async with visit(f"{server_url}/graphql?example=Query.viewer") as visited:
        page = visited.page

        await page.get_by_role("button", name="Show GraphiQL Explorer").click()
        await page.locator(".docExplorerWrap").get_by_text("rateLimit", exact=True).click()

        await expect(page.locator(".graphiql-query-editor")).to_contain_text("rateLimit")
        assert visited.complaints == []


async def test_an_example_of_the_reference_opens_in_a_tab_of_its_own_and_runs(server_url: str) -> None:
    async with visit(f"{server_url}/reference/Mutation.cardBlock.html") as visited:
        page = visited.page

        await page.get_by_role("link", name="Open in the playground").click()
        await expect(tabs(page)).to_have_text(["CardBlock", *playground.TABS])
        await run(page)

        await expect(page.locator(".graphiql-response")).to_contain_text('"state": "BLOCKED"')
        await expect(page.locator(".graphiql-response")).to_contain_text('"userErrors": []')
        assert visited.complaints == []


async def test_a_keyboard_reaches_the_editor_in_a_few_steps(server_url: str) -> None:
    async with visit(f"{server_url}/graphql") as visited:
        page, stops = visited.page, 0
        await expect(page.locator(".graphiql-query-editor .view-lines")).to_contain_text("query")

        while not await page.evaluate("!!document.activeElement.closest('.graphiql-query-editor')"):
            stops += 1
            await page.keyboard.press("Tab")

    assert stops <= 8


async def test_over_an_empty_database_every_tab_says_what_to_do(
    empty: str,
) -> None:
    async with opened(empty) as client:
        page = (await client.get("/graphql", headers={"Accept": "text/html"})).text
    variables = {name: json.loads(tab["variables"]) for name, tab in delivered(page).items()}

    assert all('"crm360 demo"' in tab["query"] for tab in delivered(page).values())
    assert variables["Customer360"] == {"id": "the id of a customer"}
    assert variables["UndoTheBill"]["input"] == {"id": "the id that CloseTheBill answered"}


async def test_tabs_that_nobody_changed_name_the_rows_of_the_database_that_is_there_now(server_url: str) -> None:
    """Whoever imports their own data finds it in the tabs that a visit of before had stored."""
    async with visit(f"{server_url}/graphql") as visited:
        page = visited.page
        await stored(page, "Customer360")
        await page.evaluate(
            """() => {
              for (const key of ["graphiql:tabState", "crm360:delivered"]) {
                localStorage[key] = localStorage[key].replaceAll(/(\\{\\\\n +\\\\"id\\\\": \\\\")[^"\\\\]+/g, "$1gone");
              }
            }"""
        )
        assert "gone" in await page.evaluate("localStorage['graphiql:tabState']")
        await page.reload()

        await expect(tabs(page)).to_have_text(list(playground.TABS))
        await page.wait_for_function("!localStorage['graphiql:tabState'].includes('gone')")


async def test_on_a_phone_the_answer_comes_below_the_question(server_url: str) -> None:
    async with visit(f"{server_url}/graphql", width=390, height=844) as visited:
        await expect(tabs(visited.page)).to_have_text(list(playground.TABS))

        question = await visited.page.locator(".graphiql-editors").bounding_box()
        answer = await visited.page.locator(".graphiql-response").bounding_box()

    assert question is not None
    assert answer is not None
    assert answer["y"] >= question["y"] + question["height"]
    assert answer["width"] > 250


async def test_a_visitor_of_the_demo_chooses_the_token_that_is_asked_with(demo_url: str) -> None:
    tokens = {"a customer, logged in": "crm_app_1"}
    asking = {"a customer, logged in": "Bearer crm_app_1", "anyone: access is open here": ""}

    with serving(create_app(load(database_url=demo_url, open_access=True), graph(), tokens)) as url:
        async with visit(f"{url}/graphql") as visited:
            page = visited.page
            found = {}
            for name in asking:
                await page.get_by_label("Ask as").select_option(name)
                async with page.expect_request(lambda asked: "Customer360" in (asked.post_data or "")) as sent:
                    await run(page)
                found[name] = (await sent.value).headers.get("authorization", "")
            offered = await page.get_by_label("Ask as").locator("option").all_text_contents()

    assert found == asking
    assert offered == ["anyone: access is open here", "a customer, logged in"]


async def test_a_gateway_without_tokens_to_offer_offers_none(server_url: str) -> None:
    async with visit(f"{server_url}/graphql") as visited:
        await expect(tabs(visited.page)).to_have_text(list(playground.TABS))

        assert await visited.page.get_by_label("Ask as").count() == 0


async def test_every_ready_tab_brings_variables_with_which_it_answers(server_url: str) -> None:
    async with visit(f"{server_url}/graphql") as visited:
        page = visited.page

        for name in playground.TABS:
            await tabs(page).get_by_text(name, exact=True).click()
            async with page.expect_response(answers(name)) as received:
                await run(page)
            answer = await (await received.value).json()
            assert "errors" not in answer, answer
            [found] = answer["data"].values() if "Bill" in name else [{}]
            assert found.get("userErrors", []) == [], answer

        assert visited.complaints == []


def test_the_tabs_start_with_the_headers_that_are_given() -> None:
    page = playground.page("/graphql", {}, headers={"Authorization": "Bearer demo"})

    assert r"\"Authorization\": \"Bearer demo\"" in page.html.replace(r"\u0022", '"')


async def test_a_visitor_who_typed_nothing_finds_the_tabs_as_they_were(server_url: str) -> None:
    async with visit(f"{server_url}/graphql") as visited:
        page = visited.page

        await tabs(page).get_by_text("Timeline", exact=True).click()
        await stored(page, '"activeTabIndex":2')
        await page.reload()

        await expect(tabs(page)).to_have_text(list(playground.TABS))
        await expect(page.locator(".graphiql-query-editor")).to_contain_text("query Timeline")
        await expect(page.locator(".graphiql-editor-tool")).to_contain_text('"id"')
        assert visited.complaints == []


async def test_a_visitor_who_comes_back_finds_their_own_edits(server_url: str) -> None:
    async with visit(f"{server_url}/graphql") as visited:
        page = visited.page

        await tabs(page).get_by_text("Timeline", exact=True).click()
        await page.locator(".graphiql-editor-tool .monaco-editor:visible").click()
        await page.keyboard.press("Control+A")
        await page.keyboard.insert_text('{ "id": "customer-2" }')
        await stored(page, "customer-2")
        await page.reload()

        await expect(tabs(page)).to_have_text(list(playground.TABS))
        await expect(page.locator(".graphiql-tab-button[aria-current=true]")).to_have_text("Timeline")
        await expect(page.locator(".graphiql-editor-tool")).to_contain_text("customer-2")
        assert visited.complaints == []


def test_a_tab_holds_one_operation_of_its_own_name() -> None:
    for name, document in playground.documents().items():
        [operation] = graphql.parse(document).definitions
        assert operation.name.value == name


def test_variables_for_a_tab_that_is_not_there_are_refused() -> None:
    with pytest.raises(ValueError, match="There is no tab Customers; the tabs are Customer360, "):
        playground.page("/graphql", {"Customers": {}})


def test_what_the_tabs_start_with_cannot_break_out_of_the_page() -> None:
    page = playground.page("/graphql", {"Customer360": {"id": "</script><script>alert(1)</script>"}})

    assert "alert(1)" in page.html
    assert "<script>alert" not in page.html


def test_the_bundled_page_allows_nothing_but_its_own_origin(app: Starlette) -> None:
    policy = playground.page("/graphql", {}).headers["Content-Security-Policy"]

    assert policy == (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; worker-src 'self'; "
        "font-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )


def test_without_a_bundle_the_page_comes_from_a_cdn_and_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(bundle, "DIST", tmp_path)

    page = playground.page("/graphql", {})

    scripts = re.findall(r'<script defer src="([^"]+)"(?: integrity="(sha384-[^"]{64})")?', page.html)
    *foreign, own = scripts
    assert own == ("/graphql/assets/cdn.js", "")
    assert len(foreign) == 3
    assert all(url.startswith(cdn.HOST) and integrity for url, integrity in foreign)
    assert all(url in page.headers["Content-Security-Policy"] for url, _ in foreign)
    assert "unsafe-inline" not in page.headers["Content-Security-Policy"].split("style-src")[0]
    assert "comes from https://cdn.jsdelivr.net" in caplog.text


async def test_where_neither_bundle_nor_cdn_is_at_hand_the_page_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, demo_url: str
) -> None:
    monkeypatch.setattr(bundle, "DIST", tmp_path)

    with serving(create_app(load(database_url=demo_url, open_access=True), graph())) as url:
        async with visit(f"{url}/graphql", online=False) as visited:
            await expect(visited.page.get_by_role("main")).to_contain_text("run crm360 playground where npm")
            await expect(visited.page.get_by_role("link", name="reference", exact=True)).to_be_visible()

    assert {urlsplit(stranger).hostname for stranger in visited.strangers} == {"cdn.jsdelivr.net"}
    assert [complaint for complaint in visited.complaints if "net::ERR_FAILED" not in complaint] == []


def test_without_npm_nothing_is_bundled_and_that_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bundle, "DIST", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert playground.build() is False

    assert "because npm is missing" in capsys.readouterr().err


async def test_the_files_are_kept_for_a_year_and_sent_compressed(app: Starlette) -> None:
    script = bundle.manifest().script

    async with client(app) as http:
        zipped = await http.get(f"/graphql/assets/{script}")
        plain = await http.get(f"/graphql/assets/{script}", headers={"Accept-Encoding": "identity"})

    assert zipped.headers["Content-Encoding"] == "gzip"
    assert zipped.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert zipped.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert zipped.headers["Vary"] == "Accept-Encoding"
    assert zipped.text == plain.text
    assert "Content-Encoding" not in plain.headers


async def test_only_the_page_s_own_files_are_served(app: Starlette) -> None:
    async with client(app) as http:
        answers = [
            await http.get(f"/graphql/assets/{path}")
            for path in ("missing.js", "..%2fmanifest.json", "%2e%2e/%2e%2e/bundle.py", "cdn.js")
        ]

    assert [answer.status_code for answer in answers] == [404, 404, 404, 200]
    assert answers[-1].headers["Cache-Control"] == "no-cache"


def client(app: Starlette) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost")


def delivered(page: str) -> dict[str, dict[str, str]]:
    """The ready tabs of a page by the names of their operations."""
    given, _ = json.JSONDecoder().raw_decode(page[page.index("[", page.index('"tabs": ')) :])
    return {re.findall(r"(?:query|mutation) (\w+)", tab["query"])[0]: tab for tab in given}


def tabs(page: Page) -> Locator:
    return page.locator(".graphiql-tab-button")


async def stored(page: Page, text: str) -> None:
    await page.wait_for_function("(text) => localStorage['graphiql:tabState']?.includes(text)", arg=text)


def answers(operation: str) -> Callable[[Response], bool]:
    """Whether a response is that of an operation."""

    def is_it(response: Response) -> bool:
        sent = response.request.post_data_json if response.request.method == "POST" else {}
        return sent.get("operationName") == operation

    return is_it


async def run(page: Page) -> None:
    await expect(page.locator(".graphiql-query-editor .view-lines")).to_contain_text(re.compile("query|mutation"))
    await page.get_by_role("button", name="Execute query").click()


async def look_up(page: Page, type_name: str) -> None:
    await page.get_by_role("button", name="Show Documentation Explorer").click()
    await page.locator(".graphiql-plugin").get_by_role("link", name=type_name, exact=True).click()
