"""The status that a customer should hold by what stands of their bills and points, worked out from the beginning.

What was undone never happened, in whatever order it was undone. A period is judged by its own end, whenever that is
looked at, and the next one follows it without a gap.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import accumulate

from models.rules.money import ZERO
from models.rules.qualification import Achievement, Achievements, Holding, Status, StatusDecision, qualify, starts


@dataclass(frozen=True, slots=True)
class Counted:
    """Turnover in a currency, or points where there is none, with the moment at which it counts."""

    at: datetime
    amount: Decimal
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision, and which of the moments led to it; none where the end of a period did."""

    decision: StatusDecision
    moment: int | None = None


class Record:
    """What a customer spent and collected, summed up over any stretch of time: its end belongs to it."""

    def __init__(self, counted: Iterable[Counted], statuses: Sequence[Status], zone: str) -> None:
        self._statuses, self._zone = statuses, zone
        by_currency: dict[str | None, list[Counted]] = {}
        for one in sorted(counted, key=lambda each: each.at):
            by_currency.setdefault(one.currency, []).append(one)
        self._times = {currency: [one.at for one in found] for currency, found in by_currency.items()}
        self._sums = {
            currency: list(accumulate((one.amount for one in found), initial=ZERO))
            for currency, found in by_currency.items()
        }

    def achieved(self, at: datetime) -> Achievements:
        """What counts at a moment, by the months that statuses look back."""
        return {
            months: Achievement(
                {currency: self._between(currency, start, at) for currency in self._times if currency is not None},
                self._between(None, start, at),
            )
            for months, start in starts(self._statuses, at, self._zone).items()
        }

    def _between(self, currency: str | None, start: datetime | None, end: datetime) -> Decimal:
        times, sums = self._times.get(currency, []), self._sums.get(currency, [ZERO])
        first = 0 if start is None else bisect_right(times, start)
        return sums[bisect_right(times, end)] - sums[first]


def history(
    holding: Holding | None,
    statuses: Sequence[Status],
    achieved: Callable[[datetime], Achievements],
    moments: Sequence[datetime],
    *,
    until: datetime,
    zone: str,
) -> list[Decided]:
    """What becomes of a status: it may rise at each of the moments, in order, and is judged at each of its ends."""
    found: list[Decided] = []

    def take(decision: StatusDecision | None, moment: int | None) -> bool:
        nonlocal holding
        if decision is not None:
            found.append(Decided(decision, moment))
            holding = Holding(decision.status.id, decision.valid_to) if decision.status else None
        return decision is not None

    def judge_ends(at: datetime) -> None:
        while holding is not None and holding.valid_to is not None and holding.is_over(at):
            end = holding.valid_to
            if not take(qualify(holding, statuses, achieved(end), at=end, zone=zone), None):
                return

    for place, at in enumerate(moments):
        judge_ends(at)
        take(qualify(holding, statuses, achieved(at), at=at, zone=zone), place)
    judge_ends(until)
    return found
