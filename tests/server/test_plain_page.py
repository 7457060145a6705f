"""The page in `examples/web-plain` in a real browser, at an origin of its own: all that it has is CORS and a token."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
from playwright.async_api import Page, expect
from sqlalchemy.ext.asyncio import AsyncSession

from resolvers.ids import opaque_id
from server.app import create_app
from server.settings import load
from tests import factories
from tests.server.access import PASSWORD, save_customer
from tests.server.browser import Visit, serving, visit
from tests.server.gateway import CHEAP, graph

PAGE = Path(__file__).parents[2] / "examples" / "web-plain"
SHOP, API = "shop.example", "api.shop.example"
ME = "query { me { id personalInformation { firstName } } }"


class Files(SimpleHTTPRequestHandler):
    """Serves the page as it is, but for where the gateway answers."""

    def __init__(self, *connection: Any, gateway: list[str]) -> None:
        self.gateway = gateway
        super().__init__(*connection, directory=str(PAGE))

    def do_GET(self) -> None:
        if self.path != "/gateway.js":
            super().do_GET()
            return
        script = f"export const GATEWAY = {self.gateway[0]!r};".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/javascript")
        self.send_header("Content-Length", str(len(script)))
        self.end_headers()
        self.wfile.write(script)

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def shop(gateway: list[str]) -> Iterator[str]:
    """The origin of the shop's page; `gateway` will hold the gateway's address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Files, gateway=gateway))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://{SHOP}:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@asynccontextmanager
async def visiting(database_url: str, *, let_in: str | None = None) -> AsyncIterator[tuple[Visit, str]]:
    """The shop's page before a gateway that lets in the shop's origin, or only another one; the gateway's address."""
    gateway: list[str] = []
    with shop(gateway) as origin:
        settings = load(database_url=database_url, allowed_hosts=API, cors_origins=let_in or origin, **CHEAP)
        with serving(create_app(settings, graph())) as url:
            gateway.append(f"{url.replace('127.0.0.1', API)}/graphql")
            async with visit(f"{origin}/index.html") as visited:
                yield visited, gateway[0]


async def save_jana(session: AsyncSession) -> str:
    """Jana with a card, points and a voucher; her id."""
    jana = await save_customer(session, first_name="Jana", email="jana@example.com")
    coffee = factories.reward(name="A free coffee")
    await factories.save(
        session,
        factories.card(number="99123", state="ASSIGNED", customer=jana),
        factories.points(customer=jana, amount="120"),
        factories.voucher(customer=jana, reward=coffee, code="COFFEE-1"),
        factories.voucher(customer=jana, reward=coffee, code="COFFEE-0", state="APPLIED"),
    )
    return opaque_id("Customer", jana.id)


async def log_in(page: Page, password: str = PASSWORD) -> None:
    await page.get_by_label("E-mail address").fill("jana@example.com")
    await page.get_by_label("Password").fill(password)
    await page.get_by_role("button", name="Log in").click()


async def kept_token(page: Page) -> str:
    token: str = await page.evaluate("localStorage.getItem('crm360.token')")
    return token


def asked(gateway: str, token: str, query: str = ME) -> httpx.Response:
    """What the gateway answers under a token, whoever shows it."""
    address = gateway.replace(API, "127.0.0.1")
    headers = {"Authorization": f"Bearer {token}", "Host": API}
    return httpx.post(address, json={"query": query}, headers=headers)


async def test_a_customer_logs_in_on_a_page_of_another_origin_sees_what_is_theirs_and_logs_out(
    session: AsyncSession, database_url: str
) -> None:
    jana = await save_jana(session)

    async with visiting(database_url) as (visited, gateway):
        page = visited.page
        await log_in(page, "wrong horse")
        await expect(page.get_by_role("status")).not_to_be_empty()
        await log_in(page)
        await expect(page.get_by_role("heading")).to_have_text("Hello, Jana")
        account = [await page.locator(f"#{part}").text_content() for part in ("card", "points", "vouchers")]
        token = await kept_token(page)
        during = asked(gateway, token)
        await page.reload()
        await expect(page.get_by_role("heading")).to_have_text("Hello, Jana")
        await page.get_by_role("button", name="Log out", exact=True).click()
        await expect(page.get_by_role("heading")).to_have_text("Log in")
        by_id = f'query {{ customer(by: {{ id: "{jana}" }}) {{ id }} }}'
        after = [asked(gateway, token), asked(gateway, token, by_id)]

    assert account == ["99123", "120", "A free coffee: COFFEE-1"]
    assert during.json() == {"data": {"me": {"id": jana, "personalInformation": {"firstName": "Jana"}}}}
    assert [each.json() for each in after] == [{"data": {"me": None}}, {"data": {"customer": None}}]
    assert {address.partition("/graphql")[0] for address in visited.strangers} == {gateway.removesuffix("/graphql")}
    assert visited.complaints == []


async def test_the_token_of_a_browser_that_is_forgotten_is_refused_and_the_page_begins_anew(
    session: AsyncSession, database_url: str
) -> None:
    await save_jana(session)

    async with visiting(database_url) as (visited, gateway):
        page = visited.page
        await log_in(page)
        await expect(page.get_by_role("heading")).to_have_text("Hello, Jana")
        token = await kept_token(page)
        await page.get_by_role("button", name="Log out and forget this browser").click()
        await expect(page.get_by_role("heading")).to_have_text("Log in")
        refused = asked(gateway, token)
        following = await kept_token(page)
        # A page that still holds the old one is told so: it may read what refuses it.
        await page.evaluate("token => localStorage.setItem('crm360.token', token)", token)
        await log_in(page)
        await expect(page.get_by_role("status")).to_contain_text("not known any more")
        await log_in(page)
        await expect(page.get_by_role("heading")).to_have_text("Hello, Jana")

    assert refused.status_code == 401
    assert refused.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert following != token


async def test_a_page_of_an_origin_that_is_not_named_gets_nothing(session: AsyncSession, database_url: str) -> None:
    await save_jana(session)

    async with visiting(database_url, let_in="https://another.example") as (visited, _):
        page = visited.page
        await expect(page.get_by_role("status")).to_have_text("Failed to fetch")

        assert await kept_token(page) is None
        assert any("CORS policy" in complaint for complaint in visited.complaints)
