"""Segments: groups of customers, kept by hand or by criteria."""

from __future__ import annotations

import models
from models.scope import Scope
from resolvers import segment
from schema.declaring.declarations import (
    by,
    exposes,
    found_by,
    found_by_external_id,
    leaf,
    listing,
    lookup,
    many,
    one,
    query,
)
from schema.declaring.mutations import mutation, mutation_field
from schema.shared import Listed, Owned


@exposes(models.SegmentGroup, order=[by("name")])
class SegmentGroup(Listed):
    """A folder of segments."""

    note = leaf()
    parent = one()
    children = many(order=[by("name")], description="The folders below.")
    segments = many(order=[by("name")], description="The segments in it.")


@exposes(models.Segment, order=[by("name")])
class Segment(Owned):
    """A group of customers: a LIST is kept by hand, CRITERIA are worked out from a stored filter."""

    name = leaf()
    kind = leaf()
    note = leaf()
    picture_url = leaf()
    criteria = leaf()
    refreshed_at = leaf()
    group = one()
    members = many(description="Its customers.")
    rewards = many(order=[by("name")], description="Rewards that are for segments, this among them.")
    campaigns = many(order=[by("name")], description="Campaigns that address it.")
    campaign_products = many(description="Offers that are for segments, this among them.")
    earning_rules = many(
        order=[by("priority"), by("code")], description="Rules of earning that are for segments, this among them."
    )
    recommendations = many(description="What is recommended to its members.")


@exposes(models.SegmentMember, is_node=False)
class SegmentMember:
    """A customer's membership in a segment."""

    since = leaf()
    segment = one()
    customer = one()


@query
class SegmentQueries:
    """Finding segments."""

    segment = lookup("Segment", "One segment.", external_id=found_by_external_id())
    segments = listing("Segment", "All segments.")
    segment_group = lookup("SegmentGroup", "One folder of segments.", code=found_by("Its code.", "code"))
    segment_groups = listing("SegmentGroup", "All folders of segments.")


@mutation
class SegmentMutations:
    """Grouping customers."""

    segment_create = mutation_field(
        segment.create,
        "Create a segment: a list that is kept by hand, or criteria from which its members are worked out at once.",
        scope=Scope.SEGMENTS_WRITE,
    )
    segment_update = mutation_field(
        segment.update,
        "Change what a segment is called, or its criteria; then its members are worked out anew at once.",
        scope=Scope.SEGMENTS_WRITE,
    )
    segment_upsert = mutation_field(
        segment.upsert_segment,
        "Create or update a segment of an outside system, found by its external id. What is left out stays as it is; "
        "one that was deleted is there again.",
        scope=Scope.SEGMENTS_WRITE,
    )
    segment_add_customers = mutation_field(
        segment.add_customers,
        "Add customers to a list; those who are on it already stay and are not counted.",
        scope=Scope.SEGMENTS_WRITE,
    )
    segment_remove_customers = mutation_field(
        segment.remove_customers,
        "Remove customers from a list; those who are not on it are not counted.",
        scope=Scope.SEGMENTS_WRITE,
    )
    segment_refresh = mutation_field(
        segment.refresh,
        "Work the members of a segment out from its criteria now; the gateway does so by itself every so often.",
        scope=Scope.SEGMENTS_WRITE,
    )
    segment_delete = mutation_field(
        segment.remove,
        "Delete a segment: its customers leave it, and what was for it alone is for no customer.",
        scope=Scope.SEGMENTS_WRITE,
    )
    segment_group_upsert = mutation_field(
        segment.upsert_group,
        "Create or update a folder of segments, found by its code or its id.",
        scope=Scope.SEGMENTS_WRITE,
    )
