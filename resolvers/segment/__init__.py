"""Segments: groups of customers, listed by hand or found by criteria."""

from resolvers.segment.operations import add_customers, create, refresh, remove, remove_customers, update, upsert_group
from resolvers.segment.upsert import upsert_segment

__all__ = [
    "add_customers",
    "create",
    "refresh",
    "remove",
    "remove_customers",
    "update",
    "upsert_group",
    "upsert_segment",
]
