"""Campaigns and what they offer."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import models
from tests.factories.building import NOW, coded, external
from tests.factories.product import product


def campaign(**overrides: Any) -> models.Campaign:
    return external(models.Campaign, overrides, name="Spring")


def campaign_product_type(**overrides: Any) -> models.CampaignProductType:
    return coded(models.CampaignProductType, overrides, "offer-type", "Leaflet")


def campaign_product(**overrides: Any) -> models.CampaignProduct:
    """Ten per cent off a product, for the week around the present."""
    return external(
        models.CampaignProduct,
        overrides,
        product=product,
        campaign=campaign,
        value_kind=models.CampaignValueKind.PERCENT,
        value=Decimal(10),
        valid_from=NOW - timedelta(days=3),
        valid_to=NOW + timedelta(days=4),
    )


def campaign_product_store(**overrides: Any) -> models.CampaignProductStore:
    """An offer and a store, given by their keys."""
    return models.CampaignProductStore(**overrides)


def campaign_product_segment(**overrides: Any) -> models.CampaignProductSegment:
    """An offer and a segment, given by their keys."""
    return models.CampaignProductSegment(**overrides)
