"""Stores: branches, their opening hours, and the nearest to a position."""

from resolvers.store.operations import deactivate, reactivate, upsert_store, upsert_stores

__all__ = ["deactivate", "reactivate", "upsert_store", "upsert_stores"]
