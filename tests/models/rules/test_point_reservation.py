from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from models.rules import point_reservation
from models.rules.error_codes import ErrorCode
from models.rules.ledger import Lot, Taken
from models.rules.point_reservation import PointReservation, PointReservationState
from models.rules.refusals import Refusal, Shortfall

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LOTS = [Lot(1, Decimal(100), Decimal(100), NOW - MINUTE, None, NOW - MINUTE)]


def held(amount="40", *, id=1, minutes=15, state=PointReservationState.ACTIVE):
    return PointReservation(id, Decimal(amount), NOW + minutes * MINUTE, state)


def test_only_live_reservations_hold_points():
    reservations = [
        held("40"),
        held("30", minutes=0),
        held("20", state=PointReservationState.RELEASED),
        held("10", state=PointReservationState.CAPTURED),
        held("5", minutes=1),
    ]

    reserved = point_reservation.reserved(reservations, NOW)

    assert reserved == Decimal(45)


def test_spendable_points_can_be_reserved():
    refusal = point_reservation.reserve(LOTS, Decimal(60), reserved=Decimal(40), until=NOW + MINUTE, at=NOW)

    assert refusal is None


def test_points_reserved_already_cannot_be_reserved_again():
    refusal = point_reservation.reserve(LOTS, Decimal(61), reserved=Decimal(40), until=NOW + MINUTE, at=NOW)

    assert refusal == Refusal(
        ErrorCode.POINTS_SHORT, "61 points are needed, 60 points can be spent.", Shortfall(points=Decimal(1))
    )


def test_reserving_nothing_is_refused():
    refusal = point_reservation.reserve(LOTS, Decimal(0), reserved=Decimal(0), until=NOW + MINUTE, at=NOW)

    assert refusal == Refusal(ErrorCode.NEGATIVE_AMOUNT, "The amount must be above zero.")


def test_reservation_that_ends_at_once_is_refused():
    refusal = point_reservation.reserve(LOTS, Decimal(1), reserved=Decimal(0), until=NOW, at=NOW)

    assert refusal == Refusal(ErrorCode.INVALID_PERIOD, "The reservation would end before it begins.")


def test_active_reservation_can_be_released_also_after_it_ran_out():
    refusals = [point_reservation.release(held()), point_reservation.release(held(minutes=-1))]

    assert refusals == [None, None]


def test_reservation_is_released_only_once():
    refusal = point_reservation.release(held(state=PointReservationState.RELEASED))

    assert refusal == Refusal(ErrorCode.WRONG_STATE, "The reservation is already released.")


def test_captured_points_are_spent():
    takens = point_reservation.capture(held("40"), LOTS, reserved=Decimal(100), at=NOW)

    assert takens == [Taken(1, Decimal(40))]


def test_part_of_a_reservation_can_be_captured():
    takens = point_reservation.capture(held("40"), LOTS, reserved=Decimal(40), at=NOW, amount=Decimal("15.5"))

    assert takens == [Taken(1, Decimal("15.5"))]


def test_more_than_was_reserved_cannot_be_captured():
    refusal = point_reservation.capture(held("40"), LOTS, reserved=Decimal(40), at=NOW, amount=Decimal(41))

    assert refusal == Refusal(
        ErrorCode.LIMIT_REACHED, "More can't be captured than was reserved.", Shortfall(points=Decimal(1))
    )


@pytest.mark.parametrize("reservation", [held(minutes=0), held(state=PointReservationState.EXPIRED)])
def test_reservation_that_ran_out_cannot_be_captured(reservation):
    refusal = point_reservation.capture(reservation, LOTS, reserved=Decimal(0), at=NOW)

    assert refusal == Refusal(ErrorCode.EXPIRED, "The reservation has run out.")


def test_reservation_is_captured_only_once():
    refusal = point_reservation.capture(held(state=PointReservationState.CAPTURED), LOTS, reserved=Decimal(0), at=NOW)

    assert refusal == Refusal(ErrorCode.WRONG_STATE, "The reservation is already captured.")


def test_capture_is_short_of_points_when_lots_expired_meanwhile():
    refusal = point_reservation.capture(held("120"), LOTS, reserved=Decimal(120), at=NOW)

    assert refusal == Refusal(
        ErrorCode.POINTS_SHORT, "120 points are needed, 100 points can be spent.", Shortfall(points=Decimal(20))
    )
