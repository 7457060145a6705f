"""The loyalty programme: the terms that hold, and keeping them."""

from resolvers.programme.operations import upsert_programme

__all__ = ["upsert_programme"]
