"""What can be reserved, and how."""

from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

import models
from resolvers.ids import opaque_id
from tests import factories
from tests.resolvers.running_operations import Operations


class Shop:
    """A customer, a store, and butter and milk that can be reserved in it."""

    def __init__(self) -> None:
        self.jana = factories.customer()
        self.store = factories.store()
        self.butter = factories.reservable_product(product=factories.product(name="Butter"))
        self.milk = factories.reservable_product(product=factories.product(name="Milk"))
        self.butter_offer = factories.reservable_offer(
            reservable_product=self.butter, store=self.store, stock=Decimal(5), price=Decimal("59.90")
        )
        self.milk_offer = factories.reservable_offer(
            reservable_product=self.milk, store=self.store, stock=Decimal("2.5"), price=Decimal("19.99")
        )

    async def save(self, session: AsyncSession) -> None:
        await factories.save(
            session,
            self.jana,
            factories.reservable_price(offer=self.butter_offer, amount=Decimal("2.40")),
            self.milk_offer,
        )

    def order(self, butter: str | None = None, milk: str | None = None, **rest: Any) -> dict[str, Any]:
        """The input of a reservation."""
        amounts = [(self.butter, butter), (self.milk, milk)]
        return {
            "customer": opaque_id("Customer", self.jana.id),
            "store": opaque_id("Store", self.store.id),
            "items": [
                {"reservableProduct": opaque_id("ReservableProduct", product.id), "quantity": amount}
                for product, amount in amounts
                if amount is not None
            ],
        } | rest


async def stock(crm: Operations) -> list[Decimal]:
    return [amount for (amount,) in await crm.rows(models.ReservableOffer, "stock")]


async def create(crm: Operations, shop: Shop, butter: str = "1", **rest: Any) -> str:
    """The id of a new reservation."""
    order = shop.order(butter, **rest)
    payload = await crm.do("productReservationCreate", "reservation { id } userErrors { code }", **order)
    assert payload["userErrors"] == []
    which: str = payload["reservation"]["id"]
    return which


async def advance(crm: Operations, which: str, *states: str) -> None:
    for state in states:
        payload = await crm.do("productReservationAdvance", "userErrors { code }", id=which, state=state)
        assert payload == {"userErrors": []}
