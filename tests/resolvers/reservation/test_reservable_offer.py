"""What one store offers of a reservable product, taken away by itself."""

from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

import models
from resolvers.ids import opaque_id
from tests import factories
from tests.resolvers.running_operations import Operations


async def test_a_store_stops_offering_a_product_and_what_was_reserved_goes_on(
    crm: Operations, session: AsyncSession
) -> None:
    here, there, jana = factories.store(), factories.store(), factories.customer()
    butter = factories.reservable_product()
    offer = factories.reservable_offer(reservable_product=butter, store=here)
    elsewhere = factories.reservable_offer(reservable_product=butter, store=there, stock=Decimal(4))
    await factories.save(session, factories.reservable_price(offer=offer), elsewhere, jana)
    product = opaque_id("ReservableProduct", butter.id)
    where = {"reservableProduct": product, "store": opaque_id("Store", here.id)}
    order = {
        "customer": opaque_id("Customer", jana.id),
        "store": opaque_id("Store", here.id),
        "items": [{"reservableProduct": product, "quantity": "2"}],
    }
    made = await crm.do("productReservationCreate", "reservation { id }", **order)

    removed = await crm.do("reservableOfferRemove", "deletedId userErrors { code }", **where)

    assert removed == {"deletedId": opaque_id("ReservableOffer", offer.id), "userErrors": []}
    assert await crm.rows(models.ReservableOffer, "store_id", "stock") == [(there.id, Decimal(4))]
    assert await crm.rows(models.ReservablePrice, "id") == []
    assert await crm.refused("reservableOfferRemove", **where) == [("NOT_OFFERED", "store", None)]
    assert await crm.refused("productReservationCreate", **order) == [
        ("NOT_OFFERED", "items[0].reservableProduct", None)
    ]
    cancelled = await crm.do(
        "productReservationAdvance", "userErrors { code }", id=made["reservation"]["id"], state="CANCELLED"
    )
    assert cancelled == {"userErrors": []}
    assert await crm.rows(models.ReservableOffer, "stock") == [(Decimal(4),)]
    assert (await crm.rows(models.Event, "kind", "data"))[1] == ("RESERVABLE_OFFER_REMOVED", {"stock": "8"})
