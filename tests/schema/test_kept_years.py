"""Insights of a year that is kept are those of its bills, in whatever way they come to change."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, insert, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

import models
from models import CustomerYear
from resolvers.customer.figures.years import keep_years
from tests import factories
from tests.factories import NOW
from tests.schema.both_ways import Graph

ALL = """{
  customers(first: 50) { nodes { insights(months: 12) {
    firstPurchaseAt lastPurchaseAt purchaseCount turnover { amount currency { code } } averageBasket { amount }
    recencyScore frequencyScore monetaryScore favouriteStore { name }
    favouriteProducts(first: 10) { product { name } purchaseCount }
    favouriteBrands { brand { name } purchaseCount } favouriteGroups { group { name } purchaseCount }
  } } }
}"""


def bill(customer: models.Customer, days: int, *products: models.Product, **more: Any) -> models.Purchase:
    """A bill paid some days ago."""
    items = [factories.purchase_item(product=product) for product in products]
    return factories.purchase(customer=customer, paid_at=NOW - timedelta(days=days), items=items, **more)


async def shop(session: AsyncSession) -> tuple[models.Customer, models.Product, models.Product]:
    """Eva, who bought butter twice and bread once within the year; and the bands of scores."""
    eva, brno = factories.customer(), factories.store(name="Brno")
    butter = factories.product(
        name="Butter", brand=factories.product_brand(name="Madeta"), group=factories.product_group(name="Dairy")
    )
    bread = factories.product(
        name="Bread", brand=factories.product_brand(name="Penam"), group=factories.product_group(name="Bakery")
    )
    bands = [
        factories.score_band(metric=metric, score=score, floor=Decimal(floor))
        for metric, floors in {"RECENCY": (-1000, -10), "FREQUENCY": (0, 2), "MONETARY": (0, 500)}.items()
        for score, floor in enumerate(floors, start=4)
    ]
    bills = [
        bill(eva, 20, butter, bread, store=brno, total=Decimal(100)),
        bill(eva, 10, butter, store=brno, total=Decimal("60.5"), currency_code="EUR"),
        bill(eva, 360, bread, total=Decimal(5)),
        bill(eva, 800, bread, total=Decimal(7)),
    ]
    await factories.save(session, *bands, *bills, bill(factories.customer(), 30, bread))
    return eva, butter, bread


BILL, LINE, PRODUCT = models.Purchase, models.PurchaseItem, models.Product
CHANGES: dict[str, Any] = {
    "some of a bill is returned": update(BILL).where(BILL.id == 1).values(returned=Decimal(3)),
    "it was in another store": update(BILL).where(BILL.id == 1).values(store_id=2),
    "it was paid later": update(BILL).where(BILL.id == 1).values(paid_at=NOW - timedelta(days=1)),
    "a line comes": insert(LINE).values(purchase_id=2, line=2, product_id=2, quantity=Decimal(1), price=Decimal(1)),
    "a line goes": delete(LINE).where(LINE.purchase_id == 2, LINE.line == 2),
    "a product gets another brand": update(PRODUCT).where(PRODUCT.id == 1).values(brand_id=2),
    "a product is of no group any more": update(PRODUCT).where(PRODUCT.id == 1).values(group_id=None),
    "lines were of another product": update(LINE).where(LINE.product_id == 1).values(product_id=2),
    "a bill was somebody else's": update(BILL).where(BILL.id == 1).values(customer_id=2),
    "a bill is cancelled": update(BILL).where(BILL.id == 2).values(state="CANCELLED"),
    "its lines go": delete(LINE).where(LINE.purchase_id == 3),
    "it goes": delete(BILL).where(BILL.id == 3),
}
"""One after another, none of which leaves all insights as they are."""


async def do(session: AsyncSession, *changes: Any) -> None:
    """Write and commit."""
    for change in changes:
        await session.execute(change)
    await session.commit()


async def of_bills(graph: Graph, session: AsyncSession) -> Any:
    """What insights are with no year kept."""
    await do(session, delete(CustomerYear))
    return await graph.data(ALL)


async def test_a_year_that_is_kept_tells_what_its_bills_tell(
    graph: Graph, session: AsyncSession, engine: AsyncEngine
) -> None:
    await shop(session)
    told = await of_bills(graph, session)

    kept = await keep_years(engine, NOW, 1)

    assert kept == 2
    assert await graph.data(ALL) == told
    assert told["customers"]["nodes"][0]["insights"]["favouriteProducts"] == [
        {"product": {"name": "Butter"}, "purchaseCount": 2},
        {"product": {"name": "Bread"}, "purchaseCount": 2},
    ]
    # It is the year that is read, and not the bills.
    await do(session, update(CustomerYear).values(products=[], turnover=[["CZK", 3, 70_000]]))
    answered = (await graph.data(ALL))["customers"]["nodes"][0]["insights"]
    assert (answered["favouriteProducts"], answered["purchaseCount"], answered["turnover"][0]["amount"]) == (
        [],
        3,
        "7.00",
    )


async def test_a_year_is_not_shown_once_something_of_it_changed(
    graph: Graph, session: AsyncSession, engine: AsyncEngine
) -> None:
    await shop(session)
    told: dict[str, tuple[Any, ...]] = {}
    for name, change in CHANGES.items():
        await keep_years(engine, NOW, 20)
        before = await graph.data(ALL)
        await do(session, change)
        told[name] = before, await graph.data(ALL), await of_bills(graph, session)

    assert [name for name, (before, after, _) in told.items() if before == after] == []
    assert [name for name, (_, after, right) in told.items() if after != right] == []


async def test_a_year_that_a_bill_has_left_is_worked_out_anew(
    graph: Graph, session: AsyncSession, engine: AsyncEngine
) -> None:
    await shop(session)
    await keep_years(engine, NOW, 20)

    graph.now = NOW + timedelta(days=30)

    later = await graph.data(ALL)
    assert later["customers"]["nodes"][0]["insights"]["purchaseCount"] == 2
    assert later == await of_bills(graph, session)
    assert (await keep_years(engine, graph.now, 20), await keep_years(engine, graph.now, 20)) == (2, 0)
    assert await graph.data(ALL) == later


async def test_other_periods_are_read_of_it_where_they_have_the_same_bills(
    graph: Graph, session: AsyncSession, engine: AsyncEngine
) -> None:
    await shop(session)
    await keep_years(engine, NOW, 20)
    await do(session, update(CustomerYear).values(first_at=NOW - timedelta(days=20)))

    counts = []
    for months in (1, 11, 12, 13, 36):
        asked = ALL.replace("months: 12", f"months: {months}")
        kept = await graph.data(asked)
        counts.append(kept["customers"]["nodes"][0]["insights"]["purchaseCount"])

    assert counts == [3, 3, 3, 3, 4]


async def test_a_bill_that_is_yet_to_be_paid_is_in_no_year(
    graph: Graph, session: AsyncSession, engine: AsyncEngine
) -> None:
    eva, *_ = await shop(session)
    await keep_years(engine, NOW, 20)

    await factories.save(session, bill(eva, -1))

    assert await keep_years(engine, NOW, 20) == 0
    assert await graph.data(ALL) == await of_bills(graph, session)


async def test_insights_of_fifty_customers_take_two_statements(
    graph: Graph, session: AsyncSession, engine: AsyncEngine
) -> None:
    _, butter, bread = await shop(session)
    await factories.save(session, *(bill(factories.customer(), day, butter, bread) for day in range(1, 50)))
    await keep_years(engine, NOW, 20)

    answer = await graph.ask(ALL)

    # The customers with their years; then the stores, products, brands and groups, together.
    assert (len(answer.data["customers"]["nodes"]), answer.statements, answer.planned) == (50, 2, True)
