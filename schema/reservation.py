"""Reservable products with stock and prices per store, and customers' reservations of them."""

from __future__ import annotations

import models
from models.scope import Scope
from resolvers import reservation
from resolvers.query.columns import Column
from resolvers.query.relations import BILLS_OF_RESERVATION
from schema.declaring.base import own
from schema.declaring.declarations import (
    by,
    currency,
    each,
    embedded,
    exposes,
    found_by_external_id,
    leaf,
    listing,
    lookup,
    many,
    money,
    one,
    query,
    texts,
)
from schema.declaring.mutations import mutation, mutation_field
from schema.shared import Dated, Listed, Owned

RESERVATION_CURRENCY = Column(("reservation",), "currency_code")


@exposes(models.ReservableProduct)
class ReservableProduct(Owned):
    """A product that customers may reserve."""

    product = one()
    offers = many(description="Stock and price in each store.")


@exposes(models.ReservableOffer)
class ReservableOffer(Dated):
    """What one store has of a reservable product, and at what price."""

    stock = leaf()
    price = money("price")
    store = one()
    reservable_product = one()
    prices = each(order=[by("currency_code")], description="Prices in further currencies.")


@exposes(models.ReservablePrice, is_node=False, interfaces=("MonetaryAmount",))
class ReservablePrice:
    """An offer's price in a further currency."""

    amount = leaf()
    currency = currency()


@exposes(models.ProductReservationSource, order=[by("name")])
class ProductReservationSource(Listed):
    """Where reservations come from."""


@exposes(models.ExternalListType, order=[by("name")])
class ExternalListType(Listed):
    """A kind of code under which outside systems know a reservation."""


@exposes(models.ProductReservation, order=[by("created_at", descending=True)])
class ProductReservation(Dated):
    """A customer's reservation of products in a store."""

    source = leaf()
    external_id = leaf()
    state = leaf()
    pickup_date = leaf()
    customer_note = leaf()
    total = money("total")
    external_purchase_id = leaf()
    reservation_codes = texts()
    benefit_codes = texts()
    utm = embedded("Utm", description="Where the customer came from.")
    customer = one()
    store = one()
    origin = one()
    items = each(order=[by("id")], description="What is reserved.")
    progress = each(order=[by("at")], description="How it came to its state, in order.")
    comments = each(order=[by("at")], description="Remarks of the store's people, in order.")
    external_codes = each(order=[by("id")], description="Codes under which outside systems know it.")
    purchases = many(
        link=BILLS_OF_RESERVATION,
        type_name="Purchase",
        description="The bills that it ended in: its customer's under `externalPurchaseId`.",
    )


@exposes(models.ProductReservationItem, is_node=False)
class ProductReservationItem:
    """A product in a reservation."""

    quantity = leaf()
    unit_price = money("unit_price", RESERVATION_CURRENCY)
    vat_rate = leaf()
    reservable_product = one()


@exposes(models.ProductReservationProgress, is_node=False)
class ProductReservationProgress:
    """A step of a reservation."""

    state = leaf()
    at = leaf()
    note = leaf()


@exposes(models.ProductReservationComment, is_node=False)
class ProductReservationComment:
    """A remark on a reservation."""

    at = leaf()
    note = leaf()


@exposes(models.ReservationExternalCode, is_node=False)
class ReservationExternalCode:
    """A code under which an outside system knows a reservation."""

    value = leaf()
    type = one()


@query
class ReservationQueries:
    """Finding reservable products and reservations."""

    reservable_product = lookup("ReservableProduct", "One reservable product.", external_id=found_by_external_id())
    reservable_products = listing("ReservableProduct", "All reservable products.")
    product_reservation = lookup("ProductReservation", "One reservation.", external_id=found_by_external_id())
    product_reservations = listing("ProductReservation", "All reservations, newest first.")
    product_reservation_sources = listing("ProductReservationSource", "All places reservations come from.")
    external_list_types = listing("ExternalListType", "All kinds of outside codes of reservations.")


NO_MORE = "Let customers reserve a product no longer; reservations that are there go on."
NO_MORE_HERE = (
    "Let customers reserve a product no longer in one store; its stock and prices there are forgotten. Reservations "
    "that are there go on."
)


@mutation
class ReservationMutations:
    """Reserving products, and keeping what can be reserved."""

    product_reservation_create = mutation_field(
        reservation.create,
        "Reserve products in a store for a customer. The stock is held at once, all of it or none: OUT_OF_STOCK says "
        "what is missing. The same external id sent again changes nothing and answers the first reservation.",
        scope=Scope.RESERVATIONS_WRITE,
        own=own(
            *("customer", "customer_by", "store", "store_by", "items", "currency", "pickup_date", "customer_note"),
            *("benefit_codes", "utm"),
        ),
    )
    product_reservation_advance = mutation_field(
        reservation.advance,
        "Move a reservation one step on, along the steps that its state allows. One that is cancelled or not picked "
        "up gives its stock back.",
        scope=Scope.RESERVATIONS_WRITE,
        own=own("id", "state", "note"),
    )
    product_reservation_comment = mutation_field(
        reservation.comment,
        "Write a remark of the store's people on a reservation.",
        scope=Scope.RESERVATIONS_WRITE,
    )
    reservable_product_upsert = mutation_field(
        reservation.upsert_reservable,
        "Let customers reserve a product, or change what stores offer of it. It is found by its own id, its external "
        "id or its product.",
        scope=Scope.RESERVATIONS_WRITE,
    )
    reservable_product_delete = mutation_field(reservation.remove_reservable, NO_MORE, scope=Scope.RESERVATIONS_WRITE)
    reservable_product_remove = mutation_field(
        reservation.remove_reservable,
        NO_MORE,
        scope=Scope.RESERVATIONS_WRITE,
        deprecated="Use `reservableProductDelete`: records are deleted; what was added to a list is removed.",
    )
    reservable_offer_delete = mutation_field(reservation.remove_offer, NO_MORE_HERE, scope=Scope.RESERVATIONS_WRITE)
    reservable_offer_remove = mutation_field(
        reservation.remove_offer,
        NO_MORE_HERE,
        scope=Scope.RESERVATIONS_WRITE,
        deprecated="Use `reservableOfferDelete`: records are deleted; what was added to a list is removed.",
    )
    reservable_stock_set = mutation_field(
        reservation.set_stock,
        "Say how many of a product are free to reserve in a store, as counted.",
        scope=Scope.RESERVATIONS_WRITE,
    )
    reservable_stock_adjust = mutation_field(
        reservation.adjust_stock,
        "Add to what is free to reserve in a store, or take from it; never below zero.",
        scope=Scope.RESERVATIONS_WRITE,
    )
