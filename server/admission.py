"""Who is let in: in a crowd only so many as can be answered in good time; the others are told at once to come back.

A crowd may be larger at first, when it may soon be gone. One that stays is let in no faster than it is answered, so
that those who are let in wait hardly longer than in a gateway that is just busy.
"""

from __future__ import annotations

import time
from collections.abc import Callable

FEW = 64
"""How many requests at once are no crowd."""

MOST = 120
"""How many are let in at once of a crowd that stays."""

FIRST = 500
"""How many are let in of a crowd that has just come."""

WINDOW = 1.0
"""The seconds of a crowd in which answers are counted."""

WITHIN = 2.0
"""The seconds in which those who are let in should be answered."""


class Admission:
    """Counts requests in and out."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._running = self._answered = 0
        self._since: float | None = None
        self._most = FIRST
        self.turned_away = 0
        """How many were told to come back."""

    def enters(self) -> bool:
        """Whether one more is let in."""
        if self.is_full:
            self.turned_away += 1
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
        if self._running < FEW // 2:
            # It's no crowd any more.
            self._since, self._most = None, FIRST

    @property
    def is_full(self) -> bool:
        """Whether nobody is let in now."""
        if self._running < FEW:
            return False
        now = self._clock()
        if self._since is None:
            self._since, self._answered = now, 0
        elif now - self._since >= WINDOW:
            in_good_time = int(WITHIN * self._answered / (now - self._since))
            self._most = min(max(FEW, in_good_time), MOST)
            self._since, self._answered = now, 0
        return self._running >= self._most
