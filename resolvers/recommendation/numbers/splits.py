"""Bills held out to try recommendations on: what is known before a moment, and what is bought from then on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from resolvers.recommendation.numbers.history import DAY, History

FOUR_WEEKS = 28 * DAY


class HeldOut(StrEnum):
    """Which bills are held out."""

    LAST_BASKET = "LAST_BASKET"
    LAST_FOUR_WEEKS = "LAST_FOUR_WEEKS"


class SplitPart(StrEnum):
    """The newest bills are for the test; whatever is chosen is chosen on those just before, without them."""

    VALIDATION = "VALIDATION"
    TEST = "TEST"


@dataclass(frozen=True)
class Split:
    """What is known, and what is to be foreseen; customers who lack either don't count."""

    known: History
    bought: History


def split(history: History, held: HeldOut, part: SplitPart) -> Split:
    """Hold out each customer's last basket, or everybody's last four weeks."""
    back = 0 if part is SplitPart.TEST else 1
    return _last_basket(history, back) if held is HeldOut.LAST_BASKET else _last_weeks(history, back)


def _last_basket(history: History, back: int) -> Split:
    left = history.only(history.from_newest >= back)
    last = left.from_newest == 0
    # Each customer is looked at as of the moment of the basket that is held out.
    until = left.until.copy()
    until[left.bill_customer[last]] = left.bill_at[last]
    return Split(left.before(until), left.only(last))


def _last_weeks(history: History, back: int) -> Split:
    end = int(history.bill_at.max(initial=0)) + 1 - back * FOUR_WEEKS
    left = history.only(history.bill_at < end)
    start = end - FOUR_WEEKS
    return Split(left.before(np.full(len(left.customers), start, dtype="i8")), left.only(left.bill_at >= start))
