"""What the loyalty programme promises for every bill: what it earns, what a point pays, how long points last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_FLOOR, Decimal

from models.rules.ledger import NewLot
from models.rules.periods import add_months


@dataclass(frozen=True, slots=True)
class Programme:
    """A point for each whole unit of a currency that is paid; a point pays a hundredth; twelve months to spend it."""

    points_per_unit: Decimal = Decimal(1)
    point_value: Decimal = Decimal("0.01")
    points_last_months: int = 12

    def whole(self, points: Decimal) -> Decimal:
        """Bills earn whole points; what doesn't make a whole one is lost."""
        return points.quantize(Decimal(1), ROUND_FLOOR)

    def lot(self, points: Decimal, at: datetime, zone: str) -> NewLot:
        """Points that a bill earned can be spent at once, and for so many months on the store's calendar."""
        return NewLot(points, at, add_months(at, self.points_last_months, zone))


PROGRAMME = Programme()
"""The programme that is run."""
