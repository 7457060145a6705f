"""Points: the account, its ledger and its lots."""

from __future__ import annotations

import models
from resolvers.expressions import (
    POINTS_ACTIVE,
    POINTS_EXPIRING,
    POINTS_EXPIRING_AT,
    POINTS_LEDGER,
    POINTS_PENDING,
    POINTS_RESERVED,
)
from schema.declarations import by, each, embedded, exposes, leaf, listing, lookup, many, one, part, query
from schema.shared import Listed


@part(of=models.Customer)
class ExpiringPoints:
    """Points that expire together."""

    amount = leaf(POINTS_EXPIRING, nullable=False, description="How many points.")
    at = leaf(POINTS_EXPIRING_AT, nullable=False, description="When they expire.")


@part(of=models.Customer)
class PointAccount:
    """A customer's points: what the lots hold now, and the ledger of how it came to that."""

    active = leaf(POINTS_ACTIVE, description="Points that can be spent now: active, not expired, not reserved.")
    pending = leaf(POINTS_PENDING, description="Points that become active later.")
    reserved = leaf(POINTS_RESERVED, description="Points put aside by reservations.")
    ledger = leaf(POINTS_LEDGER, description="The sum of all entries of the ledger.")
    expiring_next = embedded(
        "ExpiringPoints", when=POINTS_EXPIRING_AT, description="What expires next; null when nothing does."
    )
    history = many("point_entries", order=[by("at", descending=True)], description="The ledger, newest entry first.")
    lots = many("point_lots", order=[by("expires_at")], description="The lots, those that expire first at the front.")
    reservations = many("point_reservations", description="What is or was put aside.")


@exposes(models.PointType, order=[by("name")])
class PointType(Listed):
    """Where points come from."""


@exposes(models.PointEntry)
class PointEntry:
    """One movement of a customer's points."""

    kind = leaf()
    amount = leaf()
    at = leaf()
    note = leaf()
    extended_data = leaf()
    customer = one()
    point_type = one()
    partner = one()
    store = one()
    purchase = one()
    voucher = one()
    reverses = one()
    lots = each(description="The lots that it touched.")


@exposes(models.PointLot)
class PointLot:
    """Points that came together and expire together."""

    amount = leaf()
    remaining = leaf()
    active_from = leaf()
    expires_at = leaf()
    created_at = leaf()
    note = leaf()
    customer = one()
    point_type = one()
    partner = one()
    entries = many(description="The entries that touched it.")


@exposes(models.PointEntryLot, is_node=False)
class PointEntryLot:
    """How much of an entry went to or came from one lot."""

    amount = leaf()
    entry = one()
    lot = one()


@exposes(models.PointReservation)
class PointReservation:
    """Points put aside for a time."""

    external_id = leaf()
    amount = leaf()
    state = leaf()
    created_at = leaf()
    expires_at = leaf()
    customer = one()


@query
class PointQueries:
    """Finding points."""

    point_types = listing("PointType", "All point types.")
    point_entry = lookup("PointEntry", "One entry of the ledger.")
    point_entries = listing("PointEntry", "The whole ledger.")
    point_lot = lookup("PointLot", "One lot.")
    point_lots = listing("PointLot", "All lots.")
    point_reservation = lookup("PointReservation", "One reservation of points.")
    point_reservations = listing("PointReservation", "All reservations of points.")
