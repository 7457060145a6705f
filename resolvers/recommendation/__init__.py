"""Recommendations: made by marketing or an outside system, or worked out from purchases."""

from resolvers.recommendation.operations import (
    block,
    deactivate,
    delete,
    reactivate,
    unblock,
    upsert_recommendation,
)
from resolvers.recommendation.responses import dismiss, feedback, restore

__all__ = [
    "block",
    "deactivate",
    "delete",
    "dismiss",
    "feedback",
    "reactivate",
    "restore",
    "unblock",
    "upsert_recommendation",
]
