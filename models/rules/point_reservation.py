"""Points held for a while: a reservation lowers what can be spent, but takes from no lot until captured."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from models.rules import ledger
from models.rules.error_codes import ErrorCode
from models.rules.money import ZERO, amount_refusal
from models.rules.refusals import Refusal, Shortfall


class PointReservationState(StrEnum):
    """The state of a reservation of points."""

    ACTIVE = "ACTIVE"
    CAPTURED = "CAPTURED"
    RELEASED = "RELEASED"
    EXPIRED = "EXPIRED"


@dataclass(frozen=True, slots=True)
class PointReservation:
    """An amount of points held until a moment; from that moment on it holds nothing, released or not."""

    id: int
    amount: Decimal
    expires_at: datetime
    state: PointReservationState = PointReservationState.ACTIVE

    def holds(self, at: datetime) -> bool:
        """Whether the points are kept from being spent on anything else."""
        return self.state is PointReservationState.ACTIVE and at < self.expires_at


def reserved(reservations: Iterable[PointReservation], at: datetime) -> Decimal:
    """What all reservations hold together."""
    return sum((reservation.amount for reservation in reservations if reservation.holds(at)), ZERO)


def reserve(
    lots: Sequence[ledger.Lot], amount: Decimal, *, reserved: Decimal, until: datetime, at: datetime
) -> Refusal | None:
    """Only what could be spent now can be reserved, and only until a moment to come."""
    if refusal := amount_refusal(amount):
        return refusal
    if until <= at:
        return Refusal(ErrorCode.INVALID_PERIOD, "The reservation would end before it begins.")
    spendable = ledger.balance(lots, reserved, at).spendable
    return ledger.points_short(amount, spendable) if amount > spendable else None


def release(reservation: PointReservation) -> Refusal | None:
    """An active reservation is released at any time, also after it ran out."""
    return None if reservation.state is PointReservationState.ACTIVE else _over(reservation)


def capture(
    reservation: PointReservation,
    lots: Sequence[ledger.Lot],
    *,
    reserved: Decimal,
    at: datetime,
    amount: Decimal | None = None,
) -> list[ledger.Taken] | Refusal:
    """Captured points are spent as any others; a part may be captured, and the rest is free again.

    `reserved` includes this reservation. When lots expired meanwhile, the capture may be short of points.
    """
    if reservation.state in {PointReservationState.CAPTURED, PointReservationState.RELEASED}:
        return _over(reservation)
    if not reservation.holds(at):
        return Refusal(ErrorCode.EXPIRED, "The reservation has run out.")
    wanted = reservation.amount if amount is None else amount
    if wanted > reservation.amount:
        over = Shortfall(points=wanted - reservation.amount)
        return Refusal(ErrorCode.LIMIT_REACHED, "More can't be captured than was reserved.", over)
    return ledger.spend(lots, wanted, reserved=reserved - reservation.amount, at=at)


def _over(reservation: PointReservation) -> Refusal:
    return Refusal(ErrorCode.WRONG_STATE, f"The reservation is already {reservation.state.lower()}.")
