"""What goes back when goods are returned: money, the points that had paid, the points that were earned, benefits.

A line is worth what was paid for it, in points or in money, so much for each unit of it. What a free piece took off is
shared by the goods that it came with. Parts add up to the whole: whatever is returned, and in whatever order, all of
it together gives back exactly what was paid.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum

from models.rules.applicability import unmet
from models.rules.basket import Bill, Reward
from models.rules.error_codes import ErrorCode
from models.rules.money import CENT, ZERO, down, half_up, up
from models.rules.refusals import Refusal, Shortfall, plain

BenefitKey = tuple[int | None, int | None]
"""A benefit on a bill: its voucher, where it was one, and its reward; neither for the basic discount of a status."""


class OnReturn(StrEnum):
    """What becomes of a reward when so much of a bill is returned that the rest would not have got it."""

    KEEP = "KEEP"
    WITHDRAW = "WITHDRAW"


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

    def back(self, quantity: Decimal) -> Sold | Refusal:
        """The line once so much more of it is returned."""
        if quantity > self.kept:
            message = f"Of this line, {plain(self.kept)} can be returned."
            return Refusal(ErrorCode.LIMIT_REACHED, message, Shortfall(quantity=quantity - self.kept))
        return replace(self, returned=self.returned + quantity)

    def whole(self) -> Sold:
        """The line once all of it is returned."""
        return replace(self, returned=self.quantity)


@dataclass(frozen=True, slots=True)
class Given:
    """A benefit that was given on a bill: what it took off each line, and which part of that is each line's share.

    Once it is withdrawn, what is kept costs what it would have cost without it.
    """

    key: BenefitKey
    amounts: Mapping[int, Decimal]
    shares: Mapping[int, Decimal]
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Sale:
    """A bill as it stands: its lines, the benefits given on it, and the points that paid for it and that it earned."""

    lines: Sequence[Sold]
    benefits: Sequence[Given] = ()
    unit: Decimal = CENT
    points_earned: Decimal = ZERO
    points_paid: Decimal = ZERO
    paid_with_points: Decimal = ZERO
    _worths: Mapping[int, Decimal] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """What all of each line is worth, worked out once."""
        worths = {line.id: line.price for line in self.lines}
        for benefit in self.benefits:
            for line, amount in benefit.amounts.items():
                worths[line] += amount
            for line, share in () if benefit.withdrawn else benefit.shares.items():
                worths[line] -= share
        object.__setattr__(self, "_worths", worths)

    @property
    def is_over(self) -> bool:
        """Whether nothing of it is kept."""
        return all(line.kept == ZERO for line in self.lines)

    @property
    def kept(self) -> Decimal:
        """What the goods that are kept were bought for, in points or in money."""
        return sum((self.worth_kept(line) for line in self.lines), ZERO)

    @property
    def kept_with_points(self) -> Decimal:
        """Which part of it points paid."""
        return up(self.of_kept(self.paid_with_points), self.unit)

    def of_kept(self, amount: Decimal) -> Decimal:
        """Which part of an amount falls to the goods that are kept, of those in loyalty: points follow them."""
        whole = sum((line.price for line in self.lines if not line.loyalty_off), ZERO)
        return amount * self.kept_in_loyalty / whole if whole > ZERO else ZERO

    @property
    def kept_in_loyalty(self) -> Decimal:
        """What those goods that are kept were bought for that are in loyalty."""
        return sum((self.worth_kept(line) for line in self.lines if not line.loyalty_off), ZERO)

    def worth_kept(self, line: Sold) -> Decimal:
        """What of a line's worth was not given back; nothing once all of it is back, whatever was rounded before."""
        worth = self._worths[line.id]
        return worth - half_up(worth * line.returned / line.quantity, self.unit) if line.quantity else worth

    def gone(self) -> list[BenefitKey]:
        """The benefits of which nothing is left: withdrawn, or all goods are back that had a share in them."""
        back = {line.id for line in self.lines if line.kept == ZERO}
        return [one.key for one in self.benefits if one.withdrawn or (one.shares and back.issuperset(one.shares))]

    def as_sold(self) -> Sale:
        """The bill as it was before anything of it went back."""
        lines = tuple(replace(line, returned=ZERO) for line in self.lines)
        return replace(self, lines=lines, benefits=[replace(one, withdrawn=False) for one in self.benefits])

    def whole(self) -> Sale:
        """The bill once all of it is back."""
        return replace(self, lines=tuple(line.whole() for line in self.lines))

    def after(self, lines: Sequence[Sold], unjustified: Collection[BenefitKey] = ()) -> Sale:
        """The bill once more of its lines is back; what the rest doesn't justify is withdrawn.

        Nobody pays for returning goods: a benefit is withdrawn once what goes back covers it.
        """
        found = replace(self, lines=lines)
        for place, benefit in enumerate(self.benefits):
            if benefit.key in unjustified and not benefit.withdrawn:
                without = [*found.benefits]
                without[place] = replace(benefit, withdrawn=True)
                tried = replace(found, benefits=without)
                found = tried if tried.kept_in_loyalty <= self.kept_in_loyalty else found
        return found


@dataclass(frozen=True, slots=True)
class GoingBack:
    """What changes hands when lines are returned: money, points that had paid and what they had, points earned."""

    refund: Decimal
    with_points: Decimal = ZERO
    unearned: Decimal = ZERO
    unspent: Decimal = ZERO

    @property
    def worth(self) -> Decimal:
        """What the goods that go back had been bought for, in points or in money."""
        return self.refund + self.with_points


def going_back(before: Sale, after: Sale) -> GoingBack:
    """Points follow the share of the goods that is kept, so that parts add up to the whole.

    What is earned on the goods kept is rounded down, what points paid of them up: each in favour of the books.
    """
    with_points = before.kept_with_points - after.kept_with_points
    return GoingBack(
        refund=before.kept - after.kept - with_points,
        with_points=with_points,
        unearned=down(before.of_kept(before.points_earned)) - down(after.of_kept(after.points_earned)),
        unspent=up(before.of_kept(before.points_paid)) - up(after.of_kept(after.points_paid)),
    )


def kept_back(refund: Decimal, debts: Mapping[int, Decimal]) -> dict[int, Decimal]:
    """What of a refund stays with the retailer for vouchers that were used although nothing justifies them any more.

    Each is made up for as a whole or not at all, in the order given: what a refund doesn't cover is owed.
    """
    found: dict[int, Decimal] = {}
    for voucher, debt in debts.items():
        if debt <= refund:
            found[voucher] = debt
            refund -= debt
    return found


def is_justified(reward: Reward, kept: Bill, times: int = 1) -> bool:
    """Whether goods that are kept, at their prices before any benefit, are still such as a reward asks for."""
    if reward.minimum_purchase is not None and kept.worth < reward.minimum_purchase:
        return False
    return not any(unmet(reward, kept.goods, times))
