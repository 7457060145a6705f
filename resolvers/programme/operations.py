"""Keeping programmes. What bills are judged by already stays as it is: it can end, and another one begin.

So a late bill is judged by just what held when it was paid.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from msgspec import UNSET
from sqlalchemy import delete, select

import models
from models import EarningRule, EarningRuleTarget, Programme, ProgrammeCurrency
from models.rules.error_codes import ErrorCode
from resolvers.errors import Refused
from resolvers.operation.upsert import Kept, Part, Record, UpsertSpec, no_twice, replace_parts, settle, upsert
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

TARGETS: Mapping[str, tuple[str, type[models.Base]]] = {
    "products": ("product_id", models.Product),
    "groups": ("group_id", models.ProductGroup),
    "brands": ("brand_id", models.ProductBrand),
    "stores": ("store_id", models.Store),
    "statuses": ("status_id", models.Status),
    "segments": ("segment_id", models.Segment),
}
RULE = {
    name: name
    for name in (
        "code", "name", "kind", "points", "per_amount", "whole_steps", "exclusive", "factor", "minimum_purchase",
        "delay", "priority", "valid_from", "valid_to",
    )
} | {"currency": "currency_code"}  # fmt: skip
RULE_WORDS = frozenset({EarningRule.name.key, EarningRule.valid_to.key})


class WantedRule(NamedTuple):
    """A rule of earning as it is to be written: its columns, and what it is bound to."""

    code: str
    columns: Mapping[str, object]
    targets: Sequence[Mapping[str, int]]


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
    targets = [
        {column: (await record.references.find(target, by, f"{record.problems.at(path)}.{name}[{place}]")).id}
        for name, (column, target) in TARGETS.items()
        for place, by in enumerate(getattr(given, name))
    ]
    columns = {column: getattr(given, name) for name, column in RULE.items()}
    now, at = record.transaction.now, record.problems.at(path)
    row = await _known_rule(record, given.code)
    if row is None and _in_force(record):
        starts = now if given.valid_from is None else given.valid_from
        if starts < now:
            message = "A rule of a programme in force begins now or later."
            raise Refused(ErrorCode.DATE_PASSED, message, f"{at}.validFrom")
        columns[EarningRule.valid_from.key] = starts
    elif row is not None and _in_force(record) and (row.valid_from is None or row.valid_from <= now):
        columns[EarningRule.valid_from.key] = given.valid_from or row.valid_from
        _refuse_past_end(record, given.valid_to, f"{at}.validTo")
        same = all(getattr(row, name) == value for name, value in columns.items() if name not in RULE_WORDS)
        if not same or _sorted(targets) != _sorted(await _targets(record, row.id)):
            raise Refused(ErrorCode.IN_FORCE, _message("rule"), at)
    return WantedRule(given.code, columns, targets)


async def _known_rule(record: Record[ProgrammeUpsertInput], code: str) -> EarningRule | None:
    if record.row is None:
        return None
    found: EarningRule | None = await record.transaction.session.scalar(
        select(EarningRule).where(EarningRule.programme_id == record.key, EarningRule.code == code)
    )
    return found


async def _targets(record: Record[ProgrammeUpsertInput], rule_id: int) -> list[dict[str, int]]:
    rows = await record.transaction.session.scalars(
        select(EarningRuleTarget).where(EarningRuleTarget.rule_id == rule_id)
    )
    columns = [column for column, _ in TARGETS.values()]
    return [{column: getattr(row, column)} for row in rows for column in columns if getattr(row, column)]


def _sorted(targets: Sequence[Mapping[str, int]]) -> list[tuple[str, int]]:
    return sorted({pair for target in targets for pair in target.items()})


async def _follow(record: Record[ProgrammeUpsertInput]) -> None:
    currencies = record.kept(CURRENCIES)
    if currencies is not None:
        await replace_parts(record, ProgrammeCurrency.programme_id, ProgrammeCurrency.currency_code, currencies)
    for rule in record.kept(RULES) or ():
        await _write_rule(record, rule)


async def _write_rule(record: Record[ProgrammeUpsertInput], rule: WantedRule) -> None:
    session = record.transaction.session
    row = await _known_rule(record, rule.code)
    if row is None:
        row = EarningRule(programme_id=record.key, **rule.columns)
        session.add(row)
        record.changed = True
    for name, value in rule.columns.items():
        if getattr(row, name) != value:
            setattr(row, name, value)
            record.changed = True
    await settle(record.transaction)
    if _sorted(rule.targets) != _sorted(await _targets(record, row.id)):
        await session.execute(delete(EarningRuleTarget).where(EarningRuleTarget.rule_id == row.id))
        session.add_all(EarningRuleTarget(rule_id=row.id, **{name: key}) for name, key in _sorted(rule.targets))
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
