"""Campaigns and the products they offer under special conditions."""

from __future__ import annotations

import models
from models.scope import Scope
from resolvers import campaign
from resolvers.product.prices import PRICE_NOW, PRICE_NOW_CURRENCY
from resolvers.query.expressions import OFFER_VALID, VALID_NOW
from schema.declaring.declarations import (
    by,
    currency,
    each,
    embedded,
    exposes,
    found_by_external_id,
    leaf,
    listing,
    lookup,
    many,
    money,
    one,
    part,
    query,
    texts,
)
from schema.declaring.mutations import mutation, mutation_field
from schema.shared import Listed, Owned
from schema.texts import localized, translations


@exposes(models.Campaign, order=[by("name")])
class Campaign(Owned):
    """A marketing campaign, perhaps a part of a larger one."""

    name = leaf()
    kind = leaf()
    valid_from = leaf()
    valid_to = leaf()
    is_valid = leaf(VALID_NOW, description="Whether it runs now: active and within its dates.")
    localized = localized(models.Campaign)
    translations = translations(models.Campaign)
    parent = one()
    segment = one()
    children = many(order=[by("name")], description="The campaigns that are a part of it.")
    products = many(description="What it offers.")
    rewards = many(order=[by("name")], description="The rewards that belong to it.")


@exposes(models.CampaignProductType, order=[by("name")])
class CampaignProductType(Listed):
    """A kind of campaign product."""


@part(of=models.CampaignProduct)
class CampaignPresentation:
    """How an offer is presented."""

    name = leaf()
    subtitle = leaf()
    note = leaf()
    description = leaf()
    image_url = leaf()


@exposes(models.CampaignProduct)
class CampaignProduct(Owned):
    """A product offered under a campaign at a percentage off or a final price, for a time."""

    value_kind = leaf()
    value = leaf()
    currency = currency()
    price_now = money(
        PRICE_NOW,
        PRICE_NOW_CURRENCY,
        when=PRICE_NOW,
        description="What it costs under the offer; null when the product has no price to take a percentage off.",
    )
    valid_from = leaf()
    valid_to = leaf()
    is_valid = leaf(
        OFFER_VALID,
        description="Whether it is offered now: active and within its dates, as its campaign is, and of a product that "
        "is active.",
    )
    display_in = texts()
    localized = localized(models.CampaignProduct)
    translations = translations(models.CampaignProduct)
    presentation = embedded("CampaignPresentation", flat=True, description="How it is presented.")
    product = one()
    campaign = one()
    type = one()
    stores = many(order=[by("name")], description="Where it holds; everywhere where the list is empty.")
    segments = many(order=[by("name")], description="Whom it is for; for all where the list is empty.")
    properties = each(description="Custom properties.")


@query
class CampaignQueries:
    """Finding campaigns and what they offer."""

    campaign = lookup("Campaign", "One campaign.", external_id=found_by_external_id())
    campaigns = listing("Campaign", "All campaigns.")
    campaign_product = lookup("CampaignProduct", "One campaign product.", external_id=found_by_external_id())
    campaign_products = listing("CampaignProduct", "All campaign products.")
    campaign_product_types = listing("CampaignProductType", "All kinds of campaign products.")


@mutation
class CampaignMutations:
    """Running campaigns."""

    campaign_upsert = mutation_field(
        campaign.upsert_campaign,
        "Create or update a campaign, found by its id or its external id.",
        scope=Scope.CATALOGUE_WRITE,
    )
    campaign_deactivate = mutation_field(
        campaign.deactivate_campaign,
        "Deactivate a campaign: nothing of it is offered, and its prices don't count.",
        scope=Scope.CATALOGUE_WRITE,
    )
    campaign_reactivate = mutation_field(
        campaign.reactivate_campaign,
        "Reactivate a campaign. What it offers is as it was; offers that were deactivated stay so.",
        scope=Scope.CATALOGUE_WRITE,
    )
    campaign_delete = mutation_field(
        campaign.delete_campaign,
        "Delete a campaign. Its offers stay, and are deactivated one by one.",
        scope=Scope.CATALOGUE_WRITE,
    )
    campaign_product_upsert = mutation_field(
        campaign.upsert_product,
        "Create or update an offer of a campaign, found by its id or its external id.",
        scope=Scope.CATALOGUE_WRITE,
    )
    campaign_product_deactivate = mutation_field(
        campaign.deactivate_product,
        "Deactivate an offer of a campaign; its price doesn't count.",
        scope=Scope.CATALOGUE_WRITE,
    )
    campaign_product_reactivate = mutation_field(
        campaign.reactivate_product,
        "Reactivate an offer of a campaign.",
        scope=Scope.CATALOGUE_WRITE,
    )
    campaign_product_delete = mutation_field(
        campaign.delete_product,
        "Delete an offer of a campaign.",
        scope=Scope.CATALOGUE_WRITE,
    )
