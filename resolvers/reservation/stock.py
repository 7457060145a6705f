"""Stock that can be reserved: taken and given back by statements that settle who comes first, never below zero.

Whoever changes the stock of several offers does so in the order of their keys, so that two never wait for each other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import delete, func, select, update

import models
from models.event_kinds import EventKind
from models.rules.error_codes import ErrorCode
from models.rules.refusals import Shortfall, plain
from models.types import QUANTITY
from resolvers.errors import Refused, UserError
from resolvers.ids import opaque_id
from resolvers.operation.references import References
from resolvers.operation.validation import exact
from resolvers.reservation.inputs import NamedOffer, OfferAnswer, RemovedOffer, StockAdjust, StockSet
from resolvers.storage.context import RowRef
from resolvers.storage.transaction import Transaction

OFFER = models.ReservableOffer
ITEM = models.ProductReservationItem
RESERVATION = models.ProductReservation


@dataclass(frozen=True, slots=True)
class Wanted:
    """How much of an offer is wanted, and where that was said."""

    offer: models.ReservableOffer
    quantity: Decimal
    product: models.Product
    field: str


async def take(transaction: Transaction, wanted: Iterable[Wanted]) -> None:
    """Take stock for a reservation: all of it, or a refusal that says what is missing of which."""
    short = []
    for one in sorted(wanted, key=lambda each: each.offer.id):
        if not await _move(transaction, one.offer.id, -one.quantity):
            stock = await transaction.session.scalar(select(OFFER.stock).where(OFFER.id == one.offer.id)) or Decimal(0)
            lacking = Shortfall(quantity=one.quantity - stock, of=one.product.name, product_id=one.product.id)
            message = f"Only {plain(stock)} of {one.product.name} are left."
            short.append(UserError(ErrorCode.OUT_OF_STOCK, message, one.field, lacking))
    if short:
        raise Refused.because_of(short)


async def give_back(transaction: Transaction, reservations: Iterable[int]) -> None:
    """Give back what reservations held; they are locked, and come to an end in this transaction."""
    held = (
        select(OFFER.id, func.sum(ITEM.quantity, type_=QUANTITY))
        .select_from(ITEM)
        .join(RESERVATION, RESERVATION.id == ITEM.reservation_id)
        .join(
            OFFER,
            (OFFER.reservable_product_id == ITEM.reservable_product_id) & (OFFER.store_id == RESERVATION.store_id),
        )
        .where(RESERVATION.id.in_(list(reservations)))
        .group_by(OFFER.id)
        .order_by(OFFER.id)
    )
    for offer, quantity in (await transaction.session.execute(held)).all():
        await _move(transaction, offer, quantity)


async def _move(transaction: Transaction, offer: int, by: Decimal) -> bool:
    """Change an offer's stock; false where too little is left, and nothing was changed."""
    changed = await transaction.session.scalar(
        update(OFFER)
        .where(OFFER.id == offer, OFFER.stock + by >= Decimal(0))
        .values(stock=OFFER.stock + by, updated_at=transaction.now)
        .returning(OFFER.id)
        .execution_options(synchronize_session=False)
    )
    return changed is not None


async def set_stock(transaction: Transaction, given: StockSet) -> OfferAnswer:
    """Say how many of a product are free to reserve in a store: what was counted."""
    offer = await _offer(transaction, given)
    if offer.stock != given.stock:
        offer.stock, offer.updated_at = given.stock, transaction.now
        await transaction.session.flush()
        transaction.emit(EventKind.STOCK_SET, offer, data={"stock": plain(given.stock)})
    return OfferAnswer(offer=RowRef("ReservableOffer", offer.id))


async def adjust_stock(transaction: Transaction, given: StockAdjust) -> OfferAnswer:
    """Add to what is free to reserve in a store, or take from it: what came or went."""
    offer = await _offer(transaction, given)
    if offer.stock + given.by < 0:
        missing = Shortfall(quantity=-given.by - offer.stock)
        raise Refused(ErrorCode.OUT_OF_STOCK, f"Only {plain(offer.stock)} are left.", "by", missing)
    exact(QUANTITY, offer.stock + given.by, "by")
    if given.by:
        await _move(transaction, offer.id, given.by)
        transaction.emit(EventKind.STOCK_ADJUSTED, offer, data={"by": plain(given.by)})
    return OfferAnswer(offer=RowRef("ReservableOffer", offer.id))


async def remove_offer(transaction: Transaction, given: NamedOffer) -> RemovedOffer:
    """A store no longer offers a product: its stock and prices go, and nothing that was reserved comes back to it."""
    offer = await _offer(transaction, given)
    deleted = opaque_id("ReservableOffer", offer.id)
    transaction.emit(EventKind.RESERVABLE_OFFER_REMOVED, offer, data={"stock": plain(offer.stock)})
    await transaction.session.execute(delete(OFFER).where(OFFER.id == offer.id))
    return RemovedOffer(deleted_id=deleted)


async def _offer(transaction: Transaction, given: NamedOffer) -> models.ReservableOffer:
    """A store's offer of a product, locked."""
    references = References(transaction)
    product = await references.find(models.ReservableProduct, given.reservable_product, "reservableProduct")
    store = await references.find(models.Store, given.store, "store")
    query = select(OFFER).where(OFFER.reservable_product_id == product.id, OFFER.store_id == store.id)
    offer: models.ReservableOffer | None = await transaction.session.scalar(query.with_for_update())
    if offer is None:
        raise Refused(ErrorCode.NOT_OFFERED, "The store doesn't offer this product for reservation.", "store")
    return offer
