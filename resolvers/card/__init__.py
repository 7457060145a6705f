"""Cards: what identifies a customer."""

from resolvers.card.number import create, generate, upsert_type
from resolvers.card.operations import assign, block, release, unblock

__all__ = ["assign", "block", "create", "generate", "release", "unblock", "upsert_type"]
