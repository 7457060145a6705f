"""The loyalty programme: what earns points, what a point is worth, how long points last, and how tills apply it.

A retailer sets programmes up as records with validity. A bill is judged by the programme that held when it was paid.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from models.described import DescribedEnum
from models.rules.ledger import NewLot
from models.rules.money import ZERO
from models.rules.periods import TimeUnit, add_period, end_of

WHOLE = Decimal(100)


class EarningKind(DescribedEnum):
    """What a rule of earning gives points for."""

    AMOUNT = "AMOUNT", "For each amount that is paid in money."
    VISIT = "VISIT", "For a visit, which is a bill."
    MULTIPLIER = "MULTIPLIER", "Multiplies what goods earn by amount."


class PointRounding(DescribedEnum):
    """How the points of a bill are rounded, once for the whole bill."""

    DOWN = "DOWN", "What doesn't make a whole one is lost."
    HALF_UP = "HALF_UP", "From a half on, up."
    UP = "UP", "What doesn't make a whole one is made one."


class PointsEnd(DescribedEnum):
    """Until when points last once their time is over: that moment, or the end of its day, month, quarter or year."""

    MOMENT = "MOMENT", "That very moment."
    DAY = "DAY", "The end of its day."
    MONTH = "MONTH", "The end of its month."
    QUARTER = "QUARTER", "The end of its quarter."
    YEAR = "YEAR", "The end of its year."


class TurnoverBasis(DescribedEnum):
    """What of a bill counts as turnover for statuses: all that was paid, or only the part paid in money."""

    FULL = "FULL", "All that was paid, in whatever way."
    MONEY = "MONEY", "Only the part that points did not pay."


class AutomaticChoice(DescribedEnum):
    """How rewards that apply by themselves are chosen: the best for the customer, or in order of priority."""

    BEST_COMBINATION = "BEST_COMBINATION", "Those that together take the most off."
    PRIORITY = "PRIORITY", "In order of priority, the highest first."


@dataclass(frozen=True, slots=True)
class EarningRule:
    """A rule by which bills earn points. Sets that are empty set no bounds.

    AMOUNT gives `points` for each `per_amount` of its currency that is paid in money, VISIT gives `points` for a bill,
    MULTIPLIER multiplies what goods earn by amount.
    """

    code: str
    kind: EarningKind
    name: str = ""
    currency: str | None = None
    points: Decimal = ZERO
    per_amount: Decimal = Decimal(1)
    factor: Decimal = Decimal(1)
    whole_steps: bool = False
    exclusive: bool = False
    minimum: Decimal | None = None
    delay: str | None = None
    priority: int = 5
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    product_ids: frozenset[int] = frozenset()
    group_ids: frozenset[int] = frozenset()
    brand_ids: frozenset[int] = frozenset()
    store_ids: frozenset[int] = frozenset()
    status_ids: frozenset[int] = frozenset()
    segment_ids: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class EarnedByRule:
    """The points of a bill that one rule gave, and after which period they count."""

    code: str
    name: str
    points: Decimal
    delay: str | None = None


@dataclass(frozen=True, slots=True)
class Earnings:
    """What a bill earns, rule by rule."""

    by_rule: tuple[EarnedByRule, ...] = ()

    @property
    def points(self) -> Decimal:
        """All points of the bill."""
        return sum((one.points for one in self.by_rule), ZERO)

    @property
    def at_once(self) -> Decimal:
        """Those that count at once; the others are pending for a while."""
        return sum((one.points for one in self.by_rule if one.delay is None), ZERO)


@dataclass(frozen=True, slots=True)
class Programme:
    """The terms that hold at a moment. One that says nothing earns nothing and pays nothing.

    `point_values` is what a point is worth, by currency. `most_share` is the percentage of a bill that points may pay.
    Points last for a period such as `P12M`, or for ever, on the calendar of the programme's zone.
    """

    code: str = ""
    zone: str = "UTC"
    point_values: Mapping[str, Decimal] = field(default_factory=dict)
    rules: tuple[EarningRule, ...] = ()
    rounding: PointRounding = PointRounding.DOWN
    decimals: int = 0
    points_last: str | None = None
    points_end: PointsEnd = PointsEnd.DAY
    least_points: Decimal | None = None
    most_points: Decimal | None = None
    most_share: Decimal = WHOLE
    turnover: TurnoverBasis = TurnoverBasis.FULL
    automatic: AutomaticChoice = AutomaticChoice.BEST_COMBINATION
    clocks_differ: timedelta = timedelta(minutes=5)

    def expires_at(self, start: datetime) -> datetime | None:
        """When points that can be spent from a moment on expire; never where they last for ever."""
        if self.points_last is None:
            return None
        over = add_period(start, self.points_last, self.zone)
        return over if self.points_end is PointsEnd.MOMENT else end_of(TimeUnit(self.points_end), over, self.zone)

    def counts_from(self, one: EarnedByRule, at: datetime) -> datetime:
        """From when points of a bill can be spent."""
        return at if one.delay is None else add_period(at, one.delay, self.zone)

    def lots(self, earnings: Earnings, at: datetime) -> list[NewLot]:
        """The lots of a bill, one for each moment from which its points count; those that count first come first."""
        found: dict[datetime, Decimal] = {}
        for one in earnings.by_rule:
            start = self.counts_from(one, at)
            found[start] = found.get(start, ZERO) + one.points
        return [NewLot(found[start], start, self.expires_at(start)) for start in sorted(found)]


NO_PROGRAMME = Programme()
"""What holds where the retailer has set none up: bills earn nothing, and points pay nothing."""
