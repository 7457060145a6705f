"""Points put aside for a time: nothing else spends them until they are captured, released, or the time is over."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

import models
from models import PointEntryKind, PointReservation, PointReservationState
from models.rules import point_reservation as rules
from resolvers import inputs
from resolvers.customer_locked import lock_by_key, locked
from resolvers.errors import Refused
from resolvers.ids import key_of
from resolvers.point_about import about
from resolvers.point_ledger import accepted, account, take
from resolvers.reading import RowRef
from resolvers.writing import Values, Writing

USUAL_TIME = timedelta(minutes=15)


def _payload(reservation: PointReservation, entry: models.PointEntry | None = None) -> dict[str, RowRef]:
    payload = {
        "reservation": RowRef("PointReservation", reservation.id),
        "account": RowRef("PointAccount", reservation.customer_id),
    }
    return payload if entry is None else payload | {"entry": RowRef("PointEntry", entry.id)}


async def reserve(writing: Writing, given: Values) -> Values:
    """Put points aside. The same external id with the same amount is the same reservation."""
    customer_id = await locked(writing, given, "customer", active=True)
    amount, external_id = given["amount"], inputs.text(given, "external_id", 128)
    known = await _known(writing, customer_id, external_id)
    if known is not None:
        if known.amount != amount:
            raise Refused("EXTERNAL_ID_TAKEN", "Another amount is put aside under this external id.", "externalId")
        return {**_payload(known), "repeated": True}
    until = inputs.moment(given, "expires_at") or writing.now + USUAL_TIME
    has = await account(writing, customer_id)
    accepted(rules.reserve(has.lots, amount, reserved=has.reserved, until=until, at=writing.now), "amount")
    reservation = PointReservation(
        customer_id=customer_id, external_id=external_id, amount=amount, created_at=writing.now, expires_at=until
    )
    writing.session.add(reservation)
    await writing.session.flush()
    writing.emit("POINTS_RESERVED", reservation, customer_id=customer_id, data={"amount": str(amount)})
    return _payload(reservation)


async def _known(writing: Writing, customer_id: int, external_id: str | None) -> PointReservation | None:
    if external_id is None:
        return None
    same = select(PointReservation).where(
        PointReservation.customer_id == customer_id, PointReservation.external_id == external_id
    )
    found: PointReservation | None = await writing.session.scalar(same)
    return found


async def release(writing: Writing, given: Values) -> Values:
    """Let reserved points go before their time is over."""
    reservation = await _locked(writing, given["reservation"])
    accepted(rules.release(_as_rule(reservation)), "reservation")
    reservation.state = PointReservationState.RELEASED
    writing.emit("POINTS_RELEASED", reservation, customer_id=reservation.customer_id)
    return _payload(reservation)


async def capture(writing: Writing, given: Values) -> Values:
    """Spend reserved points, or a part of them; the rest is free again."""
    reservation = await _locked(writing, given["reservation"])
    told = await about(writing, given, reservation.customer_id)
    has = await account(writing, reservation.customer_id)
    takens = rules.capture(
        _as_rule(reservation), has.lots, reserved=has.reserved, at=writing.now, amount=given.get("amount")
    )
    entry = await take(writing, reservation.customer_id, accepted(takens, "reservation"), PointEntryKind.SPEND, **told)
    reservation.state = PointReservationState.CAPTURED
    writing.emit("POINTS_CAPTURED", reservation, customer_id=reservation.customer_id)
    return _payload(reservation, entry)


async def _locked(writing: Writing, opaque: str) -> PointReservation:
    """A reservation, its customer locked; read again under the lock."""
    key = key_of(opaque, "PointReservation")
    owner = await writing.session.scalar(select(PointReservation.customer_id).where(PointReservation.id == key))
    if owner is None:
        raise Refused("NOT_FOUND", "There is no PointReservation with this id.", "reservation")
    await lock_by_key(writing, owner, "reservation")
    return await writing.lock(PointReservation, key)


def _as_rule(reservation: PointReservation) -> rules.PointReservation:
    return rules.PointReservation(reservation.id, reservation.amount, reservation.expires_at, reservation.state)
