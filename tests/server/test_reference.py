import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from graphql import GraphQLSchema, build_schema
from playwright.async_api import expect
from starlette.applications import Starlette

from server import reference
from tests.server.browser import serving, visit

OVERVIEW = (
    "Campaign products, Cards, Card types, Countries, Customers, Customer source, Currencies, Languages, Points, "
    "Products, Products Brands, Product Groups, Product Reservations, Purchases, Recommendations, "
    "Reservable Products, Rewards, Segment, Statuses, Stores, Structures, Tokens, Vouchers"
)
SPELLED_OUT = {"Customer", "Card", "Voucher"}
SDL = """
type Query {
  "Anything, by its id."
  node(id: ID!): Node
  customers(
    first: Int, after: String, last: Int, before: String
    "Beginnings of names."
    search: String = ""
    where: CustomerWhere
    orderBy: [CustomerOrder!]
  ): CustomerConnection!
  customerById(id: ID!): Customer @deprecated(reason: "Ask for `Query.customers`.")
}
type Mutation { cardBlock(input: CardBlockInput!): CardBlockPayload! }
interface Node { id: ID! }
"A person who shops, and the root of it all: see `Card.customer`, not `<script>`."
type Customer implements Node { id: ID! name: String born: Date card: Card }
type CustomerConnection { edges: [CustomerEdge!]! nodes: [Customer!]! pageInfo: PageInfo! totalCount: Int! }
type CustomerEdge { cursor: String! node: Customer! }
type PageInfo { hasNextPage: Boolean! }
input CustomerWhere { and: [CustomerWhere!] name: StringFilter }
input StringFilter { eq: String }
input CustomerOrder { field: CustomerSort! direction: Direction! = ASC }
enum CustomerSort { "By family name." LAST_NAME }
enum Direction { ASC DESC }
type Card { id: ID! customer: Customer }
input CardBlockInput @oneOf { id: ID number: String }
type CardBlockPayload { card: Card }
union Found = Customer | Card
type Voucher { id: ID! found: Found }
"A day, such as 2026-02-28."
scalar Date @specifiedBy(url: "https://example.com/date")
"""


def schema(without: str = "") -> GraphQLSchema:
    """Give a schema with all resources, a few of them spelled out."""
    names = {name for resource in reference.RESOURCES for name in resource.types} - SPELLED_OUT
    return build_schema(SDL + "".join(f"type {name} {{ id: ID! }}\n" for name in sorted(names - {without})))


@pytest.fixture(scope="module")
def html() -> str:
    return reference.render(schema())


@pytest.fixture(scope="module")
def page_url() -> Iterator[str]:
    with serving(Starlette(routes=reference.routes(schema()))) as url:
        yield f"{url}/reference"


def test_the_resources_come_in_the_order_of_the_overview(html: str) -> None:
    assert re.findall(r'<h2 id="resource-[^"]+">([^<]+)</h2>', html) == OVERVIEW.split(", ")


def test_a_resource_without_its_type_is_an_error_that_names_it() -> None:
    with pytest.raises(
        reference.MissingTypeError, match=r"The schema lacks types of its resources: Tokens needs the type Token\."
    ):
        reference.render(schema(without="Token"))


def test_every_type_has_one_place_and_every_link_leads_somewhere(html: str) -> None:
    ids = re.findall(r' id="([^"]+)"', html)
    links = set(re.findall(r'href="#([^"]+)"', html))

    assert len(ids) == len(set(ids))
    assert links <= set(ids)
    assert {name for name in schema().type_map if not name.startswith("__")} <= set(ids)


def test_a_type_says_where_it_is_to_be_had(html: str) -> None:
    card = text(article(html, "Card"))

    assert "Fields Customer.card" in card
    assert "Mutations cardBlock" in card
    assert "Queries node , customers , customerById" in text(article(html, "Customer"))
    assert "Voucher.found" in text(article(html, "Customer"))


def test_a_type_shows_the_filters_and_sort_keys_of_its_lists(html: str) -> None:
    customer = text(article(html, "Customer"))

    assert "Filters CustomerWhere and [ CustomerWhere !] name StringFilter" in customer
    assert "Sort keys CustomerSort LAST_NAME By family name." in customer
    assert "direction Direction ! = ASC" in customer


def test_a_field_shows_its_arguments_but_those_of_paging(html: str) -> None:
    listed = text(html[html.index('id="Query.customers"') :])

    assert listed.startswith(
        'customers paged CustomerConnection ! search: String = "" Beginnings of names. '
        "where: CustomerWhere orderBy: [ CustomerOrder !]"
    )


def test_a_deprecated_field_says_what_to_use(html: str) -> None:
    assert "Deprecated. Ask for Query.customers ." in text(html[html.index('id="Query.customerById"') :])


def test_descriptions_link_to_what_they_name_and_bring_no_markup_of_their_own(html: str) -> None:
    customer = article(html, "Customer")

    assert '<a href="#Card.customer"><code>Card.customer</code></a>' in customer
    assert "<code>&lt;script&gt;</code>" in customer


def test_structures_are_told_apart_by_kind(html: str) -> None:
    chapters = dict(re.findall(r'<h2 id="structures-[^"]+">([^<]+)</h2>(.*?)</section>', html, re.DOTALL))

    assert {kind: re.findall(r'<h3 id="(\w+)"', chapter) for kind, chapter in chapters.items()} == {
        "Value types": ["PageInfo"],
        "Enumerations": ["Direction"],
        "Inputs": ["CardBlockInput", "StringFilter"],
        "Scalars": ["Boolean", "Date", "ID", "Int", "String"],
        "Interfaces": ["Node"],
        "Unions": ["Found"],
        "Payloads": ["CardBlockPayload"],
        "Pages": ["CustomerConnection", "CustomerEdge"],
    }
    assert "exactly one of" in chapters["Inputs"]
    assert "https://example.com/date" in chapters["Scalars"]


def test_the_page_is_written_whole_into_a_folder(tmp_path: Path, html: str) -> None:
    file = reference.write(schema(), tmp_path / "site")

    assert file == tmp_path / "site" / "index.html"
    assert file.read_text(encoding="utf-8") == html
    assert not re.search(r'(?:src|href)="(?!#|data:|https://example\.com/date")', html)


async def test_a_reader_finds_a_field_by_typing_a_part_of_its_name(page_url: str) -> None:
    async with visit(page_url) as visited:
        page = visited.page

        await page.keyboard.press("/")
        await page.keyboard.type("last_n")
        await expect(page.get_by_role("status")).to_have_text("1 found")
        await page.keyboard.press("Enter")

        await expect(page.locator("#CustomerSort\\.LAST_NAME")).to_be_in_viewport()
        assert visited.strangers == []
        assert visited.complaints == []


@pytest.mark.parametrize(
    ("typed", "best"),
    [("block card", "Mutation.cardBlock"), ("cardblock", "Mutation.cardBlock"), ("member", "Customer")],
)
async def test_words_in_any_order_and_synonyms_find_what_is_called_first(page_url: str, typed: str, best: str) -> None:
    async with visit(page_url) as visited:
        await visited.page.get_by_label("Find a type, field or value").fill(typed)

        await expect(visited.page.locator("#hits a").first).to_have_text(best)


async def test_on_a_phone_the_contents_fold_away_and_nothing_is_cut_off(page_url: str) -> None:
    async with visit(page_url, width=390, height=844) as visited:
        page = visited.page
        contents = page.get_by_role("navigation", name="Contents")

        await expect(contents).to_be_hidden()
        await page.get_by_role("button", name="Contents").click()
        await contents.get_by_role("link", name="Vouchers").click()

        await expect(contents).to_be_hidden()
        await expect(page.get_by_role("heading", name="Vouchers")).to_be_in_viewport()
        assert await page.evaluate("document.documentElement.scrollWidth") == 390
        assert visited.complaints == []


async def test_the_page_is_complete_without_scripts(page_url: str) -> None:
    async with visit(page_url, width=390, height=844, scripts=False) as visited:
        await expect(visited.page.get_by_role("navigation", name="Contents")).to_be_visible()
        await expect(visited.page.get_by_label("Find a type, field or value")).to_be_hidden()


def article(html: str, name: str) -> str:
    start = html.index(f'<article aria-labelledby="{name}">')
    return html[start : html.index("</article>", start)]


def text(html: str) -> str:
    """Give what is read, a space between pieces."""
    readable = re.sub(r"<[^>]*>", " ", html[html.index(">") + 1 :])
    return " ".join(readable.replace("&#34;", '"').split())
