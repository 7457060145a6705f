"""Recommendations."""

from __future__ import annotations

from typing import Any

import models
from tests.factories.building import NOW, build, external
from tests.factories.customer import customer
from tests.factories.product import product


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


def recommendation_response(**overrides: Any) -> models.RecommendationResponse:
    """A customer was shown a recommendation once."""
    defaults = {"recommendation": recommendation, "customer": customer, "shown": 1, "shown_at": NOW}
    return build(models.RecommendationResponse, overrides, **defaults)


def recommendation_block(**overrides: Any) -> models.RecommendationBlock:
    """A product that nobody is recommended; or the group given."""
    defaults = {} if overrides.keys() & {"group", "group_id"} else {"product": product}
    return build(models.RecommendationBlock, overrides, created_at=NOW, **defaults)


def product_affinity(**overrides: Any) -> models.ProductAffinity:
    """A product goes with another one."""
    ends = {name: product() for name in ("product", "other") if not overrides.keys() & {name, f"{name}_id"}}
    return build(models.ProductAffinity, overrides, score=0.5, **ends)


def product_popularity(**overrides: Any) -> models.ProductPopularity:
    """A product that half of the customers bought."""
    return build(models.ProductPopularity, overrides, product=product, share=0.5)


def recommendation_model(**overrides: Any) -> models.RecommendationModel:
    """A model of nothing."""
    return build(
        models.RecommendationModel,
        overrides,
        made_at=NOW,
        customers=0,
        bill_lines=0,
        count=20,
        per_group=3,
        arrays=b"",
    )
