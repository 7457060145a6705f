"""Segments: groups of customers, kept by hand or by criteria."""

from __future__ import annotations

import models
from schema.declarations import by, exposes, found_by, found_by_external_id, leaf, listing, lookup, many, one, query
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
