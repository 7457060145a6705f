"""Rewards: the patterns from which vouchers are issued."""

from __future__ import annotations

import models
from models.rules.voucher_code import code_key
from models.scope import Scope
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
from schema.declaring.mutations import mutation, mutation_field
from schema.shared import Listed, Owned
from schema.texts import localized, translations

REWARD_CURRENCY = Column(("reward",), "currency_code")


@exposes(models.RewardType, order=[by("name")])
class RewardType(Listed):
    """The retailer's own sorting of rewards."""


@exposes(models.Reward, order=[by("priority")])
class Reward(Owned):
    """A pattern for vouchers: what it gives, to whom, when and where, and what it costs."""

    code = leaf(compared="code_key", normalise=code_key)
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
    is_draft = leaf()
    limit_per_customer = leaf()
    limit_total = leaf()
    max_per_bill = leaf()
    on_return = leaf()
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
    localized = localized(models.Reward)
    translations = translations(models.Reward)
    voucher_batches = many(
        order=[by("created_at", descending=True)], description="Vouchers that were issued together, newest first."
    )
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
        code=found_by("Its code; case, spaces and hyphens don't matter.", "code"),
        external_id=found_by_external_id(),
    )
    rewards = listing("Reward", "All rewards, those of the highest priority first.")
    reward_types = listing("RewardType", "All reward types.")


@mutation
class RewardMutations:
    """Keeping rewards."""

    reward_upsert = mutation_field(
        reward.upsert_reward,
        "Create or update a reward, found by its id, its external id or its code. What is left out stays as it is; "
        "lists take the place of those there. A new one is a draft until it is activated, unless its state says "
        "otherwise.",
        scope=Scope.PROGRAMME_WRITE,
    )
    reward_activate = mutation_field(
        reward.activate, "Activate a reward: it is offered, or offered again.", scope=Scope.PROGRAMME_WRITE
    )
    reward_deactivate = mutation_field(
        reward.deactivate,
        "Deactivate a reward: it is offered no longer. Vouchers of it that are out already can still be used.",
        scope=Scope.PROGRAMME_WRITE,
    )
    reward_delete = mutation_field(
        reward.remove, "Delete a reward. Vouchers of it keep it.", scope=Scope.PROGRAMME_WRITE
    )
