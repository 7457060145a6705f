"""How far customers are from keeping their status and from the next one: statuses and sums in one statement."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import BigInteger, ColumnElement, Subquery, and_, case, cast, func, or_, select, union_all
from sqlalchemy import literal_column as literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import aliased
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import FunctionElement

from models import PointEntry, Purchase, PurchaseState, State, Status, StatusRecord
from models.rules import qualification as rules
from models.rules.programme import TurnoverBasis
from models.types import MONEY, POINTS, ExactDecimal, Instant
from resolvers.query.columns import NOW, scaled
from resolvers.query.compiled_query import CompiledQuery
from resolvers.query.expressions import word
from resolvers.status.achievements import COLLECTED, added, turnover_of
from resolvers.status.standing import SUM, basis_in_force, parts, row, standing_of, zone_in_force
from resolvers.storage.batches import in_batch
from resolvers.storage.context import RequestContext, RowRef
from resolvers.storage.sql import AnySelect, SqlColumn
from resolvers.values import Money

EVERYWHERE = literal("1") == literal("1")


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


def _periods() -> Subquery:
    """Each number of months that a status looks back, with the moment after which counts."""
    status = aliased(Status)
    months = status.qualification_months
    looked_back = select(months.label("months"), months_before(NOW, months, zone_in_force()).label("start"))
    return looked_back.where(status.state == word(State.ACTIVE)).distinct().subquery()


def _sums_by_record(backend: str) -> Iterator[AnySelect]:
    """What the holders of status records spent and collected until now, by the months looked back."""
    record = aliased(StatusRecord)
    holders = select(record.customer_id).where(in_batch(record.id, backend), record.ended_at.is_(None))
    purchase, entry, back = aliased(Purchase), aliased(PointEntry), aliased(PointEntry)
    kinds = [word(each) for each in COLLECTED]

    def sums(
        customer: SqlColumn, period: Subquery, amount: SqlColumn, kind: ExactDecimal, currency: SqlColumn | None = None
    ) -> AnySelect:
        units = cast(scaled(func.sum(amount, type_=kind), backend), BigInteger)
        named = {"label": currency} if currency is not None else {}
        return select(*row(SUM, id=customer, months=period.c.months, n1=units, **named))

    def within(moment: SqlColumn, period: Subquery) -> ColumnElement[bool]:
        return and_(or_(period.c.months.is_(None), moment > period.c.start), moment <= NOW)

    by_basis = case(
        (basis_in_force() == word(TurnoverBasis.MONEY), turnover_of(purchase, TurnoverBasis.MONEY)),
        else_=turnover_of(purchase, TurnoverBasis.FULL),
    )
    period = _periods()
    yield (
        sums(purchase.customer_id, period, by_basis, MONEY, purchase.currency_code)
        .select_from(purchase)
        .join(period, EVERYWHERE)
        .where(purchase.customer_id.in_(holders), within(purchase.paid_at, period))
        .where(purchase.state != word(PurchaseState.CANCELLED))
        .group_by(purchase.customer_id, period.c.months, purchase.currency_code)
    )
    period = _periods()
    yield (
        sums(entry.customer_id, period, entry.amount, POINTS)
        .select_from(entry)
        .join(period, EVERYWHERE)
        .where(entry.customer_id.in_(holders), within(entry.at, period), entry.kind.in_(kinds))
        .group_by(entry.customer_id, period.c.months)
    )
    period = _periods()
    yield (
        sums(entry.customer_id, period, back.amount - back.owed, POINTS)
        .select_from(entry)
        .join(back, and_(back.reverses_id == entry.id, back.customer_id.in_(holders)))
        .join(period, EVERYWHERE)
        .where(entry.customer_id.in_(holders), within(entry.at, period), entry.kind.in_(kinds))
        .group_by(entry.customer_id, period.c.months)
    )


PROGRESS = CompiledQuery(lambda backend: union_all(*parts(backend, by_record=True), *_sums_by_record(backend)))


@dataclass(frozen=True, slots=True)
class Missing:
    """What is missing: any one of these will do; empty when nothing is."""

    turnover: Sequence[Money]
    points: Decimal | None


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
    rows = await PROGRESS.read(context, keys=keys)
    standing = standing_of(rows)
    achieved: dict[int, dict[int | None, rules.Achievement]] = {one.customer_id: {} for one in standing.held}
    for part, customer, months, currency, units, *_ in rows:
        if part == SUM:
            done = achieved[customer].get(months, rules.Achievement())
            achieved[customer][months] = added(done, currency, units)
    by_id = {status.id: status for status in standing.statuses}
    return {
        one.id: _shown(rules.progress(by_id.get(one.status_id), standing.statuses, achieved[one.customer_id]))
        for one in standing.held
    }


def _shown(progress: rules.Progress) -> Progress:
    following = RowRef("Status", progress.next.id) if progress.next else None
    return Progress(_missing(progress.keeps_with), following, _missing(progress.rises_with))


def _missing(missing: rules.Missing) -> Missing:
    """Turnover in the order of its currencies, as decimal text shows it best."""
    return Missing([Money(short, currency) for currency, short in sorted(missing.turnover)], missing.points)
