"""Recommendations: a product, a service or a piece of information for somebody."""

from __future__ import annotations

import models
from resolvers import recommendation
from resolvers.expressions import VALID_NOW
from schema.declarations import by, exposes, found_by_external_id, leaf, listing, lookup, one, query, same, texts
from schema.mutations import changes, given, mutation
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

    recommendation_upsert = changes(
        recommendation.upsert_recommendation,
        "Put a recommendation in its place: changed where it is there, made where it isn't.",
        input={
            **IDENTITY,
            "name": given("String", "Heading; a new recommendation needs one."),
            "kind": given("RecommendationKind", "What is recommended; a new recommendation needs it."),
            "audience": given("Audience", "Whom it is for; a new recommendation needs it."),
            "segment": given("SegmentBy", "The segment it is for, where the audience is SEGMENT."),
            "customer": given("ID", "The customer it is for, where the audience is CUSTOMER."),
            "product": given("ProductBy", "The product recommended, where the kind is PRODUCT."),
            "brief_description": given("String", "A line or two."),
            "detailed_description": given("String", "A paragraph or more."),
            "content": given("String", "The whole text, where there is one."),
            "picture_urls": given("[String!]", "Addresses of pictures; they take the place of those there."),
            "web_url": given("String", "A page about it."),
            "priority": given("Int", "1 is shown first, 9 last; 5 where a new one is given none."),
            "score": given("Decimal", "How well it fits, from 0 to 1, where that was worked out."),
            "reason": given("String", "Why it is recommended, in words for the customer."),
            "valid_from": given("DateTime", "From when it is shown; null means always."),
            "valid_to": given("DateTime", "Until when it is shown, itself not included; null means no end."),
            "system": given("String", "The outside system that worked it out."),
            "dataset": given("String", "The data that system worked with."),
        },
        payload=RECOMMENDATION,
    )
    recommendation_delete = changes(
        recommendation.delete,
        "Show a recommendation no longer.",
        input={"id": given("ID!", "The recommendation.")},
        payload={"deleted_id": ("ID", "Its id, which leads nowhere now.")},
    )
