"""Points reserved for a time: nothing else spends them until they are captured, released, or the time is over."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from models import PointEntryKind, PointReservation, PointReservationState
from models.event_kinds import EventKind
from models.rules import point_reservation as rules
from models.rules.error_codes import ErrorCode
from resolvers.errors import Refused
from resolvers.operation.refusal import accepted
from resolvers.point.about import about
from resolvers.point.account import account
from resolvers.point.booking import debit
from resolvers.point.inputs import (
    CapturedAnswer,
    PointsCapture,
    PointsRelease,
    PointsReserve,
    ReservationAnswer,
)
from resolvers.storage.context import RowRef
from resolvers.storage.transaction import Transaction

USUAL_TIME = timedelta(minutes=15)


def _shown(reservation: PointReservation) -> dict[str, Any]:
    return {
        "reservation": RowRef("PointReservation", reservation.id),
        "account": RowRef("PointAccount", reservation.customer_id),
    }


async def reserve(transaction: Transaction, given: PointsReserve) -> ReservationAnswer:
    """Reserve points. The same external id with the same amount is the same reservation."""
    customer_id, amount, external_id = given.customer, given.amount, given.external_id
    await transaction.lock_customer(customer_id, "customer", active=True)
    known = await _known(transaction, customer_id, external_id)
    if known is not None:
        if known.amount != amount:
            message = "Another amount is reserved under this external id."
            raise Refused(ErrorCode.EXTERNAL_ID_TAKEN, message, "externalId")
        return ReservationAnswer(**_shown(known), repeated=True)
    until = given.expires_at or transaction.now + USUAL_TIME
    has = await account(transaction, customer_id)
    accepted(rules.reserve(has.lots, amount, reserved=has.reserved, until=until, at=transaction.now), "amount")
    reservation = PointReservation(
        customer_id=customer_id, external_id=external_id, amount=amount, created_at=transaction.now, expires_at=until
    )
    transaction.session.add(reservation)
    await transaction.session.flush()
    transaction.emit(EventKind.POINTS_RESERVED, reservation, customer_id=customer_id, data={"amount": str(amount)})
    return ReservationAnswer(**_shown(reservation))


async def _known(transaction: Transaction, customer_id: int, external_id: str | None) -> PointReservation | None:
    if external_id is None:
        return None
    same = select(PointReservation).where(
        PointReservation.customer_id == customer_id, PointReservation.external_id == external_id
    )
    found: PointReservation | None = await transaction.session.scalar(same)
    return found


async def release(transaction: Transaction, given: PointsRelease) -> ReservationAnswer:
    """Let reserved points go before their time is over."""
    reservation = await _locked(transaction, given.reservation)
    accepted(rules.release(_as_rule(reservation)), "reservation")
    reservation.state = PointReservationState.RELEASED
    transaction.emit(EventKind.POINTS_RELEASED, reservation, customer_id=reservation.customer_id)
    return ReservationAnswer(**_shown(reservation))


async def capture(transaction: Transaction, given: PointsCapture) -> CapturedAnswer:
    """Spend reserved points, or a part of them; the rest is free again."""
    reservation = await _locked(transaction, given.reservation, active=True)
    told = await about(transaction, given, reservation.customer_id)
    has = await account(transaction, reservation.customer_id)
    takens = rules.capture(
        _as_rule(reservation), has.lots, reserved=has.reserved, at=transaction.now, amount=given.amount
    )
    entry = await debit(
        transaction, reservation.customer_id, accepted(takens, "reservation"), PointEntryKind.SPEND, **told
    )
    assert entry is not None
    reservation.state = PointReservationState.CAPTURED
    transaction.emit(EventKind.POINTS_CAPTURED, reservation, customer_id=reservation.customer_id)
    return CapturedAnswer(**_shown(reservation), entry=RowRef("PointEntry", entry.id))


async def _locked(transaction: Transaction, key: int, *, active: bool = False) -> PointReservation:
    """A reservation, its customer locked, and in use if it must be; read again under the lock."""
    owner = await transaction.lock_owner(select(PointReservation.customer_id).where(PointReservation.id == key))
    if owner is None:
        raise Refused(ErrorCode.NOT_FOUND, "There is no PointReservation with this id.", "reservation")
    if active:
        await transaction.lock_customer(owner, "reservation", active=True)
    return await transaction.lock(PointReservation, key)


def _as_rule(reservation: PointReservation) -> rules.PointReservation:
    return rules.PointReservation(reservation.id, reservation.amount, reservation.expires_at, reservation.state)
