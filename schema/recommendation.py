"""Recommendations: a product, a service or a piece of information for a customer."""

from __future__ import annotations

import models
from models.scope import Scope
from resolvers import recommendation
from resolvers.query.expressions import VALID_NOW
from resolvers.query.recommended import CLICKED, DISMISSED, SHOWN
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
from schema.declaring.mutations import mutation, mutation_field
from schema.shared import Owned
from schema.texts import localized, translations


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
    status = one()
    consent = one()
    score = leaf()
    reason = leaf()
    basis = leaf()
    times_bought = leaf()
    last_bought_at = leaf()
    goes_with = one()
    popular_in = one()
    localized = localized(models.Recommendation)
    translations = translations(models.Recommendation)
    shown_count = leaf(SHOWN, description="How many times it was shown, to all customers together.")
    clicked_count = leaf(CLICKED, description="How many times it was clicked, by all customers together.")
    dismissed_count = leaf(DISMISSED, description="How many customers dismissed it.")


@exposes(models.Recommendation, order=[by("priority"), by("score", descending=True)], is_node=False)
class CustomerRecommendation:
    """A recommendation as it applies to one customer."""

    recommendation = same("Recommendation", description="What is recommended.")
    score = leaf()
    reason = leaf()
    priority = leaf()
    basis = leaf()
    times_bought = leaf()
    last_bought_at = leaf()
    goes_with = one()
    popular_in = one()


@exposes(models.RecommendationBlock, order=[by("id")])
class RecommendationBlock:
    """A product, or a group with all below it, that is blocked from being recommended."""

    note = leaf()
    created_at = leaf()
    product = one()
    group = one()


@query
class RecommendationQueries:
    """Finding recommendations."""

    recommendation = lookup("Recommendation", "One recommendation.", external_id=found_by_external_id())
    recommendations = listing("Recommendation", "All recommendations, those shown first at the front.")
    recommendation_blocks = listing("RecommendationBlock", "What is blocked from being recommended.")


@mutation
class RecommendationMutations:
    """Recommending, and keeping what became of it."""

    recommendation_upsert = mutation_field(
        recommendation.upsert_recommendation,
        "Create or update a recommendation, found by its id or its external id.",
        scope=Scope.CATALOGUE_WRITE,
    )
    recommendation_deactivate = mutation_field(
        recommendation.deactivate, "Deactivate a recommendation: it is shown to nobody.", scope=Scope.CATALOGUE_WRITE
    )
    recommendation_reactivate = mutation_field(
        recommendation.reactivate, "Reactivate a recommendation.", scope=Scope.CATALOGUE_WRITE
    )
    recommendation_delete = mutation_field(
        recommendation.delete, "Delete a recommendation: it is shown no longer.", scope=Scope.CATALOGUE_WRITE
    )
    recommendation_dismiss = mutation_field(
        recommendation.dismiss,
        "Dismiss a recommendation for a customer: they are shown neither it nor any other one of the same product."
        " Customers may for themselves; for another it takes the scope customers:write.",
        scope=None,
    )
    recommendation_restore = mutation_field(
        recommendation.restore,
        "Restore a recommendation that a customer dismissed, and the others of its product."
        " Customers may for themselves; for another it takes the scope customers:write.",
        scope=None,
    )
    recommendation_feedback = mutation_field(
        recommendation.feedback,
        "Tell which recommendations a customer was shown, and which they clicked; each counts once more."
        " Customers may for themselves; for another it takes the scope customers:write.",
        scope=None,
    )
    recommendation_block = mutation_field(
        recommendation.block,
        "Block a product, or a group with all below it, from being recommended. It holds at once.",
        scope=Scope.CATALOGUE_WRITE,
    )
    recommendation_unblock = mutation_field(
        recommendation.unblock,
        "Unblock a product or a group: it may be recommended again; lists have it when they are next worked out.",
        scope=Scope.CATALOGUE_WRITE,
    )
