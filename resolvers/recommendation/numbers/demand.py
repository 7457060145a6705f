"""How products sell over all customers: lately and over a quarter of a year, and to how many of them again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from resolvers.recommendation.numbers.history import DAY, History, Keys, Numbers, Places

WEEK = 7 * DAY
LATELY, QUARTER = 2, 13
"""The weeks that say what is in season, and those that say how well a product sells."""
KEPT_WEEKS = 60
"""How many weeks back customers are told apart by the moment as of which they are looked at."""


@dataclass(frozen=True)
class Demand:
    """By product place: lines within weeks before each of several moments, and who ever bought it, and who again."""

    newest: int
    """The last of the moments; the others lie whole weeks before it."""
    lately: NDArray[np.int32]
    quarter: NDArray[np.int32]
    lines: NDArray[np.int32]
    buyers: NDArray[np.int32]
    again: NDArray[np.int32]

    @classmethod
    def of(cls, history: History, weeks: int = 1) -> Demand:
        """Count; as of the newest moment, and as of so many weeks' ends in all."""
        newest, products = int(history.until.max(initial=0)), len(history.catalogue)
        lines = np.bincount(history.line_product, minlength=products)
        pairs, times = np.unique(history.line_customer.astype("i8") << 32 | history.line_product, return_counts=True)
        bought = (pairs & 0xFFFFFFFF).astype("i8")
        sums = _sums(history, newest, weeks + QUARTER)
        return cls(
            newest,
            _within(sums, weeks, LATELY),
            _within(sums, weeks, QUARTER),
            lines.astype("i4"),
            np.bincount(bought, minlength=products).astype("i4"),
            np.bincount(bought[times > 1], minlength=products).astype("i4"),
        )

    @property
    def arrays(self) -> Mapping[str, NDArray[np.int32]]:
        """All that is kept of it, as of its newest moment."""
        return {
            "lately": self.lately[:1],
            "quarter": self.quarter[:1],
            "lines": self.lines,
            "buyers": self.buyers,
            "again": self.again,
        }

    def week(self, moments: Keys) -> Places:
        """Which of the moments holds for a customer: the last one that isn't after theirs."""
        back = -((moments - self.newest) // WEEK)
        return np.clip(back, 0, len(self.lately) - 1).astype("i4")

    def sold(self, weeks: Places, products: Places) -> tuple[Numbers, Numbers]:
        """Lines lately, and over the quarter."""
        return self.lately[weeks, products].astype("f4"), self.quarter[weeks, products].astype("f4")


def _sums(history: History, newest: int, weeks: int) -> NDArray[np.int32]:
    """Lines of each product in all weeks from the newest back to each one."""
    back = (newest - history.bill_at) // WEEK
    of_line = np.clip(back, 0, weeks)[history.line_bill]
    within = of_line < weeks
    counts = np.zeros((weeks + 1, len(history.catalogue)), dtype="i4")
    np.add.at(counts, (of_line[within] + 1, history.line_product[within]), 1)
    return np.cumsum(counts, axis=0, dtype="i4")


def _within(sums: NDArray[np.int32], moments: int, weeks: int) -> NDArray[np.int32]:
    """The lines of so many weeks before each moment."""
    found: NDArray[np.int32] = sums[weeks : weeks + moments] - sums[:moments]
    return found
