import asyncio
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

import models
from resolvers.ids import opaque_id
from resolvers.reservation.operations import expire_reservations
from tests import factories
from tests.factories import NOW
from tests.resolvers.reservation.reserving import Shop, advance, create, stock
from tests.resolvers.running_operations import Operations

WHOLE = """
reservation {
  state total { amount currency { code } } pickupDate customerNote utm { source campaign } benefitCodes
  customer { id } store { name } source externalId progress { state at }
  items { quantity unitPrice { amount } vatRate reservableProduct { product { name } } }
}
repeated
userErrors { code }
"""


def reserved(name: str, quantity: str, price: str) -> dict[str, object]:
    """An item without a rate of tax, as the graph shows it."""
    product = {"product": {"name": name}}
    return {"quantity": quantity, "unitPrice": {"amount": price}, "vatRate": None, "reservableProduct": product}


async def test_a_reservation_holds_stock_and_keeps_the_prices_of_the_moment(crm: Operations, shop: Shop) -> None:
    payload = await crm.do(
        "productReservationCreate",
        WHOLE,
        **shop.order(
            "2",
            "1.250",
            pickupDate="2024-05-15",
            customerNote="Please call.",
            benefitCodes=["WELCOME"],
            utm={"source": "news", "campaign": "may"},
            source="eshop",
            externalId="r-1",
        ),
    )

    assert payload == {
        "reservation": {
            "state": "ENTERED",
            "total": {"amount": "144.79", "currency": {"code": "CZK"}},
            "pickupDate": "2024-05-15",
            "customerNote": "Please call.",
            "utm": {"source": "news", "campaign": "may"},
            "benefitCodes": ["WELCOME"],
            "customer": {"id": opaque_id("Customer", shop.jana.id)},
            "store": {"name": "Prague"},
            "source": "eshop",
            "externalId": "r-1",
            "progress": [{"state": "ENTERED", "at": "2024-05-15T12:00:00+00:00"}],
            "items": [reserved("Butter", "2", "59.90"), reserved("Milk", "1.25", "19.99")],
        },
        "repeated": False,
        "userErrors": [],
    }
    assert await stock(crm) == [Decimal(3), Decimal("1.25")]
    assert await crm.rows(models.Event, "kind", "entity", "customer_id") == [
        ("RESERVATION_ENTERED", "ProductReservation", shop.jana.id)
    ]


async def test_too_little_stock_refuses_all_and_tells_what_is_missing_of_each(crm: Operations, shop: Shop) -> None:
    before = await crm.dump()

    refused = await crm.refused("productReservationCreate", **shop.order("7", "2.6"))

    assert refused == [
        ("OUT_OF_STOCK", "items[0].quantity", "2 more of Butter"),
        ("OUT_OF_STOCK", "items[1].quantity", "0.1 more of Milk"),
    ]
    assert await crm.dump() == before


async def test_a_further_currency_has_its_own_price(crm: Operations, shop: Shop) -> None:
    payload = await crm.do(
        "productReservationCreate",
        "reservation { total { amount currency { code } } }",
        **shop.order("2", currency="EUR"),
    )

    assert payload == {"reservation": {"total": {"amount": "4.80", "currency": {"code": "EUR"}}}}
    assert await crm.refused("productReservationCreate", **shop.order(milk="1", currency="EUR")) == [
        ("WRONG_CURRENCY", "items[0].reservableProduct", None)
    ]


async def test_reservations_that_make_no_sense_are_refused(crm: Operations, shop: Shop, session: AsyncSession) -> None:
    gone = factories.customer(state="DELETED")
    resting = factories.customer(state="INACTIVE")
    elsewhere = factories.store()
    await factories.save(session, gone, resting, elsewhere)
    butter = shop.order("1")["items"]

    async def refused(**rest: Any) -> Any:
        return await crm.refused("productReservationCreate", **{**shop.order("1"), **rest})

    assert await refused(customer=opaque_id("Customer", gone.id)) == [("NOT_FOUND", "customer", None)]
    assert await refused(customer=opaque_id("Customer", resting.id)) == [("CUSTOMER_INACTIVE", "customer", None)]
    assert await refused(store=opaque_id("Store", 999)) == [("NOT_FOUND", "store", None)]
    assert await refused(store=opaque_id("Store", elsewhere.id)) == [
        ("NOT_OFFERED", "items[0].reservableProduct", None)
    ]
    assert await refused(items=[]) == [("REQUIRED", "items", None)]
    assert await refused(items=butter * 101) == [("TOO_MANY", "items", None)]
    assert await refused(items=butter * 2) == [("DUPLICATE_ITEM", "items[1].reservableProduct", None)]
    for quantity, code in (
        ("0", "NEGATIVE_AMOUNT"),
        ("-1", "NEGATIVE_AMOUNT"),
        ("0.0001", "TOO_PRECISE"),
    ):
        assert await refused(items=[{**butter[0], "quantity": quantity}]) == [(code, "items[0].quantity", None)]
    assert await refused(items=[{**butter[0], "vatRate": "101"}]) == [("OUT_OF_RANGE", "items[0].vatRate", None)]
    assert await refused(currency="ABC") == [("UNKNOWN_CURRENCY", "currency", None)]
    assert await refused(pickupDate="2024-05-14") == [("DATE_PASSED", "pickupDate", None)]
    assert await refused(source="eshop") == [("REQUIRED", "externalId", None)]
    assert await refused(origin=opaque_id("ProductReservationSource", 9)) == [("NOT_FOUND", "origin", None)]
    assert await refused(externalCodes=[{"type": opaque_id("ExternalListType", 9), "value": "1"}]) == [
        ("NOT_FOUND", "externalCodes[0].type", None)
    ]
    assert await refused(customerNote="x" * 1001) == [("TOO_LONG", "customerNote", None)]
    assert await stock(crm) == [Decimal(5), Decimal("2.5")]


async def test_the_same_external_id_again_answers_the_first_reservation(
    crm: Operations, shop: Shop, session: AsyncSession
) -> None:
    petr = factories.customer()
    await factories.save(session, petr)
    named = {"source": "eshop", "externalId": "r-1"}

    first = await crm.do("productReservationCreate", "reservation { id } repeated", **shop.order("2", **named))
    again = await crm.do("productReservationCreate", "reservation { id } repeated", **shop.order("2", **named))

    assert again == {"reservation": first["reservation"], "repeated": True}
    assert await stock(crm) == [Decimal(3), Decimal("2.5")]
    other = shop.order("1", **named, customer=opaque_id("Customer", petr.id))
    assert await crm.refused("productReservationCreate", **other) == [("TAKEN", "externalId", None)]


async def test_a_retry_under_one_key_reserves_once_and_a_dry_run_never(crm: Operations, shop: Shop) -> None:
    before = await crm.dump()
    tried = await crm.do("productReservationCreate", "reservation { state }", dry=True, **shop.order("2"))
    assert tried == {"reservation": {"state": "ENTERED"}}
    assert await crm.dump() == before

    first = await crm.do("productReservationCreate", "reservation { id } repeated", key="k", **shop.order("2"))
    again = await crm.do("productReservationCreate", "reservation { id } repeated", key="k", **shop.order("2"))

    assert again == {**first, "repeated": True}
    assert await stock(crm) == [Decimal(3), Decimal("2.5")]


async def test_steps_are_kept_and_only_allowed_ones_are_taken(crm: Operations, shop: Shop) -> None:
    which = await create(crm, shop)
    await advance(crm, which, "ACCEPTED")
    await crm.do("productReservationComment", "repeated", id=which, note="Called the customer.")

    payload = await crm.do(
        "productReservationAdvance",
        "reservation { state pickupDate progress { state note } comments { note at } } userErrors { code }",
        id=which,
        state="READY",
        note="In the fridge.",
        pickupDate="2024-05-20",
    )

    assert payload == {
        "reservation": {
            "state": "READY",
            "pickupDate": "2024-05-20",
            "progress": [
                {"state": "ENTERED", "note": None},
                {"state": "ACCEPTED", "note": None},
                {"state": "READY", "note": "In the fridge."},
            ],
            "comments": [{"note": "Called the customer.", "at": "2024-05-15T12:00:00+00:00"}],
        },
        "userErrors": [],
    }
    assert await crm.refused("productReservationAdvance", id=which, state="ENTERED") == [
        ("WRONG_STATE", "state", "one of BEING_SOLVED, CANCELLED, DELIVERED, NOT_PICKED_UP")
    ]
    assert await crm.refused("productReservationComment", id=which, note=" ") == [("REQUIRED", "note", None)]
    assert [kind for (kind,) in await crm.rows(models.Event, "kind")] == [
        "RESERVATION_ENTERED",
        "RESERVATION_ACCEPTED",
        "RESERVATION_COMMENTED",
        "RESERVATION_READY",
    ]


@pytest.mark.parametrize(
    ("way", "left"),
    [
        (["CANCELLED"], Decimal(5)),
        (["ACCEPTED", "READY", "NOT_PICKED_UP"], Decimal(5)),
        (["READY", "BEING_SOLVED", "CANCELLED"], Decimal(5)),
        (["READY", "DELIVERED"], Decimal(2)),
        (["ACCEPTED", "ORDERED", "IN_PROGRESS", "BEING_SOLVED"], Decimal(2)),
    ],
)
async def test_stock_goes_back_only_when_a_reservation_ends_undelivered(
    crm: Operations, shop: Shop, way: list[str], left: Decimal
) -> None:
    which = await create(crm, shop, "3")

    await advance(crm, which, *way)

    assert await stock(crm) == [left, Decimal("2.5")]


async def test_stock_goes_back_once_however_many_cancel_at_once(crm: Operations, shop: Shop) -> None:
    which = await create(crm, shop, "3")

    cancelled = await asyncio.gather(
        *(crm.refused("productReservationAdvance", id=which, state="CANCELLED") for _ in range(10))
    )

    assert sorted(cancelled) == [[]] + [[("WRONG_STATE", "state", None)]] * 9
    assert await stock(crm) == [Decimal(5), Decimal("2.5")]


async def test_what_was_reserved_is_let_go_once_its_day_is_over_where_the_store_is(
    crm: Operations, session: AsyncSession
) -> None:
    """At noon UTC on 15 May it is 15 May in Prague, 16 May in Auckland's first minutes."""
    made = []
    for zone, state, day in (
        ("Europe/Prague", "READY", 14),
        ("Europe/Prague", "READY", 15),
        ("Pacific/Auckland", "READY", 15),
        ("Pacific/Auckland", "READY", 16),
        ("Europe/Prague", "ACCEPTED", 1),
        ("Europe/Prague", "ENTERED", 14),
        ("Europe/Prague", "ENTERED", 15),
        ("Europe/Prague", "READY", None),
    ):
        store = factories.store(time_zone=zone)
        product = factories.reservable_product()
        item = factories.product_reservation_item(reservable_product=product, quantity=Decimal(2))
        pickup = None if day is None else NOW.date().replace(day=day)
        made += [
            factories.reservable_offer(reservable_product=product, store=store, stock=Decimal(1)),
            factories.product_reservation(store=store, items=[item], state=state, pickup_date=pickup),
        ]
    await factories.save(session, *made)

    expired = await expire_reservations(crm.engine, NOW, 2)

    assert expired == 4
    assert [state for (state,) in await crm.rows(models.ProductReservation, "state")] == [
        "NOT_PICKED_UP",
        "READY",
        "NOT_PICKED_UP",
        "READY",
        "CANCELLED",
        "CANCELLED",
        "ENTERED",
        "READY",
    ]
    assert await stock(crm) == [3, 1, 3, 1, 3, 3, 1, 1]
    assert await crm.rows(models.ProductReservationProgress, "state", "note") == [
        ("NOT_PICKED_UP", None),
        ("NOT_PICKED_UP", None),
        ("CANCELLED", "Its day is over, and it was not got ready."),
        ("CANCELLED", "Its day is over, and it was not got ready."),
    ]
    assert await expire_reservations(crm.engine, NOW, 2) == 0
