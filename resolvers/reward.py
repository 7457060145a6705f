"""Rewards, as marketing or an outside system makes them: what they give, on which goods, where and for whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, select

import models
from models import ConditionRole, RelatedTo, RewardKind
from models.rules.error_codes import ErrorCode
from models.rules.validity import is_valid_setting
from models.types import MONEY, QUANTITY
from resolvers.errors import Refused
from resolvers.operation import property_values
from resolvers.operation.activation import deleting, switching
from resolvers.operation.upsert import Record, UpsertSpec, no_twice, replace_parts, upsert
from resolvers.operation.validation import CLOCK, Values, above_zero, exact, in_order, whole
from resolvers.storage.context import RowRef
from resolvers.storage.transaction import Transaction

MOST_PARTS = 200
MOST_RULES = 20
MOST_USES = 1_000_000_000
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


async def upsert_reward(transaction: Transaction, given: Values) -> Values:
    """Put a reward in its place, with its conditions and bonuses, stores, segments, statuses and tags."""
    return {"reward": RowRef("Reward", (await upsert(FORM, transaction, given)).id)}


activate = switching(models.Reward, models.State.ACTIVE, "ACTIVATED", "reward")
deactivate = switching(models.Reward, models.State.INACTIVE, "DEACTIVATED", "reward")
remove = deleting(models.Reward)


async def _check(record: Record) -> None:
    """What a reward gives, when and how often, must make sense together."""
    await property_values.read(record, "reward_id")
    for check in (_check_value, _check_times, _check_limits, _check_vouchers):
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


def _check_value(record: Record) -> None:
    at, kind, value = record.problems.at, record.will_be("kind"), record.will_be("value")
    if value is None and kind in {RewardKind.PERCENT, RewardKind.AMOUNT, RewardKind.FINAL_PRICE}:
        raise Refused(ErrorCode.REQUIRED, "A reward of this kind needs a value.", at("value"))
    if kind is RewardKind.PERCENT and value > 100:
        raise Refused(ErrorCode.OUT_OF_RANGE, "More than a hundred per cent can't be taken off.", at("value"))
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
) -> list[dict[str, Any]]:
    at = record.problems.at(name)
    if len(given) > MOST_PARTS:
        raise Refused(ErrorCode.TOO_MANY, f"This takes {MOST_PARTS} of them at most.", at)
    keys = [(await record.references.find(target, by, f"{at}[{place}]")).id for place, by in enumerate(given)]
    no_twice(keys, record.problems, name, "")
    return [{column: key} for key in keys]


async def _rules(record: Record, name: str, role: ConditionRole) -> list[dict[str, Any]]:
    given = record.given[name] or ()
    if len(given) > MOST_RULES:
        raise Refused(ErrorCode.TOO_MANY, f"This takes {MOST_RULES} of them at most.", record.problems.at(name))
    if any(one.get("min_price") is not None or one.get("max_price") is not None for one in given) and (
        not record.will_be("currency_code")
    ):
        raise Refused(ErrorCode.REQUIRED, "Amounts need their currency.", record.problems.at("currency"))
    return [await _rule(record, one, f"{name}[{place}]", role) for place, one in enumerate(given)]


async def _rule(record: Record, given: Values, name: str, role: ConditionRole) -> dict[str, Any]:
    at = record.problems.at(name)
    related_to = RelatedTo(str(getattr(given["related_to"], "value", given["related_to"])))
    count = given.get("count")
    prices = {
        each: None if given.get(each) is None else exact(MONEY, given[each], f"{at}.{each}")
        for each in ("min_price", "max_price")
    }
    lowest, highest = prices["min_price"], prices["max_price"]
    if lowest is not None and highest is not None and highest < lowest:
        raise Refused(ErrorCode.OUT_OF_RANGE, "The highest price is below the lowest.", f"{at}.maxPrice")
    if count is None and role is ConditionRole.CONDITION:
        count = Decimal(1)
    columns = {
        "role": role,
        "related_to": related_to,
        "count": None if count is None else above_zero(QUANTITY, count, f"{at}.count"),
        **prices,
    }
    return {"columns": columns, "targets": await _rule_targets(record, given, name, related_to)}


async def _rule_targets(record: Record, given: Values, name: str, related_to: RelatedTo) -> list[dict[str, Any]]:
    """A rule names just the things that it looks at."""
    at = record.problems.at(name)
    wanted = TARGETS.get(related_to)
    for each, _, _ in TARGETS.values():
        if given.get(each) and (wanted is None or wanted[0] != each):
            raise Refused(ErrorCode.WRONG_KIND, f"A rule related to {related_to} takes no {each}.", f"{at}.{each}")
    if wanted is None:
        return []
    if not given.get(wanted[0]):
        raise Refused(ErrorCode.REQUIRED, f"A rule related to {related_to} needs {wanted[0]}.", f"{at}.{wanted[0]}")
    return await _targets(record, f"{name}.{wanted[0]}", given[wanted[0]], wanted[2], wanted[1])


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


async def _read_rule(record: Record, row: models.RewardCondition) -> tuple[dict[str, Any], list[str]]:
    target = models.RewardConditionTarget
    found = await record.transaction.session.scalars(select(target).where(target.condition_id == row.id))
    columns = {name: getattr(row, name) for name in ("role", "related_to", "count", "min_price", "max_price")}
    columns_of = [column for _, _, column in TARGETS.values()]
    named = [{column: getattr(one, column)} for one in found for column in columns_of if getattr(one, column)]
    return columns, sorted(map(str, named))


SAME = (
    "code", "name", "subtitle", "note", "description", "kind", "group", "value", "minimum_purchase", "maximum_discount",
    "points_cost", "valid_from", "valid_to", "time_from", "time_to", "priority", "is_exclusive", "is_automated",
    "is_portable", "limit_per_customer", "limit_total", "voucher_validity", "voucher_validity_value",
    "code_generation", "image_urls", "external_url",
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
    check=_check,
    follow=_follow,
)
