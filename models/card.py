"""Cards: whatever a customer shows to be recognised, and the types of them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, Index
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, CodeList, Timestamped
from models.rules.card_number import CheckDigit
from models.types import choice, owner, reference, text

if TYPE_CHECKING:
    from models.customer import Customer
    from models.store import Store


class CardState(StrEnum):
    """Where a card is in its life. EXPIRED is an assigned or free card past its last day."""

    FREE = "FREE"
    ASSIGNED = "ASSIGNED"
    BLOCKED = "BLOCKED"
    EXPIRED = "EXPIRED"


class CardChange(StrEnum):
    """What happened to a card."""

    ISSUED = "ISSUED"
    ASSIGNED = "ASSIGNED"
    RELEASED = "RELEASED"
    BLOCKED = "BLOCKED"
    UNBLOCKED = "UNBLOCKED"
    EXPIRED = "EXPIRED"


class CardType(Base, CodeList):
    """A kind of card: loyalty card, mobile card, ski pass and the like."""

    __tablename__ = "card_type"
    __table_args__ = (CheckConstraint("number_length BETWEEN 1 AND 64", name="number_length"),)

    prefix: Mapped[str] = mapped_column(text(32), doc="First characters of every number of this type.")
    number_length: Mapped[int] = mapped_column(
        default=16, doc="Length of a number of this type, prefix and check digit included."
    )
    check_digit: Mapped[CheckDigit] = choice(
        CheckDigit, "How the last digit is made from the others.", default=CheckDigit.NONE
    )
    valid_months: Mapped[int | None] = mapped_column(
        doc="Months a card is valid from its assignment; none means no end."
    )

    cards: Mapped[list[Card]] = relationship(back_populates="card_type", lazy="raise")


class Card(Base, Timestamped):
    """A card, barcode or other key that identifies its holder. A free card has no holder yet."""

    __tablename__ = "card"
    __table_args__ = (
        Index("ix_card_customer_id", "customer_id", "id"),
        Index("ix_card_card_type_id", "card_type_id", "id"),
        Index("ix_card_valid_to", "valid_to", "id"),
        Index(
            "ix_card_free",
            "card_type_id",
            "id",
            sqlite_where=sql("state = 'FREE'"),
            postgresql_where=sql("state = 'FREE'"),
        ),
        CheckConstraint("state != 'FREE' OR customer_id IS NULL", name="free_has_no_holder"),
        CheckConstraint("state != 'ASSIGNED' OR customer_id IS NOT NULL", name="assigned_has_holder"),
    )

    customer_id: Mapped[int | None] = reference("customer", "The holder; none while the card is free.", index=False)
    card_type_id: Mapped[int] = reference("card_type", "What kind of card it is.", index=False)
    number: Mapped[str] = mapped_column(text(64), unique=True, doc="The number on the card; unique.")
    secondary_number: Mapped[str | None] = mapped_column(
        text(64), index=True, doc="A second number of the same card, such as the chip's."
    )
    valid_from: Mapped[datetime | None] = mapped_column(doc="From when the card is valid; none means always.")
    valid_to: Mapped[datetime | None] = mapped_column(doc="Until when the card is valid; none means no end.")
    store_id: Mapped[int | None] = reference("store", "The store that issued it.")
    state: Mapped[CardState] = choice(CardState, "Where the card is in its life.", default=CardState.FREE)
    blocked_reason: Mapped[str | None] = mapped_column(doc="Why the card is blocked.")

    customer: Mapped[Customer | None] = relationship(back_populates="cards", lazy="raise")
    card_type: Mapped[CardType] = relationship(back_populates="cards", lazy="raise")
    store: Mapped[Store | None] = relationship(back_populates="cards", lazy="raise")
    events: Mapped[list[CardEvent]] = relationship(back_populates="card", lazy="raise")


class CardEvent(Base):
    """One change in a card's life; never altered."""

    __tablename__ = "card_event"
    __table_args__ = (
        Index("ix_card_event_customer_id", "customer_id", "at", "id"),
        Index("ix_card_event_card_id", "card_id", "at", "id"),
    )

    card_id: Mapped[int] = owner("card", "The card.", index=False)
    customer_id: Mapped[int | None] = reference("customer", "The holder at that moment.", index=False)
    change: Mapped[CardChange] = choice(CardChange, "What happened.")
    at: Mapped[datetime] = mapped_column(doc="When it happened.")
    reason: Mapped[str | None] = mapped_column(doc="Why, in the words of who did it.")

    card: Mapped[Card] = relationship(back_populates="events", lazy="raise")
    customer: Mapped[Customer | None] = relationship(back_populates="card_events", lazy="raise")
