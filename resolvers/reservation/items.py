"""The items of a new reservation: what a store offers of each product, and what one costs in the currency asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select

import models
from models import State
from models.rules.error_codes import ErrorCode
from resolvers.errors import Refused
from resolvers.operation.references import References
from resolvers.reservation.inputs import ProductReservationCreate, ProductReservationItemInput
from resolvers.reservation.stock import Wanted
from resolvers.storage.transaction import Transaction

OFFER = models.ReservableOffer
PRICE = models.ReservablePrice


@dataclass(frozen=True, slots=True)
class Item:
    """A product to reserve, at the price of the moment."""

    wanted: Wanted
    unit_price: Decimal
    currency: str
    vat_rate: Decimal | None

    @property
    def quantity(self) -> Decimal:
        """How many."""
        return self.wanted.quantity


async def read(transaction: Transaction, given: ProductReservationCreate, store: models.Store) -> list[Item]:
    """The items, each of a product that the store offers and that has a price."""
    currency = given.currency or store.currency_code
    references, items, seen = References(transaction), [], set()
    for place, one in enumerate(given.items):
        at = f"items[{place}]"
        product = await references.find(models.ReservableProduct, one.reservable_product, f"{at}.reservableProduct")
        if product.id in seen:
            raise Refused(ErrorCode.DUPLICATE_ITEM, "This product is given twice.", f"{at}.reservableProduct")
        seen.add(product.id)
        items.append(await _item(transaction, one, product, store, currency, at))
    return items


async def _item(
    transaction: Transaction,
    given: ProductReservationItemInput,
    product: models.ReservableProduct,
    store: models.Store,
    currency: str,
    at: str,
) -> Item:
    offer = await transaction.session.scalar(
        select(OFFER).where(OFFER.reservable_product_id == product.id, OFFER.store_id == store.id)
    )
    goods = await transaction.session.get(models.Product, product.product_id)
    if offer is None or goods is None or State.ACTIVE is not product.state or State.ACTIVE is not goods.state:
        raise Refused(
            ErrorCode.NOT_OFFERED, "The store doesn't offer this product for reservation.", f"{at}.reservableProduct"
        )
    price = await _price(transaction, offer, currency, at)
    return Item(Wanted(offer, given.quantity, goods, f"{at}.quantity"), price, currency, given.vat_rate)


async def _price(transaction: Transaction, offer: models.ReservableOffer, currency: str, at: str) -> Decimal:
    if offer.currency_code == currency:
        return offer.price
    further = select(PRICE.amount).where(PRICE.offer_id == offer.id, PRICE.currency_code == currency)
    price = await transaction.session.scalar(further)
    if price is None:
        raise Refused(
            ErrorCode.WRONG_CURRENCY, f"The product has no price in {currency} there.", f"{at}.reservableProduct"
        )
    return price


def rows(items: Sequence[Item], reservation_id: int) -> list[models.ProductReservationItem]:
    """The items as they are kept."""
    return [
        models.ProductReservationItem(
            reservation_id=reservation_id,
            reservable_product_id=item.wanted.offer.reservable_product_id,
            quantity=item.quantity,
            unit_price=item.unit_price,
            vat_rate=item.vat_rate,
        )
        for item in items
    ]
