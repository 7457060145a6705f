"""Insights: what a customer's purchases tell."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

import models
from resolvers.ids import opaque_id
from tests import factories
from tests.factories import NOW
from tests.schema.both_ways import Graph

SUMS = """{
  firstPurchaseAt lastPurchaseAt purchaseCount
  turnover { amount currency { code } } averageBasket { amount currency { code } }
}"""


async def insights(graph: Graph, fields: str, *, months: int = 12, customer: int = 1) -> Any:
    """The insights of a customer."""
    query = f"query ($id: ID!, $months: Int!) {{ customer(by: {{id: $id}}) {{ insights(months: $months) {fields} }} }}"
    data = await graph.data(query, id=opaque_id("Customer", customer), months=months)
    return data["customer"]["insights"]


def bill(customer: models.Customer, days: int, total: str, **more: Any) -> models.Purchase:
    """A bill paid some days ago."""
    return factories.purchase(customer=customer, paid_at=NOW - timedelta(days=days), total=Decimal(total), **more)


async def test_cancelled_bills_do_not_count_and_what_was_returned_is_taken_off(
    graph: Graph, session: AsyncSession
) -> None:
    eva = factories.customer()
    await factories.save(
        session,
        bill(eva, 10, "100"),
        bill(eva, 20, "60.01", returned=Decimal(10), state="PARTLY_RETURNED"),
        bill(eva, 5, "7.5", currency_code="EUR"),
        bill(eva, 1, "999", state="CANCELLED"),
        bill(eva, 800, "30"),
        bill(factories.customer(), 1, "5000"),
    )

    assert await insights(graph, SUMS) == {
        "firstPurchaseAt": "2022-03-07T12:00:00+00:00",
        "lastPurchaseAt": "2024-05-10T12:00:00+00:00",
        "purchaseCount": 3,
        "turnover": [
            {"amount": "150.01", "currency": {"code": "CZK"}},
            {"amount": "7.50", "currency": {"code": "EUR"}},
        ],
        "averageBasket": {"amount": "75.01", "currency": {"code": "CZK"}},
    }


async def test_who_never_bought_has_no_insights(graph: Graph, session: AsyncSession) -> None:
    await factories.save(session, factories.customer(), factories.score_band(score=1))

    scores = "recencyScore frequencyScore monetaryScore favouriteStore { id } favouriteBrands { purchaseCount }"
    assert await insights(graph, SUMS.replace("}\n}", "}\n" + scores + "}")) == {
        "firstPurchaseAt": None,
        "lastPurchaseAt": None,
        "purchaseCount": 0,
        "turnover": [],
        "averageBasket": None,
        "recencyScore": None,
        "frequencyScore": None,
        "monetaryScore": None,
        "favouriteStore": None,
        "favouriteBrands": [],
    }


async def test_the_average_is_in_the_currency_of_most_bills_and_rounded_half_up(
    graph: Graph, session: AsyncSession
) -> None:
    eva = factories.customer()
    euros = [bill(eva, day, total, currency_code="EUR") for day, total in ((1, "0.01"), (2, "0.02"), (3, "0.02"))]
    await factories.save(session, bill(eva, 4, "9000"), bill(eva, 5, "9000"), *euros)

    found = await insights(graph, "{ averageBasket { amount currency { code } } }")

    assert found == {"averageBasket": {"amount": "0.02", "currency": {"code": "EUR"}}}


async def test_a_period_is_as_many_months_as_asked_for(graph: Graph, session: AsyncSession) -> None:
    eva = factories.customer()
    moments = ("2024-04-15T12:00:00+00:00", "2024-04-15T11:59:59+00:00", "2024-05-15T12:00:01+00:00")
    bills = [factories.purchase(customer=eva, paid_at=NOW.fromisoformat(moment)) for moment in moments]
    await factories.save(session, *bills)

    counts = [(await insights(graph, "{ purchaseCount }", months=months))["purchaseCount"] for months in (1, 2)]

    assert counts == [1, 2]


async def test_scores_compare_with_the_bands_of_all_customers(graph: Graph, session: AsyncSession) -> None:
    eva = factories.customer()
    floors = {
        "RECENCY": (-1000, -100, -50, -10, -2),
        "FREQUENCY": (0, 1, 2, 5, 10),
        "MONETARY": (0, 100, 200, 300, 400),
    }
    bands = [
        factories.score_band(metric=metric, score=score, floor=Decimal(floor))
        for metric, values in floors.items()
        for score, floor in enumerate(values, start=1)
    ]
    await factories.save(
        session, *bands, bill(eva, 5, "100"), bill(eva, 20, "50"), bill(eva, 30, "9", currency_code="EUR")
    )

    found = await insights(graph, "{ recencyScore frequencyScore monetaryScore }", months=1)

    assert found == {"recencyScore": 4, "frequencyScore": 3, "monetaryScore": 2}


async def test_favourites_are_on_most_bills_and_of_equals_the_one_bought_last(
    graph: Graph, session: AsyncSession
) -> None:
    eva, dairy, bakery = (
        factories.customer(),
        factories.product_group(name="Dairy"),
        factories.product_group(name="Bakery"),
    )
    madeta, penam = factories.product_brand(name="Madeta"), factories.product_brand(name="Penam")
    butter = factories.product(name="Butter", brand=madeta, group=dairy)
    milk = factories.product(name="Milk", brand=madeta, group=dairy)
    bread = factories.product(name="Bread", brand=penam, group=bakery)
    prague, brno = factories.store(name="Prague"), factories.store(name="Brno")

    def bought(days: int, store: models.Store, *products: models.Product, **more: Any) -> models.Purchase:
        items = [factories.purchase_item(product=product) for product in products]
        return factories.purchase(customer=eva, paid_at=NOW - timedelta(days=days), store=store, items=items, **more)

    await factories.save(
        session,
        bought(9, prague, butter, butter, milk),
        bought(8, prague, milk),
        bought(7, brno, bread),
        bought(6, brno, butter, bread),
        bought(5, brno, bread, bread, bread, state="CANCELLED"),
        bought(500, brno, bread),
    )

    fields = """{
      favouriteStore { name }
      favouriteProducts(first: 10) { product { name } purchaseCount }
      favouriteBrands(first: 1) { brand { name } purchaseCount }
      favouriteGroups { group { name } purchaseCount }
    }"""
    assert await insights(graph, fields) == {
        "favouriteStore": {"name": "Brno"},
        "favouriteProducts": [
            {"product": {"name": "Butter"}, "purchaseCount": 2},
            {"product": {"name": "Bread"}, "purchaseCount": 2},
            {"product": {"name": "Milk"}, "purchaseCount": 2},
        ],
        "favouriteBrands": [{"brand": {"name": "Madeta"}, "purchaseCount": 3}],
        "favouriteGroups": [
            {"group": {"name": "Dairy"}, "purchaseCount": 3},
            {"group": {"name": "Bakery"}, "purchaseCount": 2},
        ],
    }
