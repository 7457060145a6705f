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
from schema.declaring.mutations import input_field, mutation, mutation_field
from schema.declaring.types import input_type
from schema.shared import IDENTITY, PROPERTIES, Listed, Owned


@exposes(models.Campaign, order=[by("name")])
class Campaign(Owned):
    """A marketing campaign, perhaps a part of a larger one."""

    name = leaf()
    kind = leaf()
    valid_from = leaf()
    valid_to = leaf()
    is_valid = leaf(VALID_NOW, description="Whether it runs now: active and within its dates.")
    parent = one()
    segment = one()
    children = many(order=[by("name")], description="The campaigns that are a part of it.")
    products = many(description="What it offers.")


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


input_type(
    "CampaignPresentationInput",
    "How an offer is presented. What is left out stays as it is, null clears it.",
    {
        "name": input_field("String", "Heading of the offer; the product's name where none is given."),
        "subtitle": input_field("String", "Line below the heading."),
        "note": input_field("String", "Small print."),
        "description": input_field("String", "Text of the offer."),
        "image_url": input_field("String", "Address of the offer's picture."),
    },
)


@mutation
class CampaignMutations:
    """Running campaigns."""

    campaign_upsert = mutation_field(
        campaign.upsert_campaign,
        "Put a campaign in its place: changed where it is there, made where it isn't.",
        scope=Scope.CATALOGUE_WRITE,
        input={
            **IDENTITY,
            "name": input_field("String", "Name of the campaign; a new one needs it."),
            "kind": input_field("String", "The retailer's own kind of campaign."),
            "valid_from": input_field("DateTime", "When it starts."),
            "valid_to": input_field("DateTime", "When it ends."),
            "parent": input_field("CampaignBy", "The campaign this is a part of."),
            "segment": input_field("SegmentBy", "The customers it addresses; null means all."),
        },
        payload={"campaign": ("Campaign", "The campaign.")},
    )
    campaign_delete = mutation_field(
        campaign.delete_campaign,
        "Delete a campaign. Its offers stay, and are switched off one by one.",
        scope=Scope.CATALOGUE_WRITE,
        input={"id": input_field("ID!", "The campaign.")},
        payload={"deleted_id": ("ID", "Its id, which leads nowhere now.")},
    )
    campaign_product_upsert = mutation_field(
        campaign.upsert_product,
        "Put an offer of a campaign in its place: changed where it is there, made where it isn't.",
        scope=Scope.CATALOGUE_WRITE,
        input={
            **IDENTITY,
            "product": input_field("ProductBy", "What is offered; a new offer needs it."),
            "campaign": input_field("CampaignBy", "Under which campaign; a new offer needs it."),
            "type": input_field("ID", "What kind of offer it is: a `CampaignProductType`."),
            "value_kind": input_field("CampaignValueKind", "Whether the value is a percentage off or a final price."),
            "value": input_field("Decimal", "Per cent off the price, or the price to pay; a new offer needs it."),
            "currency": input_field("String", "Currency of a final price, ISO 4217; none for a percentage."),
            "valid_from": input_field("DateTime", "First moment of the offer; a new offer needs it."),
            "valid_to": input_field("DateTime", "End of the offer, itself not included; a new offer needs it."),
            "display_in": input_field(
                "[String!]", "Where it is shown, such as “web”; they take the place of those there."
            ),
            "presentation": input_field("CampaignPresentationInput", "How it is presented; null clears all of it."),
            "properties": PROPERTIES,
            "stores": input_field(
                "[StoreBy!]", "Where it holds, everywhere if empty; they take the place of those there."
            ),
            "segments": input_field(
                "[SegmentBy!]", "Whom it is for, all where empty; they take the place of those there."
            ),
        },
        payload={"campaign_product": ("CampaignProduct", "The offer.")},
    )
    campaign_product_delete = mutation_field(
        campaign.delete_product,
        "Delete an offer of a campaign.",
        scope=Scope.CATALOGUE_WRITE,
        input={"id": input_field("ID!", "The campaign product.")},
        payload={"deleted_id": ("ID", "Its id, which leads nowhere now.")},
    )
