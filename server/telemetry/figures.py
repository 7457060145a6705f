"""Figures of the requests, counted in this process: a few additions for each.

Labels are bounded. An operation's name is its client's to choose: only so many get figures of their own, and only those
that somebody with a token asked for, so that no stranger takes their places.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Container

from server.telemetry.metrics import SECONDS, STATEMENTS
from server.telemetry.observer import Seen
from server.telemetry.snapshot import Snapshot

MOST_NAMES, LONGEST_NAME = 100, 64
OTHER, UNNAMED, INVALID = "(other)", "(unnamed)", "(invalid)"
"""What no name of an operation can be."""


class Tally:
    """What was counted of one operation."""

    __slots__ = ("buckets", "cost", "seconds", "statements", "types")

    def __init__(self) -> None:
        self.buckets = [0] * (len(SECONDS) + 1)
        self.seconds = 0.0
        self.cost = self.statements = 0
        self.types: dict[str, int] = {}


class Figures:
    """Counts requests. `trusted` are the texts of documents whose names are the operator's own."""

    def __init__(self, trusted: Container[str] = ()) -> None:
        self._trusted = trusted
        self._tallies = {name: Tally() for name in (OTHER, UNNAMED, INVALID)}
        self._most = len(self._tallies) + MOST_NAMES
        self._errors: Counter[tuple[str, str]] = Counter()
        self._statements, self._all_statements = [0] * (len(STATEMENTS) + 1), 0

    def note(self, seen: Seen) -> None:
        """Count a request."""
        name = seen.name
        tally = self._tallies.get(name) if name else None
        if tally is None or name is None:
            name = self._label(seen)
            tally = self._tallies[name]
        tally.buckets[bisect_left(SECONDS, seen.seconds)] += 1
        tally.seconds += seen.seconds
        kind = seen.type
        tally.types[kind] = tally.types.get(kind, 0) + 1
        tally.cost += seen.cost
        statements = seen.statements
        tally.statements += statements
        self._statements[bisect_left(STATEMENTS, statements)] += 1
        self._all_statements += statements
        for code in seen.codes:
            self._errors[name, code] += 1

    def _label(self, seen: Seen) -> str:
        name = seen.name
        if not name:
            return INVALID if name is None else UNNAMED
        if not self._is_trusted(seen) and (
            len(self._tallies) >= self._most or len(name) > LONGEST_NAME or not seen.is_known
        ):
            return OTHER
        self._tallies[name] = Tally()
        return name

    def _is_trusted(self, seen: Seen) -> bool:
        running = seen.request.running
        return running is not None and running.text in self._trusted

    def tell(self, snapshot: Snapshot) -> None:
        """What was counted until now."""
        for name, tally in self._tallies.items():
            if not tally.types:
                continue
            for kind, count in tally.types.items():
                snapshot.add("crm360_requests", count, name, kind)
            snapshot.histogram("crm360_request_seconds", tally.buckets, tally.seconds, name)
            snapshot.add("crm360_statements", tally.statements, name)
            snapshot.add("crm360_cost_points", tally.cost, name)
        for (name, code), count in self._errors.items():
            snapshot.add("crm360_errors", count, name, code)
        snapshot.histogram("crm360_request_statements", self._statements, self._all_statements)
