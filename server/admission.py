"""Who is let in: in a crowd only so many as can be answered in good time; the others are told at once to come back.

How many that are is measured: what was answered in the last second tells what can be answered in the next two. A crowd
that is gone within a second is served as it comes.
"""

from __future__ import annotations

import time
from collections.abc import Callable

FEW = 64
"""How many requests at once are no crowd."""

WINDOW = 1.0
"""The seconds of a crowd in which answers are counted."""

WITHIN = 2.0
"""The seconds in which those who are let in should be answered."""


class Admission:
    """Counts requests in and out."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._running = self._answered = 0
        self.shed = 0
        """How many were not let in."""
        self._since: float | None = None
        self._most: float | None = None

    def enters(self) -> bool:
        """Whether one more is let in."""
        if self._running < FEW:
            self._since = self._most = None
        elif self._is_full():
            self.shed += 1
            return False
        self._running += 1
        return True

    @property
    def running(self) -> int:
        """How many are being answered."""
        return self._running

    def leaves(self) -> None:
        """One was answered, or left."""
        self._running -= 1
        self._answered += 1

    def _is_full(self) -> bool:
        now = self._clock()
        if self._since is None:
            self._since, self._answered = now, 0
        elif now - self._since >= WINDOW:
            self._most = max(FEW, WITHIN * self._answered / (now - self._since))
            self._since, self._answered = now, 0
        return self._most is not None and self._running >= self._most
