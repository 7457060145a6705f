"""The statuses and who holds which, with the calendar and the turnover that judge them: all in one statement."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import BigInteger, ColumnElement, Integer, String, cast, func, null, or_, select, union_all
from sqlalchemy import literal_column as literal
from sqlalchemy.orm import aliased

from models import Programme, State, Status, StatusChange, StatusRecord, StatusTurnover
from models.rules import qualification as rules
from models.rules.programme import TurnoverBasis
from models.types import MONEY, POINTS, Instant
from resolvers.query.columns import NOW, scaled
from resolvers.query.compiled_query import CompiledQuery
from resolvers.query.expressions import word
from resolvers.storage.context import RequestContext
from resolvers.storage.reader import Row
from resolvers.storage.sql import AnySelect, SqlColumn, SqlType, SqlValue
from resolvers.storage.writing.batches import in_batch
from resolvers.values import amount

COLUMNS: tuple[tuple[str, SqlType], ...] = (
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
TERMS, STATUS, THRESHOLD, HOLDER, SUM = range(5)


def row(part: int, **given: SqlColumn) -> list[SqlValue]:
    """A row of the statement: which part it is of, and what it says."""
    given["part"] = literal(str(part))
    return [cast(given.get(name, null()), kind).label(name) for name, kind in COLUMNS]


def in_force(column: str, otherwise: str) -> SqlValue:
    """What the programme in force says: of those that are valid, the one that began last."""
    one = aliased(Programme)
    valid = (one.state == word(State.ACTIVE), one.valid_from <= NOW, or_(one.valid_to.is_(None), one.valid_to > NOW))
    latest = select(cast(getattr(one, column), String)).where(*valid).order_by(one.valid_from.desc(), one.id.desc())
    return func.coalesce(latest.limit(literal("1")).scalar_subquery(), word(otherwise))


def zone_in_force() -> SqlValue:
    """The zone of the calendar; UTC where there is no programme."""
    return in_force("time_zone", "UTC")


def basis_in_force() -> SqlValue:
    """What of a bill counts as turnover; all of it where there is no programme."""
    return in_force("turnover_basis", TurnoverBasis.FULL)


Named = Callable[[type[StatusRecord]], ColumnElement[bool]]
"""Whether a status record is one of those asked for."""


def parts(backend: str, named: Named) -> Iterator[AnySelect]:
    """The statement's parts; the current status records asked for are named by themselves or by their holders."""
    yield select(*row(TERMS, label=zone_in_force(), text=basis_in_force()))
    yield from _statuses(backend)
    yield _holders(named)


def _statuses(backend: str) -> Iterator[AnySelect]:
    status, turnover, owner = aliased(Status), aliased(StatusTurnover), aliased(Status)
    yield select(
        *row(
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
    threshold = row(THRESHOLD, id=owner.id, label=turnover.currency_code, n1=scaled(turnover.amount, backend))
    yield select(*threshold).join(owner, owner.id == turnover.status_id).where(owner.state == word(State.ACTIVE))


def _holders(named: Named) -> AnySelect:
    record = aliased(StatusRecord)
    columns = row(
        HOLDER,
        id=record.id,
        label=record.change,
        n1=record.status_id,
        n2=record.customer_id,
        begins=record.valid_from,
        ends=record.valid_to,
    )
    return select(*columns).where(named(record), record.ended_at.is_(None))


STANDING = CompiledQuery(
    lambda backend: union_all(*parts(backend, lambda record: in_batch(record.customer_id, backend)))
)


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


async def read_standing(context: RequestContext, customers: Sequence[int]) -> Standing:
    """The statuses, and which ones customers hold."""
    return standing_of(await STANDING.read(context, keys=customers))


def standing_of(rows: Iterable[Row]) -> Standing:
    """The statuses and who holds which, out of the rows of the statement."""
    statuses: dict[int, rules.Status] = {}
    standing = Standing()
    for part, identity, months, label, n1, n2, n3, text, begins, ends in sorted(rows, key=lambda each: each[0]):
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
        elif part == HOLDER:
            standing.held.append(Held(identity, n1, n2, StatusChange(label), begins, ends))
    standing.statuses = sorted(statuses.values(), key=lambda status: status.rank)
    return standing
