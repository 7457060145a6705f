"""What can be reserved: products with stock and prices in each store, as the system that owns them says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from msgspec import UNSET
from sqlalchemy import select

import models
from models.event_kinds import EventKind
from models.rules.error_codes import ErrorCode
from resolvers.errors import Refused
from resolvers.operation.activation import delete_operation
from resolvers.operation.parts import MoneyInput
from resolvers.operation.upsert import Kept, Part, Record, UpsertSpec, no_twice, replace_parts, set_values, upsert
from resolvers.reservation.inputs import (
    RemovedReservableProduct,
    ReservableOfferInput,
    ReservableProductAnswer,
    ReservableProductId,
    ReservableProductUpsert,
)
from resolvers.storage.context import RowRef
from resolvers.storage.transaction import Transaction

OFFER = models.ReservableOffer


@dataclass(frozen=True, slots=True)
class StoreOffer:
    """What a store will have of a product, with where the caller said so."""

    store: models.Store
    given: ReservableOfferInput
    at: str

    def changes(self) -> dict[str, object]:
        """What is given of the offer, by column."""
        given = {"stock": self.given.stock, "price": self.given.price, "currency_code": self.given.currency}
        return {name: value for name, value in given.items() if value is not None}


OFFERS = Kept[list[StoreOffer]]()


async def upsert_reservable(transaction: Transaction, given: ReservableProductUpsert) -> ReservableProductAnswer:
    """Create or update a reservable product, with what stores offer of it."""
    row = await upsert(RESERVABLE, transaction, given)
    return ReservableProductAnswer(reservable_product=RowRef("ReservableProduct", row.id))


remove_reservable = delete_operation(
    models.ReservableProduct, EventKind.RESERVABLE_PRODUCT_REMOVED, ReservableProductId, RemovedReservableProduct
)


async def _check_offers(record: Record[ReservableProductUpsert]) -> None:
    at = record.problems.at("offers")
    offers: list[StoreOffer] = []
    for place, offer in enumerate(record.input.offers or ()):
        with record.problems.noted():
            _no_price_twice(offer, f"{at}[{place}].prices")
            store = await record.references.find(models.Store, offer.store, f"{at}[{place}].store")
            offers.append(StoreOffer(store, offer, f"{at}[{place}]"))
    record.problems.check()
    no_twice((offer.store.id for offer in offers), record.problems, "offers", ".store")
    record.keep(OFFERS, offers)


def _no_price_twice(offer: ReservableOfferInput, at: str) -> None:
    """One price a currency."""
    seen = set()
    for place, price in enumerate(offer.prices or ()):
        if price.currency in seen:
            raise Refused(ErrorCode.DUPLICATE_ITEM, "This currency is given twice.", f"{at}[{place}].currency")
        seen.add(price.currency)


async def _follow_offers(record: Record[ReservableProductUpsert]) -> None:
    """Offers of stores that are not named stay as they are."""
    known = select(OFFER).where(OFFER.reservable_product_id == record.key).order_by(OFFER.id).with_for_update()
    there = {offer.store_id: offer for offer in await record.transaction.session.scalars(known)}
    for one in record.kept(OFFERS) or ():
        offer = there.get(one.store.id) or _new_offer(record, one)
        record.changed |= set_values(offer, one.changes())
        if one.given.prices is not UNSET:
            await record.transaction.session.flush()
            await _write_prices(record, offer, one.given.prices or ())


def _new_offer(record: Record[ReservableProductUpsert], wanted: StoreOffer) -> models.ReservableOffer:
    """An offer of a store that had none; without a currency its price is in the store's."""
    given, now = wanted.given, record.transaction.now
    if given.price is None:
        raise Refused(ErrorCode.REQUIRED, "A new offer needs a price.", f"{wanted.at}.price")
    offer = OFFER(
        reservable_product_id=record.key,
        store_id=wanted.store.id,
        stock=given.stock or Decimal(0),
        price=given.price,
        currency_code=given.currency or wanted.store.currency_code,
        created_at=now,
        updated_at=now,
    )
    record.transaction.session.add(offer)
    record.changed = True
    return offer


async def _write_prices(
    record: Record[ReservableProductUpsert], offer: models.ReservableOffer, prices: Sequence[MoneyInput]
) -> None:
    mine = Record(record.transaction, record.references, record.input, record.problems, offer)
    part = models.ReservablePrice
    wanted: list[Part] = [{part.currency_code: price.currency, part.amount: price.amount} for price in prices]
    await replace_parts(mine, part.offer_id, part.currency_code, wanted)
    record.changed |= mine.changed


RESERVABLE = UpsertSpec[ReservableProductUpsert](
    models.ReservableProduct,
    columns={},
    references={"product": ("product_id", models.Product)},
    required=("product",),
    known_by="product",
    check=_check_offers,
    follow=_follow_offers,
)
