"""Merging customers: one account goes on, and all that belongs to the other follows."""

from resolvers.merging.operations import merge

__all__ = ["merge"]
