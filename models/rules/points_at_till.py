"""Paying a part of a bill with points."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from models.rules.error_codes import ErrorCode
from models.rules.ledger import points_short
from models.rules.money import ZERO, amount_refusal, down, unit_of, up
from models.rules.programme import WHOLE, Programme
from models.rules.refusals import Refusal, Shortfall, in_points


@dataclass(frozen=True, slots=True)
class PointsPayment:
    """So many points pay so much money."""

    points: Decimal
    amount: Decimal


NO_POINTS = PointsPayment(ZERO, ZERO)


def points_payment(
    points: Decimal, programme: Programme, currency: str, *, to_pay: Decimal, available: Decimal, pays: bool = True
) -> PointsPayment | Refusal:
    """Points pay what the programme says they are worth in the bill's currency, down to its smallest unit.

    They pay no more than is to pay, than the programme's share of it, or than the most points that it takes at a time.
    Only as many are taken as the amount needs, up to the hundredth: the rest stays with the customer.
    """
    if refusal := amount_refusal(points):
        return refusal
    if not pays:
        return Refusal(ErrorCode.POINTS_OFF, "The customer's status doesn't allow paying with points.")
    rate = programme.point_values.get(currency, ZERO)
    if rate <= ZERO:
        return Refusal(ErrorCode.WRONG_CURRENCY, f"Points pay nothing in {currency}.")
    if points > available:
        return points_short(points, available)
    unit = unit_of(currency)
    used = points if programme.most_points is None else min(points, programme.most_points)
    amount = min(down(used * rate, unit), down(to_pay * programme.most_share / WHOLE, unit))
    payment = PointsPayment(min(used, up(amount / rate)), amount) if amount > ZERO else NO_POINTS
    return _enough(payment, programme.least_points)


def worth(points: Decimal, programme: Programme, currency: str) -> Decimal:
    """What points would pay in a currency, were there a bill to pay with all of them."""
    return down(points * programme.point_values.get(currency, ZERO), unit_of(currency))


def _enough(payment: PointsPayment, least: Decimal | None) -> PointsPayment | Refusal:
    """A programme may ask for a number of points at least."""
    if least is None or payment.points >= least:
        return payment
    message = f"At least {in_points(least)} pay a bill; here it would be {in_points(payment.points)}."
    return Refusal(ErrorCode.MINIMUM_NOT_MET, message, Shortfall(points=least - payment.points))
