"""What the operations on reservations and reservable products take, and what they answer."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from msgspec import UNSET, UnsetType

import models
from models import ReservationState
from models.rules.error_codes import ErrorCode
from models.types import MONEY, PERCENT, QUANTITY
from resolvers.errors import Refused
from resolvers.operation.answers import OPAQUE_ID, Answer, RepeatableAnswer, row
from resolvers.operation.checks import CURRENCY, By, above_zero, at_most, by, exact, key, text
from resolvers.operation.inputs import Input
from resolvers.operation.parts import RECORD_ID, ExternalId, MoneyInput, Source, UtmInput
from resolvers.operation.structs import BY_ANOTHER_KEY, named_by
from resolvers.storage.context import RowRef

MOST_ITEMS = 100
MOST_CODES = 20
MOST_OFFERS = 200
MOST_PRICES = 50
MOST_BENEFITS = 100
LONGEST_BENEFIT = 2048


class ProductReservationItemInput(Input):
    """A product to reserve."""

    reservable_product: Annotated[int, key(models.ReservableProduct), "The reservable product."]
    quantity: Annotated[Decimal, above_zero(QUANTITY), "How many, or how much by weight."]
    vat_rate: Annotated[
        Decimal | None, exact(PERCENT, highest=100), "Rate of value added tax in per cent, to be kept with the item."
    ] = None


class ReservationExternalCodeInput(Input):
    """A code under which an outside system knows a reservation."""

    type: Annotated[int, key(models.ExternalListType), "What kind of code it is: an `ExternalListType`."]
    value: Annotated[str, text(128), "The code."]


class ProductReservationCreate(Input):
    """Products to be reserved for a customer."""

    customer: Annotated[int, key(models.Customer), "Who reserves.", named_by("customer_by")] = BY_ANOTHER_KEY
    customer_by: Annotated[By | None, by(models.Customer), "Who reserves, by any key; needed."] = None
    store: Annotated[int, key(models.Store), "Where it will be picked up.", named_by("store_by")] = BY_ANOTHER_KEY
    store_by: Annotated[By | None, by(models.Store), "Where it will be picked up, by any key of the store; needed."] = (
        None
    )
    items: Annotated[
        tuple[ProductReservationItemInput, ...], at_most(MOST_ITEMS), "What is reserved, each product once."
    ]
    currency: Annotated[str | None, CURRENCY, "Currency to pay in, ISO 4217; the store's own where it is left out."] = (
        None
    )
    pickup_date: Annotated[date | None, "The day until which it is kept."] = None
    customer_note: Annotated[str | None, text(), "What the customer wrote."] = None
    origin: Annotated[
        int | None,
        key(models.ProductReservationSource),
        "Where the reservation comes from: a `ProductReservationSource`.",
    ] = None
    benefit_codes: Annotated[
        tuple[str, ...] | None,
        text(LONGEST_BENEFIT),
        at_most(MOST_BENEFITS),
        "Codes of rewards and vouchers to be used with it.",
    ] = None
    external_codes: Annotated[
        tuple[ReservationExternalCodeInput, ...] | None,
        at_most(MOST_CODES),
        "Codes under which outside systems know it.",
    ] = None
    utm: Annotated[UtmInput | None, "Where the customer came from."] = None
    source: Annotated[str | None, text(64), "Code of the outside system that reserves; given with `externalId`."] = None
    external_id: Annotated[str | None, text(128), "The reservation's id there."] = None

    def check(self) -> None:
        """Something is reserved, and an outside system's name for it is whole."""
        if not self.items:
            raise Refused(ErrorCode.REQUIRED, f"Reserve from 1 to {MOST_ITEMS} products.", "items")
        if (self.source is None) != (self.external_id is None):
            raise Refused(ErrorCode.REQUIRED, "`source` and `externalId` belong together.", "externalId")


class ProductReservationAdvance(Input):
    """A step of a reservation."""

    id: Annotated[int, key(models.ProductReservation), "The reservation."]
    state: Annotated[ReservationState, "What it comes to."]
    note: Annotated[str | None, text(), "What a person reads beside the step."] = None
    pickup_date: Annotated[date | None, "The day until which it is kept from now on."] = None
    external_purchase_id: Annotated[str | None, text(128), "The bill it ended in, as the till knows it."] = None


class ProductReservationRemark(Input):
    """A remark on a reservation."""

    id: Annotated[int, key(models.ProductReservation), "The reservation."]
    note: Annotated[str, text(), "The remark."]


class ReservationAnswer(RepeatableAnswer):
    """A reservation, as it is now."""

    reservation: Annotated[RowRef, row("ProductReservation"), "The reservation."]


class ReservableOfferInput(Input):
    """What a store has of a reservable product. What is left out of an offer that is there stays as it is."""

    store: Annotated[By, by(models.Store), "The store."]
    stock: Annotated[
        Decimal | None, exact(QUANTITY), "How many are free to reserve now; a new offer begins with none."
    ] = None
    price: Annotated[Decimal | None, exact(MONEY), "Price of one; a new offer needs it."] = None
    currency: Annotated[
        str | None, CURRENCY, "Currency of the price, ISO 4217; the store's own where it is left out."
    ] = None
    prices: Annotated[
        tuple[MoneyInput, ...] | UnsetType | None,
        at_most(MOST_PRICES),
        "Prices in further currencies; they take the place of those there.",
    ] = UNSET


class ReservableProductUpsert(Input):
    """A reservable product to be created or updated."""

    id: Annotated[int | None, key(models.ReservableProduct), RECORD_ID] = None
    source: Source = None
    external_id: ExternalId = None
    product: Annotated[
        By | UnsetType | None, by(models.Product), "The product; a new reservable product needs one."
    ] = UNSET
    offers: Annotated[
        tuple[ReservableOfferInput, ...] | None,
        at_most(MOST_OFFERS),
        "What stores have of it; stores that are not named keep their offers.",
    ] = None


class ReservableProductId(Input):
    """A reservable product."""

    id: Annotated[int, key(models.ReservableProduct), "The reservable product."]


class ReservableProductAnswer(Answer):
    """A reservable product, as it is now."""

    reservable_product: Annotated[RowRef, row("ReservableProduct"), "The reservable product."]


class RemovedReservableProduct(Answer):
    """A reservable product that was removed."""

    deleted_id: Annotated[str, OPAQUE_ID, "Its id, which leads nowhere now."]


class NamedOffer(Input):
    """A store's offer of a reservable product."""

    reservable_product: Annotated[int, key(models.ReservableProduct), "The reservable product."]
    store: Annotated[int, key(models.Store), "The store whose stock it is."]


class StockSet(NamedOffer):
    """How many of a product are free to reserve in a store."""

    stock: Annotated[Decimal, exact(QUANTITY), "How many are free."]


class StockAdjust(NamedOffer):
    """How many of a product came to a store or left it."""

    by: Annotated[Decimal, exact(QUANTITY, None), "How many came, or went where it is negative."]


class OfferAnswer(Answer):
    """A store's offer of a reservable product, as it is now."""

    offer: Annotated[RowRef, row("ReservableOffer"), "What the store has of it now."]


class RemovedOffer(Answer):
    """An offer that was removed."""

    deleted_id: Annotated[str, OPAQUE_ID, "The offer's id, which leads nowhere now."]
