"""What the retailer sells where: the short lists, stores, groups, brands and products."""

from __future__ import annotations

from decimal import Decimal

import models
from tests import factories
from tests.schema.sample_retailer.chance import CITIES, HOURS, NAMES, TEXTS
from tests.schema.sample_retailer.rows import Rows


async def lists(shop: Rows) -> None:
    """The short lists."""
    chance = shop.chance
    for make in (
        factories.partner,
        factories.tag,
        factories.customer_source,
        factories.consent,
        factories.card_type,
        factories.point_type,
        factories.purchase_type,
        factories.purchase_item_type,
        factories.reward_type,
        factories.campaign_product_type,
        factories.product_reservation_source,
        factories.external_list_type,
        factories.external_application,
        factories.segment_group,
    ):
        states = [models.State.ACTIVE, models.State.ACTIVE, models.State.ACTIVE, chance.state()]
        await shop.keep(*[make(name=chance.one(NAMES), state=state) for state in states])
    types = shop.each("card_type")
    types[0].check_digit, types[1].valid_months = models.CheckDigit.LUHN, 24
    folders = shop.each("segment_group")
    folders[1].parent, folders[2].parent = folders[0], folders[0]


async def places(shop: Rows) -> None:
    """Stores, some of them at the same place."""
    chance = shop.chance
    for index in range(8):
        where = chance.of((None, None), ("50.0875", "14.4213"), ("50.0875", "14.4213"), ("49.1951", "16.6068"))
        await shop.keep(
            factories.store(
                code=f"s{index}",
                name=chance.of("Praha", "Brno", "Brno", "Ústí"),
                latitude=where[0] and Decimal(where[0]),
                longitude=where[1] and Decimal(where[1]),
                opening=chance.of(None, {}, HOURS),
                visible_to_customers=index != 5,
                partner=chance.maybe(shop.each("partner")),
                city=chance.one(CITIES),
                country_code=chance.of(None, "CZ", "SK"),
                currency_code=chance.of("CZK", "EUR"),
                time_zone=chance.of("Europe/Prague", "UTC"),
                image_urls=chance.of([], ["https://example.com/1.png"], ["a", "b"]),
                description=chance.one(TEXTS),
                external_id=chance.of(None, f"out-{index}"),
                state=chance.state() if index else models.State.ACTIVE,
                **chance.stamps(),
            )
        )


async def catalogue(shop: Rows) -> None:
    """A tree of groups, brands, and products with codes, prices and tags."""
    chance, partners = shop.chance, shop.each("partner")
    for level in (2, 3, 4):
        above = list(shop.rows.get("product_group", []))
        for _ in range(level):
            parent = chance.one(above) if above else None
            fields = {"code": chance.of(None, "G1", "G2"), "partner": chance.maybe(partners)}
            await shop.keep(factories.product_group(name=chance.one(NAMES), parent=parent, **fields))
    await shop.keep(*[factories.product_brand(name=chance.one(NAMES), state=chance.state()) for _ in range(5)])
    for index in range(24):
        product = factories.product(
            name=f"{chance.of('Máslo', 'Mléko', 'Mlékárna', 'Chléb')} {chance.of('', '82 %', 'bio')}".strip(),
            code=f"P{index // 2}",
            group=chance.maybe(shop.each("product_group")),
            brand=chance.maybe(shop.each("product_brand")),
            partner=chance.maybe(partners),
            package_size=chance.of(None, "250 g", "1 l"),
            image_urls=chance.of([], ["x.png"], ["x.png", "y.png"]),
            state=chance.state(),
            **chance.stamps(),
        )
        codes = [
            factories.product_code(product=product, list_code=name, code=f"{name}{index}")
            for name in chance.some(["EAN", "PLU"], 2)
        ]
        prices = [
            factories.product_price(product=product, currency_code=unit, amount=chance.money())
            for unit in chance.some(["CZK", "EUR"], 2)
        ]
        await shop.keep(product, *codes, *prices)
        tags = chance.some(shop.each("tag"), 2)
        await shop.keep(*[factories.product_tag(product_id=product.id, tag_id=tag.id) for tag in tags])
