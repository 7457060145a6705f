"""Campaigns, and the products they offer under special conditions."""

from resolvers.campaign.operations import (
    deactivate_campaign,
    deactivate_product,
    delete_campaign,
    delete_product,
    reactivate_campaign,
    reactivate_product,
    upsert_campaign,
    upsert_product,
)

__all__ = [
    "deactivate_campaign",
    "deactivate_product",
    "delete_campaign",
    "delete_product",
    "reactivate_campaign",
    "reactivate_product",
    "upsert_campaign",
    "upsert_product",
]
