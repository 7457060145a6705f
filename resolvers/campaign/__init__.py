"""Campaigns, and the products they offer under special conditions."""

from resolvers.campaign.operations import delete_campaign, delete_product, upsert_campaign, upsert_product

__all__ = ["delete_campaign", "delete_product", "upsert_campaign", "upsert_product"]
