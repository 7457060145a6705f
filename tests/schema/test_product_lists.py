"""Products in the order of their prices, and those of a group and all groups below it."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from resolvers.ids import opaque_id
from tests import factories
from tests.schema.both_ways import Graph
from tests.schema.declaring.walking import walk

BY_PRICE = """
query($first: Int, $last: Int, $after0: String, $before0: String, $order: [ProductOrder!]) {
  products(first: $first, last: $last, after: $after0, before: $before0, orderBy: $order) {
    edges { cursor node { name } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}
"""
PRICES = {"Milk": {"CZK": 25}, "Butter": {"CZK": 60, "EUR": 1}, "Wine": {"EUR": 9}, "Bread": {"CZK": 40}}


async def shelf(session: AsyncSession) -> None:
    for name, prices in PRICES.items():
        product = factories.product(name=name)
        await factories.save(session, product)
        for currency, amount in prices.items():
            price = factories.product_price(product=product, currency_code=currency, amount=Decimal(amount))
            await factories.save(session, price)


def in_order(data: Any) -> list[str]:
    return [edge["node"]["name"] for edge in data["products"]["edges"]]


async def test_products_are_sorted_by_their_price_in_a_currency(graph: Graph, session: AsyncSession) -> None:
    await shelf(session)

    async def sorted_by(**order: str) -> list[str]:
        return in_order(await graph.data(BY_PRICE, first=9, order=[{"field": "PRICE", **order}, {"field": "NAME"}]))

    assert await sorted_by(currency="CZK") == ["Milk", "Bread", "Butter", "Wine"]
    assert await sorted_by(currency="CZK", direction="DESC") == ["Wine", "Butter", "Bread", "Milk"]
    assert await sorted_by(currency="eur") == ["Butter", "Wine", "Bread", "Milk"]


@pytest.mark.parametrize("backwards", [False, True])
async def test_pages_by_price_meet_each_product_once(graph: Graph, session: AsyncSession, backwards: bool) -> None:
    await shelf(session)
    order = [{"field": "PRICE", "currency": "CZK"}]

    pages = walk(graph, BY_PRICE, lambda data: [data["products"]], 1, backwards=backwards, order=order)
    names = [edge["node"]["name"] async for (page,) in pages for edge in page["edges"]]

    assert names == ["Milk", "Bread", "Butter", "Wine"][:: -1 if backwards else 1]


@pytest.mark.parametrize(
    "order", [{"field": "PRICE"}, {"field": "PRICE", "currency": "XXZ"}, {"field": "NAME", "currency": "CZK"}]
)
async def test_a_price_needs_its_currency_and_nothing_else_takes_one(graph: Graph, order: dict[str, str]) -> None:
    answer = await graph.ask(BY_PRICE, first=1, order=[order])

    assert answer.codes == ["BAD_INPUT"]


async def test_products_of_a_group_and_of_all_below_it_are_found_wherever_products_are(
    graph: Graph, session: AsyncSession
) -> None:
    food = factories.product_group(name="Food", external_id="food")
    dairy = factories.product_group(name="Dairy", parent=food)
    butter = factories.product(name="Butter", group=dairy)
    eva = factories.customer()
    await factories.save(session, food, dairy)
    await factories.save(
        session,
        butter,
        factories.product(name="Food", group=food),
        factories.product(name="Pen", group=factories.product_group()),
        factories.product(name="Loose", group=None),
        factories.purchase(customer=eva, items=[factories.purchase_item(product=butter)]),
    )
    within = '{group: {path: {some: {externalId: {eq: "food"}}}}}'

    bought = f"{{purchases: {{some: {{items: {{some: {{product: {within}}}}}}}}}}}"
    data = await graph.data(
        f"{{ products(where: {within}, orderBy: [{{field: NAME}}]) {{ nodes {{ name }} }}"
        f" customers(where: {bought}) {{ nodes {{ id }} }} }}"
    )

    assert data == {
        "products": {"nodes": [{"name": "Butter"}, {"name": "Food"}]},
        "customers": {"nodes": [{"id": opaque_id("Customer", eva.id)}]},
    }


async def test_one_fragment_fits_all_amounts_in_a_currency(graph: Graph, session: AsyncSession) -> None:
    butter = factories.product(name="Butter")
    price = factories.product_price(product=butter, amount=Decimal("59.9"), currency_code="CZK")
    await factories.save(session, price, factories.purchase(items=[factories.purchase_item(product=butter)]))

    data = await graph.data(
        """{ products { nodes { prices { ...Shown } } } purchases { nodes { total { ...Shown } } } }
        fragment Shown on MonetaryAmount { amount currency { code } }"""
    )

    assert data == {
        "products": {"nodes": [{"prices": [{"amount": "59.90", "currency": {"code": "CZK"}}]}]},
        "purchases": {"nodes": [{"total": {"amount": "50.00", "currency": {"code": "CZK"}}}]},
    }
