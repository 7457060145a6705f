"""What customers spent and collected: until a moment, by the months that statuses look back.

Cancelled bills don't count, and what was returned or reversed is taken off at the moment at which it had counted.
Months are counted back on the calendar of the programme's zone, since a programme spans stores of many.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from sqlalchemy import BigInteger, String, and_, cast, func, null, select, union_all
from sqlalchemy.orm import aliased

from models import PointEntry, PointEntryKind, Purchase, PurchaseState
from models.rules import qualification as rules
from models.rules.programme import TurnoverBasis
from models.types import MONEY, POINTS, Instant
from resolvers.query.columns import scaled
from resolvers.query.compiled_query import CompiledQuery
from resolvers.query.expressions import word
from resolvers.status.standing import Standing
from resolvers.storage.context import RequestContext
from resolvers.storage.sql import AnySelect, SqlValue
from resolvers.storage.statement import parameter
from resolvers.storage.writing.batches import in_batch
from resolvers.values import amount

COLLECTED = (PointEntryKind.EARN, PointEntryKind.ASSIGN)
"""Entries of the ledger that count as collected points."""

BEGINNING = datetime(1900, 1, 1, tzinfo=UTC)
START, END = parameter("start", Instant()), parameter("end", Instant())


def turnover_of(purchase: type[Purchase], basis: TurnoverBasis) -> SqlValue:
    """What of a bill counts as turnover, as it stands."""
    kept: SqlValue = purchase.total - purchase.returned
    if basis is TurnoverBasis.MONEY:
        kept = kept - purchase.paid_with_points + purchase.returned_with_points
    return kept


def _sums(backend: str, basis: TurnoverBasis) -> Iterator[AnySelect]:
    """Turnover by currency and points, after a moment and until another."""
    purchase, entry = aliased(Purchase), aliased(PointEntry)
    collected, back = aliased(PointEntry), aliased(PointEntry)
    spent = cast(scaled(func.sum(turnover_of(purchase, basis), type_=MONEY), backend), BigInteger)
    yield (
        select(purchase.customer_id, purchase.currency_code, spent)
        .where(in_batch(purchase.customer_id, backend), purchase.paid_at > START, purchase.paid_at <= END)
        .where(purchase.state != word(PurchaseState.CANCELLED))
        .group_by(purchase.customer_id, purchase.currency_code)
    )
    kinds = [word(each) for each in COLLECTED]
    gained = cast(scaled(func.sum(entry.amount, type_=POINTS), backend), BigInteger)
    yield (
        select(entry.customer_id, cast(null(), String), gained)
        .where(in_batch(entry.customer_id, backend), entry.at > START, entry.at <= END, entry.kind.in_(kinds))
        .group_by(entry.customer_id)
    )
    # Both entries are the customer's; said of both, so that neither table is read whole.
    lost = cast(scaled(func.sum(back.amount - back.owed, type_=POINTS), backend), BigInteger)
    yield (
        select(collected.customer_id, cast(null(), String), lost)
        .join(back, and_(back.reverses_id == collected.id, in_batch(back.customer_id, backend)))
        .where(in_batch(collected.customer_id, backend), collected.at > START, collected.at <= END)
        .where(collected.kind.in_(kinds))
        .group_by(collected.customer_id)
    )


def _summed(basis: TurnoverBasis) -> CompiledQuery[int, str | None, int]:
    return CompiledQuery(lambda backend: union_all(*_sums(backend, basis)))


SUMS = {basis: _summed(basis) for basis in TurnoverBasis}


async def read_achievements(
    context: RequestContext,
    standing: Standing,
    customers: Iterable[int],
    at: datetime,
    looked_at: Sequence[rules.Status] | None = None,
) -> dict[int, rules.Achievements]:
    """What customers spent and collected until a moment, as far as some statuses look back, or all of them.

    It takes a statement for each number of months.
    """
    statuses = standing.statuses if looked_at is None else looked_at
    keys = sorted(set(customers))
    found: dict[int, dict[int | None, rules.Achievement]] = {key: {} for key in keys}
    for months, start in rules.starts(statuses, at, standing.zone).items():
        rows = await SUMS[standing.basis].read(context, keys=keys, start=start or BEGINNING, end=at)
        for customer, currency, units in rows:
            done = found[customer].get(months, rules.Achievement())
            found[customer][months] = added(done, currency, units)
    return {key: found[key] for key in keys}


def added(done: rules.Achievement, currency: str | None, units: int) -> rules.Achievement:
    """An achievement with a sum more: of turnover in a currency, or of points where there is none."""
    if currency is None:
        return rules.Achievement(done.turnover, done.points + amount(units, POINTS.scale, 0))
    return rules.Achievement({**done.turnover, currency: amount(units, MONEY.scale, 2)}, done.points)
