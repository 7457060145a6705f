"""Documents on pages are asked, and what the gateway answers is what the pages show."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest

from tests.pages.answers import Page, answered, laid_out, stocked
from tests.pages.markdown import ROOT
from tests.server.gateway import opened

PAGE = """
```graphql
{ stores(first: 1) { nodes { code name } pageInfo { endCursor } } }
```
```json
{"data": {"stores": {"nodes": [{"code": "%s", "name": "B…"}], "pageInfo": {"endCursor": "W…"}}}}
```
Then:
```graphql
query Next($after: String) { stores(first: 1, after: $after) { nodes { code } } }
```
```json variables
{"after": "W…"}
```
```json
%s```
"""
ASKED = PAGE % ("bru", "")
ANSWERED = PAGE % ("brno", '{"data": {"stores": {"nodes": [{"code": "eshop"}]}}}\n')


@pytest.fixture
async def page(new_database: Callable[..., str]) -> AsyncIterator[Page]:
    """A page's reader, over a shop."""
    await stocked(url := new_database("sqlite"))
    async with opened(url) as client:
        yield Page(client)


async def test_a_page_is_written_with_what_was_answered(page: Page) -> None:
    assert await page.answered(ASKED) == ANSWERED
    assert page.refused == []


@pytest.mark.parametrize(
    "document",
    [
        "{ storez { totalCount } }",
        '{ customer(by: { cardNumber: "nobody\'s" }) { id } }',
        'mutation { pointsSpend(input: { customer: "Q3VzdG9tZXI6MQ==", amount: "9999" }) { userErrors { code } } }',
    ],
)
async def test_what_is_refused_or_finds_nothing_is_no_example_unless_its_answer_is_shown(
    page: Page, document: str
) -> None:
    block = f"```graphql\n{document}\n```\n"

    await page.answered(block)
    await page.answered(f'{block}```json\n{{"errors": []}}\n```\n')

    assert len(page.refused) == 1


async def test_an_answer_with_errors_takes_the_place_of_no_other(page: Page) -> None:
    await page.answered("```graphql\n{ storez { totalCount } }\n```\n```json\n```\n")

    assert len(page.refused) == 1


def test_json_is_laid_out_for_people() -> None:
    assert laid_out({"a": ["x" * 60, "ž" * 60], "b": {"c": 1}}) == (
        f'{{\n  "a": [\n    "{"x" * 60}",\n    "{"ž" * 60}"\n  ],\n  "b": {{"c": 1}}\n}}'
    )


@pytest.mark.parametrize("name", ["lists", "till", "changes", "log-in"])
async def test_postgresql_answers_what_pages_show(new_database: Callable[..., str], name: str) -> None:
    text = (ROOT / "docs" / f"{name}.md").read_text("utf-8")
    await stocked(url := new_database("postgresql"))

    assert await answered(url, text) == text
