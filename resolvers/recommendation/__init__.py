"""Recommendations: made by marketing or an outside system, or worked out from purchases."""

from resolvers.recommendation.operations import delete, upsert_recommendation

__all__ = ["delete", "upsert_recommendation"]
