"""Points: a ledger of entries that are never changed, and the lots they add to and take from."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.append_only import append_only
from models.base import Base, CodeList
from models.rules.point_reservation import PointReservationState
from models.types import POINTS, Json, choice, owner, reference, text

if TYPE_CHECKING:
    from models.customer import Customer
    from models.partner import Partner
    from models.purchase import Purchase
    from models.store import Store
    from models.voucher import Voucher


class PointEntryKind(StrEnum):
    """Why points moved."""

    ASSIGN = "ASSIGN"
    EARN = "EARN"
    SPEND = "SPEND"
    EXPIRE = "EXPIRE"
    TRANSFER_IN = "TRANSFER_IN"
    TRANSFER_OUT = "TRANSFER_OUT"
    REVERSE = "REVERSE"
    REPAY = "REPAY"


class PointType(Base, CodeList):
    """Where points come from: purchases, bonuses, a partner. All types are spent from one balance."""

    __tablename__ = "point_type"


class PointEntry(Base):
    """One movement of a customer's points. Entries are only ever added; their sum is the balance.

    What is taken back after it was spent, transferred or turned into a voucher is owed; the sum of `owed` says how
    much.
    """

    __tablename__ = "point_entry"
    __table_args__ = (
        Index("ix_point_entry_customer_id", "customer_id", "at", "id"),
        Index("ix_point_entry_at", "at", "id"),
        Index(
            "ix_point_entry_owed",
            "customer_id",
            sqlite_where=sql("owed != 0"),
            postgresql_where=sql("owed != 0"),
        ),
        CheckConstraint("amount != 0 OR owed != 0", name="amount"),
    )

    customer_id: Mapped[int] = reference("customer", "Whose points moved.", index=False)
    kind: Mapped[PointEntryKind] = choice(PointEntryKind, "Why the points moved.")
    amount: Mapped[Decimal] = mapped_column(POINTS, doc="Points added, or taken where negative.")
    owed: Mapped[Decimal] = mapped_column(
        POINTS,
        default=Decimal(0),
        server_default="0",
        doc="Points owed since, as they were gone already when they were to be taken back; paid off where negative.",
    )
    at: Mapped[datetime] = mapped_column(doc="When the points moved.")
    note: Mapped[str | None] = mapped_column(
        doc="What a person reads beside the entry; kept for good, so no place for personal data."
    )
    point_type_id: Mapped[int | None] = reference("point_type", "Where the points come from.")
    partner_id: Mapped[int | None] = reference("partner", "The partner on whose account they moved.")
    store_id: Mapped[int | None] = reference("store", "Where they moved.")
    purchase_id: Mapped[int | None] = reference("purchase", "The bill that earned or spent them.")
    voucher_id: Mapped[int | None] = reference("voucher", "The voucher they paid for.")
    reverses_id: Mapped[int | None] = reference("point_entry", "The entry that this one takes back.")
    extended_data: Mapped[dict[str, Any] | None] = mapped_column(
        doc="What the calling system wanted to keep with the entry."
    )
    earned_by: Mapped[list[dict[str, Any]] | None] = mapped_column(
        Json, doc="For EARN: the programme's rules that gave the points, each with what it gave."
    )

    customer: Mapped[Customer] = relationship(back_populates="point_entries", lazy="raise")
    point_type: Mapped[PointType | None] = relationship(lazy="raise")
    partner: Mapped[Partner | None] = relationship(lazy="raise")
    store: Mapped[Store | None] = relationship(lazy="raise")
    purchase: Mapped[Purchase | None] = relationship(back_populates="point_entries", lazy="raise")
    voucher: Mapped[Voucher | None] = relationship(lazy="raise")
    reverses: Mapped[PointEntry | None] = relationship(remote_side="PointEntry.id", lazy="raise")
    lots: Mapped[list[PointEntryLot]] = relationship(back_populates="entry", lazy="raise")


class PointLot(Base):
    """Points that came together and expire together; spending takes from those that expire first."""

    __tablename__ = "point_lot"
    __table_args__ = (
        Index("ix_point_lot_customer_id", "customer_id", "expires_at", "id"),
        Index(
            "ix_point_lot_left",
            "customer_id",
            sqlite_where=sql("remaining > 0"),
            postgresql_where=sql("remaining > 0"),
        ),
        Index(
            "ix_point_lot_expiring",
            "expires_at",
            "customer_id",
            sqlite_where=sql("remaining > 0"),
            postgresql_where=sql("remaining > 0"),
        ),
        Index("ix_point_lot_created_at", "created_at", "id"),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("remaining >= 0 AND remaining <= amount", name="remaining"),
    )

    customer_id: Mapped[int] = reference("customer", "Whose points they are.", index=False)
    point_type_id: Mapped[int | None] = reference("point_type", "Where the points come from.")
    partner_id: Mapped[int | None] = reference("partner", "The partner who gave them.")
    amount: Mapped[Decimal] = mapped_column(POINTS, doc="How many points the lot began with.")
    remaining: Mapped[Decimal] = mapped_column(POINTS, doc="How many of them are left.")
    active_from: Mapped[datetime] = mapped_column(doc="From when they can be spent; pending before.")
    expires_at: Mapped[datetime | None] = mapped_column(doc="When what is left expires; none means never.")
    created_at: Mapped[datetime] = mapped_column(doc="When the lot was made.")
    note: Mapped[str | None] = mapped_column(doc="What a person reads beside the lot.")

    customer: Mapped[Customer] = relationship(back_populates="point_lots", lazy="raise")
    point_type: Mapped[PointType | None] = relationship(lazy="raise")
    partner: Mapped[Partner | None] = relationship(lazy="raise")
    entries: Mapped[list[PointEntryLot]] = relationship(back_populates="lot", lazy="raise")


class PointEntryLot(Base):
    """How much of an entry went to or came from one lot."""

    __tablename__ = "point_entry_lot"
    __table_args__ = (
        UniqueConstraint("entry_id", "lot_id"),
        Index("ix_point_entry_lot_lot_id", "lot_id", "id"),
        CheckConstraint("amount != 0", name="amount"),
    )

    entry_id: Mapped[int] = owner("point_entry", "The entry.", index=False)
    lot_id: Mapped[int] = reference("point_lot", "The lot it touched.", index=False)
    amount: Mapped[Decimal] = mapped_column(POINTS, doc="Points put into the lot, or taken where negative.")

    entry: Mapped[PointEntry] = relationship(back_populates="lots", lazy="raise")
    lot: Mapped[PointLot] = relationship(back_populates="entries", lazy="raise")


class PointReservation(Base):
    """Points reserved for a time, so that nothing else spends them."""

    __tablename__ = "point_reservation"
    __table_args__ = (
        UniqueConstraint("customer_id", "external_id"),
        Index("ix_point_reservation_customer_id", "customer_id", "id"),
        Index("ix_point_reservation_external_id", "external_id"),
        Index("ix_point_reservation_expires_at", "expires_at", "id"),
        Index(
            "ix_point_reservation_due",
            "expires_at",
            "id",
            sqlite_where=sql("state = 'ACTIVE'"),
            postgresql_where=sql("state = 'ACTIVE'"),
        ),
        CheckConstraint("amount > 0", name="amount"),
    )

    customer_id: Mapped[int] = reference("customer", "Whose points are reserved.", index=False)
    external_id: Mapped[str | None] = mapped_column(text(128), doc="The calling system's id, unique for the customer.")
    amount: Mapped[Decimal] = mapped_column(POINTS, doc="How many points.")
    state: Mapped[PointReservationState] = choice(
        PointReservationState, "What became of them.", default=PointReservationState.ACTIVE
    )
    created_at: Mapped[datetime] = mapped_column(doc="When they were reserved.")
    expires_at: Mapped[datetime] = mapped_column(doc="When they come free again by themselves.")

    customer: Mapped[Customer] = relationship(back_populates="point_reservations", lazy="raise")


append_only(PointEntry, follows_merges=True)
append_only(PointEntryLot)
