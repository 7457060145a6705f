"""Recommendations: made by marketing or an outside system, or worked out from purchases."""

from resolvers.recommendation.operations import block, delete, unblock, upsert_recommendation
from resolvers.recommendation.responses import dismiss, feedback, restore

__all__ = ["block", "delete", "dismiss", "feedback", "restore", "unblock", "upsert_recommendation"]
