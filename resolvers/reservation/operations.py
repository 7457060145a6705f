"""Reservations: what a customer has reserved in a store. One holds stock from when it is entered until it ends."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

import models
from models import ReservationState, State
from models.event_kinds import EventKind
from models.rules.error_codes import ErrorCode
from models.rules.money import half_up
from models.rules.reservation_steps import OPEN, gives_back, step_refusal, when_overdue
from models.rules.voucher_code import CodeGeneration, voucher_code
from models.types import MONEY
from resolvers.errors import Refused
from resolvers.operation import validation
from resolvers.operation.parts import UtmInput
from resolvers.operation.references import References
from resolvers.operation.upsert import settle
from resolvers.reservation import items as reservation_items
from resolvers.reservation.inputs import (
    ProductReservationAdvance,
    ProductReservationCreate,
    ProductReservationRemark,
    ReservationAnswer,
    ReservationExternalCodeInput,
)
from resolvers.reservation.stock import give_back, take
from resolvers.storage.context import RowRef
from resolvers.storage.transaction import Transaction, in_transaction

RESERVATION = models.ProductReservation
DAY_OVER = "Its day is over, and it was not got ready."
EASTMOST = timedelta(hours=14)
"""How far ahead of UTC the first calendar of the world is."""


async def create(transaction: Transaction, given: ProductReservationCreate) -> ReservationAnswer:
    """Reserve products in a store for a customer; the stock is held at once, all of it or none."""
    await transaction.lock_customer(given.customer, "customer", active=True)
    known = await _known(transaction, given, given.customer)
    if known is not None:
        return _answer(known, repeated=True)
    store = await References(transaction).find(models.Store, given.store, "store")
    if store.state is not State.ACTIVE:
        raise Refused(ErrorCode.INACTIVE, "The store is not active.", "store")
    items = await reservation_items.read(transaction, given, store)
    reservation = await _entered(transaction, given, store)
    reservation.customer_id = given.customer
    reservation.currency_code, reservation.total = items[0].currency, _total(items)
    codes = await _external_codes(transaction, given.external_codes or ())
    await take(transaction, [item.wanted for item in items])
    transaction.session.add(reservation)
    await settle(transaction)
    transaction.session.add_all(reservation_items.rows(items, reservation.id))
    transaction.session.add_all(
        models.ReservationExternalCode(reservation_id=reservation.id, type_id=kind, value=value)
        for kind, value in codes
    )
    await _note_progress(transaction, reservation, None)
    transaction.emit(EventKind.RESERVATION_ENTERED, reservation, customer_id=given.customer)
    return _answer(reservation.id)


async def advance(transaction: Transaction, given: ProductReservationAdvance) -> ReservationAnswer:
    """Move a reservation one step on; stock that it no longer holds goes back."""
    reservation = await transaction.locked(RESERVATION, given.id, "id")
    refusal = step_refusal(reservation.state, given.state)
    if refusal is not None:
        raise Refused(refusal.code, refusal.message, "state", refusal.missing)
    if given.pickup_date is not None:
        store = await transaction.session.get_one(models.Store, reservation.store_id)
        reservation.pickup_date = _pickup_date(given.pickup_date, store, transaction.now)
    if given.external_purchase_id is not None:
        reservation.external_purchase_id = given.external_purchase_id
    await _step(transaction, [reservation], given.state, given.note)
    return _answer(reservation.id)


async def comment(transaction: Transaction, given: ProductReservationRemark) -> ReservationAnswer:
    """Write a remark on a reservation."""
    reservation = await transaction.locked(RESERVATION, given.id, "id")
    transaction.session.add(
        models.ProductReservationComment(reservation_id=reservation.id, at=transaction.now, note=given.note)
    )
    reservation.updated_at = transaction.now
    transaction.emit(EventKind.RESERVATION_COMMENTED, reservation, customer_id=reservation.customer_id)
    return _answer(reservation.id)


def _answer(key: int, *, repeated: bool = False) -> ReservationAnswer:
    return ReservationAnswer(reservation=RowRef("ProductReservation", key), repeated=repeated)


async def expire_reservations(engine: AsyncEngine, now: datetime, batch: int) -> int:
    """What was not picked up by the end of its day, on its store's calendar, ready or not; how many."""
    expired, last = 0, 0
    while True:
        count, last = await in_transaction(engine, now, partial(_expire, after=last, batch=batch))
        expired += count
        if not last:
            return expired


async def _expire(transaction: Transaction, *, after: int, batch: int) -> tuple[int, int]:
    """Release the overdue among the next few by key; how many, and the last key looked at, 0 at the end."""
    query = (
        select(RESERVATION.id, RESERVATION.pickup_date, models.Store.time_zone)
        .join(models.Store, models.Store.id == RESERVATION.store_id)
        .where(
            RESERVATION.id > after,
            RESERVATION.state.in_(OPEN),
            RESERVATION.pickup_date < (transaction.now + EASTMOST).date(),
        )
        .order_by(RESERVATION.id)
        .limit(batch)
    )
    found = (await transaction.session.execute(query)).all()
    overdue = [key for key, day, zone in found if day and day < transaction.now.astimezone(ZoneInfo(zone)).date()]
    # Somebody may have moved one of them on since: what counts is the state once it is locked.
    locked = select(RESERVATION).where(RESERVATION.id.in_(overdue), RESERVATION.state.in_(OPEN))
    late = list(await transaction.session.scalars(locked.order_by(RESERVATION.id).with_for_update()))
    ends = [(one, when_overdue(one.state)) for one in late]
    for end, note in ((ReservationState.NOT_PICKED_UP, None), (ReservationState.CANCELLED, DAY_OVER)):
        await _step(transaction, [one for one, its_end in ends if its_end is end], end, note)
    return len(late), found[-1][0] if len(found) == batch else 0


async def _step(
    transaction: Transaction,
    reservations: Sequence[models.ProductReservation],
    state: ReservationState,
    note: str | None,
) -> None:
    """Bring reservations that are locked, and for which the step is allowed, to a state."""
    for reservation in reservations:
        reservation.state, reservation.updated_at = state, transaction.now
        await _note_progress(transaction, reservation, note)
        transaction.emit(EventKind[f"RESERVATION_{state}"], reservation, customer_id=reservation.customer_id)
    if reservations and gives_back(state):
        await give_back(transaction, [reservation.id for reservation in reservations])


async def _note_progress(transaction: Transaction, reservation: models.ProductReservation, note: str | None) -> None:
    await transaction.session.flush()
    transaction.session.add(
        models.ProductReservationProgress(
            reservation_id=reservation.id, state=reservation.state, at=transaction.now, note=note
        )
    )


async def _known(transaction: Transaction, given: ProductReservationCreate, customer_id: int) -> int | None:
    """The reservation that the outside system has entered before under the same id."""
    if given.source is None:
        return None
    known = select(RESERVATION.id, RESERVATION.customer_id).where(
        RESERVATION.source == given.source, RESERVATION.external_id == given.external_id
    )
    found = (await transaction.session.execute(known)).first()
    if found is not None and found.customer_id != customer_id:
        raise Refused(ErrorCode.TAKEN, "Another customer's reservation has this external id.", "externalId")
    return found.id if found is not None else None


async def _entered(
    transaction: Transaction, given: ProductReservationCreate, store: models.Store
) -> models.ProductReservation:
    """A new reservation with what the input says of it."""
    utm = given.utm or UtmInput()
    source = models.ProductReservationSource
    origin = None if given.origin is None else await References(transaction).find(source, given.origin, "origin")
    return RESERVATION(
        store_id=store.id,
        origin_id=origin.id if origin else None,
        source=given.source,
        external_id=given.external_id,
        state=ReservationState.ENTERED,
        pickup_date=_pickup_date(given.pickup_date, store, transaction.now),
        customer_note=given.customer_note,
        reservation_codes=[voucher_code(CodeGeneration.RANDOM, secrets.choice, "")],
        benefit_codes=list(given.benefit_codes or ()),
        utm_source=utm.source,
        utm_medium=utm.medium,
        utm_campaign=utm.campaign,
        created_at=transaction.now,
        updated_at=transaction.now,
    )


def _pickup_date(day: date | None, store: models.Store, now: datetime) -> date | None:
    """A day from today on, as the store's calendar has it."""
    if day is not None and day < now.astimezone(ZoneInfo(store.time_zone)).date():
        raise Refused(ErrorCode.DATE_PASSED, "The day is over.", "pickupDate")
    if day is not None and day.year > validation.LAST_YEAR:
        raise Refused(ErrorCode.OUT_OF_RANGE, f"The year must be {validation.LAST_YEAR} at most.", "pickupDate")
    return day


def _total(items: Sequence[reservation_items.Item]) -> Decimal:
    """Each item to the cent, then all together."""
    total = sum((half_up(item.quantity * item.unit_price) for item in items), Decimal(0))
    return validation.exact(MONEY, total, "items")


async def _external_codes(
    transaction: Transaction, given: Sequence[ReservationExternalCodeInput]
) -> list[tuple[int, str]]:
    references = References(transaction)
    codes: dict[tuple[int, str], None] = {}
    for place, code in enumerate(given):
        kind = await references.find(models.ExternalListType, code.type, f"externalCodes[{place}].type")
        codes[kind.id, code.value] = None
    return list(codes)
