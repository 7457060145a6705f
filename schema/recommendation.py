"""Recommendations: a product, a service or a piece of information for somebody."""

from __future__ import annotations

import models
from resolvers.expressions import VALID_NOW
from schema.declarations import by, exposes, found_by_external_id, leaf, listing, lookup, one, query, same, texts
from schema.shared import Owned


@exposes(models.Recommendation, order=[by("priority")])
class Recommendation(Owned):
    """Something recommended to all, to a segment or to one customer, for a time."""

    name = leaf()
    kind = leaf()
    audience = leaf()
    brief_description = leaf()
    detailed_description = leaf()
    content = leaf()
    picture_urls = texts()
    web_url = leaf()
    priority = leaf()
    valid_from = leaf()
    valid_to = leaf()
    is_valid = leaf(VALID_NOW, description="Whether it is shown now: active and within its dates.")
    system = leaf()
    dataset = leaf()
    segment = one()
    customer = one()
    product = one()


@exposes(models.Recommendation, order=[by("priority"), by("score", descending=True)], is_node=False)
class CustomerRecommendation:
    """A recommendation as it applies to one customer."""

    recommendation = same("Recommendation", description="What is recommended.")
    score = leaf()
    reason = leaf()
    priority = leaf()


@query
class RecommendationQueries:
    """Finding recommendations."""

    recommendation = lookup("Recommendation", "One recommendation.", external_id=found_by_external_id())
    recommendations = listing("Recommendation", "All recommendations, those shown first at the front.")
