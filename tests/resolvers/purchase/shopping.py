"""Bills for tests of the till, and what is needed to close them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

import models
from resolvers.ids import opaque_id
from tests import factories

PURCHASE = """
purchase {
  id state total { amount } returned { amount } pointsEarned pointsSpent
  vouchersApplied { code } customer { id } items { quantity price { amount } returnedQuantity }
}
repeated
userErrors { code message field missing }
"""


def item(paid: str, bill_item_id: str = "1", quantity: str = "1", **more: Any) -> dict[str, Any]:
    """A line of a bill: what is to pay for it."""
    return {"billItemId": bill_item_id, "quantity": quantity, "paid": paid, **more}


def bill(*items: dict[str, Any], external_id: str = "bill-1", **more: Any) -> dict[str, Any]:
    """A bill of the shop in crowns; over 100 unless it has lines."""
    lines = list(items) or [item("100")]
    return {"store": {"code": "shop"}, "externalId": external_id, "currency": "CZK", "items": lines} | more


@dataclass(frozen=True)
class Shop:
    """A store, and a customer with 100 points."""

    store: models.Store
    jana: models.Customer

    @property
    def customer(self) -> dict[str, str]:
        """The customer as a till names her."""
        return {"id": opaque_id("Customer", self.jana.id)}


async def open_shop(
    session: AsyncSession, *rows: models.Base, points: int = 100, programme: models.Programme | None = None
) -> Shop:
    """A shop with its customer and the usual programme; `rows` are saved with them."""
    shop = Shop(factories.store(code="shop"), factories.customer())
    purse = [factories.points(customer=shop.jana, amount=Decimal(points))] if points else []
    terms = programme or factories.usual_programme()
    await factories.save(session, shop.store, shop.jana, terms, *purse, *rows)
    return shop


async def points_of(session: AsyncSession, customer: models.Customer) -> tuple[Decimal, Decimal]:
    """What a customer's lots hold, and what their ledger comes to: both must be the same."""
    from sqlalchemy import func, select

    lot, entry = models.PointLot, models.PointEntry
    left = await session.scalar(select(func.sum(lot.remaining)).where(lot.customer_id == customer.id))
    booked = await session.scalar(select(func.sum(entry.amount)).where(entry.customer_id == customer.id))
    await session.commit()
    return left or Decimal(0), booked or Decimal(0)
