"""How far customers are from keeping their status and from the next one: statuses and sums in one statement."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Subquery,
    and_,
    case,
    cast,
    func,
    or_,
    select,
    union_all,
)
from sqlalchemy import literal_column as literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import aliased
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import FunctionElement

from models import PointEntry, Purchase, PurchaseState, State, Status, StatusRecord
from models.rules import qualification as rules
from models.rules.periods import add_months
from models.rules.programme import TurnoverBasis
from models.types import MONEY, POINTS, ExactDecimal, Instant
from resolvers.query.columns import NOW, Expression, scaled
from resolvers.query.compiled_query import CompiledQuery
from resolvers.query.expressions import word
from resolvers.query.row_lists import row_list
from resolvers.status.achievements import COLLECTED, added, turnover_of
from resolvers.status.standing import (
    SUM,
    Held,
    Named,
    Standing,
    basis_in_force,
    parts,
    row,
    standing_of,
    zone_in_force,
)
from resolvers.storage.context import RequestContext, RowRef
from resolvers.storage.reader import Row
from resolvers.storage.sql import AnySelect, SqlColumn
from resolvers.storage.writing.batches import in_batch
from resolvers.values import Money


class months_before(FunctionElement[datetime]):  # noqa: N801
    """A moment so many months earlier, by the calendar of a zone."""

    type = Instant()
    inherit_cache = True
    name = "months_before"


@compiles(months_before, "postgresql")
def _on_postgresql(element: months_before, compiler: SQLCompiler, **options: object) -> str:
    moment, months, zone = (compiler.process(clause, **options) for clause in element.clauses)
    return f"((({moment}) AT TIME ZONE {zone} - make_interval(months => {months})) AT TIME ZONE {zone})"


@compiles(months_before, "sqlite")
def _on_sqlite(element: months_before, compiler: SQLCompiler, **options: object) -> str:
    moment, months, zone = (compiler.process(clause, **options) for clause in element.clauses)
    return f"months_before({moment}, {months}, {zone})"


def _periods(named: Named) -> Subquery:
    """For each holder of a status record: what statuses look back at from now, and what keeps the record at its end."""
    record, status = aliased(StatusRecord), aliased(Status)
    months = status.qualification_months
    looked_back = select(
        record.customer_id,
        months.label("months"),
        literal("0").label("keeps"),
        months_before(NOW, months, zone_in_force()).label("start"),
        NOW.label("stop"),
    )
    of_current = (named(record), record.ended_at.is_(None))
    until_now = looked_back.where(*of_current, status.state == word(State.ACTIVE)).distinct()
    held = aliased(Status)
    at_end = select(
        record.customer_id,
        held.qualification_months,
        literal("1"),
        months_before(record.valid_to, held.qualification_months, zone_in_force()),
        case((record.valid_to < NOW, record.valid_to), else_=NOW),
    )
    until_end = at_end.join(held, held.id == record.status_id).where(*of_current, record.valid_to.is_not(None))
    return union_all(until_now, until_end).subquery()


def _sums_by_record(backend: str, named: Named) -> Iterator[AnySelect]:
    """What the holders of status records spent and collected, by period, and since when."""
    purchase, entry, back = aliased(Purchase), aliased(PointEntry), aliased(PointEntry)
    kinds = [word(each) for each in COLLECTED]

    def sums(
        period: Subquery,
        amount: SqlColumn,
        kind: ExactDecimal,
        since: SqlColumn | None = None,
        currency: SqlColumn | None = None,
    ) -> AnySelect:
        units = cast(scaled(func.sum(amount, type_=kind), backend), BigInteger)
        given = {} if currency is None else {"label": currency}
        if since is not None:
            given["begins"] = func.min(since)
        key, months, keeps = period.c.customer_id, period.c.months, period.c.keeps
        found = select(*row(SUM, id=key, months=months, n1=units, n2=keeps, **given)).select_from(period)
        return found.group_by(key, months, keeps, *([] if currency is None else [currency]))

    def within(moment: SqlColumn, period: Subquery) -> ColumnElement[bool]:
        return and_(or_(period.c.months.is_(None), moment > period.c.start), moment <= period.c.stop)

    by_basis = case(
        (basis_in_force() == word(TurnoverBasis.MONEY), turnover_of(purchase, TurnoverBasis.MONEY)),
        else_=turnover_of(purchase, TurnoverBasis.FULL),
    )
    period = _periods(named)
    yield (
        sums(period, by_basis, MONEY, purchase.paid_at, purchase.currency_code)
        .join(purchase, purchase.customer_id == period.c.customer_id)
        .where(within(purchase.paid_at, period), purchase.state != word(PurchaseState.CANCELLED))
    )
    period = _periods(named)
    yield (
        sums(period, entry.amount, POINTS, entry.at)
        .join(entry, entry.customer_id == period.c.customer_id)
        .where(within(entry.at, period), entry.kind.in_(kinds))
    )
    period = _periods(named)
    yield (
        sums(period, back.amount - back.owed, POINTS)
        .join(entry, entry.customer_id == period.c.customer_id)
        .join(back, and_(back.reverses_id == entry.id, back.customer_id == period.c.customer_id))
        .where(within(entry.at, period), entry.kind.in_(kinds))
    )


def _rows(backend: str, named: Named) -> CompoundSelect[*tuple[Any, ...]]:
    return union_all(*parts(backend, named), *_sums_by_record(backend, named))


PROGRESS = CompiledQuery(lambda backend: _rows(backend, lambda record: in_batch(record.id, backend)))
PROGRESS_ALONG = row_list("progress", lambda key, backend: _rows(backend, lambda record: record.id == key))
"""The same for one status record, to be read along with it."""


@dataclass(frozen=True, slots=True)
class TurnoverDue:
    """Turnover missing in a currency, and by when."""

    missing: Money
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Missing:
    """What is missing: any one of these will do; empty when nothing is."""

    turnover_due: Sequence[TurnoverDue]
    points: Decimal | None
    points_due_at: datetime | None = None

    @property
    def turnover(self) -> Sequence[Money]:
        """The turnover by itself."""
        return [one.missing for one in self.turnover_due]


@dataclass(frozen=True, slots=True)
class Progress:
    """What keeps the current status, and what leads to the next."""

    keeps_with: Missing
    next: RowRef | None
    rises_with: Missing


async def load_progress(
    context: RequestContext, keys: Sequence[int], _args: Mapping[str, object], _names: frozenset[str]
) -> Mapping[int, Progress]:
    """The progress of each current status record; none for one that has ended."""
    return _made(await PROGRESS.read(context, keys=keys))


def progress_along(_args: Mapping[str, object], _names: frozenset[str]) -> Expression:
    """What progress is made of, to be read along with a status record."""
    return PROGRESS_ALONG


def made_along(found: Mapping[int, Sequence[Row]], _context: RequestContext) -> Mapping[int, Progress]:
    """The progress of each status record, of what was read along with it."""
    made: dict[int, Progress] = {}
    for rows in found.values():
        made |= _made([(*row[:-2], *map(_moment, row[-2:])) for row in rows])
    return made


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


@dataclass(slots=True)
class _Done:
    """What a customer spent and collected: by the months looked back, and in what keeps their status at its end."""

    achieved: dict[int | None, rules.Achievement] = field(default_factory=dict)
    keeps: rules.Achievement = field(default_factory=rules.Achievement)
    since: dict[tuple[int | None, str | None], datetime] = field(default_factory=dict)
    """The oldest of what counts, by months and by currency, or none for points."""

    def add(self, found: Row) -> None:
        """Take a sum into account."""
        _, _, months, currency, units, keeps, *_, since, _ = found
        if keeps:
            self.keeps = added(self.keeps, currency, units)
            return
        self.achieved[months] = added(self.achieved.get(months, rules.Achievement()), currency, units)
        if since is not None:
            self.since[months, currency] = since


def _made(rows: Sequence[Row]) -> Mapping[int, Progress]:
    standing = standing_of(rows)
    done = {one.customer_id: _Done() for one in standing.held}
    for found in rows:
        if found[0] == SUM:
            done[found[1]].add(found)
    return {one.id: _progress(one, standing, done[one.customer_id]) for one in standing.held}


def _progress(one: Held, standing: Standing, done: _Done) -> Progress:
    current = next((status for status in standing.statuses if status.id == one.status_id), None)
    keeping = None if one.valid_to is None else done.keeps
    found = rules.progress(current, standing.statuses, done.achieved, keeping)
    following = found.next

    def too_old(currency: str | None) -> datetime | None:
        """When the oldest of what counts for the next status counts no longer."""
        assert following is not None
        since = done.since.get((following.months, currency))
        if since is None or following.months is None:
            return None
        return add_months(since, following.months, standing.zone)

    return Progress(
        _missing(found.keeps_with, lambda _: one.valid_to),
        RowRef("Status", following.id) if following else None,
        _missing(found.rises_with, too_old),
    )


def _missing(missing: rules.Missing, due: Callable[[str | None], datetime | None]) -> Missing:
    """Turnover in the order of its currencies, as decimal text shows it best."""
    turnover = [TurnoverDue(Money(short, currency), due(currency)) for currency, short in sorted(missing.turnover)]
    return Missing(turnover, missing.points, None if missing.points is None else due(None))
