import html
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from graphql import GraphQLSchema, build_schema
from playwright.async_api import expect
from starlette.applications import Starlette

from server import reference
from server.reference.words import SYNONYMS
from tests.server.browser import serving, visit
from tests.server.gateway import graph

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


@cache
def schema(without: str = "") -> GraphQLSchema:
    """Give a schema with all resources, a few of them spelled out."""
    names = {name for resource in reference.RESOURCES for name in resource.types} - SPELLED_OUT
    return build_schema(SDL + "".join(f"type {name} {{ id: ID! }}\n" for name in sorted(names - {without})))


@pytest.fixture(scope="module")
def site() -> reference.Site:
    return reference.Site(schema(), playground="/graphql")


@pytest.fixture(scope="module")
def page_url() -> Iterator[str]:
    with serving(Starlette(routes=reference.routes(schema()))) as url:
        yield f"{url}/reference"


def test_the_resources_come_in_the_order_of_the_overview(site: reference.Site) -> None:
    contents = re.findall(r'<li><a href="resource-[^"]+">([^<]+)</a></li>', site.text("index.html"))

    assert contents == OVERVIEW.split(", ")


def test_a_resource_without_its_type_is_an_error_that_names_it() -> None:
    with pytest.raises(
        reference.MissingTypeError, match=r"The schema lacks types of its resources: Tokens needs the type Token\."
    ):
        reference.Site(schema(without="Token"))


def test_every_type_and_operation_has_one_place_and_every_link_leads_somewhere(site: reference.Site) -> None:
    pages = {file: site.text(file) for file in site.files if file.endswith(".html")}
    ids = {file: re.findall(r' id="([^"]+)"', page) for file, page in pages.items()}
    links = {
        (file, link)
        for file, page in pages.items()
        for link in re.findall(r' href="([^"]+)"', page)
        if not re.match(r"data:|https://example\.com/date$|/graphql|reference\.css$", link)
    }
    places = [name for file in pages for name in ids[file] if name in schema().type_map]

    assert all(len(names) == len(set(names)) for names in ids.values())
    assert [(file, link) for file, link in links if not leads_somewhere(ids, file, link)] == []
    assert len(places) == len(set(places))
    assert {name for name in schema().type_map if not name.startswith("__")} - set(places) == {"Query", "Mutation"}
    assert {"Query.node.html", "Query.customers.html", "Mutation.cardBlock.html"} < set(pages)


def test_a_resource_has_its_types_and_operations_on_one_page(site: reference.Site) -> None:
    cards = site.text("resource-cards.html")

    assert re.findall(r'<dt><a href="([^"]+)"><code>([^<]+)</code></a></dt>', cards) == [
        ("Mutation.cardBlock.html", "cardBlock")
    ]
    assert "Fields Customer.card" in text(article(cards, "Card"))
    assert "Mutations cardBlock" in text(article(cards, "Card"))
    assert "Queries node , customers , customerById" in text(article(site.text("resource-customers.html"), "Customer"))


def test_an_operation_has_what_it_takes_what_it_answers_and_what_it_is_refused_with(site: reference.Site) -> None:
    page = site.text("Mutation.cardBlock.html")

    assert re.findall(r'<h\d id="([^"]+)"', page[page.index("<main") :]) == [
        "example",
        "arguments",
        "CardBlockInput",
        "answer",
        "CardBlockPayload",
        "errors",
    ]
    assert "WRONG_STATE Its state doesn't allow this. Read the record's state again" in text(page)
    assert "What any mutation may be refused with REQUIRED" in text(page)
    assert 'href="/graphql?example=Mutation.cardBlock"' in page
    assert '"reason": "Lost on a tram"' in html.unescape(page)


def test_a_type_leads_to_the_filters_and_sort_keys_of_its_lists(site: reference.Site) -> None:
    customer = text(article(site.text("resource-customers.html"), "Customer"))

    assert "Filters CustomerWhere Sort keys CustomerSort" in customer
    assert "and [ CustomerWhere !] name StringFilter" in text(site.text("CustomerWhere.html"))
    assert "LAST_NAME By family name." in text(site.text("CustomerSort.html"))
    assert "direction Direction ! = ASC" in text(site.text("Query.customers.html"))


def test_an_operation_shows_its_arguments_but_those_of_paging(site: reference.Site) -> None:
    listed = text(site.text("Query.customers.html"))

    assert "Answers CustomerConnection ! paged" in listed
    assert 'Arguments search String = "" Beginnings of names. where CustomerWhere orderBy [ CustomerOrder !]' in listed


def test_a_deprecated_field_says_what_to_use(site: reference.Site) -> None:
    assert "Deprecated. Ask for Query.customers ." in text(site.text("Query.customerById.html"))


def test_descriptions_link_to_what_they_name_and_bring_no_markup_of_their_own(site: reference.Site) -> None:
    customer = site.text("resource-customers.html")

    assert '<a href="resource-cards.html#Card.customer"><code>Card.customer</code></a>' in customer
    assert "<code>&lt;script&gt;</code>" in customer


def test_structures_are_told_apart_by_kind(site: reference.Site) -> None:
    kinds = [file for file in site.files if file.startswith("structures-")]

    assert {kind: re.findall(r'<dt><a href="[^"]+"><code>(\w+)', site.text(kind)) for kind in kinds} == {
        "structures-value-types.html": ["PageInfo"],
        "structures-enumerations.html": ["CustomerSort", "Direction"],
        "structures-inputs.html": ["CardBlockInput"],
        "structures-filters.html": ["CustomerOrder", "CustomerWhere", "StringFilter"],
        "structures-scalars.html": ["Boolean", "Date", "ID", "Int", "String"],
        "structures-interfaces.html": ["Node"],
        "structures-unions.html": ["Found"],
        "structures-payloads.html": ["CardBlockPayload"],
        "structures-pages.html": ["CustomerConnection", "CustomerEdge"],
    }
    assert "exactly one of" in site.text("Mutation.cardBlock.html")
    assert "https://example.com/date" in site.text("Date.html")


def test_the_pages_are_written_whole_into_a_folder(tmp_path: Path, site: reference.Site) -> None:
    written = reference.Site(schema())

    file = written.write(tmp_path / "site")

    assert file == tmp_path / "site" / "index.html"
    assert {path.name for path in file.parent.iterdir()} == set(site.files)
    assert (file.parent / "errors.html").read_text("utf-8") == written.text("errors.html")
    assert "/graphql" not in file.read_text("utf-8")


def test_of_the_whole_graph_every_page_is_small_and_every_operation_has_an_example() -> None:
    whole = reference.Site(graph()._schema, playground="/graphql")

    nodes = {file: len(re.findall(r"<[a-z]", whole.text(file) or "")) for file in whole.files if "html" in file}
    without = {name for name in whole.outline.operations if name not in whole.examples}

    assert max(nodes.values()) < 2500, max(nodes, key=lambda file: nodes[file])
    assert without == set(), "Run python -m tests.pages.examples."


async def test_a_reader_finds_a_value_by_typing_a_part_of_its_name(page_url: str) -> None:
    async with visit(page_url) as visited:
        page = visited.page

        await page.keyboard.press("/")
        await page.keyboard.type("last_n")
        await expect(page.locator("#hits a").first).to_have_text("CustomerSort.LAST_NAME")
        await page.keyboard.press("Enter")

        await expect(page.locator("#CustomerSort\\.LAST_NAME")).to_be_in_viewport()
        assert visited.strangers == []
        assert visited.complaints == []


async def test_words_in_any_order_and_other_words_find_what_is_meant_first() -> None:
    meant = {
        "block card": "Mutation.cardBlock",
        "cardblock": "Mutation.cardBlock",
        "member": "Customers",
        "spend points": "Mutation.pointsSpend",
        "redeem points": "Mutation.pointsSpend",
        "refund a bill": "Mutation.purchaseReturn",
        "merge customers": "Mutation.customerMerge",
        "coupon": "Vouchers",
        "gdpr": "Mutation.customerErase",
        "POINTS_SHORT": "POINTS_SHORT",
    }

    with serving(Starlette(routes=reference.routes(graph()._schema))) as url:
        async with visit(f"{url}/reference") as visited:
            found = {}
            for typed in meant:
                await visited.page.get_by_label("Find anything").fill(typed)
                await expect(visited.page.locator("#hits")).to_have_attribute("data-of", typed.lower())
                found[typed] = await visited.page.locator("#hits a").first.text_content()

    assert found == meant


def test_other_words_lead_to_words_that_names_are_made_of() -> None:
    index = reference.Site(graph()._schema).text("search.js") or ""
    entries = json.loads(index.removeprefix("globalThis.SEARCHED = ").removesuffix(";\n"))["entries"]
    names = " ".join(f"{name} {said}" for name, _, _, said in entries).lower()

    assert {word for words in SYNONYMS.values() for word in words if word not in names} == set()


async def test_on_a_phone_the_contents_fold_away_and_nothing_is_cut_off(page_url: str) -> None:
    async with visit(page_url, width=390, height=844) as visited:
        page = visited.page
        contents = page.get_by_role("navigation", name="Contents")

        await expect(contents).to_be_hidden()
        await page.get_by_role("button", name="Contents").click()
        await contents.get_by_role("link", name="Vouchers").click()

        await expect(page.get_by_role("heading", name="Vouchers", exact=True)).to_be_in_viewport()
        await expect(contents).to_be_hidden()
        assert await page.evaluate("document.documentElement.scrollWidth") == 390
        assert visited.complaints == []


async def test_the_pages_are_complete_without_scripts(page_url: str) -> None:
    async with visit(page_url, width=390, height=844, scripts=False) as visited:
        await expect(visited.page.get_by_role("navigation", name="Contents")).to_be_visible()
        await expect(visited.page.get_by_label("Find anything")).to_be_hidden()


def leads_somewhere(ids: dict[str, list[str]], file: str, link: str) -> bool:
    page, _, anchor = link.partition("#")
    return (page or file) in ids and (not anchor or anchor in ids[page or file])


def article(page: str, name: str) -> str:
    start = page.index(f'<article aria-labelledby="{name}">')
    return page[start : page.index("</article>", start)]


def text(page: str) -> str:
    """Give what is read, a space between pieces."""
    return html.unescape(" ".join(re.sub(r"<[^>]*>", " ", page[page.index(">") + 1 :]).split()))
