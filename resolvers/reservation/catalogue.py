"""What can be reserved: products with stock and prices in each store, as the system that owns them says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

import models
from models.rules.error_codes import ErrorCode
from models.types import MONEY, QUANTITY
from resolvers.errors import Refused
from resolvers.operation.activation import deleting
from resolvers.operation.upsert import Record, UpsertSpec, no_twice, replace_parts, set_values, upsert
from resolvers.operation.validation import Values, currency, exact
from resolvers.storage.context import RowRef
from resolvers.storage.transaction import Transaction

OFFER = models.ReservableOffer
MOST_OFFERS = 200
MOST_PRICES = 50


async def upsert_reservable(transaction: Transaction, given: Values) -> Values:
    """Put a reservable product in its place, with what stores offer of it."""
    row = await upsert(RESERVABLE, transaction, given)
    return {"reservable_product": RowRef("ReservableProduct", row.id)}


remove_reservable = deleting(models.ReservableProduct, "REMOVED")


async def _check_offers(record: Record) -> None:
    offers: Sequence[Values] = record.given.get("offers") or []
    at = record.problems.at("offers")
    if len(offers) > MOST_OFFERS:
        raise Refused(ErrorCode.TOO_MANY, f"One call takes {MOST_OFFERS} offers at most.", at)
    for place, offer in enumerate(offers):
        with record.problems.noted():
            record.lists.setdefault("offers", []).append(await _offer(record, offer, f"{at}[{place}]"))
    record.problems.check()
    no_twice((offer["store_id"] for offer in record.lists.get("offers", ())), record.problems, "offers", ".store")


async def _offer(record: Record, given: Values, at: str) -> dict[str, Any]:
    """An offer as it will be kept; without a currency its price is in the store's."""
    store = await record.references.find(models.Store, given["store"], f"{at}.store")
    offer: dict[str, Any] = {"store_id": store.id, "default_currency": store.currency_code, "at": at}
    if given.get("stock") is not None:
        offer["stock"] = exact(QUANTITY, given["stock"], f"{at}.stock")
    if given.get("price") is not None:
        offer["price"] = exact(MONEY, given["price"], f"{at}.price")
    if given.get("currency") is not None:
        offer["currency_code"] = currency(given["currency"], f"{at}.currency")
    if "prices" in given:
        offer["prices"] = _prices(given["prices"] or [], f"{at}.prices")
    return offer


def _prices(given: Sequence[Values], at: str) -> list[dict[str, Any]]:
    if len(given) > MOST_PRICES:
        raise Refused(ErrorCode.TOO_MANY, f"An offer takes {MOST_PRICES} prices at most.", at)
    prices: dict[str, dict[str, Any]] = {}
    for place, price in enumerate(given):
        code = currency(price["currency"], f"{at}[{place}].currency")
        if code in prices:
            raise Refused(ErrorCode.DUPLICATE_ITEM, "This currency is given twice.", f"{at}[{place}].currency")
        prices[code] = {"currency_code": code, "amount": exact(MONEY, price["amount"], f"{at}[{place}].amount")}
    return list(prices.values())


async def _follow_offers(record: Record) -> None:
    """Offers of stores that are not named stay as they are."""
    known = select(OFFER).where(OFFER.reservable_product_id == record.key).order_by(OFFER.id).with_for_update()
    there = {offer.store_id: offer for offer in await record.transaction.session.scalars(known)}
    for values in record.lists.get("offers", ()):
        offer = there.get(values["store_id"]) or _new_offer(record, values)
        record.changed |= set_values(offer, {name: values[name] for name in OFFERED if name in values})
        if "prices" in values:
            await record.transaction.session.flush()
            await _write_prices(record, offer, values["prices"])


OFFERED = ("stock", "price", "currency_code")


def _new_offer(record: Record, values: Values) -> models.ReservableOffer:
    if "price" not in values:
        raise Refused(ErrorCode.REQUIRED, "A new offer needs a price.", f"{values['at']}.price")
    offer = OFFER(
        reservable_product_id=record.key,
        store_id=values["store_id"],
        stock=values.get("stock", 0),
        price=values["price"],
        currency_code=values.get("currency_code", values["default_currency"]),
        created_at=record.transaction.now,
        updated_at=record.transaction.now,
    )
    record.transaction.session.add(offer)
    record.changed = True
    return offer


async def _write_prices(record: Record, offer: models.ReservableOffer, prices: list[dict[str, Any]]) -> None:
    mine = Record(record.transaction, record.references, record.given, record.problems, offer)
    await replace_parts(mine, models.ReservablePrice, "offer_id", "currency_code", prices)
    record.changed |= mine.changed


RESERVABLE = UpsertSpec(
    models.ReservableProduct,
    columns={},
    references={"product": ("product_id", models.Product)},
    required=("product",),
    known_by="product",
    check=_check_offers,
    follow=_follow_offers,
)
