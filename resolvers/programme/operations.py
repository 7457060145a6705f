"""Keeping programmes. What bills are judged by already stays as it is: it can end, and another one begin.

So a late bill is judged by just what held when it was paid.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from msgspec import UNSET
from sqlalchemy import delete, select
from sqlalchemy.orm import QueryableAttribute

import models
from models import EarningRule, EarningRuleTarget, Programme, ProgrammeCurrency
from models.rules.error_codes import ErrorCode
from resolvers.errors import Refused
from resolvers.operation.checks import By
from resolvers.operation.upsert import (
    Kept,
    Part,
    Record,
    UpsertSpec,
    no_twice,
    replace_parts,
    set_values,
    settle,
    upsert,
)
from resolvers.operation.validation import in_order
from resolvers.programme.inputs import EarningRuleInput, PointValueInput, ProgrammeAnswer, ProgrammeUpsertInput
from resolvers.storage.context import RowRef
from resolvers.storage.transaction import Transaction

WORDS = frozenset(
    column.key
    for column in (
        Programme.name, Programme.description, Programme.code, Programme.valid_to, Programme.country_code,
    )
)  # fmt: skip
"""What may change of a programme in force: no bill is judged by it."""

RULE_WORDS = (EarningRule.name, EarningRule.valid_to)


@dataclass(frozen=True, eq=False)
class Bound:
    """Something that a rule may be bound to: the input's field, what it holds, the column, and what is named."""

    field: str
    named: Callable[[EarningRuleInput], Sequence[By]]
    column: QueryableAttribute[int | None]
    entity: type[models.Base]


TARGET = EarningRuleTarget
BOUNDS = (
    Bound("products", lambda rule: rule.products, TARGET.product_id, models.Product),
    Bound("groups", lambda rule: rule.groups, TARGET.group_id, models.ProductGroup),
    Bound("brands", lambda rule: rule.brands, TARGET.brand_id, models.ProductBrand),
    Bound("stores", lambda rule: rule.stores, TARGET.store_id, models.Store),
    Bound("statuses", lambda rule: rule.statuses, TARGET.status_id, models.Status),
    Bound("segments", lambda rule: rule.segments, TARGET.segment_id, models.Segment),
)

Targets = set[tuple[str, int]]
"""What a rule is bound to: by the name of the column that says what it is, its key."""


class WantedRule(NamedTuple):
    """A rule of earning as it is to be written: its columns, and what it is bound to."""

    code: str
    columns: Part
    targets: Targets


RULES = Kept[list[WantedRule]]()
CURRENCIES = Kept[Sequence[Part]]()


async def upsert_programme(transaction: Transaction, given: ProgrammeUpsertInput) -> ProgrammeAnswer:
    """Create or update a programme, with its rules of earning and what points are worth."""
    return ProgrammeAnswer(programme=RowRef("Programme", (await upsert(FORM, transaction, given)).id))


async def _check(record: Record[ProgrammeUpsertInput]) -> None:
    """What holds already isn't changed, and each rule makes sense."""
    given, now, at = record.input, record.transaction.now, record.problems.at
    starts, ends = Programme.valid_from, Programme.valid_to
    if record.row is None:
        begins = record.given_for(starts) or now
        record.put(starts, begins)
        if begins < now:
            raise Refused(ErrorCode.DATE_PASSED, "A programme begins now or later.", at(starts))
    _refuse_past_end(record, record.given_for(ends), at(ends))
    in_order(record.will_be(starts), record.will_be(ends), at(ends))
    if _in_force(record):
        for column in record.changes():
            if column not in WORDS:
                raise Refused(ErrorCode.IN_FORCE, _message("programme"), at(column))
    if given.point_values is not UNSET:
        await _check_values(record, given.point_values)
    if given.earning_rules is not UNSET:
        no_twice([one.code for one in given.earning_rules], record.problems, "earning_rules", ".code")
        rules = [await _rule(record, one, f"earning_rules[{place}]") for place, one in enumerate(given.earning_rules)]
        record.keep(RULES, rules)


def _in_force(record: Record[ProgrammeUpsertInput]) -> bool:
    began = record.holds(Programme.valid_from)
    return began is not None and began <= record.transaction.now


def _refuse_past_end(record: Record[ProgrammeUpsertInput], end: datetime | None, field: str) -> None:
    """What bills were judged by doesn't end in the past."""
    if end is not None and end < record.transaction.now and _in_force(record):
        raise Refused(ErrorCode.DATE_PASSED, "It ends now or later.", field)


def _message(what: str) -> str:
    return f"Bills are judged by this {what} already: let it end by `validTo`, and another one begin."


async def _check_values(record: Record[ProgrammeUpsertInput], given: Sequence[PointValueInput]) -> None:
    no_twice([one.currency for one in given], record.problems, "point_values", ".currency")
    part, wanted = ProgrammeCurrency, {one.currency: one.value for one in given}
    if _in_force(record):
        rows = await record.transaction.session.scalars(select(part).where(part.programme_id == record.key))
        if {row.currency_code: row.point_value for row in rows} != wanted:
            raise Refused(ErrorCode.IN_FORCE, _message("programme"), record.problems.at("point_values"))
    parts: list[Part] = [{part.currency_code: code, part.point_value: value} for code, value in wanted.items()]
    record.keep(CURRENCIES, parts)


async def _rule(record: Record[ProgrammeUpsertInput], given: EarningRuleInput, path: str) -> WantedRule:
    """A rule as it is to be written; one that holds already isn't changed."""
    now, at = record.transaction.now, record.problems.at(path)
    targets = {
        (bound.column.key, (await record.references.find(bound.entity, by, f"{at}.{bound.field}[{place}]")).id)
        for bound in BOUNDS
        for place, by in enumerate(bound.named(given))
    }
    columns = _columns(given)
    row = await _known_rule(record, given.code)
    if row is None and _in_force(record):
        starts = now if given.valid_from is None else given.valid_from
        if starts < now:
            message = "A rule of a programme in force begins now or later."
            raise Refused(ErrorCode.DATE_PASSED, message, f"{at}.validFrom")
        columns[EarningRule.valid_from] = starts
    elif row is not None and _in_force(record) and (row.valid_from is None or row.valid_from <= now):
        columns[EarningRule.valid_from] = given.valid_from or row.valid_from
        _refuse_past_end(record, given.valid_to, f"{at}.validTo")
        words = {column.key for column in RULE_WORDS}
        same = all(getattr(row, each.key) == value for each, value in columns.items() if each.key not in words)
        if not same or targets != await _targets(record, row.id):
            raise Refused(ErrorCode.IN_FORCE, _message("rule"), at)
    return WantedRule(given.code, columns, targets)


def _columns(given: EarningRuleInput) -> dict[QueryableAttribute[object], object]:
    return {
        EarningRule.code: given.code,
        EarningRule.name: given.name,
        EarningRule.kind: given.kind,
        EarningRule.currency_code: given.currency,
        EarningRule.points: given.points,
        EarningRule.per_amount: given.per_amount,
        EarningRule.whole_steps: given.whole_steps,
        EarningRule.exclusive: given.exclusive,
        EarningRule.factor: given.factor,
        EarningRule.minimum_purchase: given.minimum_purchase,
        EarningRule.delay: given.delay,
        EarningRule.priority: given.priority,
        EarningRule.valid_from: given.valid_from,
        EarningRule.valid_to: given.valid_to,
    }


async def _known_rule(record: Record[ProgrammeUpsertInput], code: str) -> EarningRule | None:
    if record.row is None:
        return None
    found: EarningRule | None = await record.transaction.session.scalar(
        select(EarningRule).where(EarningRule.programme_id == record.key, EarningRule.code == code)
    )
    return found


async def _targets(record: Record[ProgrammeUpsertInput], rule_id: int) -> Targets:
    rows = await record.transaction.session.scalars(select(TARGET).where(TARGET.rule_id == rule_id))
    columns = [bound.column.key for bound in BOUNDS]
    return {(column, getattr(row, column)) for row in rows for column in columns if getattr(row, column)}


async def _follow(record: Record[ProgrammeUpsertInput]) -> None:
    currencies = record.kept(CURRENCIES)
    if currencies is not None:
        await replace_parts(record, ProgrammeCurrency.programme_id, ProgrammeCurrency.currency_code, currencies)
    for rule in record.kept(RULES) or ():
        await _write_rule(record, rule)


async def _write_rule(record: Record[ProgrammeUpsertInput], rule: WantedRule) -> None:
    session = record.transaction.session
    row = await _known_rule(record, rule.code)
    columns = {column.key: value for column, value in rule.columns.items()}
    if row is None:
        row = EarningRule(programme_id=record.key, **columns)
        session.add(row)
        record.changed = True
    elif set_values(row, columns):
        record.changed = True
    await settle(record.transaction)
    if rule.targets != await _targets(record, row.id):
        await session.execute(delete(TARGET).where(TARGET.rule_id == row.id))
        session.add_all(TARGET(rule_id=row.id, **{name: key}) for name, key in sorted(rule.targets))
        record.changed = True


SAME = (
    "code", "name", "description", "valid_from", "valid_to", "time_zone", "points_last", "points_end", "rounding",
    "point_decimals", "least_points", "most_points", "most_share", "turnover_basis", "automatic_choice",
    "clock_tolerance",
)  # fmt: skip

FORM = UpsertSpec[ProgrammeUpsertInput](
    Programme,
    columns={name: name for name in SAME} | {"country": "country_code"},
    required=("code", "name"),
    known_by="code",
    check=_check,
    follow=_follow,
)
