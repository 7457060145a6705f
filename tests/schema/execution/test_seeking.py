"""Rows are the same whether SQLite looks for related rows first, or goes through a list and looks at each row's."""

from collections.abc import Callable
from typing import Any

import pytest

from models import Purchase
from resolvers.query.filters import where_sql
from resolvers.query.filters.where import FILTERS, keyed, read_filter
from resolvers.query.level import on_sqlite, select, statement
from resolvers.query.level.rows import LevelQuery
from resolvers.query.visibility import EVERYTHING
from resolvers.storage.cache import Cache
from tests.schema.both_ways import Graph, schema

LISTS = {
    "purchases": 'where: {items: {some: {product: {name: {contains: "lé"}}}}}, orderBy: [{field: TOTAL}]',
    "customers": 'where: {purchases: {some: {items: {some: {product: {name: {contains: "lé"}}}}}}}',
    "purchaseItems": 'where: {purchase: {externalId: {gte: "a"}, customer: {lastName: {gte: "A"}}}}',
    "products": 'where: {group: {name: {gte: "A"}}, brand: {isNull: false}}, orderBy: [{field: CREATED_AT}]',
    "vouchers": 'where: {or: [{reward: {name: {contains: "e"}}}, {customer: {cards: {none: {number: {gte: "3"}}}}}]}',
}
PAGES = ("first: 3", "last: 2", "first: 100")


@pytest.fixture
def looking_for(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Statements are made anew, and look for so many related rows."""

    def look(most: int) -> None:
        monkeypatch.setattr(on_sqlite, "MOST", most)
        monkeypatch.setattr(on_sqlite, "MOST_COUNTED", most)
        monkeypatch.setattr(where_sql, "MOST_COUNTED", most)
        monkeypatch.setattr(statement, "_KEPT", Cache(100, 10_000_000))
        select._template.cache_clear()

    return look


async def pages(shop: Graph, name: str, most: int) -> list[Any]:
    """Pages of a list from both ends, counted or not, and the one behind the first."""
    found = []
    for page in PAGES:
        for count in ("", "totalCount"):
            rows = f"{{ {count} nodes {{ id }} pageInfo {{ hasNextPage endCursor }} }}"
            found.append((await shop.data(f"{{ a{most}: {name}({page}, {LISTS[name]}) {rows} }}"))[f"a{most}"])
    behind = found[0]["pageInfo"]["endCursor"]
    following = await shop.data(
        f'{{ b{most}: {name}(first: 2, after: "{behind}", {LISTS[name]}) {{ nodes {{ id }} }} }}'
    )
    return [*found, following[f"b{most}"]]


@pytest.mark.parametrize("database_kind", ["sqlite"])
@pytest.mark.parametrize("name", LISTS)
async def test_pages_and_counts_are_the_same_either_way(
    shop: Graph, looking_for: Callable[[int], None], name: str
) -> None:
    answers = []

    for most in (0, 1, 5, 1000):
        looking_for(most)
        answers.append(await pages(shop, name, most))

    assert answers[0] == answers[1] == answers[2] == answers[3]
    assert answers[0][0]["nodes"]
    assert answers[0][1]["totalCount"] == len(answers[0][5]["nodes"])


def test_lists_by_related_rows_are_planned_for_their_values() -> None:
    schema()
    by_customer, _ = read_filter(FILTERS["Purchase"], {"customer": {"lastName": {"eq": "Nováková"}}})
    by_total, _ = read_filter(FILTERS["Purchase"], {"total": {"gt": 100}})

    lists = [LevelQuery(Purchase, (), where=where) for where in (by_customer, by_total, keyed(by_customer))]

    assert [statement.statement(each, "postgresql", EVERYTHING).by_values for each in lists] == [True, False, False]
