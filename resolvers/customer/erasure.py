"""Erasing a customer: everything personal goes, from every table; what the books need stays, without a name.

The customer's row stays behind as DELETED, with nothing in it, so that purchases and entries of the ledger still have
somebody to belong to. The ledger itself is not touched: it never held anything personal.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table, delete, select, text, update

import models
from models import Base, CardState, Customer, PointReservationState, ReservationState, State, VoucherState
from models.event_kinds import EventKind
from resolvers.customer.inputs import CustomerId, ErasedAnswer
from resolvers.customer.search_terms import renew_terms
from resolvers.ids import opaque_id
from resolvers.reservation import stock
from resolvers.storage.sql import AnySelect
from resolvers.storage.transaction import Transaction

PERSONAL = frozenset(
    column.key
    for column in Customer.__table__.columns
    if column.key not in {"id", "state", "created_at", "updated_at", "full_name"}
)
"""Every column of a customer that tells something of them."""

OPEN = (
    ReservationState.ENTERED,
    ReservationState.ACCEPTED,
    ReservationState.READY,
    ReservationState.IN_PROGRESS,
    ReservationState.ORDERED,
    ReservationState.BEING_SOLVED,
)
"""Reservations in these states hold stock."""


async def erase(transaction: Transaction, given: CustomerId) -> ErasedAnswer:
    """Erase a customer. What they were promised and could still use ends with it."""
    customer = await transaction.customer(given.id, "id")
    if transaction.backend == "sqlite":
        # What is deleted is overwritten in the file, too.
        await transaction.session.execute(text("PRAGMA secure_delete = ON"))
    # In the order in which all operations lock: vouchers, cards, then what is reserved in stores.
    await _end_benefits(transaction, customer.id)
    await _forget_cards(transaction, customer.id)
    await _end_reservations(transaction, customer.id)
    await _forget_rows(transaction, customer.id)
    await _forget_words(transaction, customer.id)
    for name in PERSONAL:
        setattr(customer, name, "" if name.endswith("name_key") else None)
    customer.state, customer.updated_at = State.DELETED, transaction.now
    await renew_terms(transaction, customer.id)
    transaction.emit(EventKind.CUSTOMER_ERASED, customer, customer_id=customer.id)
    return ErasedAnswer(erased_id=opaque_id("Customer", customer.id), receipt=transaction.change)


def _table(entity: type[Base]) -> Table:
    table = entity.__table__
    assert isinstance(table, Table)
    return table


async def _set(transaction: Transaction, entity: type[Base], where: Any, **values: object) -> None:
    await transaction.session.execute(update(_table(entity)).where(where).values(**values))


async def _end(
    transaction: Transaction, entity: type[Base], where: Any, kind: EventKind, **values: object
) -> list[Any]:
    """Lock rows in the order of their keys, change them, and note each in the outbox."""
    chosen: AnySelect = select(entity).where(where).order_by(entity.id).with_for_update()
    rows: list[Any] = list(await transaction.session.scalars(chosen))
    for row in rows:
        for name, value in values.items():
            setattr(row, name, value)
        transaction.emit(kind, row, customer_id=row.customer_id)
    await transaction.session.flush()
    return rows


async def _end_benefits(transaction: Transaction, customer_id: int) -> None:
    """Vouchers are cancelled, reserved points are released, and the status ends."""
    voucher, kept, record = models.Voucher, models.PointReservation, models.StatusRecord
    usable = (voucher.customer_id == customer_id) & voucher.state.in_((VoucherState.ACTIVE, VoucherState.RESERVED))
    cancelled = await _end(transaction, voucher, usable, EventKind.VOUCHER_CANCELLED, state=VoucherState.CANCELLED)
    change = models.VoucherChange.CANCELLED
    transaction.session.add_all(
        models.VoucherEvent(voucher_id=row.id, customer_id=customer_id, change=change, at=transaction.now)
        for row in cancelled
    )
    active = (kept.customer_id == customer_id) & (kept.state == PointReservationState.ACTIVE)
    await _end(transaction, kept, active, EventKind.POINTS_RELEASED, state=PointReservationState.RELEASED)
    held = (record.customer_id == customer_id) & record.ended_at.is_(None)
    await _end(transaction, record, held, EventKind.STATUS_ENDED, ended_at=transaction.now)


async def _forget_cards(transaction: Transaction, customer_id: int) -> None:
    """A card's number names its holder: the card is blocked for good, and its number forgotten."""
    card, event = models.Card, models.CardEvent
    mine = card.customer_id == customer_id
    blank = {"secondary_number": None, "blocked_reason": None}
    for row in await _end(transaction, card, mine, EventKind.CARD_BLOCKED, state=CardState.BLOCKED, **blank):
        row.number = f"erased-{row.id}"
        transaction.session.add(
            event(card_id=row.id, customer_id=customer_id, change=models.CardChange.BLOCKED, at=transaction.now)
        )
    await transaction.session.flush()
    cards = select(card.id).where(mine)
    await _set(transaction, event, (event.customer_id == customer_id) | event.card_id.in_(cards), reason=None)


async def _end_reservations(transaction: Transaction, customer_id: int) -> None:
    """Products that were reserved are free again."""
    reservation, progress = models.ProductReservation, models.ProductReservationProgress
    held = (reservation.customer_id == customer_id) & reservation.state.in_(OPEN)
    cancelled = await _end(
        transaction, reservation, held, EventKind.RESERVATION_CANCELLED, state=ReservationState.CANCELLED
    )
    await stock.give_back(transaction, [row.id for row in cancelled])
    transaction.session.add_all(
        progress(reservation_id=row.id, state=ReservationState.CANCELLED, at=transaction.now) for row in cancelled
    )


async def _forget_rows(transaction: Transaction, customer_id: int) -> None:
    """Rows that tell nothing but something of the customer go altogether."""
    purchase, reservation, record = models.Purchase, models.ProductReservation, models.PropertyRecord
    bills = select(purchase.id).where(purchase.customer_id == customer_id)
    lines = select(models.PurchaseItem.id).where(models.PurchaseItem.purchase_id.in_(bills))
    reserved = select(reservation.id).where(reservation.customer_id == customer_id)
    comment, code = models.ProductReservationComment, models.ReservationExternalCode
    for entity, where in (
        (models.CustomerConsent, models.CustomerConsent.customer_id == customer_id),
        (models.CustomerPassword, models.CustomerPassword.customer_id == customer_id),
        (models.OneTimeCode, models.OneTimeCode.customer_id == customer_id),
        (models.CodeMessage, models.CodeMessage.customer_id == customer_id),
        (models.CustomerSourceRecord, models.CustomerSourceRecord.customer_id == customer_id),
        (models.SegmentMember, models.SegmentMember.customer_id == customer_id),
        (models.RecommendationResponse, models.RecommendationResponse.customer_id == customer_id),
        (models.Recommendation, models.Recommendation.customer_id == customer_id),
        (record, record.customer_id == customer_id),
        (record, record.purchase_id.in_(bills)),
        (record, record.purchase_item_id.in_(lines)),
        (comment, comment.reservation_id.in_(reserved)),
        (code, code.reservation_id.in_(reserved)),
    ):
        await transaction.session.execute(delete(_table(entity)).where(where))


async def _forget_words(transaction: Transaction, customer_id: int) -> None:
    """What somebody wrote, or a device told, beside rows that stay."""
    reservation = models.ProductReservation
    reserved = select(reservation.id).where(reservation.customer_id == customer_id)
    blank: list[tuple[type[Base], dict[str, object]]] = [
        (models.PointLot, {"note": None}),
        (models.PointReservation, {"external_id": None}),
        (models.Voucher, {"note": None, "reserved_for": None}),
        (models.VoucherEvent, {"note": None}),
        (models.StatusRecord, {"note": None}),
        (models.Purchase, {"card_number": None}),
        (reservation, {"customer_note": None, "reservation_codes": [], "benefit_codes": []}),
        (models.Event, {"data": None}),
        (
            models.Token,
            {
                "revoked_at": transaction.now,
                "customer_id": None,
                **dict.fromkeys(("push_token", "device_id", "device_name", "device_system", "device_type")),
            },
        ),
    ]
    for entity, values in blank:
        await _set(transaction, entity, _table(entity).c.customer_id == customer_id, **values)
    progress = models.ProductReservationProgress
    await _set(transaction, progress, progress.reservation_id.in_(reserved), note=None)
