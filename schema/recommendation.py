"""Recommendations: a product, a service or a piece of information for somebody."""

from __future__ import annotations

import models
from resolvers import recommendation
from resolvers.query.expressions import VALID_NOW
from schema.declaring.declarations import (
    by,
    exposes,
    found_by_external_id,
    leaf,
    listing,
    lookup,
    one,
    query,
    same,
    texts,
)
from schema.declaring.mutations import input_field, mutation, mutation_field
from schema.shared import IDENTITY, Owned


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


RECOMMENDATION = {"recommendation": ("Recommendation", "The recommendation.")}


@mutation
class RecommendationMutations:
    """Recommending something to somebody."""

    recommendation_upsert = mutation_field(
        recommendation.upsert_recommendation,
        "Put a recommendation in its place: changed where it is there, made where it isn't.",
        input={
            **IDENTITY,
            "name": input_field("String", "Heading; a new recommendation needs one."),
            "kind": input_field("RecommendationKind", "What is recommended; a new recommendation needs it."),
            "audience": input_field("Audience", "Whom it is for; a new recommendation needs it."),
            "segment": input_field("SegmentBy", "The segment it is for, where the audience is SEGMENT."),
            "customer": input_field("ID", "The customer it is for, where the audience is CUSTOMER."),
            "product": input_field("ProductBy", "The product recommended, where the kind is PRODUCT."),
            "brief_description": input_field("String", "A line or two."),
            "detailed_description": input_field("String", "A paragraph or more."),
            "content": input_field("String", "The whole text, where there is one."),
            "picture_urls": input_field("[String!]", "Addresses of pictures; they take the place of those there."),
            "web_url": input_field("String", "A page about it."),
            "priority": input_field("Int", "1 is shown first, 9 last; 5 where a new one is given none."),
            "score": input_field("Decimal", "How well it fits, from 0 to 1, where that was worked out."),
            "reason": input_field("String", "Why it is recommended, in words for the customer."),
            "valid_from": input_field("DateTime", "From when it is shown; null means always."),
            "valid_to": input_field("DateTime", "Until when it is shown, itself not included; null means no end."),
            "system": input_field("String", "The outside system that worked it out."),
            "dataset": input_field("String", "The data that system worked with."),
        },
        payload=RECOMMENDATION,
    )
    recommendation_delete = mutation_field(
        recommendation.delete,
        "Show a recommendation no longer.",
        input={"id": input_field("ID!", "The recommendation.")},
        payload={"deleted_id": ("ID", "Its id, which leads nowhere now.")},
    )
