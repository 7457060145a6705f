"""Points put aside for a time: nothing else spends them until they are captured, released, or the time is over."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

import models
from models import PointEntryKind, PointReservation, PointReservationState
from models.event_kinds import EventKind
from models.rules import point_reservation as rules
from models.rules.error_codes import ErrorCode
from resolvers.customer.lock import lock_by_key, locked
from resolvers.errors import Refused
from resolvers.ids import key_of
from resolvers.operation import input_fields
from resolvers.operation.perform import Values
from resolvers.operation.refusal import accepted
from resolvers.point.about import about
from resolvers.point.booking import account, debit
from resolvers.storage.context import RowRef
from resolvers.storage.transaction import Transaction

USUAL_TIME = timedelta(minutes=15)


def _payload(reservation: PointReservation, entry: models.PointEntry | None = None) -> dict[str, RowRef]:
    payload = {
        "reservation": RowRef("PointReservation", reservation.id),
        "account": RowRef("PointAccount", reservation.customer_id),
    }
    return payload if entry is None else payload | {"entry": RowRef("PointEntry", entry.id)}


async def reserve(transaction: Transaction, given: Values) -> Values:
    """Put points aside. The same external id with the same amount is the same reservation."""
    customer_id = await locked(transaction, given, "customer", active=True)
    amount, external_id = given["amount"], input_fields.text(given, "external_id", 128)
    known = await _known(transaction, customer_id, external_id)
    if known is not None:
        if known.amount != amount:
            raise Refused(
                ErrorCode.EXTERNAL_ID_TAKEN, "Another amount is put aside under this external id.", "externalId"
            )
        return {**_payload(known), "repeated": True}
    until = input_fields.moment(given, "expires_at") or transaction.now + USUAL_TIME
    has = await account(transaction, customer_id)
    accepted(rules.reserve(has.lots, amount, reserved=has.reserved, until=until, at=transaction.now), "amount")
    reservation = PointReservation(
        customer_id=customer_id, external_id=external_id, amount=amount, created_at=transaction.now, expires_at=until
    )
    transaction.session.add(reservation)
    await transaction.session.flush()
    transaction.emit(EventKind.POINTS_RESERVED, reservation, customer_id=customer_id, data={"amount": str(amount)})
    return _payload(reservation)


async def _known(transaction: Transaction, customer_id: int, external_id: str | None) -> PointReservation | None:
    if external_id is None:
        return None
    same = select(PointReservation).where(
        PointReservation.customer_id == customer_id, PointReservation.external_id == external_id
    )
    found: PointReservation | None = await transaction.session.scalar(same)
    return found


async def release(transaction: Transaction, given: Values) -> Values:
    """Let reserved points go before their time is over."""
    reservation = await _locked(transaction, given["reservation"])
    accepted(rules.release(_as_rule(reservation)), "reservation")
    reservation.state = PointReservationState.RELEASED
    transaction.emit(EventKind.POINTS_RELEASED, reservation, customer_id=reservation.customer_id)
    return _payload(reservation)


async def capture(transaction: Transaction, given: Values) -> Values:
    """Spend reserved points, or a part of them; the rest is free again."""
    reservation = await _locked(transaction, given["reservation"])
    told = await about(transaction, given, reservation.customer_id)
    has = await account(transaction, reservation.customer_id)
    takens = rules.capture(
        _as_rule(reservation), has.lots, reserved=has.reserved, at=transaction.now, amount=given.get("amount")
    )
    entry = await debit(
        transaction, reservation.customer_id, accepted(takens, "reservation"), PointEntryKind.SPEND, **told
    )
    reservation.state = PointReservationState.CAPTURED
    transaction.emit(EventKind.POINTS_CAPTURED, reservation, customer_id=reservation.customer_id)
    return _payload(reservation, entry)


async def _locked(transaction: Transaction, opaque: str) -> PointReservation:
    """A reservation, its customer locked; read again under the lock."""
    key = key_of(opaque, "PointReservation")
    owner = await transaction.session.scalar(select(PointReservation.customer_id).where(PointReservation.id == key))
    if owner is None:
        raise Refused(ErrorCode.NOT_FOUND, "There is no PointReservation with this id.", "reservation")
    await lock_by_key(transaction, owner, "reservation")
    return await transaction.lock(PointReservation, key)


def _as_rule(reservation: PointReservation) -> rules.PointReservation:
    return rules.PointReservation(reservation.id, reservation.amount, reservation.expires_at, reservation.state)
