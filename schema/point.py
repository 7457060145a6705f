"""Points: the account, its ledger and its lots."""

from __future__ import annotations

import models
from models.scope import Scope
from resolvers import point
from resolvers.point.earned import load_earned_by
from resolvers.query.expressions import (
    POINTS_ACTIVE,
    POINTS_EXPIRING,
    POINTS_EXPIRING_AT,
    POINTS_LEDGER,
    POINTS_OWED,
    POINTS_PENDING,
    POINTS_RESERVED,
)
from schema.declaring.declarations import (
    batched,
    by,
    each,
    embedded,
    exposes,
    leaf,
    listing,
    lookup,
    many,
    one,
    part,
    query,
    shown,
    structure,
)
from schema.declaring.kinds.node_id import node_id
from schema.declaring.mutations import mutation, mutation_field
from schema.shared import Listed


@part(of=models.Customer)
class ExpiringPoints:
    """Points that expire together."""

    amount = leaf(POINTS_EXPIRING, nullable=False, description="How many points.")
    at = leaf(POINTS_EXPIRING_AT, nullable=False, description="When they expire.")


@part(of=models.Customer)
class PointAccount:
    """A customer's points: what the lots hold now, and the ledger of how it came to that."""

    id = node_id("Opaque id, by which clients' caches know the account; `node` answers its customer only.")
    active = leaf(POINTS_ACTIVE, description="Points that can be spent now: active, not expired, not reserved.")
    pending = leaf(POINTS_PENDING, description="Points that become active later.")
    reserved = leaf(
        POINTS_RESERVED,
        description="Points that reservations hold, as far as they have not expired or been taken back since.",
    )
    owed = leaf(
        POINTS_OWED,
        description="Points that were taken back after they had been spent, transferred or turned into a voucher. They "
        "come first out of whatever flows back or is earned; a customer who owes points has none to spend.",
    )
    ledger = leaf(POINTS_LEDGER, description="The sum of all entries of the ledger.")
    expiring_next = embedded(
        "ExpiringPoints", when=POINTS_EXPIRING_AT, description="What expires next; null when nothing does."
    )
    history = many("point_entries", order=[by("at", descending=True)], description="The ledger, newest entry first.")
    lots = many("point_lots", order=[by("expires_at")], description="The lots, those that expire first at the front.")
    reservations = many("point_reservations", description="Reservations of points, past ones too.")


@exposes(models.PointType, order=[by("name")])
class PointType(Listed):
    """Where points come from."""


@structure
class EarnedBy:
    """What a rule of the programme gave for a bill. It stays readable whatever becomes of the rule."""

    programme = shown("str", "Code of the programme.")
    rule = shown("str", "Code of the rule.")
    name = shown("str", "Name of the rule.")
    points = shown("Decimal", "The points that it gave.")


@exposes(models.PointEntry)
class PointEntry:
    """One movement of a customer's points."""

    kind = leaf()
    amount = leaf()
    owed = leaf()
    at = leaf()
    note = leaf()
    extended_data = leaf()
    earned_by = batched(
        "list[EarnedBy]", load_earned_by, "The rules by which a bill earned the points, and what each gave."
    )
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
    """Points reserved for a time."""

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


@mutation
class PointMutations:
    """Moving points."""

    points_assign = mutation_field(
        point.assign,
        "Assign points to a customer. They make a lot of their own, which can be spent at once or from a date on. What "
        "the customer owes comes first out of them.",
        scope=Scope.POINTS_WRITE,
    )
    points_spend = mutation_field(
        point.spend,
        "Spend a customer's points, those that expire soonest first, then the oldest. POINTS_SHORT says how many are "
        "missing.",
        scope=Scope.POINTS_WRITE,
    )
    points_reserve = mutation_field(
        point.reserve,
        "Reserve points for a time, so that nothing else spends them. The same `externalId` with the same amount "
        "answers the reservation that was made first.",
        scope=Scope.POINTS_WRITE,
    )
    points_release = mutation_field(
        point.release, "Release reserved points before their time is over.", scope=Scope.POINTS_WRITE
    )
    points_capture = mutation_field(
        point.capture,
        "Spend reserved points. Where only a part is captured, the rest is free again.",
        scope=Scope.POINTS_WRITE,
    )
    points_transfer = mutation_field(
        point.transfer,
        "Transfer points from one customer to another. They are taken as if spent, and keep the expiry they had.",
        scope=Scope.POINTS_WRITE,
    )
    points_reverse = mutation_field(
        point.reverse,
        "Reverse an entry. Spent points return to the lots they came from, and so have their old expiry; assigned "
        "ones leave the lot they made. What a bill or a voucher moved goes back with that bill or voucher.",
        scope=Scope.POINTS_WRITE,
    )
