"""What customers are offered: campaigns, rewards with what they ask for, vouchers, recommendations."""

from __future__ import annotations

from decimal import Decimal

import models
from tests import factories
from tests.schema.sample_retailer.chance import FUTURE, NAMES, PAST, TEXTS
from tests.schema.sample_retailer.rows import Rows


async def campaigns(shop: Rows) -> None:
    """Campaigns within campaigns, and their offers."""
    chance = shop.chance
    for index in range(8):
        parent = shop.each("campaign")[0] if index > 4 else None
        segment = chance.maybe(shop.each("segment"))
        fields = {"kind": chance.of(None, "LEAFLET"), "state": models.State.ACTIVE, **chance.dates()}
        await shop.keep(factories.campaign(name=chance.one(NAMES), parent=parent, segment=segment, **fields))
    for _ in range(24):
        final = chance.of(True, False)
        offer = factories.campaign_product(
            product=chance.one(shop.each("product")),
            campaign=chance.one(shop.each("campaign")),
            type=chance.maybe(shop.each("campaign_product_type")),
            value_kind=models.CampaignValueKind.FINAL_PRICE if final else models.CampaignValueKind.PERCENT,
            value=Decimal("9.99") if final else chance.of(Decimal(10), Decimal("33.3333"), Decimal(100)),
            currency_code=chance.of("CZK", "EUR") if final else None,
            valid_from=chance.past(),
            valid_to=chance.one(FUTURE),
            display_in=chance.of([], ["web"], ["web", "leaflet"]),
            name=chance.one(TEXTS),
            state=chance.state(),
        )
        await shop.keep(offer)
        stores, segments = chance.some(shop.each("store"), 3), chance.some(shop.each("segment"), 2)
        await shop.keep(
            *[factories.campaign_product_store(campaign_product_id=offer.id, store_id=row.id) for row in stores],
            *[factories.campaign_product_segment(campaign_product_id=offer.id, segment_id=row.id) for row in segments],
        )


async def earning(shop: Rows) -> None:
    """Rules of a programme that doesn't hold, three of them for each segment."""
    terms = factories.programme(code="former", state="INACTIVE")
    for segment in shop.each("segment"):
        for _ in range(3):
            rule = factories.earning_rule(programme=terms)
            await shop.keep(rule, factories.earning_rule_target(rule=rule, segment=segment))


async def rewards(shop: Rows) -> None:
    """Rewards with what they ask for."""
    chance = shop.chance
    for index in range(14):
        reward = factories.reward(
            code=f"r{index}",
            name=chance.one(NAMES),
            note=chance.one(TEXTS),
            kind=chance.one(list(models.RewardKind)),
            group=chance.one(list(models.RewardGroup)),
            value=chance.of(None, Decimal(10)),
            currency_code="CZK",
            minimum_purchase=chance.of(None, Decimal(500)),
            points_cost=chance.of(Decimal(0), Decimal(0), Decimal(50)),
            priority=chance.of(1, 5, 5, 9),
            weekdays=chance.of(127, 1, 96),
            is_automated=chance.of(True, False),
            limit_per_customer=chance.of(None, None, 1),
            type=chance.maybe(shop.each("reward_type")),
            campaign=chance.maybe(shop.each("campaign")),
            partner=chance.maybe(shop.each("partner")),
            state=chance.state(),
            **chance.dates(),
        )
        rules = [
            factories.reward_condition(
                reward=reward,
                role=chance.one(list(models.ConditionRole)),
                related_to=chance.one(list(models.RelatedTo)),
                min_price=chance.of(None, Decimal("1.5")),
            )
            for _ in range(chance.random.randint(0, 3))
        ]
        await shop.keep(reward, *rules)
        await shop.keep(*[target(shop, rule, which) for rule in rules for which in (0, 1, 2) if chance.of(True, False)])
        await shop.keep(*audience(shop, reward))


def target(shop: Rows, rule: models.RewardCondition, which: int) -> models.RewardConditionTarget:
    """A product, group or brand that a rule accepts."""
    name, table = (("product", "product"), ("group", "product_group"), ("brand", "product_brand"))[which]
    return factories.reward_condition_target(condition=rule, **{name: shop.chance.one(shop.each(table))})


def audience(shop: Rows, reward: models.Reward) -> list[models.Base]:
    """Where and for whom a reward is."""
    chance, key = shop.chance, reward.id
    return [
        *[factories.reward_store(reward_id=key, store_id=row.id) for row in chance.some(shop.each("store"), 3)],
        *[factories.reward_segment(reward_id=key, segment_id=row.id) for row in chance.some(shop.each("segment"), 3)],
        *[factories.reward_status(reward_id=key, status_id=row.id) for row in chance.some(shop.each("status"), 3)],
        *[factories.reward_tag(reward_id=key, tag_id=row.id) for row in chance.some(shop.each("tag"), 2)],
    ]


async def vouchers(shop: Rows) -> None:
    """Vouchers of every state, with their history; some of them in batches."""
    chance = shop.chance
    for store in [None, *shop.each("store")[:2]]:
        await shop.keep(factories.voucher_batch(reward=shop.each("reward")[0], store=store))
    for place in range(50):
        state = chance.one([state for state in models.VoucherState if state != models.VoucherState.EXPIRED])
        given = {"reserved_until": chance.of(PAST[0], FUTURE[0])} if state == "RESERVED" else {}
        voucher = factories.voucher(
            customer=chance.one(shop.each("customer")),
            reward=chance.one(shop.each("reward")),
            state=state,
            value=chance.of(None, Decimal("5.5")),
            currency_code=chance.of(None, "CZK"),
            valid_from=chance.past(),
            valid_to=chance.maybe([*FUTURE, *PAST]),
            store=chance.maybe(shop.each("store")),
            purchase=chance.maybe(shop.each("purchase")),
            note=chance.one(TEXTS),
            batch=shop.each("voucher_batch")[place % 4] if place % 4 < 3 else None,
            **given,
        )
        events = [
            factories.voucher_event(voucher=voucher, change=chance.one(list(models.VoucherChange)), at=chance.past())
            for _ in range(chance.random.randint(0, 3))
        ]
        await shop.keep(voucher, *events)


async def recommendations(shop: Rows) -> None:
    """Recommendations for all, for segments and for single customers."""
    chance = shop.chance
    for index in range(24):
        target = (
            {},
            {"segment": chance.one(shop.each("segment"))},
            {"customer": chance.one(shop.each("customer"))},
        )
        product = {"product": chance.one(shop.each("product"))} if chance.of(True, False) else {}
        await shop.keep(
            factories.recommendation(
                name=chance.one(NAMES),
                priority=chance.of(1, 5, 5),
                score=chance.of(None, Decimal("0.5"), Decimal("0.5"), Decimal("0.1234")),
                reason=chance.one(TEXTS),
                state=chance.state(),
                picture_urls=chance.of([], ["p.png"]),
                **target[index % 3],
                **product,
                **chance.dates(),
            )
        )
