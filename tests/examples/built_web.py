"""`examples/web`, built with npm and visited in Chromium at an origin of its own: `make audit` runs it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from playwright.async_api import Page, expect
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.staticfiles import StaticFiles

from server.app import create_app
from server.settings import load
from tests import factories
from tests.server.access import PASSWORD, save_customer
from tests.server.browser import serving, visit
from tests.server.gateway import CHEAP, graph

EXAMPLE = Path(__file__).parents[2] / "examples" / "web"
SHOP, API = "shop.example", "api.shop.example"


def build(gateway: str) -> None:
    """Build the page for a gateway, as its own page says."""
    npm = shutil.which("npm")
    assert npm is not None, "The example takes Node and npm."
    subprocess.run([npm, "install", "--silent", "--no-audit", "--no-fund"], cwd=EXAMPLE, check=True)
    subprocess.run(
        [npm, "run", "build", "--silent"], cwd=EXAMPLE, check=True, env={**os.environ, "VITE_GATEWAY": gateway}
    )


async def save_jana(session: AsyncSession) -> None:
    """Jana with a card, points, a voucher, and more bills than a page of her timeline."""
    jana = await save_customer(session, first_name="Jana", email="jana@example.com")
    coffee = factories.reward(name="A free coffee")
    bills = [factories.purchase(customer=jana, store=factories.store(name=f"Store {place}")) for place in range(7)]
    await factories.save(
        session,
        factories.card(number="99123", state="ASSIGNED", customer=jana),
        factories.points(customer=jana, amount="120"),
        factories.voucher(customer=jana, reward=coffee, code="COFFEE-1", valid_to=None),
        *bills,
    )


async def log_in(page: Page, password: str) -> None:
    await page.get_by_label("E-mail address").fill("jana@example.com")
    await page.get_by_label("Password").fill(password)
    await page.get_by_role("button", name="Log in").click()


async def test_a_customer_logs_in_sees_what_is_theirs_pages_through_it_and_logs_out(
    session: AsyncSession, database_url: str
) -> None:
    await save_jana(session)

    with serving(StaticFiles(directory=EXAMPLE / "dist", check_dir=False)) as shop:
        origin = shop.replace("127.0.0.1", SHOP)
        settings = load(database_url=database_url, allowed_hosts=API, cors_origins=origin, **CHEAP)
        with serving(create_app(settings, graph())) as url:
            build(f"{url.replace('127.0.0.1', API)}/graphql")
            async with visit(f"{origin}/index.html") as visited:
                page = visited.page
                await log_in(page, "wrong horse")
                await expect(page.get_by_role("status")).not_to_be_empty()
                await log_in(page, PASSWORD)
                await expect(page.get_by_role("heading", level=1)).to_have_text("Hello, Jana")
                account = [await page.locator(f"#{part}").text_content() for part in ("card", "points", "vouchers")]
                await expect(page.locator("#timeline li")).to_have_count(5)
                await page.get_by_role("button", name="Earlier").click()
                await expect(page.locator("#timeline li")).to_have_count(8)
                await page.get_by_role("button", name="Log out").click()
                await expect(page.get_by_role("heading", level=1)).to_have_text("Log in")

    assert account == ["99123", "120", "A free coffee: COFFEE-1"]
    assert visited.complaints == []
