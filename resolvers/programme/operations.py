"""Keeping programmes. What bills are judged by already stays as it is: it can end, and another one begin.

So a late bill is judged by just what held when it was paid.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

import models
from models import EarningRule, EarningRuleTarget, ProgrammeCurrency
from models.rules.error_codes import ErrorCode
from resolvers.errors import Refused
from resolvers.operation.upsert import Record, UpsertSpec, no_twice, replace_parts, settle, upsert
from resolvers.operation.validation import in_order
from resolvers.programme.inputs import EarningRuleInput, PointValueInput, ProgrammeAnswer, ProgrammeUpsertInput
from resolvers.storage.context import RowRef
from resolvers.storage.transaction import Transaction

WORDS = frozenset({"name", "description", "code", "valid_to", "country_code"})
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
RULE_WORDS = frozenset({"name", "valid_to"})


async def upsert_programme(transaction: Transaction, given: ProgrammeUpsertInput) -> ProgrammeAnswer:
    """Create or update a programme, with its rules of earning and what points are worth."""
    return ProgrammeAnswer(programme=RowRef("Programme", (await upsert(FORM, transaction, given)).id))


async def _check(record: Record) -> None:
    """What holds already isn't changed, and each rule makes sense."""
    now, at = record.transaction.now, record.problems.at
    if record.row is None:
        record.values.setdefault("valid_from", now)
        if record.values["valid_from"] < now:
            raise Refused(ErrorCode.DATE_PASSED, "A programme begins now or later.", at("valid_from"))
    _refuse_past_end(record, record.values, now, at("valid_to"))
    in_order(record.will_be("valid_from"), record.will_be("valid_to"), at("valid_to"))
    if _in_force(record.row, now):
        for column, value in record.values.items():
            if column not in WORDS and getattr(record.row, column) != value:
                raise Refused(ErrorCode.IN_FORCE, _message("programme"), at(column))
    if "point_values" in record.given:
        await _check_values(record, record.given["point_values"])
    if "earning_rules" in record.given:
        no_twice([one.code for one in record.given["earning_rules"]], record.problems, "earning_rules", ".code")
        record.lists["rules"] = [
            await _rule(record, one, f"earning_rules[{place}]")
            for place, one in enumerate(record.given["earning_rules"])
        ]


def _in_force(row: models.Programme | None, now: datetime) -> bool:
    return row is not None and row.valid_from <= now


def _refuse_past_end(record: Record, values: Mapping[str, Any], now: datetime, field: str) -> None:
    """What bills were judged by doesn't end in the past."""
    end = values.get("valid_to")
    if end is not None and end < now and _in_force(record.row, now):
        raise Refused(ErrorCode.DATE_PASSED, "It ends now or later.", field)


def _message(what: str) -> str:
    return f"Bills are judged by this {what} already: let it end by `validTo`, and another one begin."


async def _check_values(record: Record, given: Sequence[PointValueInput]) -> None:
    no_twice([one.currency for one in given], record.problems, "point_values", ".currency")
    wanted = {one.currency: one.value for one in given}
    if _in_force(record.row, record.transaction.now):
        part = ProgrammeCurrency
        rows = await record.transaction.session.scalars(select(part).where(part.programme_id == record.key))
        if {row.currency_code: row.point_value for row in rows} != wanted:
            raise Refused(ErrorCode.IN_FORCE, _message("programme"), record.problems.at("point_values"))
    record.lists["currencies"] = [{"currency_code": code, "point_value": value} for code, value in wanted.items()]


async def _rule(record: Record, given: EarningRuleInput, path: str) -> dict[str, object]:
    """A rule as it is to be written: its columns, and what it is bound to."""
    columns = {column: getattr(given, name) for name, column in RULE.items()}
    targets = [
        {column: (await record.references.find(target, by, f"{record.problems.at(path)}.{name}[{place}]")).id}
        for name, (column, target) in TARGETS.items()
        for place, by in enumerate(getattr(given, name))
    ]
    now, at = record.transaction.now, record.problems.at(path)
    row = await _known_rule(record, given.code)
    if row is None:
        if _in_force(record.row, now) and columns["valid_from"] is None:
            columns["valid_from"] = now
        if _in_force(record.row, now) and columns["valid_from"] < now:
            raise Refused(
                ErrorCode.DATE_PASSED, "A rule of a programme in force begins now or later.", f"{at}.validFrom"
            )
    elif _in_force(record.row, now) and (row.valid_from is None or row.valid_from <= now):
        columns["valid_from"] = given.valid_from or row.valid_from
        _refuse_past_end(record, columns, now, f"{at}.validTo")
        same = all(getattr(row, name) == value for name, value in columns.items() if name not in RULE_WORDS)
        if not same or _sorted(targets) != _sorted(await _targets(record, row.id)):
            raise Refused(ErrorCode.IN_FORCE, _message("rule"), at)
    return {"columns": columns, "targets": targets}


async def _known_rule(record: Record, code: str) -> EarningRule | None:
    if record.row is None:
        return None
    found: EarningRule | None = await record.transaction.session.scalar(
        select(EarningRule).where(EarningRule.programme_id == record.key, EarningRule.code == code)
    )
    return found


async def _targets(record: Record, rule_id: int) -> list[dict[str, int]]:
    rows = await record.transaction.session.scalars(
        select(EarningRuleTarget).where(EarningRuleTarget.rule_id == rule_id)
    )
    columns = [column for column, _ in TARGETS.values()]
    return [{column: getattr(row, column)} for row in rows for column in columns if getattr(row, column)]


def _sorted(targets: Sequence[Mapping[str, int]]) -> list[tuple[str, int]]:
    return sorted({pair for target in targets for pair in target.items()})


async def _follow(record: Record) -> None:
    if "currencies" in record.lists:
        wanted = record.lists["currencies"]
        await replace_parts(record, ProgrammeCurrency, "programme_id", "currency_code", wanted)
    for one in record.lists.get("rules", ()):
        await _write_rule(record, one["columns"], one["targets"])


async def _write_rule(record: Record, columns: Mapping[str, Any], targets: Sequence[Mapping[str, int]]) -> None:
    session = record.transaction.session
    row = await _known_rule(record, columns["code"])
    if row is None:
        row = EarningRule(programme_id=record.key, **columns)
        session.add(row)
        record.changed = True
    for name, value in columns.items():
        if getattr(row, name) != value:
            setattr(row, name, value)
            record.changed = True
    await settle(record.transaction)
    if _sorted(targets) != _sorted(await _targets(record, row.id)):
        await session.execute(delete(EarningRuleTarget).where(EarningRuleTarget.rule_id == row.id))
        session.add_all(EarningRuleTarget(rule_id=row.id, **{name: key}) for name, key in _sorted(targets))
        record.changed = True


SAME = (
    "code", "name", "description", "valid_from", "valid_to", "time_zone", "points_last", "points_end", "rounding",
    "point_decimals", "least_points", "most_points", "most_share", "turnover_basis", "automatic_choice",
    "clock_tolerance",
)  # fmt: skip

FORM = UpsertSpec(
    models.Programme,
    columns={name: name for name in SAME} | {"country": "country_code"},
    required=("code", "name"),
    known_by="code",
    check=_check,
    follow=_follow,
)
