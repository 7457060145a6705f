"""What customers spent and collected: what the tiers of the programme ask for.

Cancelled bills don't count, and what was returned or reversed is taken off at the moment at which it had counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import func, literal_column, null, select, union_all
from sqlalchemy.orm import aliased

from models import PointEntry, Purchase, PurchaseState
from models.columns import MONEY, POINTS, BigKey, Instant
from models.rules import qualification as rules
from resolvers.columns import scaled
from resolvers.expressions import word
from resolvers.progress import COLLECTED, ZONE
from resolvers.reading import Reading
from resolvers.statement import Statement, compile_statement, parameter
from resolvers.values import amount

CUSTOMER = parameter("customer", BigKey)


async def achievements(
    reading: Reading, customer_id: int, statuses: Sequence[rules.Status], at: datetime
) -> rules.Achievements:
    """What a customer had spent and collected by a moment, within each number of months that a status looks back."""
    starts = rules.starts(statuses, at, ZONE)
    if not starts:
        return {}
    bounded = tuple(start is not None for start in starts.values())
    values = {f"p{place}": start for place, start in enumerate(starts.values())}
    rows = await reading.fetch(_achieved(bounded, reading.backend), {**values, "customer": customer_id, "until": at})
    turnover: dict[int, dict[str, Decimal]] = {}
    points: dict[int, Decimal] = {}
    for place, currency, total in rows:
        if currency is not None:
            turnover.setdefault(place, {})[currency] = amount(total, 4, 2)
        elif total is not None:
            points[place] = points.get(place, Decimal(0)) + amount(total, 2, 0)
    return {
        months: rules.Achievement(turnover.get(place, {}), points.get(place, Decimal(0)))
        for place, months in enumerate(starts)
    }


@lru_cache(maxsize=64)
def _achieved(bounded: tuple[bool, ...], backend: str) -> Statement:
    parts: list[Any] = []
    for place, has_start in enumerate(bounded):
        start = parameter(f"p{place}", Instant()) if has_start else None
        parts += [_spent(place, start, backend), _collected(place, start, backend), _reversed(place, start, backend)]
    return compile_statement(union_all(*parts), backend)  # type: ignore[arg-type]


def _within(moment: Any, start: Any) -> list[Any]:
    until = parameter("until", Instant())
    return [moment <= until, *([moment >= start] if start is not None else [])]


def _spent(place: int, start: Any, backend: str) -> Any:
    purchase = aliased(Purchase)
    total = scaled(func.sum(purchase.total - purchase.returned, type_=MONEY), backend)
    return (
        select(literal_column(str(place)), purchase.currency_code, total)
        .where(
            purchase.customer_id == CUSTOMER,
            purchase.state != word(PurchaseState.CANCELLED),
            *_within(purchase.paid_at, start),
        )
        .group_by(purchase.currency_code)
    )


def _collected(place: int, start: Any, backend: str) -> Any:
    entry = aliased(PointEntry)
    total = scaled(func.sum(entry.amount, type_=POINTS), backend)
    return select(literal_column(str(place)), null(), total).where(
        entry.customer_id == CUSTOMER,
        entry.kind.in_([word(kind) for kind in COLLECTED]),
        *_within(entry.at, start),
    )


def _reversed(place: int, start: Any, backend: str) -> Any:
    entry, back = aliased(PointEntry), aliased(PointEntry)
    total = scaled(func.sum(back.amount, type_=POINTS), backend)
    return (
        select(literal_column(str(place)), null(), total)
        .join(entry, entry.id == back.reverses_id)
        .where(
            entry.customer_id == CUSTOMER,
            entry.kind.in_([word(kind) for kind in COLLECTED]),
            *_within(entry.at, start),
        )
    )
