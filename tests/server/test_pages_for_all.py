"""Everybody can use the playground and the reference: axe finds nothing wrong in them, in the light and in the dark."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.async_api import Page, expect

from server import playground
from server.app import create_app
from server.playground.bundle import HERE
from server.settings import load
from tests.server.browser import serving, visit
from tests.server.gateway import graph

AXE = HERE / "node_modules" / "axe-core" / "axe.min.js"
"""It is installed with what the playground is bundled from."""
RUN = "(part) => axe.run(part, { resultTypes: ['violations'] })"


@pytest.fixture(scope="module")
def url(demo_url: str) -> Iterator[str]:
    """A gateway with the playground bundled, and what looks at it installed."""
    # First as everybody does, in turns: what another process is just installing isn't missing.
    playground.build()
    assert playground.build(force=not AXE.exists())
    with serving(
        create_app(load(database_url=demo_url, open_access=True, development=True, deadline=60), graph())
    ) as address:
        yield address


async def violations(page: Page, part: str) -> list[tuple[str, str]]:
    """What is wrong with a part of a page, each rule with the first element that breaks it."""
    await page.evaluate(AXE.read_text("utf-8"))
    found: dict[str, Any] = await page.evaluate(RUN, part)
    return [(each["id"], each["nodes"][0]["html"][:120]) for each in found["violations"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_in_the_playground_with_an_answer_and_with_each_panel(url: str, scheme: str) -> None:
    async with visit(f"{url}/graphql") as visited:
        page = visited.page
        await page.emulate_media(color_scheme=scheme)
        await page.reload()
        await expect(page.locator(".graphiql-query-editor .view-lines")).to_contain_text("query")
        await page.get_by_role("button", name="Execute query").click()
        await expect(page.locator(".graphiql-response")).to_contain_text("data")
        found = {"": await violations(page, "html")}
        # A small document, of which the explorer shows less to look through.
        await page.locator(".graphiql-tab-button").get_by_text("UndoTheBill").click()
        for panel in ("Documentation Explorer", "History", "GraphiQL Explorer", "Plan"):
            await page.get_by_role("button", name=f"Show {panel}").click()
            await expect(page.get_by_role("button", name=f"Hide {panel}")).to_be_visible()
            found[panel] = await violations(page, ".graphiql-plugin")

    assert {panel: wrong for panel, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_in_the_reference(url: str, scheme: str) -> None:
    files = ("", "resource-customers.html", "Mutation.pointsSpend.html", "errors.html", "CustomerWhere.html")

    async with visit(f"{url}/reference/") as visited:
        found = {}
        await visited.page.emulate_media(color_scheme=scheme)
        for file in files:
            await visited.page.goto(f"{url}/reference/{file}")
            found[file] = await violations(visited.page, "html")

    assert found == {file: [] for file in files}
