from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

import models
from models.rules.reservation_steps import STEPS
from resolvers.ids import opaque_id
from resolvers.reservation import expire_reservations
from tests import factories
from tests.factories import NOW
from tests.resolvers.doing import Doing


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
            session, self.jana, factories.reservable_price(offer=self.butter_offer, amount=Decimal("2.40")),
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


@pytest.fixture
async def shop(session: AsyncSession) -> Shop:
    made = Shop()
    await made.save(session)
    return made


async def stock(crm: Doing) -> list[Decimal]:
    return [amount for (amount,) in await crm.rows(models.ReservableOffer, "stock")]


async def test_a_reservation_holds_stock_and_keeps_the_prices_of_the_moment(crm: Doing, shop: Shop) -> None:
    payload = await crm.do(
        "productReservationCreate",
        "reservation { state total { amount currency { code } } pickupDate customerNote utm { source campaign }"
        " benefitCodes customer { id } store { name } source externalId progress { state at }"
        " items { quantity unitPrice { amount } vatRate reservableProduct { product { name } } } }"
        " repeated userErrors { code }",
        **shop.order(
            "2", "1.250", pickupDate="2024-05-15", customerNote="Please call.", benefitCodes=["WELCOME"],
            utm={"source": "news", "campaign": "may"}, source="eshop", externalId="r-1",
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
            "items": [
                {"quantity": "2", "unitPrice": {"amount": "59.90"}, "vatRate": None,
                 "reservableProduct": {"product": {"name": "Butter"}}},
                {"quantity": "1.25", "unitPrice": {"amount": "19.99"}, "vatRate": None,
                 "reservableProduct": {"product": {"name": "Milk"}}},
            ],
        },
        "repeated": False,
        "userErrors": [],
    }
    assert await stock(crm) == [Decimal(3), Decimal("1.25")]
    assert await crm.rows(models.Event, "kind", "entity", "customer_id") == [
        ("RESERVATION_ENTERED", "ProductReservation", shop.jana.id)
    ]
