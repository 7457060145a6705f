"""Reservable products and reservations of them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import models
from tests.factories.building import NOW, build, coded, external, number, stamped
from tests.factories.customer import customer
from tests.factories.product import product
from tests.factories.store import store


def reservable_product(**overrides: Any) -> models.ReservableProduct:
    return external(models.ReservableProduct, overrides, product=product)


def reservable_offer(**overrides: Any) -> models.ReservableOffer:
    """Ten pieces free in a store, for 50 crowns each."""
    return stamped(
        models.ReservableOffer,
        overrides,
        reservable_product=reservable_product,
        store=store,
        stock=Decimal(10),
        price=Decimal(50),
        currency_code="CZK",
    )


def reservable_price(**overrides: Any) -> models.ReservablePrice:
    return build(models.ReservablePrice, overrides, offer=reservable_offer, currency_code="EUR", amount=Decimal(2))


def product_reservation_source(**overrides: Any) -> models.ProductReservationSource:
    return coded(models.ProductReservationSource, overrides, "origin", "Web shop")


def external_list_type(**overrides: Any) -> models.ExternalListType:
    return coded(models.ExternalListType, overrides, "list-type", "Order number")


def product_reservation(**overrides: Any) -> models.ProductReservation:
    return external(
        models.ProductReservation,
        overrides,
        customer=customer,
        store=store,
        currency_code="CZK",
        total=sum((item.quantity * item.unit_price for item in overrides.get("items", [])), Decimal(0)),
    )


def product_reservation_item(**overrides: Any) -> models.ProductReservationItem:
    """One piece for 50 crowns. Its reservation is to be given, unless it takes this among its `items`."""
    return build(
        models.ProductReservationItem,
        overrides,
        reservable_product=reservable_product,
        quantity=Decimal(1),
        unit_price=Decimal(50),
    )


def product_reservation_progress(**overrides: Any) -> models.ProductReservationProgress:
    return build(
        models.ProductReservationProgress,
        overrides,
        reservation=product_reservation,
        state=models.ReservationState.ENTERED,
        at=NOW,
    )


def product_reservation_comment(**overrides: Any) -> models.ProductReservationComment:
    return build(
        models.ProductReservationComment,
        overrides,
        reservation=product_reservation,
        at=NOW,
        note="Called the customer.",
    )


def reservation_external_code(**overrides: Any) -> models.ReservationExternalCode:
    return build(
        models.ReservationExternalCode,
        overrides,
        reservation=product_reservation,
        type=external_list_type,
        value=lambda: f"code-{number()}",
    )
