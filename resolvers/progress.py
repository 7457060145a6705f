"""How far customers are from keeping their status and from the next one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import func, literal_column, null, select, union_all
from sqlalchemy.orm import aliased

from models import PointEntry, PointEntryKind, Purchase, PurchaseState, State, Status, StatusRecord, StatusTurnover
from models.columns import MONEY, POINTS, Instant
from models.rules import qualification as rules
from resolvers.batches import in_batch
from resolvers.columns import NOW, scaled
from resolvers.expressions import word
from resolvers.reading import Reading, RowRef
from resolvers.statement import Statement, compile_statement, parameter
from resolvers.values import Money, amount

ZONE = "UTC"
"""Months are counted back on the calendar of this zone: a programme spans stores of many."""

COLLECTED = (PointEntryKind.EARN, PointEntryKind.ASSIGN)


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


@lru_cache(maxsize=2)
def _statuses(backend: str) -> Statement:
    status, turnover = aliased(Status), aliased(StatusTurnover)
    columns = (
        status.id,
        status.rank,
        status.previous_id,
        status.qualification,
        status.qualification_months,
        scaled(status.qualification_points, backend),
        status.validity,
        turnover.currency_code,
        scaled(turnover.amount, backend),
    )
    joined = select(*columns).join(turnover, turnover.status_id == status.id, isouter=True)
    return compile_statement(
        joined.where(status.state == word(State.ACTIVE)).order_by(status.rank, turnover.currency_code), backend
    )


@lru_cache(maxsize=64)
def _achieved(periods: tuple[bool, ...], backend: str) -> Statement:
    """What the holders of status records spent and collected, per period; `periods` says which have a start."""
    parts: list[Any] = [_holders(backend)]
    for place, bounded in enumerate(periods):
        parts += [_spent(place, backend, bounded=bounded), _collected(place, backend, bounded=bounded)]
    return compile_statement(union_all(*parts), backend)


def _holders(backend: str) -> Any:
    record = aliased(StatusRecord)
    current = record.ended_at.is_(None)
    return select(record.id, literal_column("-1"), null(), record.status_id).where(
        in_batch(record.id, backend), current
    )


def _spent(place: int, backend: str, *, bounded: bool) -> Any:
    record, purchase = aliased(StatusRecord), aliased(Purchase)
    start = [purchase.paid_at >= parameter(f"p{place}", Instant())] if bounded else []
    total = scaled(func.sum(purchase.total - purchase.returned, type_=MONEY), backend)
    return (
        select(record.id, literal_column(str(place)), purchase.currency_code, total)
        .join(purchase, purchase.customer_id == record.customer_id)
        .where(
            in_batch(record.id, backend),
            record.ended_at.is_(None),
            purchase.state != word(PurchaseState.CANCELLED),
            *start,
            purchase.paid_at <= NOW,
        )
        .group_by(record.id, purchase.currency_code)
    )


def _collected(place: int, backend: str, *, bounded: bool) -> Any:
    record, entry = aliased(StatusRecord), aliased(PointEntry)
    start = [entry.at >= parameter(f"p{place}", Instant())] if bounded else []
    total = scaled(func.sum(entry.amount, type_=POINTS), backend)
    return (
        select(record.id, literal_column(str(place)), null(), total)
        .join(entry, entry.customer_id == record.customer_id)
        .where(
            in_batch(record.id, backend),
            record.ended_at.is_(None),
            entry.kind.in_([word(kind) for kind in COLLECTED]),
            *start,
            entry.at <= NOW,
        )
        .group_by(record.id)
    )


async def read_statuses(reading: Reading) -> list[rules.Status]:
    """The tiers of the programme, the lowest first."""
    found: dict[int, rules.Status] = {}
    for row in await reading.fetch(_statuses(reading.backend), {}):
        identity, rank, previous, kind, months, points, validity, currency, turnover = row
        status = found.get(identity)
        if status is None:
            limit = None if points is None else amount(points, 2, 0)
            status = found[identity] = rules.Status(
                identity, rank, previous, rules.Qualification(kind), months, {}, limit, validity
            )
        if currency is not None:
            assert isinstance(status.turnover, dict)
            status.turnover[currency] = amount(turnover, 4, 2)
    return list(found.values())


async def load_progress(
    reading: Reading, keys: Sequence[int], _args: Mapping[str, Any], _names: frozenset[str]
) -> Mapping[int, Progress | None]:
    """The progress of each current status record; none for one that has ended."""
    statuses = await reading.keep("statuses", read_statuses)
    starts = rules.starts(statuses, reading.now, ZONE)
    periods = tuple(start is not None for start in starts.values())
    values: dict[str, Any] = {f"p{place}": start for place, start in enumerate(starts.values()) if start is not None}
    rows = await reading.fetch(_achieved(periods, reading.backend), {**values, "keys": keys})
    held: dict[int, int] = {}
    turnover: dict[tuple[int, int], dict[str, Decimal]] = {}
    points: dict[tuple[int, int], Decimal] = {}
    for record, place, currency, total in rows:
        if place < 0:
            held[record] = total
        elif currency is None:
            points[record, place] = amount(total, 2, 0)
        else:
            turnover.setdefault((record, place), {})[currency] = amount(total, 4, 2)
    by_id = {status.id: status for status in statuses}
    found: dict[int, Progress | None] = {}
    for record, status in held.items():
        achievements = {
            months: rules.Achievement(turnover.get((record, place), {}), points.get((record, place), Decimal(0)))
            for place, months in enumerate(starts)
        }
        found[record] = _shown(rules.progress(by_id.get(status), statuses, achievements))
    return found


def _shown(progress: rules.Progress) -> Progress:
    following = RowRef("Status", progress.next.id) if progress.next else None
    return Progress(_missing(progress.keeps_with), following, _missing(progress.rises_with))


def _missing(missing: rules.Missing) -> Missing:
    turnover = [Money(short, currency) for currency, short in missing.turnover]
    return Missing(turnover, missing.points)
