"""Segments: groups of customers, listed by hand or found by criteria."""

from resolvers.segment.operations import add_customers, create, refresh, remove, remove_customers, update, upsert_group

__all__ = ["add_customers", "create", "refresh", "remove", "remove_customers", "update", "upsert_group"]
