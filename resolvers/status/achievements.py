"""What customers spent and collected, and the statuses that ask for it.

Cancelled bills don't count, and what was returned or reversed is taken off at the moment at which it had counted.
Months are counted back on the calendar of the programme's zone, since a programme spans stores of many.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
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
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy import literal_column as literal
from sqlalchemy.orm import aliased
from sqlalchemy.types import TypeEngine

from models import (
    PointEntry,
    PointEntryKind,
    Programme,
    Purchase,
    PurchaseState,
    State,
    Status,
    StatusChange,
    StatusRecord,
    StatusTurnover,
)
from models.rules import qualification as rules
from models.rules.programme import TurnoverBasis
from models.types import MONEY, POINTS, Instant
from resolvers.query.columns import NOW, scaled
from resolvers.query.compiled_query import CompiledQuery
from resolvers.query.expressions import word
from resolvers.storage.batches import in_batch
from resolvers.storage.context import RequestContext
from resolvers.storage.statement import parameter
from resolvers.values import amount

COLLECTED = (PointEntryKind.EARN, PointEntryKind.ASSIGN)
"""Entries of the ledger that count as collected points."""

BEGINNING = datetime(1900, 1, 1, tzinfo=UTC)
START, END = parameter("start", Instant()), parameter("end", Instant())

COLUMNS: tuple[tuple[str, TypeEngine[Any]], ...] = (
    ("part", Integer()),
    ("id", BigInteger()),
    ("months", Integer()),
    ("label", String()),
    ("n1", BigInteger()),
    ("n2", BigInteger()),
    ("n3", BigInteger()),
    ("text", String()),
    ("begins", Instant()),
    ("ends", Instant()),
)
TERMS, STATUS, THRESHOLD, HOLDER = range(4)


def _row(part: int, **given: Any) -> list[ColumnElement[Any]]:
    given["part"] = literal(str(part))
    return [cast(given.get(name, null()), kind).label(name) for name, kind in COLUMNS]


def _terms() -> Select[Any]:
    """The calendar and the turnover of the programme in force: of those that are valid, the one that began last."""
    one = aliased(Programme)
    valid = (one.state == word(State.ACTIVE), one.valid_from <= NOW, or_(one.valid_to.is_(None), one.valid_to > NOW))
    latest = select(one.id).where(*valid).order_by(one.valid_from.desc(), one.id.desc()).limit(literal("1"))
    held = aliased(Programme)
    return select(*_row(TERMS, label=held.time_zone, text=held.turnover_basis)).where(
        held.id == latest.scalar_subquery()
    )


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


def _holders(backend: str, *, by_record: bool) -> Select[Any]:
    record = aliased(StatusRecord)
    columns = _row(
        HOLDER,
        id=record.id,
        label=record.change,
        n1=record.status_id,
        n2=record.customer_id,
        begins=record.valid_from,
        ends=record.valid_to,
    )
    named = in_batch(record.id if by_record else record.customer_id, backend)
    return select(*columns).where(named, record.ended_at.is_(None))


def _standing(*, by_record: bool) -> CompiledQuery:
    return CompiledQuery(
        lambda backend: union_all(_terms(), *_statuses(backend), _holders(backend, by_record=by_record))
    )


STANDING = {by_record: _standing(by_record=by_record) for by_record in (False, True)}


def turnover_of(purchase: Any, basis: TurnoverBasis) -> ColumnElement[Any]:
    """What of a bill counts as turnover, as it stands."""
    kept: ColumnElement[Any] = purchase.total - purchase.returned
    if basis is TurnoverBasis.MONEY:
        kept = kept - purchase.paid_with_points + purchase.returned_with_points
    return kept


def _sums(backend: str, basis: TurnoverBasis) -> Iterator[Any]:
    """Turnover by currency and points, after a moment and until another."""
    purchase, entry = aliased(Purchase), aliased(PointEntry)
    collected, back = aliased(PointEntry), aliased(PointEntry)
    spent: Any = cast(scaled(func.sum(turnover_of(purchase, basis), type_=MONEY), backend), BigInteger)
    yield (
        select(purchase.customer_id, purchase.currency_code, spent)
        .where(in_batch(purchase.customer_id, backend), purchase.paid_at > START, purchase.paid_at <= END)
        .where(purchase.state != word(PurchaseState.CANCELLED))
        .group_by(purchase.customer_id, purchase.currency_code)
    )
    kinds = [word(each) for each in COLLECTED]
    gained: Any = cast(scaled(func.sum(entry.amount, type_=POINTS), backend), BigInteger)
    yield (
        select(entry.customer_id, cast(null(), String), gained)
        .where(in_batch(entry.customer_id, backend), entry.at > START, entry.at <= END, entry.kind.in_(kinds))
        .group_by(entry.customer_id)
    )
    # Both entries are the customer's; said of both, so that neither table is read whole.
    lost: Any = cast(scaled(func.sum(back.amount - back.owed, type_=POINTS), backend), BigInteger)
    yield (
        select(collected.customer_id, cast(null(), String), lost)
        .join(back, and_(back.reverses_id == collected.id, in_batch(back.customer_id, backend)))
        .where(in_batch(collected.customer_id, backend), collected.at > START, collected.at <= END)
        .where(collected.kind.in_(kinds))
        .group_by(collected.customer_id)
    )


def _summed(basis: TurnoverBasis) -> CompiledQuery:
    return CompiledQuery(lambda backend: union_all(*_sums(backend, basis)))


SUMS = {basis: _summed(basis) for basis in TurnoverBasis}


@dataclass(frozen=True, slots=True)
class Held:
    """A status record that has not ended."""

    id: int
    status_id: int
    customer_id: int
    change: StatusChange
    valid_from: datetime
    valid_to: datetime | None

    @property
    def holding(self) -> rules.Holding:
        """What rules see of it."""
        return rules.Holding(self.status_id, self.valid_to, by_hand=self.change is StatusChange.SET)


@dataclass(slots=True)
class Standing:
    """The statuses, the lowest first, by whose calendar they are held, and who holds which."""

    statuses: list[rules.Status] = field(default_factory=list)
    zone: str = "UTC"
    basis: TurnoverBasis = TurnoverBasis.FULL
    held: list[Held] = field(default_factory=list)

    def of(self, customer_id: int) -> Held | None:
        """The record of a customer."""
        return next((one for one in self.held if one.customer_id == customer_id), None)


async def read_standing(context: RequestContext, keys: Sequence[int], *, by_record: bool = False) -> Standing:
    """The statuses and who holds which; the keys name customers, or their current status records."""
    rows = await STANDING[by_record].read(context, keys=keys)
    statuses: dict[int, rules.Status] = {}
    standing = Standing()
    for part, identity, months, label, n1, n2, n3, text, begins, ends in sorted(rows, key=lambda row: row[0]):
        if part == TERMS:
            standing.zone, standing.basis = label, TurnoverBasis(text)
        elif part == STATUS:
            limit = None if n3 is None else amount(n3, POINTS.scale, 0)
            kind = rules.Qualification(label)
            statuses[identity] = rules.Status(identity, n1, n2, kind, months, {}, limit, text)
        elif part == THRESHOLD:
            thresholds = statuses[identity].turnover
            assert isinstance(thresholds, dict)
            thresholds[label] = amount(n1, MONEY.scale, 2)
        else:
            standing.held.append(Held(identity, n1, n2, StatusChange(label), begins, ends))
    standing.statuses = sorted(statuses.values(), key=lambda status: status.rank)
    return standing


async def read_achievements(
    context: RequestContext, standing: Standing, customers: Iterable[int], at: datetime
) -> dict[int, rules.Achievements]:
    """What customers spent and collected until a moment: a statement for each number of months looked back."""
    keys = sorted(set(customers))
    found: dict[int, dict[int | None, rules.Achievement]] = {key: {} for key in keys}
    for months, start in rules.starts(standing.statuses, at, standing.zone).items():
        turnover: dict[int, dict[str, Decimal]] = {key: {} for key in keys}
        points = dict.fromkeys(keys, Decimal(0))
        rows = await SUMS[standing.basis].read(context, keys=keys, start=start or BEGINNING, end=at)
        for customer, currency, units in rows:
            if currency is None:
                points[customer] += amount(units, POINTS.scale, 0)
            else:
                turnover[customer][currency] = amount(units, MONEY.scale, 2)
        for key in keys:
            found[key][months] = rules.Achievement(turnover[key], points[key])
    return {key: found[key] for key in keys}
