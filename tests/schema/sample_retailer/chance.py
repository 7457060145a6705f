"""Values that are chosen by a seeded generator, so that they are the same each time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any, TypeVar

import models
from tests.factories import NOW

T = TypeVar("T")

PAST = [NOW - timedelta(days=days) for days in (700, 400, 300, 90, 30, 7, 1)]
PAST += [PAST[3] + timedelta(microseconds=1), PAST[3], PAST[4]]
FUTURE = [NOW + timedelta(days=days) for days in (1, 30, 30, 400)]
NAMES = ["Eva", "Jana", "jana", "Čeněk", "Zoë", "O'Neill", "Anna Marie", "Ωμέγα", "李", "100%", "a_b"]
CITIES = ["Praha", "Brno", "praha", "Plzeň", None]
TEXTS = ["", "x", "Ž", '"quoted"', "two\nlines", "50% & <b>", None]
HOURS = {"MONDAY": [["08:00", "12:00"], ["13:00", "18:00"]], "WEDNESDAY": [["22:00", "02:00"]], "SUNDAY": []}


class Chance:
    """A seeded generator of values."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def of(self, *choices: T) -> T:
        """One of these."""
        return self.random.choice(choices)

    def one(self, choices: Sequence[T]) -> T:
        """One of a list."""
        return self.random.choice(choices)

    def maybe(self, choices: Sequence[T]) -> T | None:
        """One of a list, or none in one of three times."""
        return None if self.random.random() < 1 / 3 else self.random.choice(choices)

    def some(self, choices: Sequence[T], most: int) -> list[T]:
        """A few of a list, none twice."""
        return self.random.sample(choices, self.random.randint(0, min(most, len(choices))))

    def money(self) -> Decimal:
        """An amount that others have too."""
        return self.of(Decimal(0), Decimal("0.5"), Decimal("10.0001"), Decimal(100), Decimal(100), Decimal("12345.67"))

    def past(self) -> datetime:
        """A moment before now."""
        return self.one(PAST)

    def stamps(self) -> dict[str, Any]:
        """When a row was written."""
        made = self.past()
        return {"created_at": made, "updated_at": max(made, self.past())}

    def dates(self) -> dict[str, Any]:
        """A validity, with a bound missing here and there."""
        return {"valid_from": self.maybe(PAST), "valid_to": self.maybe([*FUTURE, *PAST])}

    def state(self) -> models.State:
        """A state; deleted now and then."""
        return self.of(*[models.State.ACTIVE] * 5, models.State.INACTIVE, models.State.DELETED)
