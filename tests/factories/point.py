"""Points: entries, lots and reservations."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import models
from tests.factories.building import NOW, build, coded, number
from tests.factories.customer import customer


def point_type(**overrides: Any) -> models.PointType:
    return coded(models.PointType, overrides, "point-type", "Purchases")


def point_entry(**overrides: Any) -> models.PointEntry:
    """An entry on its own; `points` makes one with its lot."""
    return build(
        models.PointEntry,
        overrides,
        customer=customer,
        kind=models.PointEntryKind.ASSIGN,
        amount=Decimal(100),
        at=NOW,
    )


def point_lot(**overrides: Any) -> models.PointLot:
    """A lot on its own, of which nothing was spent; `points` makes one with its entry."""
    return build(
        models.PointLot,
        {"amount": Decimal(100)} | overrides,
        customer=customer,
        remaining=overrides.get("amount", Decimal(100)),
        active_from=NOW,
        created_at=NOW,
    )


def point_entry_lot(**overrides: Any) -> models.PointEntryLot:
    return build(models.PointEntryLot, overrides, entry=point_entry, lot=point_lot, amount=Decimal(100))


def points(**overrides: Any) -> models.PointLot:
    """A lot with the entry that put its points there, so that the books balance."""
    lot = point_lot(**overrides)
    entry = point_entry(customer=lot.customer, amount=lot.amount, at=lot.created_at, point_type=lot.point_type)
    point_entry_lot(entry=entry, lot=lot, amount=lot.amount)
    return lot


def point_reservation(**overrides: Any) -> models.PointReservation:
    return build(
        models.PointReservation,
        overrides,
        customer=customer,
        external_id=lambda: f"order-{number()}",
        amount=Decimal(10),
        created_at=NOW,
        expires_at=NOW + timedelta(minutes=15),
    )
