"""What rows are grouped by and what is worked out of each group, as declared and as asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from models import Base
from models.types import MONEY, ExactDecimal
from resolvers.query.columns import Column, entity_at, source_type
from resolvers.query.filters.where import ALL, Structure
from resolvers.storage.sql import SqlType

MOST_KEYS = 4
"""By how many keys rows may be grouped at once."""


class Period(StrEnum):
    """A time of the calendar that moments lie in."""

    DAY = "DAY"
    WEEK = "WEEK"
    MONTH = "MONTH"
    YEAR = "YEAR"


@dataclass(frozen=True, eq=False, slots=True)
class GroupKey:
    """What the rows of a group have in common; a period is known by its first day."""

    name: str
    column: Column
    python: Callable[[Any], object]
    """What its value is, of what the statement answers."""
    period: Period | None = None


class Measure(StrEnum):
    """What can be worked out of a group; how many rows it has, and how many different values, take no sums."""

    COUNT = "count"
    DIFFERENT = "different"
    SUM = "sum"
    AVERAGE = "average"
    MIN = "min"
    MAX = "max"


FIGURES = (Measure.SUM, Measure.AVERAGE, Measure.MIN, Measure.MAX)
"""What is worked out of numbers."""


@dataclass(frozen=True, eq=False, slots=True)
class Figure:
    """A value of rows of which something is worked out."""

    name: str
    column: Column
    kind: SqlType

    @property
    def scale(self) -> int:
        """How many places its values have."""
        return self.kind.scale if isinstance(self.kind, ExactDecimal) else 0

    @property
    def is_money(self) -> bool:
        """Whether it is an amount in the currency of its row."""
        return self.kind is MONEY

    def places(self, measure: Measure) -> int:
        """How many places a result has: means are rounded to the cent, or to what the values are exact to."""
        if measure is not Measure.AVERAGE:
            return self.scale
        return 2 if self.is_money else max(self.scale, 2)


@dataclass(frozen=True, slots=True)
class Result:
    """Something worked out of a group."""

    measure: Measure
    figure: Figure | None = None

    @property
    def needs_one_currency(self) -> bool:
        """Whether it means nothing for amounts in several currencies."""
        return self.figure is not None and self.figure.is_money and self.measure is not Measure.DIFFERENT


COUNT = Result(Measure.COUNT)


@dataclass(frozen=True, eq=False, slots=True)
class Grouping:
    """How the rows of an entity can be grouped."""

    name: str
    entity: type[Base]
    keys: Mapping[str, GroupKey]
    figures: Mapping[str, Figure]
    different: Mapping[str, Figure]
    currency: Column | None = None
    """The currency of the rows' amounts."""

    @property
    def has_periods(self) -> bool:
        """Whether rows can be grouped by when something was."""
        return any(key.period is not None for key in self.keys.values())

    def results(self) -> dict[str, Result]:
        """Everything that can be worked out, by how it is named in what is selected of a group."""
        found = {"count": COUNT}
        found |= {name: Result(Measure.DIFFERENT, each) for name, each in self.different.items()}
        for name, each in self.figures.items():
            found |= {f"{name}.{measure}": Result(measure, each) for measure in FIGURES}
        return found


def column_type(entity: type[Base], column: Column) -> SqlType:
    """The type of a column seen from an entity."""
    return source_type(entity_at(entity, column.path), column.source)


@dataclass(frozen=True, slots=True)
class GroupSort:
    """What groups are sorted by."""

    by: GroupKey | Result
    descending: bool = False


@dataclass(frozen=True, slots=True)
class GroupQuery:
    """Which groups are asked for, and what of them. Equal ones share one compiled statement.

    Parameters: `keys` of the owners, `size` of the page, `zone`, `currency`, `now`, `c0`… of the cursor, `w0`… of the
    filter.
    """

    grouping: Grouping
    keys: tuple[GroupKey, ...]
    results: tuple[Result, ...]
    order: tuple[GroupSort, ...]
    where: Structure = ALL
    owner: Column | None = None
    """The key of the row that each is asked for: of a customer, say; none for all rows together."""
    in_one_currency: bool = False
    in_utc: bool = True
    cursor: tuple[bool, ...] | None = None
    """Which of the values are null that the page starts behind."""
    backwards: bool = False
    counted: bool = False


@dataclass(frozen=True, slots=True)
class GroupRequest:
    """A page of groups, with the values of its parameters."""

    query: GroupQuery
    values: Mapping[str, object]
    size: int
    sign: str
    """What its cursors begin with."""
