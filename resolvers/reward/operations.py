"""Rewards, as marketing or an outside system makes them: what they give, on which goods, where and for whom."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from msgspec import UNSET, UnsetType
from sqlalchemy import delete, select
from sqlalchemy.orm import QueryableAttribute

import models
from models import ConditionRole, PropertyRecord, RelatedTo, Reward, RewardKind, State
from models.event_kinds import EventKind
from models.rules.error_codes import ErrorCode
from models.rules.reward_value import value_refusal
from models.rules.validity import is_valid_setting
from models.rules.voucher_code import SHORTEST_REWARD_CODE, code_key
from resolvers.errors import Refused, UserError
from resolvers.operation import property_values
from resolvers.operation.activation import delete_operation, switch_operation
from resolvers.operation.checks import By, coded
from resolvers.operation.records.links import Links, found
from resolvers.operation.records.translations import read_translations
from resolvers.operation.upsert import Kept, Part, Record, UpsertSpec, upsert
from resolvers.operation.validation import CLOCK, in_order, whole
from resolvers.reward.inputs import DeletedReward, RewardAnswer, RewardId, RewardRuleInput, RewardUpsert
from resolvers.storage.context import RowRef
from resolvers.storage.transaction import Transaction

MOST_USES = 1_000_000_000
MOST_TIMES = 1000
FIRST, LAST = 1, 9
DAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")

STORES = Links("stores", models.RewardStore.reward_id, models.RewardStore.store_id, models.Store)
SEGMENTS = Links("segments", models.RewardSegment.reward_id, models.RewardSegment.segment_id, models.Segment)
STATUSES = Links("statuses", models.RewardStatus.reward_id, models.RewardStatus.status_id, models.Status)
TAGS = Links("tags", models.RewardTag.reward_id, models.RewardTag.tag_id, models.Tag)
LISTS = (STORES, SEGMENTS, STATUSES, TAGS)


class WantedRule(NamedTuple):
    """A rule as it is to be written: its columns, and the goods that it names."""

    columns: Part
    targets: Sequence[tuple[str, int]]


@dataclass(frozen=True, eq=False)
class Rules(Kept[list[WantedRule]]):
    """The rules that a field of the input takes."""

    field: str
    role: ConditionRole


CONDITIONS = Rules("conditions", ConditionRole.CONDITION)
BONUSES = Rules("bonuses", ConditionRole.BONUS)
RULES = (CONDITIONS, BONUSES)


@dataclass(frozen=True, eq=False)
class Goods:
    """What a rule may name: the input's field, what it holds, the column, and what is named."""

    field: str
    named: Callable[[RewardRuleInput], Sequence[By] | None]
    column: QueryableAttribute[int | None]
    entity: type[models.Base]


RULE, TARGET = models.RewardCondition, models.RewardConditionTarget
TARGETS = {
    RelatedTo.PRODUCT: Goods("products", lambda rule: rule.products, TARGET.product_id, models.Product),
    RelatedTo.PRODUCT_GROUP: Goods("groups", lambda rule: rule.groups, TARGET.group_id, models.ProductGroup),
    RelatedTo.PRODUCT_BRAND: Goods("brands", lambda rule: rule.brands, TARGET.brand_id, models.ProductBrand),
}
RULE_COLUMNS = (RULE.role, RULE.related_to, RULE.count, RULE.min_price, RULE.max_price)


async def upsert_reward(transaction: Transaction, given: RewardUpsert) -> RewardAnswer:
    """Create or update a reward, with its conditions and bonuses, stores, segments, statuses and tags."""
    return RewardAnswer(reward=RowRef("Reward", (await upsert(FORM, transaction, given)).id))


def _offered(reward: Reward) -> None:
    reward.is_draft = False


activate = switch_operation(
    Reward, State.ACTIVE, EventKind.REWARD_ACTIVATED, RewardId, RewardAnswer, switching=_offered
)
deactivate = switch_operation(Reward, State.INACTIVE, EventKind.REWARD_DEACTIVATED, RewardId, RewardAnswer)
remove = delete_operation(Reward, EventKind.REWARD_DELETED, RewardId, DeletedReward)


async def _check(record: Record[RewardUpsert]) -> None:
    """What a reward gives, when and how often, must make sense together."""
    given = record.input
    await property_values.read(record, given.properties, PropertyRecord.reward_id)
    read_translations(record, given.translations, Reward.translations)
    with record.problems.noted():
        await _check_code(record)
    for check in (_check_state, _check_value, _check_times, _check_limits, _check_vouchers):
        with record.problems.noted():
            check(record)
    await STORES.read(record, given.stores)
    await SEGMENTS.read(record, given.segments)
    await STATUSES.read(record, given.statuses)
    await TAGS.read(record, given.tags)
    await _read_rules(record, CONDITIONS, given.conditions)
    await _read_rules(record, BONUSES, given.bonuses)
    await _check_free_product(record)


async def _check_code(record: Record[RewardUpsert]) -> None:
    """Vouchers and rewards share their codes: what is typed at the till means one thing."""
    code, at = record.given_for(Reward.code), record.problems.at(Reward.code)
    if code is None or record.holds(Reward.code) == code:
        return
    coded(code, at, SHORTEST_REWARD_CODE)
    voucher = models.Voucher
    taken = select(voucher.id).where(voucher.code_key == code_key(code)).limit(1)
    if await record.transaction.session.scalar(taken) is not None:
        raise Refused(ErrorCode.TAKEN, "A voucher has this code.", at)


def _check_state(record: Record[RewardUpsert]) -> None:
    """Nothing is offered by mistake: a new reward is a draft, and one that comes back is switched off."""
    state = record.input.state
    if state is State.DELETED:
        message = "A reward is deleted by its own operation."
        raise Refused(ErrorCode.WRONG_STATE, message, record.problems.at(Reward.state))
    if state is not UNSET:
        record.put(Reward.state, state)
    elif record.row is None or record.holds(Reward.state) is State.DELETED:
        record.put(Reward.state, State.INACTIVE)
    if state is State.ACTIVE or record.row is None:
        record.put(Reward.is_draft, state is not State.ACTIVE)


async def _check_free_product(record: Record[RewardUpsert]) -> None:
    """A free product is one that is named: else the cheapest thing of any bill would be free."""
    if record.will_be(Reward.kind) is not RewardKind.FREE_PRODUCT:
        return
    given = [(rules.role, record.kept(rules)) for rules in RULES]
    is_named = any(wanted for _, wanted in given)
    left = [role for role, wanted in given if wanted is None]
    if not is_named and left and record.row is not None:
        there = select(RULE.id).where(RULE.reward_id == record.key, RULE.role.in_(left)).limit(1)
        is_named = await record.transaction.session.scalar(there) is not None
    if not is_named:
        message = "A free product must be named by a bonus or a condition."
        record.problems.found.append(UserError(ErrorCode.REQUIRED, message, record.problems.at("bonuses"), None))


def _check_value(record: Record[RewardUpsert]) -> None:
    at, kind, value = record.problems.at, record.will_be(Reward.kind), record.will_be(Reward.value)
    currency = record.will_be(Reward.currency_code)
    if value is None and kind in {RewardKind.PERCENT, RewardKind.AMOUNT, RewardKind.FINAL_PRICE}:
        raise Refused(ErrorCode.REQUIRED, "A reward of this kind needs a value.", at(Reward.value))
    if kind is not None and value is not None and (wrong := value_refusal(kind, value, currency)):
        raise Refused(wrong.code, wrong.message, at(Reward.value))
    bounds = (record.will_be(Reward.minimum_purchase), record.will_be(Reward.maximum_discount))
    in_money = any(bound is not None for bound in bounds) or kind in {RewardKind.AMOUNT, RewardKind.FINAL_PRICE}
    if in_money and not currency:
        raise Refused(ErrorCode.REQUIRED, "Amounts need their currency.", at("currency"))


def _check_times(record: Record[RewardUpsert]) -> None:
    at, days = record.problems.at, record.input.weekdays
    in_order(record.will_be(Reward.valid_from), record.will_be(Reward.valid_to), at(Reward.valid_to))
    for column in (Reward.time_from, Reward.time_to):
        clock = record.given_for(column)
        if clock is not None and not CLOCK.fullmatch(clock):
            raise Refused(ErrorCode.BAD_TIME, "This must be a time of day, HH:MM.", at(column))
    if days is not UNSET:
        named = {str(getattr(day, "value", day)) for day in days or DAYS}
        record.put(Reward.weekdays, sum(1 << place for place, day in enumerate(DAYS) if day in named))


def _check_limits(record: Record[RewardUpsert]) -> None:
    for column, lowest, highest in (
        (Reward.priority, FIRST, LAST),
        (Reward.limit_per_customer, 1, MOST_USES),
        (Reward.limit_total, 1, MOST_USES),
        (Reward.max_per_bill, 1, MOST_TIMES),
    ):
        number = record.given_for(column)
        if number is not None:
            whole(number, record.problems.at(column), lowest, highest)


def _check_vouchers(record: Record[RewardUpsert]) -> None:
    kind = record.will_be(Reward.voucher_validity) or models.VoucherValidity.REWARD_VALIDITY
    if not is_valid_setting(kind, record.will_be(Reward.voucher_validity_value)):
        message = "An INTERVAL needs a period such as P30D, END_OF_TIME_UNIT a unit such as MONTH."
        raise Refused(ErrorCode.BAD_VALIDITY, message, record.problems.at(Reward.voucher_validity_value))


async def _read_rules(
    record: Record[RewardUpsert], rules: Rules, given: Sequence[RewardRuleInput] | UnsetType | None
) -> None:
    if given is UNSET:
        return
    with record.problems.noted():
        record.keep(rules, await _rules(record, rules, given or ()))


async def _rules(record: Record[RewardUpsert], rules: Rules, given: Sequence[RewardRuleInput]) -> list[WantedRule]:
    if any(one.min_price is not None or one.max_price is not None for one in given) and (
        not record.will_be(Reward.currency_code)
    ):
        raise Refused(ErrorCode.REQUIRED, "Amounts need their currency.", record.problems.at("currency"))
    return [await _rule(record, one, f"{rules.field}[{place}]", rules.role) for place, one in enumerate(given)]


async def _rule(record: Record[RewardUpsert], given: RewardRuleInput, name: str, role: ConditionRole) -> WantedRule:
    lowest, highest, count = given.min_price, given.max_price, given.count
    if lowest is not None and highest is not None and highest < lowest:
        field = f"{record.problems.at(name)}.maxPrice"
        raise Refused(ErrorCode.OUT_OF_RANGE, "The highest price is below the lowest.", field)
    columns: Part = {
        RULE.role: role,
        RULE.related_to: given.related_to,
        RULE.count: Decimal(1) if count is None and role is ConditionRole.CONDITION else count,
        RULE.min_price: lowest,
        RULE.max_price: highest,
    }
    return WantedRule(columns, await _rule_targets(record, given, name))


async def _rule_targets(record: Record[RewardUpsert], given: RewardRuleInput, name: str) -> list[tuple[str, int]]:
    """A rule names just the things that it looks at: by the name of the column that says what each is, its key."""
    at, related_to = record.problems.at(name), given.related_to
    wanted = TARGETS.get(related_to)
    for each in TARGETS.values():
        if each.named(given) and each is not wanted:
            message = f"A rule related to {related_to} takes no {each.field}."
            raise Refused(ErrorCode.WRONG_KIND, message, f"{at}.{each.field}")
    if wanted is None:
        return []
    named = wanted.named(given)
    if not named:
        message = f"A rule related to {related_to} needs {wanted.field}."
        raise Refused(ErrorCode.REQUIRED, message, f"{at}.{wanted.field}")
    keys = await found(record, f"{name}.{wanted.field}", named, wanted.entity)
    return [(wanted.column.key, key) for key in keys]


async def _follow(record: Record[RewardUpsert]) -> None:
    await property_values.write(record, PropertyRecord.reward_id)
    for links in LISTS:
        await links.write(record)
    for rules in RULES:
        wanted = record.kept(rules)
        if wanted is not None:
            await _write_rules(record, rules.role, wanted)


async def _write_rules(record: Record[RewardUpsert], role: ConditionRole, wanted: Sequence[WantedRule]) -> None:
    """Rules have no key of their own: unless they are the same as before, new ones take their place."""
    session = record.transaction.session
    there = (await session.scalars(select(RULE).where(RULE.reward_id == record.key, RULE.role == role))).all()
    before = [await _read_rule(record, row) for row in sorted(there, key=lambda row: row.id)]
    if before == [WantedRule(each.columns, sorted(each.targets)) for each in wanted]:
        return
    keys = [row.id for row in there]
    await session.execute(delete(TARGET).where(TARGET.condition_id.in_(keys)))
    await session.execute(delete(RULE).where(RULE.id.in_(keys)))
    for each in wanted:
        made = RULE(reward_id=record.key, **{column.key: value for column, value in each.columns.items()})
        session.add(made)
        await session.flush()
        session.add_all(TARGET(condition_id=made.id, **{name: key}) for name, key in each.targets)
    record.changed = True


async def _read_rule(record: Record[RewardUpsert], row: models.RewardCondition) -> WantedRule:
    bound = await record.transaction.session.scalars(select(TARGET).where(TARGET.condition_id == row.id))
    names = [each.column.key for each in TARGETS.values()]
    named = [(name, getattr(one, name)) for one in bound for name in names if getattr(one, name)]
    return WantedRule({column: getattr(row, column.key) for column in RULE_COLUMNS}, sorted(named))


SAME = (
    "code", "name", "subtitle", "note", "description", "kind", "group", "value", "minimum_purchase", "maximum_discount",
    "points_cost", "valid_from", "valid_to", "time_from", "time_to", "priority", "is_exclusive", "is_automated",
    "is_portable", "limit_per_customer", "limit_total", "max_per_bill", "on_return", "voucher_validity",
    "voucher_validity_value", "code_generation", "image_urls", "external_url",
)  # fmt: skip

FORM = UpsertSpec[RewardUpsert](
    Reward,
    columns={**{name: name for name in SAME}, "currency": "currency_code"},
    references={
        "type": ("type_id", models.RewardType),
        "campaign": ("campaign_id", models.Campaign),
        "partner": ("partner_id", models.Partner),
    },
    required=("code", "name", "kind"),
    known_by="code",
    compared=("code_key", code_key),
    check=_check,
    follow=_follow,
)
