"""Erasing a customer: everything personal goes, from every table; what the books need stays, without a name.

The customer's row stays behind as DELETED, with nothing in it, so that purchases and entries of the ledger still have
somebody to belong to. The ledger's amounts are not touched; notes beside them, which the database lets nobody change
before, go.

What goes, `models.personal` says of each column.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import JSON, Column, ColumnElement, Table, delete, null, select, text, update
from sqlalchemy.sql.schema import ScalarElementColumnDefault

import models
from models import Base, CardState, PointReservationState, ReservationState, State, VoucherState
from models.event_kinds import EventKind
from models.ownership import Kind, ownership_of
from models.personal import FORGOTTEN as FORGOTTEN_CLASSES
from models.personal import Personal, telling
from resolvers.customer.inputs import CustomerId, ErasedAnswer
from resolvers.customer.search_terms import renew_terms
from resolvers.ids import opaque_id
from resolvers.operation.idempotency import FORGOTTEN, forgotten
from resolvers.reservation import stock
from resolvers.storage.sql import AnySelect
from resolvers.storage.transaction import Transaction

PERSONAL = frozenset({each for each in telling("customer") if each != "full_name"}) | {"store_id"}
"""Every column of a customer that tells something of them; the full name follows from others."""

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
    customer.state, customer.store_id, customer.updated_at = State.DELETED, None, transaction.now
    await transaction.session.flush()
    await _forget_words(transaction, customer.id)
    await _forget_answers(transaction, customer.id)
    await transaction.session.refresh(customer)
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
    for row in await _end(transaction, card, mine, EventKind.CARD_BLOCKED, state=CardState.BLOCKED):
        row.number = f"erased-{row.id}"
        transaction.session.add(
            event(card_id=row.id, customer_id=customer_id, change=models.CardChange.BLOCKED, at=transaction.now)
        )
    await transaction.session.flush()
    # What was noted before the card was given to them, too.
    await _set(transaction, event, event.card_id.in_(select(card.id).where(mine)), reason=None)


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


GONE: Sequence[type[Base]] = (
    models.ConsentChange,
    models.CustomerConsent,
    models.CustomerPassword,
    models.OneTimeCode,
    models.CodeMessage,
    models.CustomerSourceRecord,
    models.SegmentMember,
    models.RecommendationResponse,
    models.Recommendation,
    models.ProductReservationComment,
    models.ReservationExternalCode,
)
"""Rows that tell nothing but something of the customer go altogether."""


async def _forget_rows(transaction: Transaction, customer_id: int) -> None:
    record, item = models.PropertyRecord, models.PurchaseItem
    bills = select(models.Purchase.id).where(models.Purchase.customer_id == customer_id)
    lines = select(item.id).where(item.purchase_id.in_(bills))
    for entity in GONE:
        await transaction.session.execute(delete(_table(entity)).where(_of(entity, customer_id)))
    of_bill = record.purchase_id.in_(bills) | record.purchase_item_id.in_(lines)
    await transaction.session.execute(delete(_table(record)).where((record.customer_id == customer_id) | of_bill))


def _of(entity: type[Base], customer_id: int) -> ColumnElement[bool]:
    """Whether a row is the customer's, by itself or as a part of another row."""
    owner = ownership_of(entity)
    if owner.whole is None:
        found: ColumnElement[bool] = _table(entity).c[owner.column or "customer_id"] == customer_id
        return found
    whole = getattr(models, owner.whole)
    return _table(entity).c[owner.column].in_(select(_table(whole).c.id).where(_of(whole, customer_id)))


def blanks(entity: type[Base]) -> dict[str, Any]:
    """What the columns of a row that stays are set to, so that it tells nothing of the customer any more."""
    values: dict[str, Any] = {}
    for name, kind in telling(entity.__tablename__).items():
        column = _table(entity).c[name]
        if (
            kind in FORGOTTEN_CLASSES - {Personal.CREDENTIAL}
            and column.computed is None
            and (entity, name) not in NAMED_ANEW
        ):
            values[name] = _nothing(column)
    return values


def _nothing(column: Column[Any]) -> object:
    if column.nullable:
        return null()
    if isinstance(column.default, ScalarElementColumnDefault):
        return column.default.arg
    return [] if isinstance(column.type, JSON) else ""


NAMED_ANEW = frozenset({(models.Card, "number")})
"""What has to be there and be unique: it was given another value already."""


def staying() -> list[type[Base]]:
    """The entities whose rows stay when their customer is erased, and hold something of them."""
    entities = [mapper.class_ for mapper in Base.registry.mappers]
    named = [each for each in entities if ownership_of(each).kind is Kind.OWNED or "customer_id" in _table(each).c]
    return [each for each in named if each not in (*GONE, models.PropertyRecord, models.CustomerTerm) and blanks(each)]


async def _forget_words(transaction: Transaction, customer_id: int) -> None:
    """Whatever tells something of the customer beside rows that stay, and who was logged in."""
    for entity in staying():
        await _set(transaction, entity, _of(entity, customer_id), **blanks(entity))
    mine = models.Token.customer_id == customer_id
    await _set(transaction, models.Token, mine, revoked_at=transaction.now, customer_id=None)


async def _forget_answers(transaction: Transaction, customer_id: int) -> None:
    """What was answered under a key, and the key, which is a text of the caller's; a retry is still known."""
    session, kept, event = transaction.session, models.IdempotencyKey, models.Event
    changes = select(event.change).where(event.customer_id == customer_id)
    for row in await session.scalars(select(kept).where(kept.change.in_(changes)).order_by(kept.id).with_for_update()):
        row.key = row.key if row.key.startswith(FORGOTTEN) else forgotten(row.key)
        row.fingerprint, row.answer = "", {}
    await session.flush()
