"""The timeline's events: each shows the row behind it."""

from __future__ import annotations

import models
from resolvers.timeline import TimelineChange
from schema.declarations import by, exposes, leaf, one, same, shown, structure
from schema.strawberries import FieldSpec, interface

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


@exposes(models.Purchase, is_node=False, interfaces=("TimelineEvent",))
class PurchaseEvent:
    """The customer bought something."""

    at = leaf("paid_at")
    purchase = same("Purchase", description="The bill.")


@exposes(models.PointEntry, is_node=False, interfaces=("TimelineEvent",))
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


@exposes(models.StatusRecord, is_node=False, interfaces=("TimelineEvent",))
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
