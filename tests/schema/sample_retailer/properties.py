"""Custom properties of everything that can have some."""

from __future__ import annotations

from decimal import Decimal

import models
from tests import factories
from tests.schema.sample_retailer.chance import NAMES
from tests.schema.sample_retailer.rows import Rows


async def properties(shop: Rows) -> None:
    """Custom properties of everything that can have some."""
    chance, kinds = shop.chance, models.PropertyType
    await shop.keep(*[factories.property(data_type=kind, name=chance.one(NAMES)) for kind in kinds])
    choice = shop.each("property")[-1]
    await shop.keep(*[factories.property_item(property=choice, value=value) for value in ("red", "green")])
    values = ("38", 38.5, True, "2024-02-29", "red")
    for owner in ("customer", "product", "purchase", "purchase_item", "reward", "campaign_product", "store"):
        for row in shop.each(owner):
            for property_, value in chance.some(list(zip(shop.each("property"), values, strict=True)), 2):
                given = {f"{owner}_id": row.id, "property": property_, "value": value}
                await shop.keep(factories.property_record(**given))
    metrics = [(metric, score) for metric in models.ScoreMetric for score in range(1, 6)]
    await shop.keep(
        *[factories.score_band(metric=metric, score=score, floor=Decimal(score * 10)) for metric, score in metrics]
    )
