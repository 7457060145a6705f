"""Purchases: bills of the tills and the e-shop, with their lines."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import ZERO, Base, CodeList, Timestamped
from models.rules.payments import PaymentKind
from models.rules.till_discounts import TillDiscountKind
from models.types import MONEY, PERCENT, POINTS, QUANTITY, choice, owner, reference, text

if TYPE_CHECKING:
    from models.customer import Customer
    from models.point import PointEntry
    from models.product import Product
    from models.property import PropertyRecord
    from models.reward import Reward
    from models.store import Store
    from models.voucher import Voucher


class PurchaseState(StrEnum):
    """What became of a bill."""

    CLOSED = "CLOSED"
    PARTLY_RETURNED = "PARTLY_RETURNED"
    RETURNED = "RETURNED"
    CANCELLED = "CANCELLED"


class PaymentType(StrEnum):
    """How a bill was paid."""

    CASH = "CASH"
    CARD = "CARD"
    ACCOUNT = "ACCOUNT"
    OTHER = "OTHER"


class PurchaseType(Base, CodeList):
    """A kind of bill: a sale at the till, an e-shop order and the like."""

    __tablename__ = "purchase_type"


class PurchaseItemType(Base, CodeList):
    """A kind of line: goods, a service, a deposit and the like."""

    __tablename__ = "purchase_item_type"


class Purchase(Base, Timestamped):
    """A closed bill. The same bill, known by its store and external id, is stored once."""

    __tablename__ = "purchase"
    __table_args__ = (
        UniqueConstraint("store_id", "external_id"),
        Index("ix_purchase_customer_id", "customer_id", "paid_at", "id"),
        Index("ix_purchase_store_id", "store_id", "paid_at", "id"),
        Index("ix_purchase_paid_at", "paid_at", "id"),
        Index("ix_purchase_external_id", "external_id"),
        Index("ix_purchase_card_number", "card_number", "paid_at", "id"),
        CheckConstraint("returned >= 0", name="returned"),
        CheckConstraint("withheld >= 0", name="withheld"),
        CheckConstraint("items_count >= 0", name="items_count"),
    )

    customer_id: Mapped[int | None] = reference(
        "customer", "Who bought; none where the customer wasn't recognised.", index=False
    )
    store_id: Mapped[int] = reference("store", "Where the bill was closed.", index=False)
    type_id: Mapped[int | None] = reference("purchase_type", "What kind of bill it is.")
    source: Mapped[str | None] = mapped_column(text(64), doc="Code of the outside system that closed the bill.")
    external_id: Mapped[str] = mapped_column(text(128), doc="The bill's id at the till, unique within its store.")
    number: Mapped[str | None] = mapped_column(text(64), doc="The number printed on the bill.")
    paid_at: Mapped[datetime] = mapped_column(doc="When the bill was paid.")
    currency_code: Mapped[str] = mapped_column(text(3), doc="Currency of all its amounts, ISO 4217.")
    total: Mapped[Decimal] = mapped_column(
        MONEY, doc="What was paid for all lines, in points or in money; discounts are taken off."
    )
    returned: Mapped[Decimal] = mapped_column(
        MONEY, default=Decimal(0), doc="What the items that were returned had been bought for, in points or in money."
    )
    items_count: Mapped[int] = mapped_column(doc="How many lines the bill has.")
    state: Mapped[PurchaseState] = choice(PurchaseState, "What became of the bill.", default=PurchaseState.CLOSED)
    payment_type: Mapped[PaymentType | None] = choice(PaymentType, "How it was paid.")
    is_fiscal: Mapped[bool] = mapped_column(default=True, doc="Whether the bill went to the tax office's register.")
    card_number: Mapped[str | None] = mapped_column(text(64), doc="Number of the card shown at the till.")
    cashdesk: Mapped[str | None] = mapped_column(text(32), doc="Number of the cash desk.")
    created_by: Mapped[str | None] = mapped_column(text(128), doc="The cashier or the system that closed the bill.")
    points_earned: Mapped[Decimal] = mapped_column(POINTS, default=Decimal(0), doc="Points the bill earned.")
    points_spent: Mapped[Decimal] = mapped_column(POINTS, default=Decimal(0), doc="Points that paid a part of it.")
    paid_with_points: Mapped[Decimal] = mapped_column(
        MONEY, default=Decimal(0), server_default="0", doc="What of the total points paid."
    )
    returned_with_points: Mapped[Decimal] = mapped_column(
        MONEY, default=Decimal(0), server_default="0", doc="What of it was given back as points for returned items."
    )
    reward_terms: Mapped[dict[str, Any] | None] = mapped_column(
        doc="What its rewards asked for when it was paid, by their keys; returns are judged by that."
    )
    paid_with_vouchers: Mapped[Decimal] = mapped_column(
        MONEY, server_default="0", doc="What vouchers took off; the total is without it."
    )
    withheld: Mapped[Decimal] = mapped_column(
        MONEY,
        server_default="0",
        doc="What of refunds was kept for vouchers that it had earned and that were used, once nothing justified them.",
    )
    utm_source: Mapped[str | None] = mapped_column(text(255), doc="Where the buyer came from (utm_source).")
    utm_medium: Mapped[str | None] = mapped_column(text(255), doc="By which medium (utm_medium).")
    utm_campaign: Mapped[str | None] = mapped_column(text(255), doc="Through which campaign (utm_campaign).")

    customer: Mapped[Customer | None] = relationship(back_populates="purchases", lazy="raise")
    store: Mapped[Store] = relationship(back_populates="purchases", lazy="raise")
    type: Mapped[PurchaseType | None] = relationship(lazy="raise")
    items: Mapped[list[PurchaseItem]] = relationship(back_populates="purchase", lazy="raise")
    discounts: Mapped[list[PurchaseDiscount]] = relationship(back_populates="purchase", lazy="raise")
    payments: Mapped[list[PurchasePayment]] = relationship(back_populates="purchase", lazy="raise")
    vouchers: Mapped[list[Voucher]] = relationship(
        back_populates="purchase", foreign_keys="Voucher.purchase_id", lazy="raise"
    )
    vouchers_earned: Mapped[list[Voucher]] = relationship(
        back_populates="earned_by", foreign_keys="Voucher.earned_by_id", lazy="raise"
    )
    point_entries: Mapped[list[PointEntry]] = relationship(back_populates="purchase", lazy="raise")
    returns: Mapped[list[PurchaseReturn]] = relationship(back_populates="purchase", lazy="raise")
    properties: Mapped[list[PropertyRecord]] = relationship(lazy="raise")


class PurchaseItem(Base):
    """A line of a bill."""

    __tablename__ = "purchase_item"
    __table_args__ = (
        UniqueConstraint("purchase_id", "line"),
        Index("ix_purchase_item_product_id", "product_id", "purchase_id"),
        Index(
            "ix_purchase_item_bought_for_id",
            "bought_for_id",
            "id",
            sqlite_where=sql("bought_for_id IS NOT NULL"),
            postgresql_where=sql("bought_for_id IS NOT NULL"),
        ),
        CheckConstraint("returned_quantity >= 0", name="returned_quantity"),
    )

    purchase_id: Mapped[int] = owner("purchase", "The bill.", index=False)
    line: Mapped[int] = mapped_column(doc="Position on the bill, from 1.")
    external_id: Mapped[str | None] = mapped_column(text(128), doc="The line's id at the till, unique within the bill.")
    product_id: Mapped[int | None] = reference(
        "product", "What was bought; none when the till's code is unknown.", index=False
    )
    product_name: Mapped[str | None] = mapped_column(
        text(255), doc="Name as the till printed it; none where the product's own name served."
    )
    type_id: Mapped[int | None] = reference("purchase_item_type", "What kind of line it is.", index=False)
    quantity: Mapped[Decimal] = mapped_column(QUANTITY, doc="How many, or how much by weight.")
    price: Mapped[Decimal] = mapped_column(MONEY, doc="What was paid for the whole line, discounts taken off.")
    vat_rate: Mapped[Decimal | None] = mapped_column(PERCENT, doc="Rate of value added tax in per cent.")
    retail_discount: Mapped[Decimal] = mapped_column(
        MONEY,
        default=Decimal(0),
        doc="Taken off by the retailer's loyalty price or the till's own discounts, with the line's share of those on "
        "the whole bill.",
    )
    coupon_discount: Mapped[Decimal] = mapped_column(
        MONEY, default=Decimal(0), doc="Taken off by a manufacturer's coupon."
    )
    coupon_match_discount: Mapped[Decimal] = mapped_column(
        MONEY, default=Decimal(0), doc="Taken off by the retailer to match a coupon."
    )
    loyalty_off: Mapped[bool] = mapped_column(
        default=False, doc="Whether the line is kept out of loyalty: no discount, no points."
    )
    returned_quantity: Mapped[Decimal] = mapped_column(QUANTITY, default=Decimal(0), doc="How much of it was returned.")
    category_code: Mapped[str | None] = mapped_column(
        text(128), doc="The till's own category of the goods; the product's group is what rules look at."
    )
    bought_for_id: Mapped[int | None] = reference(
        "customer",
        "For whom the line was bought, where that isn't the customer of the bill, whose points and status it counts "
        "for.",
        index=False,
    )

    purchase: Mapped[Purchase] = relationship(back_populates="items", lazy="raise")
    product: Mapped[Product | None] = relationship(back_populates="purchase_items", lazy="raise")
    type: Mapped[PurchaseItemType | None] = relationship(lazy="raise")
    bought_for: Mapped[Customer | None] = relationship(lazy="raise")
    discounts: Mapped[list[PurchaseDiscount]] = relationship(back_populates="item", lazy="raise")
    properties: Mapped[list[PropertyRecord]] = relationship(lazy="raise")


class PurchaseDiscount(Base):
    """What a reward, a voucher or the till itself took off a line of a bill, or off the whole of it."""

    __tablename__ = "purchase_discount"
    __table_args__ = (CheckConstraint("amount >= 0", name="amount"),)

    purchase_id: Mapped[int] = owner("purchase", "The bill.")
    item_id: Mapped[int | None] = owner("purchase_item", "The line; none where the whole bill was discounted.")
    amount: Mapped[Decimal] = mapped_column(
        MONEY, doc="How much was taken off; nothing where the line only came with a free piece on another."
    )
    share: Mapped[Decimal | None] = mapped_column(
        MONEY,
        doc="What of the benefit's discount the line's worth is less when it is returned; none where it is the amount.",
    )
    withdrawn_at: Mapped[datetime | None] = mapped_column(
        doc="When it was taken back, as what was kept of the bill didn't justify it."
    )
    description: Mapped[str | None] = mapped_column(doc="What the bill says beside it.")
    reward_id: Mapped[int | None] = reference("reward", "The reward that gave it.")
    voucher_id: Mapped[int | None] = reference("voucher", "The voucher that gave it.")
    kind: Mapped[TillDiscountKind | None] = choice(
        TillDiscountKind, "Why the till gave it by itself; none where a reward, a voucher or a status did."
    )
    code: Mapped[str | None] = mapped_column(text(64), doc="What the till knows a discount of its own by.")

    purchase: Mapped[Purchase] = relationship(back_populates="discounts", lazy="raise")
    item: Mapped[PurchaseItem | None] = relationship(back_populates="discounts", lazy="raise")
    reward: Mapped[Reward | None] = relationship(lazy="raise")
    voucher: Mapped[Voucher | None] = relationship(lazy="raise")


class PurchasePayment(Base):
    """What was paid of a bill in one way. Where a bill tells its payments, they come to its total."""

    __tablename__ = "purchase_payment"
    __table_args__ = (CheckConstraint("amount != 0", name="amount"),)

    purchase_id: Mapped[int] = owner("purchase", "The bill.")
    kind: Mapped[PaymentKind] = choice(PaymentKind, "With what it was paid.")
    amount: Mapped[Decimal] = mapped_column(MONEY, doc="How much was paid so; below zero where it was paid out.")
    name: Mapped[str | None] = mapped_column(
        text(64), doc="What the till calls it, such as the issuer of the card or voucher."
    )

    purchase: Mapped[Purchase] = relationship(back_populates="payments", lazy="raise")


class PurchaseReturn(Base):
    """Items of a bill that were returned together. The same return, known by its id at the till, counts once."""

    __tablename__ = "purchase_return"
    __table_args__ = (
        UniqueConstraint("purchase_id", "external_id"),
        Index("ix_purchase_return_purchase_id", "purchase_id", "at", "id"),
        CheckConstraint("refund >= 0", name="refund"),
    )

    purchase_id: Mapped[int] = owner("purchase", "The bill.", index=False)
    external_id: Mapped[str | None] = mapped_column(text(128), doc="The return's id at the till, unique for its bill.")
    at: Mapped[datetime] = mapped_column(doc="When the items were returned.")
    note: Mapped[str | None] = mapped_column(doc="Why, in the words of who took them back.")
    refund: Mapped[Decimal] = mapped_column(MONEY, doc="What was paid back in money.")
    withheld: Mapped[Decimal] = mapped_column(
        MONEY, default=ZERO, doc="What was kept of it for vouchers that were used, once nothing justified them."
    )
    paid_with_points: Mapped[Decimal] = mapped_column(
        MONEY, default=ZERO, doc="What of the items' worth had been paid with points."
    )
    points_back: Mapped[Decimal] = mapped_column(POINTS, default=ZERO, doc="Points that had paid, and were given back.")
    points_withdrawn: Mapped[Decimal] = mapped_column(
        POINTS, default=ZERO, doc="Points that the items had earned, and were taken."
    )
    points_owed: Mapped[Decimal] = mapped_column(
        POINTS, default=ZERO, doc="Points that the items had earned, and that are owed as they were used already."
    )

    purchase: Mapped[Purchase] = relationship(back_populates="returns", lazy="raise")
    items: Mapped[list[PurchaseReturnItem]] = relationship(back_populates="purchase_return", lazy="raise")


class PurchaseReturnItem(Base):
    """How much of a line was returned."""

    __tablename__ = "purchase_return_item"
    __table_args__ = (
        UniqueConstraint("purchase_return_id", "item_id"),
        CheckConstraint("quantity > 0", name="quantity"),
    )

    purchase_return_id: Mapped[int] = owner("purchase_return", "The return.", index=False)
    item_id: Mapped[int] = owner("purchase_item", "The line.")
    quantity: Mapped[Decimal] = mapped_column(QUANTITY, doc="How much of it was returned.")

    purchase_return: Mapped[PurchaseReturn] = relationship(back_populates="items", lazy="raise")
    item: Mapped[PurchaseItem] = relationship(lazy="raise")
