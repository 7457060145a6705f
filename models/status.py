"""Statuses: the tiers of the loyalty programme, and who has held which."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, CodeList, Translated
from models.rules.qualification import Qualification, StatusChange
from models.types import MONEY, PERCENT, POINTS, choice, owner, reference, text

if TYPE_CHECKING:
    from models.customer import Customer
    from models.reward import Reward


class Status(Base, CodeList, Translated):
    """A tier of the loyalty programme."""

    __tablename__ = "status"
    TEXTS = ("name", "description")
    __table_args__ = (
        UniqueConstraint("previous_id"),
        CheckConstraint("discount >= 0", name="discount"),
        CheckConstraint("qualification_months > 0", name="qualification_months"),
    )

    description: Mapped[str | None] = mapped_column(doc="What the tier offers.")
    rank: Mapped[int] = mapped_column(unique=True, doc="Place among the tiers, the lowest first.")
    qualification: Mapped[Qualification] = choice(Qualification, "How the tier is reached.")
    qualification_months: Mapped[int | None] = mapped_column(
        doc="For CONDITION: how many months back turnover and points count."
    )
    qualification_points: Mapped[Decimal | None] = mapped_column(
        POINTS, doc="For CONDITION: points to collect in that time."
    )
    previous_id: Mapped[int | None] = reference("status", "The tier below.", index=False)
    validity: Mapped[str | None] = mapped_column(
        text(16),
        doc="How long the tier is held: a period such as P12M, END_OF_YEAR, or none for without end.",
    )
    collects_points: Mapped[bool] = mapped_column(default=True, doc="Whether purchases earn points.")
    pays_with_points: Mapped[bool] = mapped_column(default=True, doc="Whether points can pay a bill.")
    discount: Mapped[Decimal] = mapped_column(PERCENT, default=Decimal(0), doc="Basic discount in per cent.")
    discounts_discounted_items: Mapped[bool] = mapped_column(
        default=False, doc="Whether the basic discount also applies to items that are already discounted."
    )

    previous: Mapped[Status | None] = relationship(back_populates="next", remote_side="Status.id", lazy="raise")
    next: Mapped[Status | None] = relationship(back_populates="previous", uselist=False, lazy="raise")
    turnovers: Mapped[list[StatusTurnover]] = relationship(back_populates="status", lazy="raise")
    records: Mapped[list[StatusRecord]] = relationship(back_populates="status", lazy="raise")
    rewards: Mapped[list[Reward]] = relationship(secondary="reward_status", back_populates="statuses", lazy="raise")


class StatusTurnover(Base):
    """Turnover in one currency that reaches a status."""

    __tablename__ = "status_turnover"
    __table_args__ = (
        UniqueConstraint("status_id", "currency_code"),
        CheckConstraint("amount > 0", name="amount"),
    )

    status_id: Mapped[int] = owner("status", "The status.", index=False)
    currency_code: Mapped[str] = mapped_column(text(3), doc="Currency, ISO 4217.")
    amount: Mapped[Decimal] = mapped_column(MONEY, doc="Turnover to reach within the status's months.")

    status: Mapped[Status] = relationship(back_populates="turnovers", lazy="raise")


class StatusRecord(Base):
    """A time during which a customer held a status; the one that has not ended is the current one."""

    __tablename__ = "status_record"
    __table_args__ = (
        Index(
            "uq_status_record_current",
            "customer_id",
            unique=True,
            sqlite_where=sql("ended_at IS NULL"),
            postgresql_where=sql("ended_at IS NULL"),
        ),
        Index("ix_status_record_customer_id", "customer_id", "valid_from", "id"),
        Index("ix_status_record_status_id", "status_id", "id"),
        Index("ix_status_record_valid_to", "valid_to", "id"),
    )

    customer_id: Mapped[int] = reference("customer", "Who holds it.", index=False)
    status_id: Mapped[int] = reference("status", "The status held.", index=False)
    change: Mapped[StatusChange] = choice(StatusChange, "Why it began.")
    valid_from: Mapped[datetime] = mapped_column(doc="Since when it is held.")
    valid_to: Mapped[datetime | None] = mapped_column(
        doc="Until when it is held unless renewed; none means without end."
    )
    ended_at: Mapped[datetime | None] = mapped_column(doc="When it ended; none while it is the current one.")
    note: Mapped[str | None] = mapped_column(doc="Why, in the words of who set it.")
    purchase_id: Mapped[int | None] = reference("purchase", "The bill that led to it, where one did.")

    customer: Mapped[Customer] = relationship(back_populates="status_records", lazy="raise")
    status: Mapped[Status] = relationship(back_populates="records", lazy="raise")
