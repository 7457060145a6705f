"""Statuses: the tiers of the programme, and who holds which."""

from resolvers.status.operations import set_by_hand
from resolvers.status.programme import deactivate, reactivate, upsert_status

__all__ = ["deactivate", "reactivate", "set_by_hand", "upsert_status"]
