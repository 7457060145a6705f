"""Recommendations."""

from __future__ import annotations

from typing import Any

import models
from tests.factories.building import external


def recommendation(**overrides: Any) -> models.Recommendation:
    """Information for all; for the customer or segment given, and of the product given."""
    audience = models.Audience.ALL
    if overrides.get("segment"):
        audience = models.Audience.SEGMENT
    if overrides.get("customer"):
        audience = models.Audience.CUSTOMER
    kinds = models.RecommendationKind
    return external(
        models.Recommendation,
        overrides,
        name="New opening hours",
        kind=kinds.PRODUCT if overrides.get("product") else kinds.INFORMATION,
        audience=audience,
    )
