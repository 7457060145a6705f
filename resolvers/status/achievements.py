"""What customers spent and collected, and the statuses that ask for it: all in one statement.

Cancelled bills don't count, and what was returned or reversed is taken off at the moment at which it had counted.
Months are counted back on the calendar of one zone, since a programme spans stores of many; a day that the month of
arrival does not have becomes its last.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    String,
    and_,
    cast,
    func,
    literal_column,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import aliased
from sqlalchemy.sql.expression import FunctionElement
from sqlalchemy.types import TypeEngine

from models import PointEntry, PointEntryKind, Purchase, PurchaseState, State, Status, StatusRecord, StatusTurnover
from models.rules import qualification as rules
from models.types import MONEY, POINTS, Instant
from resolvers.query.columns import NOW, scaled
from resolvers.query.expressions import word
from resolvers.storage.batches import in_batch
from resolvers.storage.context import RequestContext
from resolvers.storage.statement import Statement, compile_statement
from resolvers.values import amount

ZONE = "UTC"
"""The calendar by which months are counted."""

COLLECTED = (PointEntryKind.EARN, PointEntryKind.ASSIGN)
"""Entries of the ledger that count as collected points."""


class months_before(FunctionElement[Any]):  # noqa: N801
    """A moment so many months earlier, by the calendar of UTC."""

    type = Instant()
    inherit_cache = True
    name = "months_before"


@compiles(months_before, "postgresql")
def _on_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    moment, months = (compiler.process(clause, **options) for clause in element.clauses)
    return f"((({moment}) AT TIME ZONE 'UTC' - make_interval(months => {months})) AT TIME ZONE 'UTC')"


@compiles(months_before, "sqlite")
def _on_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    moment, months = (compiler.process(clause, **options) for clause in element.clauses)
    first = f"date(t.m, 'start of month', '-' || {months} || ' months')"
    same_day = f"date({first}, '+' || (strftime('%d', t.m) - 1) || ' days')"
    last_day = f"date({first}, '+1 month', '-1 day')"
    return f"(SELECT min({same_day}, {last_day}) || substr(t.m, 11) FROM (SELECT {moment} AS m) AS t)"  # noqa: S608


COLUMNS: tuple[tuple[str, TypeEngine[Any]], ...] = (
    ("part", Integer()),
    ("id", BigInteger()),
    ("months", Integer()),
    ("label", String()),
    ("n1", BigInteger()),
    ("n2", BigInteger()),
    ("n3", BigInteger()),
    ("text", String()),
)
STATUS, THRESHOLD, HOLDER, SPENT, GAINED = range(5)


def _row(part: int, **given: Any) -> list[ColumnElement[Any]]:
    given["part"] = literal_column(str(part))
    return [cast(given.get(name, null()), kind).label(name) for name, kind in COLUMNS]


def _statuses(backend: str) -> Iterator[Select[Any]]:
    status, turnover, owner = aliased(Status), aliased(StatusTurnover), aliased(Status)
    yield select(
        *_row(
            STATUS,
            id=status.id,
            months=status.qualification_months,
            label=status.qualification,
            n1=status.rank,
            n2=status.previous_id,
            n3=scaled(status.qualification_points, backend),
            text=status.validity,
        )
    ).where(status.state == word(State.ACTIVE))
    threshold = _row(THRESHOLD, id=owner.id, label=turnover.currency_code, n1=scaled(turnover.amount, backend))
    yield select(*threshold).join(owner, owner.id == turnover.status_id).where(owner.state == word(State.ACTIVE))


def _holders(backend: str) -> Select[Any]:
    record = aliased(StatusRecord)
    columns = _row(HOLDER, id=record.id, n1=record.status_id, n2=record.customer_id)
    return select(*columns).where(in_batch(record.id, backend), record.ended_at.is_(None))


def _whose(column: Any, backend: str, *, by_record: bool) -> ColumnElement[bool]:
    """Rows of the batch's customers; the batch may name their status records instead."""
    if not by_record:
        return in_batch(column, backend)
    record = aliased(StatusRecord)
    of_records = select(record.customer_id).where(in_batch(record.id, backend), record.ended_at.is_(None))
    found: ColumnElement[bool] = column.in_(of_records)
    return found


def _periods() -> Any:
    """Each number of months that a status looks back, with the moment at which that begins."""
    status = aliased(Status)
    months = status.qualification_months
    looked_back = select(months.label("months"), months_before(NOW, months).label("start"))
    return looked_back.where(status.state == word(State.ACTIVE)).distinct().subquery()


def _within(statement: Select[Any], period: Any, moment: Any) -> Select[Any]:
    """Rows whose moment lies in a period."""
    joined = statement.join(period, literal_column("1") == literal_column("1"))
    return joined.where(or_(period.c.months.is_(None), moment >= period.c.start), moment <= NOW)


def _spent(backend: str, *, by_record: bool) -> Select[Any]:
    purchase, period = aliased(Purchase), _periods()
    total = scaled(func.sum(purchase.total - purchase.returned, type_=MONEY), backend)
    groups = (purchase.customer_id, period.c.months, purchase.currency_code)
    columns = _row(SPENT, id=groups[0], months=groups[1], label=groups[2], n1=total)
    chosen = _within(select(*columns).select_from(purchase), period, purchase.paid_at)
    counts = purchase.state != word(PurchaseState.CANCELLED)
    return chosen.where(_whose(purchase.customer_id, backend, by_record=by_record), counts).group_by(*groups)


def _collected(backend: str, *, by_record: bool, taken_back: bool) -> Select[Any]:
    """Points collected, or what was taken back of them; both at the moment at which they had been collected."""
    entry, back, period = aliased(PointEntry), aliased(PointEntry), _periods()
    total = scaled(func.sum((back if taken_back else entry).amount, type_=POINTS), backend)
    groups = (entry.customer_id, period.c.months)
    chosen = select(*_row(GAINED, id=groups[0], months=groups[1], n1=total)).select_from(entry)
    if taken_back:
        # Both entries are the customer's; said of both, so that neither table is read whole.
        own = _whose(back.customer_id, backend, by_record=by_record)
        chosen = chosen.join(back, and_(back.reverses_id == entry.id, own))
    counts = entry.kind.in_([word(each) for each in COLLECTED])
    chosen = _within(chosen, period, entry.at).where(_whose(entry.customer_id, backend, by_record=by_record), counts)
    return chosen.group_by(*groups)


@lru_cache(maxsize=4)
def _statement(backend: str, *, by_record: bool) -> Statement:
    parts = [
        *_statuses(backend),
        _spent(backend, by_record=by_record),
        _collected(backend, by_record=by_record, taken_back=False),
        _collected(backend, by_record=by_record, taken_back=True),
    ]
    return compile_statement(union_all(*parts, *([_holders(backend)] if by_record else [])), backend)


@dataclass(slots=True)
class Programme:
    """The statuses, the lowest first, and what each customer did for them."""

    statuses: list[rules.Status]
    holders: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Status record → (status, customer)."""
    turnover: dict[tuple[int, int | None], dict[str, Decimal]] = field(default_factory=dict)
    points: dict[tuple[int, int | None], Decimal] = field(default_factory=dict)

    def achievements(self, customer_id: int) -> rules.Achievements:
        """What a customer spent and collected, by the months that a status looks back."""
        return {
            months: rules.Achievement(
                self.turnover.get((customer_id, months), {}), self.points.get((customer_id, months), Decimal(0))
            )
            for months in {status.months for status in self.statuses}
        }


async def read_programme(context: RequestContext, keys: Sequence[int], *, by_record: bool = False) -> Programme:
    """The statuses and what customers did for them; the keys name customers, or their current status records."""
    rows = await context.fetch(_statement(context.backend, by_record=by_record), {"keys": keys})
    statuses: dict[int, rules.Status] = {}
    programme = Programme([])
    for part, identity, months, label, n1, n2, n3, text in sorted(rows, key=lambda row: row[0]):
        if part == STATUS:
            limit = None if n3 is None else amount(n3, POINTS.scale, 0)
            kind = rules.Qualification(label)
            statuses[identity] = rules.Status(identity, n1, n2, kind, months, {}, limit, text)
        elif part == THRESHOLD:
            thresholds = statuses[identity].turnover
            assert isinstance(thresholds, dict)
            thresholds[label] = amount(n1, MONEY.scale, 2)
        elif part == HOLDER:
            programme.holders[identity] = (n1, n2)
        elif part == SPENT:
            programme.turnover.setdefault((identity, months), {})[label] = amount(n1, MONEY.scale, 2)
        else:
            earlier = programme.points.get((identity, months), Decimal(0))
            programme.points[identity, months] = earlier + amount(n1, POINTS.scale, 0)
    programme.statuses = sorted(statuses.values(), key=lambda status: status.rank)
    return programme
