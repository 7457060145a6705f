"""Rewards: the patterns from which vouchers are issued."""

from __future__ import annotations

import models
from resolvers import reward
from resolvers.columns import Column
from resolvers.expressions import VALID_NOW
from resolvers.opening import Weekday
from resolvers.relations import HAS_BONUS, HAS_CONDITION, REWARD_BONUSES, REWARD_CONDITIONS
from schema.declarations import (
    by,
    computed,
    currency,
    each,
    exposes,
    found_by,
    found_by_external_id,
    leaf,
    listing,
    lookup,
    many,
    money,
    one,
    query,
    texts,
)
from schema.mutations import changes, given, mutation
from schema.shared import IDENTITY, PROPERTIES, Listed, Owned
from schema.strawberries import input_type

REWARD_CURRENCY = Column(("reward",), "currency_code")


@exposes(models.RewardType, order=[by("name")])
class RewardType(Listed):
    """The retailer's own sorting of rewards."""


@exposes(models.Reward, order=[by("priority")])
class Reward(Owned):
    """A pattern for vouchers: what it gives, to whom, when and where, and what it costs."""

    code = leaf()
    name = leaf()
    subtitle = leaf()
    note = leaf()
    description = leaf()
    kind = leaf()
    group = leaf()
    value = leaf()
    currency = currency()
    minimum_purchase = money("minimum_purchase", when="minimum_purchase")
    maximum_discount = money("maximum_discount", when="maximum_discount")
    points_cost = leaf()
    valid_from = leaf()
    valid_to = leaf()
    is_valid = leaf(VALID_NOW, description="Whether it is offered now: active and within its dates.")
    time_from = leaf()
    time_to = leaf()
    priority = leaf()
    is_exclusive = leaf()
    is_automated = leaf()
    is_portable = leaf()
    limit_per_customer = leaf()
    limit_total = leaf()
    voucher_validity = leaf()
    voucher_validity_value = leaf()
    code_generation = leaf()
    image_urls = texts()
    external_url = leaf()
    has_condition = leaf(HAS_CONDITION, description="Whether certain products must be on the bill.")
    has_bonus = leaf(HAS_BONUS, description="Whether it gives its benefit on certain products only.")
    type = one()
    campaign = one()
    partner = one()
    stores = many(order=[by("name")], description="Where it holds; everywhere where the list is empty.")
    segments = many(order=[by("name")], description="Whom it is for; for all where the list is empty.")
    statuses = many(order=[by("rank")], description="Which statuses it is for; for all where the list is empty.")
    tags = each(order=[by("name")], description="Its tags.")
    conditions = each(
        link=REWARD_CONDITIONS, type_name="RewardCondition", order=[by("id")], description="What must be on the bill."
    )
    bonuses = each(
        link=REWARD_BONUSES,
        type_name="RewardCondition",
        order=[by("id")],
        description="Which products get the benefit; those of the conditions, or all, where the list is empty.",
    )
    vouchers = many(order=[by("id", descending=True)], description="The vouchers issued, newest first.")
    properties = each(description="Custom properties.")

    weekdays = computed("list[Weekday]", "weekdays", description="The days of the week on which it applies.")(
        lambda mask, _reading: [day for place, day in enumerate(Weekday) if mask >> place & 1]
    )


@exposes(models.RewardCondition)
class RewardCondition:
    """Lines that must be on the bill, or that get the benefit."""

    role = leaf()
    related_to = leaf()
    count = leaf()
    min_price = money("min_price", REWARD_CURRENCY, when="min_price")
    max_price = money("max_price", REWARD_CURRENCY, when="max_price")
    reward = one()
    targets = many(description="The products, groups or brands that count.")


@exposes(models.RewardConditionTarget, is_node=False)
class RewardConditionTarget:
    """A product, group or brand that a condition accepts."""

    product = one()
    group = one()
    brand = one()


@query
class RewardQueries:
    """Finding rewards."""

    reward = lookup(
        "Reward",
        "One reward; null when there is none.",
        code=found_by("Its code.", "code"),
        external_id=found_by_external_id(),
    )
    rewards = listing("Reward", "All rewards, those of the highest priority first.")
    reward_types = listing("RewardType", "All reward types.")


input_type(
    "RewardRuleInput",
    "Goods that must be on the bill, or that get the benefit.",
    {
        "related_to": given("RelatedTo!", "What is looked at."),
        "count": given("Decimal", "How many units it takes; left out, one for a condition and all for a bonus."),
        "min_price": given("Decimal", "Lowest price of a unit that counts, in the reward's currency."),
        "max_price": given("Decimal", "Highest price of a unit that counts, in the reward's currency."),
        "products": given("[ProductBy!]", "For PRODUCT: the products that count."),
        "groups": given("[ProductGroupBy!]", "For PRODUCT_GROUP: the groups, their subgroups included."),
        "brands": given("[ProductBrandBy!]", "For PRODUCT_BRAND: the brands."),
    },
)
ID = {"id": given("ID!", "The reward.")}
REWARD = {"reward": ("Reward", "The reward.")}


@mutation
class RewardMutations:
    """Keeping rewards."""

    reward_upsert = changes(
        reward.upsert_reward,
        "Put a reward in its place: changed where it is there, made where it isn't. It is known by its id, by that of "
        "an outside system, or by its code. What is left out stays as it is; lists take the place of those there.",
        input={
            **IDENTITY,
            "code": given("String", "Code of the reward, unique; a new one needs it."),
            "name": given("String", "Name as customers read it; a new one needs it."),
            "subtitle": given("String", "Line below the name."),
            "note": given("String", "Small print."),
            "description": given("String", "Text about the reward."),
            "kind": given("RewardKind", "What it gives; a new one needs it."),
            "group": given(
                "RewardGroup",
                "Where it is offered. SIMPLE, CATALOGUE and GIFT rewards can be applied to a bill as they are, by "
                "their code; PARTY_TIME and CAMPAIGN rewards only through vouchers.",
            ),
            "type": given("ID", "The retailer's own sorting."),
            "value": given(
                "Decimal", "Per cent off, amount off, price per unit or number of free pieces, as the kind says."
            ),
            "currency": given("String", "Currency of its amounts, ISO 4217."),
            "minimum_purchase": given("Decimal", "What the bill must come to."),
            "maximum_discount": given("Decimal", "The most it takes off a bill."),
            "points_cost": given("Decimal", "Points that a voucher of it costs, or that applying it costs."),
            "valid_from": given("DateTime", "First moment it is offered."),
            "valid_to": given("DateTime", "End of the offer, itself not included."),
            "weekdays": given("[Weekday!]", "Days on which it applies; every day where the list is empty."),
            "time_from": given("String", "Time of day from which it applies (HH:MM, in the store's zone)."),
            "time_to": given("String", "Time of day until which it applies; may be past midnight."),
            "priority": given("Int", "1 is applied first, 9 last."),
            "is_exclusive": given("Boolean", "Whether it can't be combined with others on one bill."),
            "is_automated": given(
                "Boolean",
                "Whether it comes without being asked for: applied to every bill that meets its conditions, or, for "
                "PARTY_TIME and CAMPAIGN, as a voucher after such a bill. Never where it costs points.",
            ),
            "is_portable": given("Boolean", "Whether a voucher may be used by, and handed on to, another customer."),
            "limit_per_customer": given("Int", "How many vouchers and uses one customer may have."),
            "limit_total": given("Int", "How many vouchers and uses there may be in all."),
            "voucher_validity": given("VoucherValidity", "How long a voucher lives."),
            "voucher_validity_value": given(
                "String", "For INTERVAL a period such as P30D; for END_OF_TIME_UNIT DAY, WEEK, MONTH, QUARTER or YEAR."
            ),
            "code_generation": given("CodeGeneration", "How a voucher's code is made."),
            "image_urls": given("[String!]", "Addresses of pictures."),
            "external_url": given("String", "A page about the reward."),
            "campaign": given("CampaignBy", "The campaign it belongs to."),
            "partner": given("PartnerBy", "The partner who gives it."),
            "stores": given("[StoreBy!]", "Where it holds; everywhere where the list is empty."),
            "segments": given("[SegmentBy!]", "Whom it is for; for all where the list is empty."),
            "statuses": given("[StatusBy!]", "Which statuses it is for; for all where the list is empty."),
            "tags": given("[TagBy!]", "Its tags."),
            "conditions": given("[RewardRuleInput!]", "What must be on the bill."),
            "properties": PROPERTIES,
            "bonuses": given("[RewardRuleInput!]", "What gets the benefit; without any the conditions' goods, or all."),
        },
        payload=REWARD,
    )
    reward_activate = changes(reward.activate, "Offer a reward again.", input=ID, payload=REWARD)
    reward_deactivate = changes(
        reward.deactivate,
        "Take a reward out of what is offered. Vouchers of it that are out already can still be used.",
        input=ID,
        payload=REWARD,
    )
    reward_delete = changes(
        reward.remove,
        "Delete a reward. Vouchers of it keep it.",
        input=ID,
        payload={"deleted_id": ("ID", "The id of what was deleted.")},
    )
