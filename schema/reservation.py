"""Reservable products with stock and prices per store, and customers' reservations of them."""

from __future__ import annotations

import models
from models.scope import Scope
from resolvers import reservation
from resolvers.query.columns import Column
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
from schema.declaring.mutations import input_field, mutation, mutation_field
from schema.declaring.types import input_type
from schema.shared import IDENTITY, Dated, Listed, Owned

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


@exposes(models.ReservablePrice, is_node=False)
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


input_type(
    "ProductReservationItemInput",
    "A product to reserve.",
    {
        "reservable_product": input_field("ID!", "The reservable product."),
        "quantity": input_field("Decimal!", "How many, or how much by weight."),
        "vat_rate": input_field("Decimal", "Rate of value added tax in per cent, to be kept with the item."),
    },
)
input_type(
    "ReservationExternalCodeInput",
    "A code under which an outside system knows a reservation.",
    {
        "type": input_field("ID!", "What kind of code it is: an `ExternalListType`."),
        "value": input_field("String!", "The code."),
    },
)
input_type(
    "ReservableOfferInput",
    "What a store has of a reservable product. What is left out of an offer that is there stays as it is.",
    {
        "store": input_field("StoreBy!", "The store."),
        "stock": input_field("Decimal", "How many are free to reserve now; a new offer begins with none."),
        "price": input_field("Decimal", "Price of one; a new offer needs it."),
        "currency": input_field("String", "Currency of the price, ISO 4217; the store's own where it is left out."),
        "prices": input_field("[MoneyInput!]", "Prices in further currencies; they take the place of those there."),
    },
)

RESERVATION = {"reservation": ("ProductReservation", "The reservation.")}
OFFER = {"offer": ("ReservableOffer", "What the store has of it now.")}
IN_STORE = {
    "reservable_product": input_field("ID!", "The reservable product."),
    "store": input_field("ID!", "The store whose stock it is."),
}


@mutation
class ReservationMutations:
    """Reserving products, and keeping what can be reserved."""

    product_reservation_create = mutation_field(
        reservation.create,
        "Reserve products in a store for a customer. The stock is held at once, all of it or none: OUT_OF_STOCK says "
        "what is missing. The same external id sent again changes nothing and answers the first reservation.",
        scope=Scope.RESERVATIONS_WRITE,
        own=own("customer", "store", "items", "currency", "pickup_date", "customer_note", "benefit_codes", "utm"),
        input={
            "customer": input_field("ID!", "Who reserves."),
            "store": input_field("ID!", "Where it will be picked up."),
            "items": input_field("[ProductReservationItemInput!]!", "What is reserved, each product once."),
            "currency": input_field("String", "Currency to pay in, ISO 4217; the store's own where it is left out."),
            "pickup_date": input_field("Date", "The day until which it is kept."),
            "customer_note": input_field("String", "What the customer wrote."),
            "origin": input_field("ID", "Where the reservation comes from: a `ProductReservationSource`."),
            "benefit_codes": input_field("[String!]", "Codes of rewards and vouchers to be used with it."),
            "external_codes": input_field(
                "[ReservationExternalCodeInput!]", "Codes under which outside systems know it."
            ),
            "utm": input_field("UtmInput", "Where the customer came from."),
            "source": input_field("String", "Code of the outside system that reserves; given with `externalId`."),
            "external_id": input_field("String", "The reservation's id there."),
        },
        payload=RESERVATION,
    )
    product_reservation_advance = mutation_field(
        reservation.advance,
        "Move a reservation one step on, along the steps that its state allows. One that is cancelled or not picked "
        "up gives its stock back.",
        scope=Scope.RESERVATIONS_WRITE,
        own=own("id", "state", "note"),
        input={
            "id": input_field("ID!", "The reservation."),
            "state": input_field("ReservationState!", "What it comes to."),
            "note": input_field("String", "What a person reads beside the step."),
            "pickup_date": input_field("Date", "The day until which it is kept from now on."),
            "external_purchase_id": input_field("String", "The bill it ended in, as the till knows it."),
        },
        payload=RESERVATION,
    )
    product_reservation_comment = mutation_field(
        reservation.comment,
        "Write a remark of the store's people on a reservation.",
        scope=Scope.RESERVATIONS_WRITE,
        input={"id": input_field("ID!", "The reservation."), "note": input_field("String!", "The remark.")},
        payload=RESERVATION,
    )
    reservable_product_upsert = mutation_field(
        reservation.upsert_reservable,
        "Let customers reserve a product, or change what stores offer of it. It is found by its own id, its external "
        "id or its product.",
        scope=Scope.RESERVATIONS_WRITE,
        input={
            **IDENTITY,
            "product": input_field("ProductBy", "The product; a new reservable product needs one."),
            "offers": input_field(
                "[ReservableOfferInput!]", "What stores have of it; stores that are not named keep their offers."
            ),
        },
        payload={"reservable_product": ("ReservableProduct", "The reservable product.")},
    )
    reservable_product_remove = mutation_field(
        reservation.remove_reservable,
        "Let customers reserve a product no longer; reservations that are there go on.",
        scope=Scope.RESERVATIONS_WRITE,
        input={"id": input_field("ID!", "The reservable product.")},
        payload={"deleted_id": ("ID", "Its id, which leads nowhere now.")},
    )
    reservable_offer_remove = mutation_field(
        reservation.remove_offer,
        "Let customers reserve a product no longer in one store; its stock and prices there are forgotten, and "
        "reservations that are there go on.",
        scope=Scope.RESERVATIONS_WRITE,
        input=IN_STORE,
        payload={"deleted_id": ("ID", "The offer's id, which leads nowhere now.")},
    )
    reservable_stock_set = mutation_field(
        reservation.set_stock,
        "Say how many of a product are free to reserve in a store, as counted.",
        scope=Scope.RESERVATIONS_WRITE,
        input={**IN_STORE, "stock": input_field("Decimal!", "How many are free.")},
        payload=OFFER,
    )
    reservable_stock_adjust = mutation_field(
        reservation.adjust_stock,
        "Add to what is free to reserve in a store, or take from it; never below zero.",
        scope=Scope.RESERVATIONS_WRITE,
        input={**IN_STORE, "by": input_field("Decimal!", "How many came, or went where it is negative.")},
        payload=OFFER,
    )
