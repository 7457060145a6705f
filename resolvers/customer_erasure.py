"""Erasing a customer: everything personal goes, from every table; what the books need stays, and names nobody.

The customer's row stays behind as DELETED, with nothing in it, so that purchases and entries of the ledger still have
somebody to belong to. The ledger itself is not touched: it never held anything personal.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, Table, delete, select, text, update

import models
from models import Base, CardState, Customer, PointReservationState, ReservationState, State, VoucherState
from resolvers import reservation_stock
from resolvers.customer_terms import renew_terms
from resolvers.ids import opaque_id
from resolvers.writing import Values, Writing

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


async def erase(writing: Writing, given: Values) -> Values:
    """Erase a customer. What they were promised and could still use ends with it."""
    customer = await writing.find(Customer, given["id"], "id")
    if writing.backend == "sqlite":
        # What is deleted is overwritten in the file, too.
        await writing.session.execute(text("PRAGMA secure_delete = ON"))
    # In the order in which all operations lock: vouchers, cards, then what is reserved in stores.
    await _end_benefits(writing, customer.id)
    await _forget_cards(writing, customer.id)
    await _end_reservations(writing, customer.id)
    await _forget_rows(writing, customer.id)
    await _forget_words(writing, customer.id)
    for name in PERSONAL:
        setattr(customer, name, "" if name.endswith("name_key") else None)
    customer.state, customer.updated_at = State.DELETED, writing.now
    await renew_terms(writing, customer.id)
    writing.emit("CUSTOMER_ERASED", customer, customer_id=customer.id)
    return {"erased_id": opaque_id("Customer", customer.id), "receipt": writing.change}


def _table(entity: type[Base]) -> Table:
    table = entity.__table__
    assert isinstance(table, Table)
    return table


async def _set(writing: Writing, entity: type[Base], where: Any, **values: Any) -> None:
    await writing.session.execute(update(_table(entity)).where(where).values(**values))


async def _end(writing: Writing, entity: type[Base], where: Any, kind: str, **values: Any) -> list[Any]:
    """Lock rows in the order of their keys, change them, and note each in the outbox."""
    chosen: Select[Any] = select(entity).where(where).order_by(entity.id).with_for_update()
    rows: list[Any] = list(await writing.session.scalars(chosen))
    for row in rows:
        for name, value in values.items():
            setattr(row, name, value)
        writing.emit(kind, row, customer_id=row.customer_id)
    await writing.session.flush()
    return rows


async def _end_benefits(writing: Writing, customer_id: int) -> None:
    """Vouchers are cancelled, points put aside are let go, and the status ends."""
    voucher, kept, record = models.Voucher, models.PointReservation, models.StatusRecord
    usable = (voucher.customer_id == customer_id) & voucher.state.in_((VoucherState.ACTIVE, VoucherState.RESERVED))
    cancelled = await _end(writing, voucher, usable, "VOUCHER_CANCELLED", state=VoucherState.CANCELLED)
    change = models.VoucherChange.CANCELLED
    writing.session.add_all(
        models.VoucherEvent(voucher_id=row.id, customer_id=customer_id, change=change, at=writing.now)
        for row in cancelled
    )
    active = (kept.customer_id == customer_id) & (kept.state == PointReservationState.ACTIVE)
    await _end(writing, kept, active, "POINTS_RELEASED", state=PointReservationState.RELEASED)
    held = (record.customer_id == customer_id) & record.ended_at.is_(None)
    await _end(writing, record, held, "STATUS_ENDED", ended_at=writing.now)


async def _forget_cards(writing: Writing, customer_id: int) -> None:
    """A card's number names its holder: the card is blocked for good, and its number forgotten."""
    card, event = models.Card, models.CardEvent
    mine = card.customer_id == customer_id
    blank = {"secondary_number": None, "blocked_reason": None}
    for row in await _end(writing, card, mine, "CARD_BLOCKED", state=CardState.BLOCKED, **blank):
        row.number = f"erased-{row.id}"
        writing.session.add(
            event(card_id=row.id, customer_id=customer_id, change=models.CardChange.BLOCKED, at=writing.now)
        )
    await writing.session.flush()
    cards = select(card.id).where(mine)
    await _set(writing, event, (event.customer_id == customer_id) | event.card_id.in_(cards), reason=None)


async def _end_reservations(writing: Writing, customer_id: int) -> None:
    """Products that were reserved are free again."""
    reservation, progress = models.ProductReservation, models.ProductReservationProgress
    held = (reservation.customer_id == customer_id) & reservation.state.in_(OPEN)
    cancelled = await _end(writing, reservation, held, "RESERVATION_CANCELLED", state=ReservationState.CANCELLED)
    await reservation_stock.give_back(writing, [row.id for row in cancelled])
    writing.session.add_all(
        progress(reservation_id=row.id, state=ReservationState.CANCELLED, at=writing.now) for row in cancelled
    )


async def _forget_rows(writing: Writing, customer_id: int) -> None:
    """Rows that tell nothing but something of the customer go altogether."""
    purchase, reservation, record = models.Purchase, models.ProductReservation, models.PropertyRecord
    bills = select(purchase.id).where(purchase.customer_id == customer_id)
    lines = select(models.PurchaseItem.id).where(models.PurchaseItem.purchase_id.in_(bills))
    reserved = select(reservation.id).where(reservation.customer_id == customer_id)
    comment, code = models.ProductReservationComment, models.ReservationExternalCode
    for entity, where in (
        (models.CustomerConsent, models.CustomerConsent.customer_id == customer_id),
        (models.CustomerSourceRecord, models.CustomerSourceRecord.customer_id == customer_id),
        (models.SegmentMember, models.SegmentMember.customer_id == customer_id),
        (models.Recommendation, models.Recommendation.customer_id == customer_id),
        (record, record.customer_id == customer_id),
        (record, record.purchase_id.in_(bills)),
        (record, record.purchase_item_id.in_(lines)),
        (comment, comment.reservation_id.in_(reserved)),
        (code, code.reservation_id.in_(reserved)),
    ):
        await writing.session.execute(delete(_table(entity)).where(where))


async def _forget_words(writing: Writing, customer_id: int) -> None:
    """What somebody wrote, or a device told, beside rows that stay."""
    reservation = models.ProductReservation
    reserved = select(reservation.id).where(reservation.customer_id == customer_id)
    blank: list[tuple[type[Base], dict[str, Any]]] = [
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
                "revoked_at": writing.now,
                "customer_id": None,
                **dict.fromkeys(("push_token", "device_id", "device_name", "device_system", "device_type")),
            },
        ),
    ]
    for entity, values in blank:
        await _set(writing, entity, _table(entity).c.customer_id == customer_id, **values)
    progress = models.ProductReservationProgress
    await _set(writing, progress, progress.reservation_id.in_(reserved), note=None)
