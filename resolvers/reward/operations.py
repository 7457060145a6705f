"""Rewards, as marketing or an outside system makes them: what they give, on which goods, where and for whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, select

import models
from models import ConditionRole, RelatedTo, RewardKind, State
from models.event_kinds import EventKind
from models.rules.error_codes import ErrorCode
from models.rules.reward_value import value_refusal
from models.rules.validity import is_valid_setting
from models.rules.voucher_code import SHORTEST_REWARD_CODE, code_key
from resolvers.errors import Refused, UserError
from resolvers.operation import property_values
from resolvers.operation.activation import delete_operation, switch_operation
from resolvers.operation.checks import coded
from resolvers.operation.upsert import Record, UpsertSpec, no_twice, replace_parts, upsert
from resolvers.operation.validation import CLOCK, in_order, whole
from resolvers.reward.inputs import DeletedReward, RewardAnswer, RewardId, RewardRuleInput, RewardUpsert
from resolvers.storage.context import RowRef
from resolvers.storage.transaction import Transaction

MOST_USES = 1_000_000_000
MOST_TIMES = 1000
FIRST, LAST = 1, 9
DAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")

LISTS: Mapping[str, tuple[type[models.Base], str, type[models.Base]]] = {
    "stores": (models.RewardStore, "store_id", models.Store),
    "segments": (models.RewardSegment, "segment_id", models.Segment),
    "statuses": (models.RewardStatus, "status_id", models.Status),
    "tags": (models.RewardTag, "tag_id", models.Tag),
}
RULES = {"conditions": ConditionRole.CONDITION, "bonuses": ConditionRole.BONUS}
TARGETS: Mapping[RelatedTo, tuple[str, type[models.Base], str]] = {
    RelatedTo.PRODUCT: ("products", models.Product, "product_id"),
    RelatedTo.PRODUCT_GROUP: ("groups", models.ProductGroup, "group_id"),
    RelatedTo.PRODUCT_BRAND: ("brands", models.ProductBrand, "brand_id"),
}


async def upsert_reward(transaction: Transaction, given: RewardUpsert) -> RewardAnswer:
    """Put a reward in its place, with its conditions and bonuses, stores, segments, statuses and tags."""
    return RewardAnswer(reward=RowRef("Reward", (await upsert(FORM, transaction, given)).id))


activate = switch_operation(models.Reward, State.ACTIVE, EventKind.REWARD_ACTIVATED, RewardId, RewardAnswer)
deactivate = switch_operation(models.Reward, State.INACTIVE, EventKind.REWARD_DEACTIVATED, RewardId, RewardAnswer)
remove = delete_operation(models.Reward, EventKind.REWARD_DELETED, RewardId, DeletedReward)


async def _check(record: Record) -> None:
    """What a reward gives, when and how often, must make sense together."""
    await property_values.read(record, "reward_id")
    with record.problems.noted():
        await _check_code(record)
    for check in (_check_state, _check_value, _check_times, _check_limits, _check_vouchers):
        with record.problems.noted():
            check(record)
    for name, (_, column, target) in LISTS.items():
        if name in record.given:
            with record.problems.noted():
                record.lists[name] = await _targets(record, name, record.given[name] or (), column, target)
    for name, role in RULES.items():
        if name in record.given:
            with record.problems.noted():
                record.lists[name] = await _rules(record, name, role)
    await _check_free_product(record)


async def _check_code(record: Record) -> None:
    """Vouchers and rewards share their codes: what is typed at the till means one thing."""
    code, at = record.values.get("code"), record.problems.at("code")
    if code is None or (record.row is not None and record.row.code == code):
        return
    coded(code, at, SHORTEST_REWARD_CODE)
    voucher = models.Voucher
    taken = select(voucher.id).where(voucher.code_key == code_key(code)).limit(1)
    if await record.transaction.session.scalar(taken) is not None:
        raise Refused(ErrorCode.TAKEN, "A voucher has this code.", at)


def _check_state(record: Record) -> None:
    """Nothing is offered by mistake: a new reward is a draft, and so is one that comes back."""
    state = record.given.get("state")
    if state is State.DELETED:
        raise Refused(ErrorCode.WRONG_STATE, "A reward is deleted by its own operation.", record.problems.at("state"))
    if state is not None:
        record.values["state"] = state
    elif record.row is None or record.row.state is State.DELETED:
        record.values["state"] = State.INACTIVE


async def _check_free_product(record: Record) -> None:
    """A free product is one that is named: else the cheapest thing of any bill would be free."""
    if record.will_be("kind") is not RewardKind.FREE_PRODUCT:
        return
    named = [rule for name in RULES for rule in record.lists.get(name, ())]
    left = [role for name, role in RULES.items() if name not in record.lists]
    if not named and left and record.row is not None:
        rule = models.RewardCondition
        kept = select(rule.id).where(rule.reward_id == record.key, rule.role.in_(left)).limit(1)
        named = [*await record.transaction.session.scalars(kept)]
    if not named:
        message = "A free product must be named by a bonus or a condition."
        record.problems.found.append(UserError(ErrorCode.REQUIRED, message, record.problems.at("bonuses"), None))


def _check_value(record: Record) -> None:
    at, kind, value = record.problems.at, record.will_be("kind"), record.will_be("value")
    if value is None and kind in {RewardKind.PERCENT, RewardKind.AMOUNT, RewardKind.FINAL_PRICE}:
        raise Refused(ErrorCode.REQUIRED, "A reward of this kind needs a value.", at("value"))
    if value is not None and (wrong := value_refusal(kind, value, record.will_be("currency_code"))):
        raise Refused(wrong.code, wrong.message, at("value"))
    in_money = [record.will_be(name) is not None for name in ("minimum_purchase", "maximum_discount")]
    if (any(in_money) or kind in {RewardKind.AMOUNT, RewardKind.FINAL_PRICE}) and not record.will_be("currency_code"):
        raise Refused(ErrorCode.REQUIRED, "Amounts need their currency.", at("currency"))


def _check_times(record: Record) -> None:
    at = record.problems.at
    in_order(record.will_be("valid_from"), record.will_be("valid_to"), at("valid_to"))
    for name in ("time_from", "time_to"):
        clock = record.values.get(name)
        if clock is not None and not CLOCK.fullmatch(clock):
            raise Refused(ErrorCode.BAD_TIME, "This must be a time of day, HH:MM.", at(name))
    if "weekdays" in record.given:
        named = {str(getattr(day, "value", day)) for day in record.given["weekdays"] or DAYS}
        record.values["weekdays"] = sum(1 << place for place, day in enumerate(DAYS) if day in named)


def _check_limits(record: Record) -> None:
    for name, lowest, highest in (
        ("priority", FIRST, LAST),
        ("limit_per_customer", 1, MOST_USES),
        ("limit_total", 1, MOST_USES),
        ("max_per_bill", 1, MOST_TIMES),
    ):
        if record.values.get(name) is not None:
            whole(record.values[name], record.problems.at(name), lowest, highest)


def _check_vouchers(record: Record) -> None:
    kind = record.will_be("voucher_validity") or models.VoucherValidity.REWARD_VALIDITY
    if not is_valid_setting(kind, record.will_be("voucher_validity_value")):
        message = "An INTERVAL needs a period such as P30D, END_OF_TIME_UNIT a unit such as MONTH."
        raise Refused(ErrorCode.BAD_VALIDITY, message, record.problems.at("voucher_validity_value"))


async def _targets(
    record: Record, name: str, given: Sequence[Any], column: str, target: type[models.Base]
) -> list[dict[str, object]]:
    at = record.problems.at(name)
    keys = [(await record.references.find(target, by, f"{at}[{place}]")).id for place, by in enumerate(given)]
    no_twice(keys, record.problems, name, "")
    return [{column: key} for key in keys]


async def _rules(record: Record, name: str, role: ConditionRole) -> list[dict[str, object]]:
    given: Sequence[RewardRuleInput] = record.given[name] or ()
    if any(one.min_price is not None or one.max_price is not None for one in given) and (
        not record.will_be("currency_code")
    ):
        raise Refused(ErrorCode.REQUIRED, "Amounts need their currency.", record.problems.at("currency"))
    return [await _rule(record, one, f"{name}[{place}]", role) for place, one in enumerate(given)]


async def _rule(record: Record, given: RewardRuleInput, name: str, role: ConditionRole) -> dict[str, object]:
    lowest, highest, count = given.min_price, given.max_price, given.count
    if lowest is not None and highest is not None and highest < lowest:
        field = f"{record.problems.at(name)}.maxPrice"
        raise Refused(ErrorCode.OUT_OF_RANGE, "The highest price is below the lowest.", field)
    columns = {
        "role": role,
        "related_to": given.related_to,
        "count": Decimal(1) if count is None and role is ConditionRole.CONDITION else count,
        "min_price": lowest,
        "max_price": highest,
    }
    return {"columns": columns, "targets": await _rule_targets(record, given, name)}


async def _rule_targets(record: Record, given: RewardRuleInput, name: str) -> list[dict[str, object]]:
    """A rule names just the things that it looks at."""
    at, related_to = record.problems.at(name), given.related_to
    wanted = TARGETS.get(related_to)
    for each, _, _ in TARGETS.values():
        if getattr(given, each) and (wanted is None or wanted[0] != each):
            raise Refused(ErrorCode.WRONG_KIND, f"A rule related to {related_to} takes no {each}.", f"{at}.{each}")
    if wanted is None:
        return []
    named = getattr(given, wanted[0])
    if not named:
        raise Refused(ErrorCode.REQUIRED, f"A rule related to {related_to} needs {wanted[0]}.", f"{at}.{wanted[0]}")
    return await _targets(record, f"{name}.{wanted[0]}", named, wanted[2], wanted[1])


async def _follow(record: Record) -> None:
    await property_values.write(record, "reward_id")
    for name, (table, column, _) in LISTS.items():
        if name in record.lists:
            await replace_parts(record, table, "reward_id", column, record.lists[name])
    for name, role in RULES.items():
        if name in record.lists:
            await _write_rules(record, role, record.lists[name])


async def _write_rules(record: Record, role: ConditionRole, wanted: Sequence[Mapping[str, Any]]) -> None:
    """Rules have no key of their own: unless they are the same as before, new ones take their place."""
    rule, target, session = models.RewardCondition, models.RewardConditionTarget, record.transaction.session
    there = (await session.scalars(select(rule).where(rule.reward_id == record.key, rule.role == role))).all()
    if [await _read_rule(record, row) for row in sorted(there, key=lambda row: row.id)] == [
        (each["columns"], sorted(map(str, each["targets"]))) for each in wanted
    ]:
        return
    keys = [row.id for row in there]
    await session.execute(delete(target).where(target.condition_id.in_(keys)))
    await session.execute(delete(rule).where(rule.id.in_(keys)))
    for each in wanted:
        made = rule(reward_id=record.key, **each["columns"])
        session.add(made)
        await session.flush()
        session.add_all(target(condition_id=made.id, **one) for one in each["targets"])
    record.changed = True


async def _read_rule(record: Record, row: models.RewardCondition) -> tuple[dict[str, object], list[str]]:
    target = models.RewardConditionTarget
    found = await record.transaction.session.scalars(select(target).where(target.condition_id == row.id))
    columns = {name: getattr(row, name) for name in ("role", "related_to", "count", "min_price", "max_price")}
    columns_of = [column for _, _, column in TARGETS.values()]
    named = [{column: getattr(one, column)} for one in found for column in columns_of if getattr(one, column)]
    return columns, sorted(map(str, named))


SAME = (
    "code", "name", "subtitle", "note", "description", "kind", "group", "value", "minimum_purchase", "maximum_discount",
    "points_cost", "valid_from", "valid_to", "time_from", "time_to", "priority", "is_exclusive", "is_automated",
    "is_portable", "limit_per_customer", "limit_total", "max_per_bill", "on_return", "voucher_validity",
    "voucher_validity_value", "code_generation", "image_urls", "external_url",
)  # fmt: skip

FORM = UpsertSpec(
    models.Reward,
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
