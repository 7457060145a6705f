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
from schema.declaring.mutations import input_field, mutation, mutation_field
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


ABOUT = {
    "note": input_field("String", "What the segment is for."),
    "picture_url": input_field("String", "Address of a picture."),
    "group": input_field("SegmentGroupBy", "The folder it is kept in."),
}
SEGMENT = {"segment": ("Segment", "The segment.")}


@mutation
class SegmentMutations:
    """Grouping customers."""

    segment_create = mutation_field(
        segment.create,
        "Make a segment: a list that is kept by hand, or criteria from which its members are worked out at once.",
        scope=Scope.SEGMENTS_WRITE,
        input={
            "name": input_field("String!", "Name of the segment."),
            "kind": input_field("SegmentKind", "How it gets its members; CRITERIA where `where` is given, else LIST."),
            "where": input_field("CustomerWhere", "For CRITERIA: the filter that its members pass."),
            "customers": input_field("[ID!]", "For LIST: its first members, 1000 at most."),
            **ABOUT,
            "source": input_field("String", "Code of the outside system that owns it; given with `externalId`."),
            "external_id": input_field("String", "Its id there."),
        },
        payload=SEGMENT,
    )
    segment_update = mutation_field(
        segment.update,
        "Change what a segment is called, or its criteria; then its members are worked out anew at once.",
        scope=Scope.SEGMENTS_WRITE,
        input={
            "id": input_field("ID!", "The segment."),
            "name": input_field("String", "Name of the segment."),
            "where": input_field("CustomerWhere", "For CRITERIA: the filter that its members pass from now on."),
            **ABOUT,
        },
        payload=SEGMENT,
    )
    segment_add_customers = mutation_field(
        segment.add_customers,
        "Put customers on a list; those who are on it already stay and are not counted.",
        scope=Scope.SEGMENTS_WRITE,
        input={
            "segment": input_field("ID!", "The segment, a LIST."),
            "customers": input_field("[ID!]!", "The customers, 1000 at most."),
        },
        payload={**SEGMENT, "added": ("int", "How many came onto the list.")},
    )
    segment_remove_customers = mutation_field(
        segment.remove_customers,
        "Take customers off a list; those who are not on it are not counted.",
        scope=Scope.SEGMENTS_WRITE,
        input={
            "segment": input_field("ID!", "The segment, a LIST."),
            "customers": input_field("[ID!]!", "The customers, 1000 at most."),
        },
        payload={**SEGMENT, "removed": ("int", "How many were taken off.")},
    )
    segment_refresh = mutation_field(
        segment.refresh,
        "Work the members of a segment out from its criteria now; the gateway does so by itself every so often.",
        scope=Scope.SEGMENTS_WRITE,
        input={"id": input_field("ID!", "The segment, one by CRITERIA.")},
        payload={**SEGMENT, "added": ("int", "How many joined."), "removed": ("int", "How many left.")},
    )
    segment_delete = mutation_field(
        segment.remove,
        "Delete a segment: its customers leave it, and what was for it alone is for no customer.",
        scope=Scope.SEGMENTS_WRITE,
        input={"id": input_field("ID!", "The segment.")},
        payload={"deleted_id": ("ID", "The segment's id, which leads nowhere now.")},
    )
    segment_group_upsert = mutation_field(
        segment.upsert_group,
        "Put a folder of segments in its place, found by its code or its id.",
        scope=Scope.SEGMENTS_WRITE,
        input={
            "id": input_field("ID", "The folder to change, where it is known by its opaque id."),
            "code": input_field(
                "String", "Short name that programs use; by it a folder is found, or made where it isn't."
            ),
            "name": input_field("String", "Name that people read; a new folder needs one."),
            "parent": input_field("SegmentGroupBy", "The folder above; null moves it to the top."),
            "note": input_field("String", "What the folder is for."),
        },
        payload={"segment_group": ("SegmentGroup", "The folder.")},
    )
