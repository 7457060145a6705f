"""Vouchers: a reward in one customer's hands."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, Index
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from models.base import Base, Timestamped
from models.rules.basket import VoucherState
from models.rules.voucher_code import LONGEST_CODE, LONGEST_KEY, code_key
from models.types import MONEY, choice, owner, reference, text

if TYPE_CHECKING:
    from models.customer import Customer
    from models.purchase import Purchase
    from models.reward import Reward
    from models.store import Store


class VoucherChange(StrEnum):
    """What happened to a voucher."""

    ISSUED = "ISSUED"
    RESERVED = "RESERVED"
    RELEASED = "RELEASED"
    APPLIED = "APPLIED"
    RESTORED = "RESTORED"
    EXPIRED = "EXPIRED"
    CANCELLED = "CANCELLED"
    TRANSFERRED = "TRANSFERRED"
    EXTENDED = "EXTENDED"


class VoucherBatch(Base, Timestamped):
    """Vouchers of a reward that were issued together."""

    __tablename__ = "voucher_batch"
    __table_args__ = (
        Index("ix_voucher_batch_created_at", "created_at", "id"),
        Index("ix_voucher_batch_reward_id", "reward_id", "id"),
    )

    code: Mapped[str] = mapped_column(text(64), unique=True, doc="Short name that programs use; unique.")
    name: Mapped[str] = mapped_column(text(255), doc="Name that people read.")
    note: Mapped[str | None] = mapped_column(doc="What a person reads beside it.")
    reward_id: Mapped[int] = reference("reward", "The reward that its vouchers give.", index=False)
    store_id: Mapped[int | None] = reference("store", "The store that issued it.")

    reward: Mapped[Reward] = relationship(back_populates="voucher_batches", lazy="raise")
    store: Mapped[Store | None] = relationship(lazy="raise")
    vouchers: Mapped[list[Voucher]] = relationship(back_populates="batch", lazy="raise")


class Voucher(Base, Timestamped):
    """One use of a reward by one customer. It is applied at most once."""

    __tablename__ = "voucher"
    __table_args__ = (
        Index("ix_voucher_customer_id", "customer_id", "id"),
        Index("ix_voucher_reward_id", "reward_id", "id"),
        Index("ix_voucher_valid_to", "valid_to", "id"),
        Index("uq_voucher_code_key", "code_key", unique=True),
        Index(
            "ix_voucher_issued_to_id",
            "issued_to_id",
            "reward_id",
            sqlite_where=sql("issued_to_id IS NOT NULL"),
            postgresql_where=sql("issued_to_id IS NOT NULL"),
        ),
        Index(
            "ix_voucher_batch_id",
            "batch_id",
            "id",
            sqlite_where=sql("batch_id IS NOT NULL"),
            postgresql_where=sql("batch_id IS NOT NULL"),
        ),
        CheckConstraint("(state = 'APPLIED') = (redeemed_at IS NOT NULL)", name="applied_once"),
        CheckConstraint("state != 'RESERVED' OR reserved_until IS NOT NULL", name="reserved_for_a_time"),
        CheckConstraint("value >= 0", name="value"),
        CheckConstraint("owed >= 0", name="owed"),
    )

    customer_id: Mapped[int] = reference("customer", "Whose voucher it is.", index=False)
    issued_to_id: Mapped[int | None] = reference(
        "customer", "Who was issued it, where it was transferred since.", index=False
    )
    reward_id: Mapped[int] = reference("reward", "The reward it gives.", index=False)
    code: Mapped[str] = mapped_column(text(LONGEST_CODE), unique=True, doc="What is shown at the till; unique.")
    code_key: Mapped[str] = mapped_column(
        text(LONGEST_KEY), server_default="", doc="The code as it is compared; unique."
    )
    value: Mapped[Decimal | None] = mapped_column(MONEY, doc="The voucher's own value where it isn't the reward's.")
    currency_code: Mapped[str | None] = mapped_column(text(3), doc="Currency of the value, ISO 4217.")
    state: Mapped[VoucherState] = choice(VoucherState, "Where the voucher is in its life.", default=VoucherState.ACTIVE)
    valid_from: Mapped[datetime] = mapped_column(doc="First moment it can be used.")
    valid_to: Mapped[datetime | None] = mapped_column(
        doc="From this moment on it can no longer be used; none means no end."
    )
    note: Mapped[str | None] = mapped_column(doc="What a person reads beside it.")
    store_id: Mapped[int | None] = reference("store", "Where it was applied.")
    purchase_id: Mapped[int | None] = reference("purchase", "The bill it was applied to.")
    redeemed_at: Mapped[datetime | None] = mapped_column(doc="When it was applied.")
    earned_by_id: Mapped[int | None] = reference("purchase", "The bill for which an automatic reward issued it.")
    owed: Mapped[Decimal] = mapped_column(
        MONEY,
        server_default="0",
        doc="What it took off a bill although nothing justified it any more, as far as no refund made up for it.",
    )
    withheld: Mapped[Decimal] = mapped_column(
        MONEY, server_default="0", doc="What of a refund was kept for it, so that it is paid for."
    )
    reserved_for: Mapped[str | None] = mapped_column(text(128), doc="The bill it is reserved for.")
    reserved_until: Mapped[datetime | None] = mapped_column(doc="Until when it is reserved.")
    batch_id: Mapped[int | None] = reference("voucher_batch", "The batch by which it was issued.", index=False)

    customer: Mapped[Customer] = relationship(
        back_populates="vouchers", foreign_keys="Voucher.customer_id", lazy="raise"
    )
    reward: Mapped[Reward] = relationship(back_populates="vouchers", lazy="raise")
    store: Mapped[Store | None] = relationship(lazy="raise")
    purchase: Mapped[Purchase | None] = relationship(
        back_populates="vouchers", foreign_keys="Voucher.purchase_id", lazy="raise"
    )
    earned_by: Mapped[Purchase | None] = relationship(
        back_populates="vouchers_earned", foreign_keys="Voucher.earned_by_id", lazy="raise"
    )
    batch: Mapped[VoucherBatch | None] = relationship(back_populates="vouchers", lazy="raise")
    events: Mapped[list[VoucherEvent]] = relationship(back_populates="voucher", lazy="raise")

    @validates("code")
    def _compare(self, _name: str, code: str) -> str:
        self.code_key = code_key(code)
        return code


class VoucherEvent(Base):
    """One change in a voucher's life; never altered."""

    __tablename__ = "voucher_event"
    __table_args__ = (
        Index("ix_voucher_event_customer_id", "customer_id", "at", "id"),
        Index("ix_voucher_event_voucher_id", "voucher_id", "at", "id"),
    )

    voucher_id: Mapped[int] = owner("voucher", "The voucher.", index=False)
    customer_id: Mapped[int] = reference("customer", "Whose voucher it was at that moment.", index=False)
    change: Mapped[VoucherChange] = choice(VoucherChange, "What happened.")
    at: Mapped[datetime] = mapped_column(doc="When it happened.")
    note: Mapped[str | None] = mapped_column(doc="Why, in the words of who did it.")

    voucher: Mapped[Voucher] = relationship(back_populates="events", lazy="raise")
    customer: Mapped[Customer] = relationship(back_populates="voucher_events", lazy="raise")
