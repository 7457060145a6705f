"""What stores offer to be reserved."""

from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

import models
from resolvers.ids import opaque_id
from tests import factories
from tests.resolvers.reservation.reserving import Shop, advance, create, stock
from tests.resolvers.running_operations import Operations

SHOWS = (
    "reservableProduct { product { name } source offers { nodes { store { code } stock price { amount currency"
    " { code } } prices { amount currency { code } } } } } userErrors { code field }"
)


def offered(store: str, stock: str, price: str, *euros: str) -> dict[str, object]:
    """What a store offers, as the graph shows it."""
    return {
        "store": {"code": store},
        "stock": stock,
        "price": {"amount": price, "currency": {"code": "CZK"}},
        "prices": [{"amount": amount, "currency": {"code": "EUR"}} for amount in euros],
    }


async def test_a_product_becomes_reservable_with_what_stores_offer(crm: Operations, session: AsyncSession) -> None:
    butter, prague, brno = factories.product(), factories.store(code="P1"), factories.store(code="B1")
    await factories.save(session, butter, prague, brno)
    product = {"id": opaque_id("Product", butter.id)}
    offer = {"store": {"code": "P1"}, "stock": "10", "price": "59.90", "prices": [{"amount": "2.4", "currency": "EUR"}]}

    made = await crm.do("reservableProductUpsert", SHOWS, product=product, offers=[offer])
    changed = await crm.do(
        "reservableProductUpsert",
        SHOWS,
        product=product,
        source="erp",
        externalId="r-1",
        offers=[{"store": {"code": "P1"}, "price": "49.90", "prices": []}, {"store": {"code": "B1"}, "price": "1"}],
    )

    assert made["userErrors"] == []
    assert made["reservableProduct"] == {
        "product": {"name": "Butter"},
        "source": None,
        "offers": {"nodes": [offered("P1", "10", "59.90", "2.40")]},
    }
    assert changed["reservableProduct"] == {
        "product": {"name": "Butter"},
        "source": "erp",
        "offers": {"nodes": [offered("P1", "10", "49.90"), offered("B1", "0", "1.00")]},
    }
    assert [kind for (kind,) in await crm.rows(models.Event, "kind")] == [
        "RESERVABLE_PRODUCT_CREATED",
        "RESERVABLE_PRODUCT_UPDATED",
    ]


async def test_reservable_products_that_make_no_sense_are_refused(crm: Operations, shop: Shop) -> None:
    butter = {"id": opaque_id("Product", shop.butter.product_id)}
    store = {"id": opaque_id("Store", shop.store.id)}

    async def refused(*offers: dict[str, Any], **rest: Any) -> Any:
        return await crm.refused("reservableProductUpsert", **{"product": butter, "offers": list(offers), **rest})

    good = {"store": store, "price": "1"}
    assert await refused({**good, "price": "-1"}, {**good, "stock": "0.0001"}) == [
        ("NEGATIVE_AMOUNT", "offers[0].price", None),
        ("TOO_PRECISE", "offers[1].stock", None),
    ]
    assert await refused({**good, "currency": "ABC"}) == [("UNKNOWN_CURRENCY", "offers[0].currency", None)]
    assert await refused({**good, "store": {"code": "none"}}) == [("NOT_FOUND", "offers[0].store", None)]
    assert await refused(good, good) == [("DUPLICATE_ITEM", "offers[1].store", None)]
    twice = [{"currency": "EUR", "amount": "1"}] * 2
    assert await refused({**good, "prices": twice}) == [("DUPLICATE_ITEM", "offers[0].prices[1].currency", None)]
    milk = opaque_id("ReservableProduct", shop.milk.id)
    assert await refused(id=milk) == [("TAKEN", "product", None)]
    assert await crm.refused("reservableProductUpsert", source="erp", externalId="new") == [
        ("REQUIRED", "product", None)
    ]


async def test_a_new_offer_needs_a_price(crm: Operations, shop: Shop, session: AsyncSession) -> None:
    await factories.save(session, factories.store(code="B1"))

    refused = await crm.refused(
        "reservableProductUpsert",
        product={"id": opaque_id("Product", shop.butter.product_id)},
        offers=[{"store": {"code": "B1"}, "stock": "1"}],
    )

    assert refused == [("REQUIRED", "offers[0].price", None)]


async def test_a_removed_product_is_no_longer_reserved_and_reservations_go_on(crm: Operations, shop: Shop) -> None:
    which = await create(crm, shop, "3")
    product = opaque_id("ReservableProduct", shop.butter.id)

    removed = await crm.do("reservableProductRemove", "deletedId", id=product)

    assert removed == {"deletedId": product}
    assert await crm.refused("productReservationCreate", **shop.order("1")) == [
        ("NOT_FOUND", "items[0].reservableProduct", None)
    ]
    await advance(crm, which, "CANCELLED")
    assert await stock(crm) == [Decimal(5), Decimal("2.5")]


async def test_stock_is_set_and_adjusted_but_never_below_zero(crm: Operations, shop: Shop) -> None:
    where = {
        "reservableProduct": opaque_id("ReservableProduct", shop.butter.id),
        "store": opaque_id("Store", shop.store.id),
    }

    counted = await crm.do("reservableStockSet", "offer { stock }", **where, stock="7.5")
    came = await crm.do("reservableStockAdjust", "offer { stock }", **where, by="2")
    went = await crm.do("reservableStockAdjust", "offer { stock }", **where, by="-9.5")

    assert (counted, came, went) == tuple({"offer": {"stock": left}} for left in ("7.5", "9.5", "0"))
    assert await crm.refused("reservableStockAdjust", **where, by="-0.5") == [("OUT_OF_STOCK", "by", "0.5 more")]
    assert await crm.refused("reservableStockSet", **where, stock="-1") == [("NEGATIVE_AMOUNT", "stock", None)]
    assert await crm.refused("reservableStockAdjust", **where, by="1e15") == [("OUT_OF_RANGE", "by", None)]
    assert await crm.refused("reservableStockSet", **{**where, "store": opaque_id("Store", 99)}, stock="1") == [
        ("NOT_FOUND", "store", None)
    ]
    assert await crm.rows(models.Event, "kind", "data") == [
        ("STOCK_SET", {"stock": "7.5"}),
        ("STOCK_ADJUSTED", {"by": "2"}),
        ("STOCK_ADJUSTED", {"by": "-9.5"}),
    ]
