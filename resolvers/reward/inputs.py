"""What the operations on rewards take, and what they answer."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from msgspec import UNSET, UnsetType

import models
from models.types import MONEY, QUANTITY
from resolvers.operation.answers import OPAQUE_ID, Answer, row
from resolvers.operation.checks import CURRENCY, By, above_zero, at_most, by, column, exact, key, shown_as, text
from resolvers.operation.inputs import Input
from resolvers.operation.parts import RECORD_ID, ExternalId, Properties, Source
from resolvers.operation.records.translations import MOST_LANGUAGES, REPLACING, TranslationInput
from resolvers.storage.context import RowRef

MOST_PARTS = 200
MOST_RULES = 20


class RewardRuleInput(Input):
    """Goods that must be on the bill, or that get the benefit."""

    related_to: Annotated[models.RelatedTo, "What is looked at."]
    count: Annotated[
        Decimal | None,
        above_zero(QUANTITY),
        "How many units it takes; left out, one for a condition and all for a bonus.",
    ] = None
    min_price: Annotated[
        Decimal | None, exact(MONEY), "Lowest price of a unit that counts, in the reward's currency."
    ] = None
    max_price: Annotated[
        Decimal | None, exact(MONEY), "Highest price of a unit that counts, in the reward's currency."
    ] = None
    products: Annotated[
        tuple[By, ...] | None, by(models.Product), at_most(MOST_PARTS), "For PRODUCT: the products that count."
    ] = None
    groups: Annotated[
        tuple[By, ...] | None,
        by(models.ProductGroup),
        at_most(MOST_PARTS),
        "For PRODUCT_GROUP: the groups, their subgroups included.",
    ] = None
    brands: Annotated[
        tuple[By, ...] | None, by(models.ProductBrand), at_most(MOST_PARTS), "For PRODUCT_BRAND: the brands."
    ] = None


class RewardTranslationInput(TranslationInput):
    """A reward's texts in a language."""

    name: Annotated[str | None, text(255), "Name as customers read it."] = None
    subtitle: Annotated[str | None, column(models.Reward.subtitle), "Line below the name."] = None
    note: Annotated[str | None, column(models.Reward.note), "Small print."] = None
    description: Annotated[str | None, column(models.Reward.description), "Text about the reward."] = None


class RewardUpsert(Input):
    """A reward to be created or updated."""

    id: Annotated[int | None, key(models.Reward), RECORD_ID] = None
    source: Source = None
    external_id: ExternalId = None
    code: Annotated[
        str | UnsetType,
        column(models.Reward.code),
        "Code of the reward, unique; a new one needs it.",
    ] = UNSET
    name: Annotated[
        str | UnsetType,
        column(models.Reward.name),
        "Name as customers read it; a new one needs it.",
    ] = UNSET
    subtitle: Annotated[
        str | UnsetType | None,
        column(models.Reward.subtitle),
        "Line below the name.",
    ] = UNSET
    note: Annotated[
        str | UnsetType | None,
        column(models.Reward.note),
        "Small print.",
    ] = UNSET
    description: Annotated[
        str | UnsetType | None,
        column(models.Reward.description),
        "Text about the reward.",
    ] = UNSET
    kind: Annotated[
        models.RewardKind | UnsetType,
        column(models.Reward.kind),
        "What it gives; a new one needs it.",
    ] = UNSET
    group: Annotated[
        models.RewardGroup | UnsetType,
        column(models.Reward.group),
        "Where it is offered. SIMPLE, CATALOGUE and GIFT rewards can be applied to a bill as they are, by their "
        "code; PARTY_TIME and CAMPAIGN rewards only through vouchers.",
    ] = UNSET
    type: Annotated[
        int | UnsetType | None,
        key(models.RewardType),
        "The retailer's own sorting.",
    ] = UNSET
    value: Annotated[
        Decimal | UnsetType | None,
        column(models.Reward.value),
        "Per cent off, amount off, price per unit or number of free pieces, as the kind says.",
    ] = UNSET
    currency: Annotated[
        str | UnsetType | None,
        CURRENCY,
        "Currency of its amounts, ISO 4217.",
    ] = UNSET
    minimum_purchase: Annotated[
        Decimal | UnsetType | None,
        column(models.Reward.minimum_purchase),
        "What the bill must come to.",
    ] = UNSET
    maximum_discount: Annotated[
        Decimal | UnsetType | None,
        column(models.Reward.maximum_discount),
        "The most it takes off a bill.",
    ] = UNSET
    points_cost: Annotated[
        Decimal | UnsetType,
        column(models.Reward.points_cost),
        "Points that a voucher of it costs, or that applying it costs.",
    ] = UNSET
    valid_from: Annotated[
        datetime | UnsetType | None,
        column(models.Reward.valid_from),
        "First moment it is offered.",
    ] = UNSET
    valid_to: Annotated[
        datetime | UnsetType | None,
        column(models.Reward.valid_to),
        "End of the offer, itself not included.",
    ] = UNSET
    weekdays: Annotated[
        tuple[str, ...] | UnsetType | None,
        shown_as("Weekday"),
        "Days on which it applies; every day where the list is empty.",
    ] = UNSET
    time_from: Annotated[
        str | UnsetType | None,
        column(models.Reward.time_from),
        "Time of day from which it applies (HH:MM, in the store's zone).",
    ] = UNSET
    time_to: Annotated[
        str | UnsetType | None,
        column(models.Reward.time_to),
        "Time of day until which it applies; may be past midnight.",
    ] = UNSET
    priority: Annotated[
        int | UnsetType,
        column(models.Reward.priority),
        "1 is applied first, 9 last.",
    ] = UNSET
    is_exclusive: Annotated[
        bool | UnsetType,
        column(models.Reward.is_exclusive),
        "Whether it can't be combined with others on one bill.",
    ] = UNSET
    is_automated: Annotated[
        bool | UnsetType,
        column(models.Reward.is_automated),
        "Whether it comes without being asked for: applied to every bill that meets its conditions, or, for "
        "PARTY_TIME and CAMPAIGN, as a voucher after such a bill. Never where it costs points.",
    ] = UNSET
    is_portable: Annotated[
        bool | UnsetType,
        column(models.Reward.is_portable),
        "Whether a voucher may be used by, and transferred to, another customer.",
    ] = UNSET
    limit_per_customer: Annotated[
        int | UnsetType | None,
        column(models.Reward.limit_per_customer),
        "How many vouchers and uses one customer may have.",
    ] = UNSET
    limit_total: Annotated[
        int | UnsetType | None,
        column(models.Reward.limit_total),
        "How many vouchers and uses there may be in all.",
    ] = UNSET
    max_per_bill: Annotated[
        int | UnsetType,
        column(models.Reward.max_per_bill),
        "How many times it may be used on one bill; once where it is left out.",
    ] = UNSET
    on_return: Annotated[
        models.OnReturn | UnsetType,
        column(models.Reward.on_return),
        "What becomes of its discount when so much of a bill is returned that the rest would not have got it.",
    ] = UNSET
    voucher_validity: Annotated[
        models.VoucherValidity | UnsetType,
        column(models.Reward.voucher_validity),
        "How long a voucher lives.",
    ] = UNSET
    voucher_validity_value: Annotated[
        str | UnsetType | None,
        column(models.Reward.voucher_validity_value),
        "For INTERVAL a period such as P30D; for END_OF_TIME_UNIT DAY, WEEK, MONTH, QUARTER or YEAR.",
    ] = UNSET
    code_generation: Annotated[
        models.CodeGeneration | UnsetType,
        column(models.Reward.code_generation),
        "How a voucher's code is made.",
    ] = UNSET
    image_urls: Annotated[
        tuple[str, ...] | UnsetType,
        column(models.Reward.image_urls),
        "Addresses of pictures.",
    ] = UNSET
    external_url: Annotated[
        str | UnsetType | None,
        column(models.Reward.external_url),
        "A page about the reward.",
    ] = UNSET
    campaign: Annotated[
        By | UnsetType | None,
        by(models.Campaign),
        "The campaign it belongs to.",
    ] = UNSET
    partner: Annotated[
        By | UnsetType | None,
        by(models.Partner),
        "The partner who gives it.",
    ] = UNSET
    stores: Annotated[
        tuple[By, ...] | UnsetType | None,
        by(models.Store),
        at_most(MOST_PARTS),
        "Where it holds; everywhere where the list is empty.",
    ] = UNSET
    segments: Annotated[
        tuple[By, ...] | UnsetType | None,
        by(models.Segment),
        at_most(MOST_PARTS),
        "Whom it is for; for all where the list is empty.",
    ] = UNSET
    statuses: Annotated[
        tuple[By, ...] | UnsetType | None,
        by(models.Status),
        at_most(MOST_PARTS),
        "Which statuses it is for; for all where the list is empty.",
    ] = UNSET
    tags: Annotated[
        tuple[By, ...] | UnsetType | None,
        by(models.Tag),
        at_most(MOST_PARTS),
        "Its tags.",
    ] = UNSET
    conditions: Annotated[
        tuple[RewardRuleInput, ...] | UnsetType | None,
        at_most(MOST_RULES),
        "What must be on the bill.",
    ] = UNSET
    bonuses: Annotated[
        tuple[RewardRuleInput, ...] | UnsetType | None,
        at_most(MOST_RULES),
        "What gets the benefit; without any the conditions' goods, or all.",
    ] = UNSET
    state: Annotated[
        models.State | UnsetType,
        "Whether it is offered: ACTIVE or INACTIVE. A new one is a draft until it is ACTIVE; one that was offered "
        "never is a draft again.",
    ] = UNSET
    translations: Annotated[
        tuple[RewardTranslationInput, ...] | UnsetType | None, at_most(MOST_LANGUAGES), REPLACING
    ] = UNSET
    properties: Properties = UNSET


class RewardId(Input):
    """A reward."""

    id: Annotated[int, key(models.Reward), "The reward."]


class RewardAnswer(Answer):
    """A reward, as it is now."""

    reward: Annotated[RowRef, row("Reward"), "The reward."]


class DeletedReward(Answer):
    """A reward that was deleted."""

    deleted_id: Annotated[str, OPAQUE_ID, "The id of what was deleted."]
