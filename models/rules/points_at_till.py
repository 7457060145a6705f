"""Paying with points, and the points that a bill earns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from models.rules.basket import Standing
from models.rules.ledger import points_short
from models.rules.money import ZERO, amount_refusal, down, up
from models.rules.refusals import Refusal, RefusalCode


@dataclass(frozen=True, slots=True)
class PointsPayment:
    """So many points pay so much money."""

    points: Decimal
    amount: Decimal


def points_payment(
    points: Decimal, *, rate: Decimal, to_pay: Decimal, available: Decimal, pays: bool = True
) -> PointsPayment | Refusal:
    """Points pay their rate in money each, down to the cent, and never more than is to pay.

    Only as many are taken as that amount needs, up to the hundredth: the rest stays with the customer.
    """
    if refusal := amount_refusal(points):
        return refusal
    if not pays:
        return Refusal(RefusalCode.POINTS_OFF, "The customer's status doesn't allow paying with points.")
    if points > available:
        return points_short(points, available)
    amount = min(down(points * rate), to_pay)
    if amount <= ZERO:
        return PointsPayment(ZERO, ZERO)
    return PointsPayment(min(points, up(amount / rate)), amount)


def points_earned(
    lines: Iterable[Standing],
    currency: str,
    rates: Mapping[str, Decimal],
    *,
    collects: bool,
    paid_with_points: Decimal = ZERO,
) -> Decimal:
    """What is paid in money, line by line after discounts, earns points at its currency's rate.

    The sum is rounded down to the hundredth, once. Nothing is earned by lines that opted out of loyalty, by what
    points paid, in a currency without a rate, or with a status that doesn't collect.
    """
    if not collects:
        return ZERO
    in_loyalty = sum((standing.left for standing in lines if not standing.line.loyalty_off), ZERO)
    return down(max(in_loyalty - paid_with_points, ZERO) * rates.get(currency, ZERO))
