"""What goes back when goods are returned: money line by line, points in proportion, benefits once they gave nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from models.rules.money import ZERO, down, half_up, up
from models.rules.refusals import Refusal, RefusalCode, plain


@dataclass(frozen=True, slots=True)
class Sold:
    """A line that was paid for, and how much of it was returned."""

    id: int
    quantity: Decimal
    price: Decimal
    returned: Decimal = ZERO
    loyalty_off: bool = False

    @property
    def kept(self) -> Decimal:
        """How much of it the customer still has."""
        return self.quantity - self.returned

    @property
    def refunded(self) -> Decimal:
        """What was paid back for it; the whole price once all of it is back, whatever was rounded before."""
        return half_up(self.price * self.returned / self.quantity) if self.quantity else ZERO

    @property
    def left(self) -> Decimal:
        """What of its price was not paid back."""
        return self.price - self.refunded

    def back(self, quantity: Decimal) -> Sold | Refusal:
        """The line once so much more of it is returned."""
        if quantity > self.kept:
            message = f"Of this line, {plain(self.kept)} can be returned."
            return Refusal(RefusalCode.LIMIT_REACHED, message, f"{plain(quantity - self.kept)} more")
        return replace(self, returned=self.returned + quantity)

    def whole(self) -> Sold:
        """The line once all of it is returned."""
        return replace(self, returned=self.quantity)


@dataclass(frozen=True, slots=True)
class GoingBack:
    """What changes hands when lines are returned: money, points that were earned, points that had paid."""

    refund: Decimal
    unearned: Decimal
    unspent: Decimal


def going_back(before: Sequence[Sold], after: Sequence[Sold], *, earned: Decimal, paid: Decimal) -> GoingBack:
    """Points follow the share of the goods that is kept, so that parts add up to the whole.

    What is earned on the goods kept is rounded down, what has paid for them up: each in favour of the books.
    """
    return GoingBack(
        refund=refunded(after) - refunded(before),
        unearned=_earned(before, earned) - _earned(after, earned),
        unspent=_paid(before, paid) - _paid(after, paid),
    )


def refunded(lines: Iterable[Sold]) -> Decimal:
    """What was paid back in all."""
    return sum((line.refunded for line in lines), ZERO)


def all_back(lines: Iterable[Sold]) -> bool:
    """Whether nothing of these lines is kept."""
    return all(line.kept == ZERO for line in lines)


def _earned(lines: Sequence[Sold], earned: Decimal) -> Decimal:
    kept, whole = _in_loyalty(lines)
    return down(earned * kept / whole) if whole > ZERO else ZERO


def _paid(lines: Sequence[Sold], paid: Decimal) -> Decimal:
    kept, whole = _in_loyalty(lines)
    return up(paid * kept / whole) if whole > ZERO else ZERO


def _in_loyalty(lines: Sequence[Sold]) -> tuple[Decimal, Decimal]:
    """What of the lines in loyalty is kept, and what they came to."""
    meant = [line for line in lines if not line.loyalty_off]
    return sum((line.left for line in meant), ZERO), sum((line.price for line in meant), ZERO)
