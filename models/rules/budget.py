"""Budgets of cost: a bucket of points that fills again at a steady rate, and may be emptied at once.

A bucket is kept as one moment: when it will be full again if nothing more is taken. What was taken is what has to flow
back until then, so neither limit nor rate is stored, and another limit holds at once. Moments and spans are in
nanoseconds since 1970, whole numbers that both databases add up exactly.
"""

from __future__ import annotations

from dataclasses import dataclass

SECOND = 1_000_000_000
LARGEST = 1_000_000_000
"""The largest limit and rate: figures that the graph's Int holds."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many points a full bucket holds, and how many flow back in a second."""

    limit: int
    refill: int

    @classmethod
    def of(cls, text: str) -> Allowance | None:
        """An allowance as it is written, limit/refill as in 100000/5000; none for 0, which is without bounds."""
        if text.strip() == "0":
            return None
        limit, slash, refill = text.partition("/")
        try:
            made = cls(int(limit), int(refill))
        except ValueError:
            made = cls(0, 0)
        if not slash or not (0 < made.limit <= LARGEST and 0 < made.refill <= LARGEST):
            raise ValueError("must be the points of a budget and how many flow back in a second, as 100000/5000, or 0")
        return made

    def span(self, points: int) -> int:
        """How long so many points take to flow back."""
        return -(-points * SECOND // self.refill)

    def points(self, span: int) -> int:
        """How many points flow back in a span."""
        return span * self.refill // SECOND

    def used(self, full_at: int, now: int) -> int:
        """How many points are taken now, of a bucket that will be full at a moment."""
        return -(-max(0, full_at - now) * self.refill // SECOND)

    def wait(self, points: int, full_at: int, now: int) -> int:
        """How long it takes until so many points are there; nothing where they are."""
        return max(0, full_at - now + self.span(points) - self.span(self.limit))


@dataclass(slots=True)
class Standing:
    """How a budget stands for one document."""

    requested: int
    """The points that the document may cost at most."""
    allowance: Allowance | None = None
    """None where there is no budget."""
    remaining: int = 0
    full_at: int = 0
    """When all of it is there again, if nothing more is asked."""
    document_limit: int | None = None
    """The points that one document may cost."""

    @property
    def used(self) -> int:
        """The points that are taken."""
        return 0 if self.allowance is None else self.allowance.limit - self.remaining


def next_lease(last: int, allowance: Allowance, idle: int) -> int:
    """How many points a process takes next for itself: more where the last ones didn't last a second, fewer later.

    It begins with a fiftieth of the limit and is never more than a quarter, so that some is left for other processes.
    """
    least, most = max(1, allowance.limit // 50), max(1, allowance.limit // 4)
    if idle < SECOND:
        last *= 2
    elif idle > 5 * SECOND:
        last //= 2
    return max(least, min(last, most))
