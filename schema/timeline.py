"""The timeline: what happened to a customer, five kinds of events merged into one list.

Each event shows the row behind it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import models
from models import CardChange, StatusChange, VoucherChange
from schema.declaring.declarations import Many, by, exposes, leaf, many, one, same, shown, structure
from schema.declaring.types import FieldSpec, interface


class TimelineKind(StrEnum):
    """A kind of event."""

    PURCHASE = "PURCHASE"
    POINTS = "POINTS"
    VOUCHER = "VOUCHER"
    STATUS = "STATUS"
    CARD = "CARD"


TimelineChange = StrEnum(  # type: ignore[misc]
    "TimelineChange",
    {change.name: change.value for kind in (VoucherChange, StatusChange, CardChange) for change in kind},
)
TimelineChange.__doc__ = "What happened to a voucher, a status or a card."

KINDS: Mapping[str, Many] = {
    TimelineKind.PURCHASE: many("purchases", type_name="PurchaseEvent"),
    TimelineKind.POINTS: many("point_entries", type_name="PointsEvent"),
    TimelineKind.VOUCHER: many("voucher_events", type_name="VoucherEvent"),
    TimelineKind.STATUS: many("status_records", type_name="StatusEvent"),
    TimelineKind.CARD: many("card_events", type_name="CardEvent"),
}
"""A customer's events, in the order in which those of the same moment are shown."""

interface("TimelineEvent", "Something that happened to a customer.", {"at": FieldSpec("DateTime", "When it happened.")})


@structure
class TimelineEdge:
    """An event at its place in the timeline."""

    cursor = shown("str", "Where the event lies; give it back as `after` or `before`.")
    node = shown("TimelineEvent", "The event.")


@structure
class TimelineConnection:
    """A page of a timeline, newest first."""

    edges = shown("list[TimelineEdge]", "The events of the page, each with its cursor.")
    nodes = shown("list[TimelineEvent]", "The events of the page.")
    page_info = shown("PageInfo", "Where the page lies.")
    total_count = shown("int", "How many events there are; counted only when asked for.")


@exposes(models.Purchase, is_node=False, interfaces=("TimelineEvent",), order=[by("paid_at", descending=True)])
class PurchaseEvent:
    """The customer bought something."""

    at = leaf("paid_at")
    purchase = same("Purchase", description="The bill.")


@exposes(models.PointEntry, is_node=False, interfaces=("TimelineEvent",), order=[by("at", descending=True)])
class PointsEvent:
    """The customer's points moved."""

    at = leaf()
    entry = same("PointEntry", description="The entry of the ledger.")


@exposes(models.VoucherEvent, is_node=False, interfaces=("TimelineEvent",), order=[by("at", descending=True)])
class VoucherEvent:
    """Something happened to a voucher."""

    at = leaf()
    change = leaf(enum=TimelineChange)
    note = leaf()
    voucher = one()


@exposes(models.StatusRecord, is_node=False, interfaces=("TimelineEvent",), order=[by("valid_from", descending=True)])
class StatusEvent:
    """The customer's status changed."""

    at = leaf("valid_from")
    change = leaf(enum=TimelineChange)
    status_record = same("StatusRecord", description="The status record that began.")


@exposes(models.CardEvent, is_node=False, interfaces=("TimelineEvent",), order=[by("at", descending=True)])
class CardEvent:
    """Something happened to a card."""

    at = leaf()
    change = leaf(enum=TimelineChange)
    reason = leaf()
    card = one()
