"""Reservable products with stock and prices per store, and customers' reservations of them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, CodeList, External, Stateful, Timestamped, known_outside
from models.rules.reservation_steps import ReservationState
from models.types import MONEY, PERCENT, QUANTITY, choice, owner, reference, text

if TYPE_CHECKING:
    from models.customer import Customer
    from models.product import Product
    from models.store import Store


class ReservableProduct(Base, Stateful, Timestamped, External):
    """A product that customers may reserve."""

    __tablename__ = "reservable_product"
    __table_args__ = (*known_outside("reservable_product"), UniqueConstraint("product_id"))

    product_id: Mapped[int] = reference("product", "The product; reservable once.", index=False)

    product: Mapped[Product] = relationship(back_populates="reservable", lazy="raise")
    offers: Mapped[list[ReservableOffer]] = relationship(back_populates="reservable_product", lazy="raise")


class ReservableOffer(Base, Timestamped):
    """What one store has of a reservable product, and at what price."""

    __tablename__ = "reservable_offer"
    __table_args__ = (
        UniqueConstraint("reservable_product_id", "store_id"),
        CheckConstraint("stock >= 0", name="stock"),
        CheckConstraint("price >= 0", name="price"),
    )

    reservable_product_id: Mapped[int] = owner("reservable_product", "What is offered.", index=False)
    store_id: Mapped[int] = reference("store", "Where.")
    stock: Mapped[Decimal] = mapped_column(QUANTITY, doc="How many are free to reserve now.")
    price: Mapped[Decimal] = mapped_column(MONEY, doc="Price of one in the store's own currency.")
    currency_code: Mapped[str] = mapped_column(text(3), doc="The store's own currency, ISO 4217.")

    reservable_product: Mapped[ReservableProduct] = relationship(back_populates="offers", lazy="raise")
    store: Mapped[Store] = relationship(lazy="raise")
    prices: Mapped[list[ReservablePrice]] = relationship(back_populates="offer", lazy="raise")


class ReservablePrice(Base):
    """An offer's price in a further currency."""

    __tablename__ = "reservable_price"
    __table_args__ = (
        UniqueConstraint("offer_id", "currency_code"),
        CheckConstraint("amount >= 0", name="amount"),
    )

    offer_id: Mapped[int] = owner("reservable_offer", "The offer.", index=False)
    currency_code: Mapped[str] = mapped_column(text(3), doc="Currency, ISO 4217.")
    amount: Mapped[Decimal] = mapped_column(MONEY, doc="Price of one.")

    offer: Mapped[ReservableOffer] = relationship(back_populates="prices", lazy="raise")


class ProductReservationSource(Base, CodeList):
    """Where reservations come from: web shop, app or till."""

    __tablename__ = "product_reservation_source"


class ExternalListType(Base, CodeList):
    """A kind of code under which outside systems know a reservation."""

    __tablename__ = "external_list_type"


class ProductReservation(Base, Timestamped, External):
    """A customer's reservation of products in a store. It holds stock until it ends."""

    __tablename__ = "product_reservation"
    __table_args__ = (
        *known_outside("product_reservation"),
        Index("ix_product_reservation_customer_id", "customer_id", "created_at", "id"),
        Index("ix_product_reservation_store_id", "store_id", "created_at", "id"),
        Index(
            "ix_product_reservation_ready",
            "id",
            sqlite_where=sql("state = 'READY'"),
            postgresql_where=sql("state = 'READY'"),
        ),
        CheckConstraint("total >= 0", name="total"),
    )

    customer_id: Mapped[int] = reference("customer", "Who reserved.", index=False)
    store_id: Mapped[int] = reference("store", "Where it will be picked up.", index=False)
    origin_id: Mapped[int | None] = reference("product_reservation_source", "Where the reservation came from.")
    state: Mapped[ReservationState] = choice(ReservationState, "How far it has come.", default=ReservationState.ENTERED)
    pickup_date: Mapped[date | None] = mapped_column(doc="The day until which it is kept.")
    customer_note: Mapped[str | None] = mapped_column(doc="What the customer wrote.")
    currency_code: Mapped[str] = mapped_column(text(3), doc="Currency of its prices, ISO 4217.")
    total: Mapped[Decimal] = mapped_column(MONEY, doc="Price of all its items.")
    external_purchase_id: Mapped[str | None] = mapped_column(
        text(128), doc="The bill it ended in, as the till knows it."
    )
    reservation_codes: Mapped[list[str]] = mapped_column(default=list, doc="Codes by which the store finds it.")
    benefit_codes: Mapped[list[str]] = mapped_column(
        default=list, doc="Codes of rewards and vouchers to be used with it."
    )
    utm_source: Mapped[str | None] = mapped_column(text(255), doc="Where the customer came from (utm_source).")
    utm_medium: Mapped[str | None] = mapped_column(text(255), doc="By which medium (utm_medium).")
    utm_campaign: Mapped[str | None] = mapped_column(text(255), doc="Through which campaign (utm_campaign).")

    customer: Mapped[Customer] = relationship(back_populates="reservations", lazy="raise")
    store: Mapped[Store] = relationship(lazy="raise")
    origin: Mapped[ProductReservationSource | None] = relationship(lazy="raise")
    items: Mapped[list[ProductReservationItem]] = relationship(back_populates="reservation", lazy="raise")
    progress: Mapped[list[ProductReservationProgress]] = relationship(back_populates="reservation", lazy="raise")
    comments: Mapped[list[ProductReservationComment]] = relationship(back_populates="reservation", lazy="raise")
    external_codes: Mapped[list[ReservationExternalCode]] = relationship(back_populates="reservation", lazy="raise")


class ProductReservationItem(Base):
    """A product in a reservation."""

    __tablename__ = "product_reservation_item"
    __table_args__ = (
        UniqueConstraint("reservation_id", "reservable_product_id"),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("unit_price >= 0", name="unit_price"),
    )

    reservation_id: Mapped[int] = owner("product_reservation", "The reservation.", index=False)
    reservable_product_id: Mapped[int] = reference("reservable_product", "What is reserved.")
    quantity: Mapped[Decimal] = mapped_column(QUANTITY, doc="How many.")
    unit_price: Mapped[Decimal] = mapped_column(MONEY, doc="Price of one when it was reserved.")
    vat_rate: Mapped[Decimal | None] = mapped_column(PERCENT, doc="Rate of value added tax in per cent.")

    reservation: Mapped[ProductReservation] = relationship(back_populates="items", lazy="raise")
    reservable_product: Mapped[ReservableProduct] = relationship(lazy="raise")


class ProductReservationProgress(Base):
    """A step of a reservation; never altered."""

    __tablename__ = "product_reservation_progress"
    __table_args__ = (Index("ix_product_reservation_progress_reservation_id", "reservation_id", "at", "id"),)

    reservation_id: Mapped[int] = owner("product_reservation", "The reservation.", index=False)
    state: Mapped[ReservationState] = choice(ReservationState, "What it came to.", called="progress_state")
    at: Mapped[datetime] = mapped_column(doc="When.")
    note: Mapped[str | None] = mapped_column(doc="What a person reads beside it.")

    reservation: Mapped[ProductReservation] = relationship(back_populates="progress", lazy="raise")


class ProductReservationComment(Base):
    """A remark of the store's people on a reservation."""

    __tablename__ = "product_reservation_comment"
    __table_args__ = (Index("ix_product_reservation_comment_reservation_id", "reservation_id", "at", "id"),)

    reservation_id: Mapped[int] = owner("product_reservation", "The reservation.", index=False)
    at: Mapped[datetime] = mapped_column(doc="When it was written.")
    note: Mapped[str] = mapped_column(doc="The remark.")

    reservation: Mapped[ProductReservation] = relationship(back_populates="comments", lazy="raise")


class ReservationExternalCode(Base):
    """A code under which an outside system knows a reservation."""

    __tablename__ = "reservation_external_code"
    __table_args__ = (
        UniqueConstraint("reservation_id", "type_id", "value"),
        Index("ix_reservation_external_code_value", "value", "type_id"),
    )

    reservation_id: Mapped[int] = owner("product_reservation", "The reservation.", index=False)
    type_id: Mapped[int] = reference("external_list_type", "What kind of code it is.")
    value: Mapped[str] = mapped_column(text(128), doc="The code.")

    reservation: Mapped[ProductReservation] = relationship(back_populates="external_codes", lazy="raise")
    type: Mapped[ExternalListType] = relationship(lazy="raise")
