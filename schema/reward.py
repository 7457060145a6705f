"""Rewards: the patterns from which vouchers are issued."""

from __future__ import annotations

import models
from resolvers import reward
from resolvers.query.columns import Column
from resolvers.query.expressions import VALID_NOW
from resolvers.query.relations import HAS_BONUS, HAS_CONDITION, REWARD_BONUSES, REWARD_CONDITIONS
from resolvers.store.opening_hours import Weekday
from schema.declaring.declarations import (
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
from schema.declaring.mutations import input_field, mutation, mutation_field
from schema.declaring.types import input_type
from schema.shared import IDENTITY, PROPERTIES, Listed, Owned

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
        lambda mask, _context: [day for place, day in enumerate(Weekday) if mask >> place & 1]
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
        "related_to": input_field("RelatedTo!", "What is looked at."),
        "count": input_field("Decimal", "How many units it takes; left out, one for a condition and all for a bonus."),
        "min_price": input_field("Decimal", "Lowest price of a unit that counts, in the reward's currency."),
        "max_price": input_field("Decimal", "Highest price of a unit that counts, in the reward's currency."),
        "products": input_field("[ProductBy!]", "For PRODUCT: the products that count."),
        "groups": input_field("[ProductGroupBy!]", "For PRODUCT_GROUP: the groups, their subgroups included."),
        "brands": input_field("[ProductBrandBy!]", "For PRODUCT_BRAND: the brands."),
    },
)
ID = {"id": input_field("ID!", "The reward.")}
REWARD = {"reward": ("Reward", "The reward.")}


@mutation
class RewardMutations:
    """Keeping rewards."""

    reward_upsert = mutation_field(
        reward.upsert_reward,
        "Put a reward in its place: changed where it is there, made where it isn't. It is known by its id, by that of "
        "an outside system, or by its code. What is left out stays as it is; lists take the place of those there.",
        input={
            **IDENTITY,
            "code": input_field("String", "Code of the reward, unique; a new one needs it."),
            "name": input_field("String", "Name as customers read it; a new one needs it."),
            "subtitle": input_field("String", "Line below the name."),
            "note": input_field("String", "Small print."),
            "description": input_field("String", "Text about the reward."),
            "kind": input_field("RewardKind", "What it gives; a new one needs it."),
            "group": input_field(
                "RewardGroup",
                "Where it is offered. SIMPLE, CATALOGUE and GIFT rewards can be applied to a bill as they are, by "
                "their code; PARTY_TIME and CAMPAIGN rewards only through vouchers.",
            ),
            "type": input_field("ID", "The retailer's own sorting."),
            "value": input_field(
                "Decimal", "Per cent off, amount off, price per unit or number of free pieces, as the kind says."
            ),
            "currency": input_field("String", "Currency of its amounts, ISO 4217."),
            "minimum_purchase": input_field("Decimal", "What the bill must come to."),
            "maximum_discount": input_field("Decimal", "The most it takes off a bill."),
            "points_cost": input_field("Decimal", "Points that a voucher of it costs, or that applying it costs."),
            "valid_from": input_field("DateTime", "First moment it is offered."),
            "valid_to": input_field("DateTime", "End of the offer, itself not included."),
            "weekdays": input_field("[Weekday!]", "Days on which it applies; every day where the list is empty."),
            "time_from": input_field("String", "Time of day from which it applies (HH:MM, in the store's zone)."),
            "time_to": input_field("String", "Time of day until which it applies; may be past midnight."),
            "priority": input_field("Int", "1 is applied first, 9 last."),
            "is_exclusive": input_field("Boolean", "Whether it can't be combined with others on one bill."),
            "is_automated": input_field(
                "Boolean",
                "Whether it comes without being asked for: applied to every bill that meets its conditions, or, for "
                "PARTY_TIME and CAMPAIGN, as a voucher after such a bill. Never where it costs points.",
            ),
            "is_portable": input_field(
                "Boolean", "Whether a voucher may be used by, and handed on to, another customer."
            ),
            "limit_per_customer": input_field("Int", "How many vouchers and uses one customer may have."),
            "limit_total": input_field("Int", "How many vouchers and uses there may be in all."),
            "voucher_validity": input_field("VoucherValidity", "How long a voucher lives."),
            "voucher_validity_value": input_field(
                "String", "For INTERVAL a period such as P30D; for END_OF_TIME_UNIT DAY, WEEK, MONTH, QUARTER or YEAR."
            ),
            "code_generation": input_field("CodeGeneration", "How a voucher's code is made."),
            "image_urls": input_field("[String!]", "Addresses of pictures."),
            "external_url": input_field("String", "A page about the reward."),
            "campaign": input_field("CampaignBy", "The campaign it belongs to."),
            "partner": input_field("PartnerBy", "The partner who gives it."),
            "stores": input_field("[StoreBy!]", "Where it holds; everywhere where the list is empty."),
            "segments": input_field("[SegmentBy!]", "Whom it is for; for all where the list is empty."),
            "statuses": input_field("[StatusBy!]", "Which statuses it is for; for all where the list is empty."),
            "tags": input_field("[TagBy!]", "Its tags."),
            "conditions": input_field("[RewardRuleInput!]", "What must be on the bill."),
            "properties": PROPERTIES,
            "bonuses": input_field(
                "[RewardRuleInput!]", "What gets the benefit; without any the conditions' goods, or all."
            ),
        },
        payload=REWARD,
    )
    reward_activate = mutation_field(reward.activate, "Offer a reward again.", input=ID, payload=REWARD)
    reward_deactivate = mutation_field(
        reward.deactivate,
        "Take a reward out of what is offered. Vouchers of it that are out already can still be used.",
        input=ID,
        payload=REWARD,
    )
    reward_delete = mutation_field(
        reward.remove,
        "Delete a reward. Vouchers of it keep it.",
        input=ID,
        payload={"deleted_id": ("ID", "The id of what was deleted.")},
    )
